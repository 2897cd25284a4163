"""A supplier and a DCC that keeps its requests back: let go, deleted, overtaken."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec import structs

from doorstep.bench.records import Remark
from doorstep.bench.street import Street
from doorstep.duis.element import Element, element
from doorstep.road.dcc.anomaly import Threshold, Thresholds, ValueLimit
from doorstep.road.dcc.events import Discard, Release
from doorstep.road.meter.events import Executed
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.orders import Order, Route
from doorstep.street import street_plan
from tests.bench.streets import NOW, keys_of

MINUTE = 60_000
HOUR = 60 * MINUTE
HOME = structs.replace(street_plan(1).homes[0], response_copy=True)
PLAN = structs.replace(street_plan(1), homes=(HOME,))
BALANCE = element("ReadMeterBalance")
ENABLE = element("EnableSupply")
ONE_BALANCE = Thresholds(counts=(Threshold(user=PLAN.supplier, srv="4.18", quarantine=1),))
LIMIT = "Prepayment/DisablementThreshold"
LOW = Thresholds(values=(ValueLimit(srv="1.6", path=LIMIT, above=Decimal(50)),))


def mode(threshold: int) -> Element:
    """Prepayment mode with that disablement threshold."""
    return element(
        "UpdatePaymentMode",
        element(
            "Prepayment",
            element("SuspendDebtDisabled", "false"),
            element("SuspendDebtEmergency", "true"),
            element("DisablementThreshold", str(threshold)),
        ),
    )


def made(thresholds: Thresholds) -> Street:
    street = Street(PLAN, keys_of(PLAN), NOW, wan_down=(HOME.name,), thresholds=thresholds, frames=False)
    street.world.run(end=NOW + 5 * MINUTE)
    return street


def place(street: Street, name: str, variant: str, body: Element) -> None:
    """An order by the PPMID, and half a minute for what follows from it at once."""
    street.place(Order(name, variant, HOME.eui("ESME"), body, Route.PPMID, HOME.eui("PPMID"), HOUR))
    wait(street, MINUTE // 2)


def wait(street: Street, time: int) -> None:
    street.world.run(end=street.world.now + time)


def stands(street: Street, name: str) -> tuple[State, str]:
    return street.deliveries[name].state, street.deliveries[name].reason


def release(street: Street, reference: int) -> None:
    street.dcc.take(Release("administrator", reference, "the operator"))
    wait(street, MINUTE)


def executed(street: Street) -> list[bytes]:
    """The Commands that the meter has executed."""
    events = (record.event for record in street.records if isinstance(record, Remark))
    return [event.command for event in events if isinstance(event, Executed)]


@pytest.fixture
def street() -> Street:
    """One balance was read, and a second request is over the threshold."""
    street = made(ONE_BALANCE)
    place(street, "first", "4.18", BALANCE)
    assert stands(street, "first")[0] is State.EXECUTED
    place(street, "second", "4.18", BALANCE)
    assert stands(street, "second") == (
        State.HELD,
        "the DCC keeps it in quarantine as 1 (ADUserThresholdBreach)",
    )
    return street


def test_what_is_let_go_is_delivered(street: Street) -> None:
    wait(street, 10 * MINUTE)
    release(street, 1)
    delivery = street.deliveries["second"]
    assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
    assert executed(street)[-1] == delivery.command


def test_what_is_deleted_fails_in_the_end(street: Street) -> None:
    street.dcc.take(Discard("administrator", 1, "the operator"))
    wait(street, HOUR)
    state, reason = stands(street, "second")
    assert state is State.FAILED
    assert reason.startswith("not sent in time: the DCC keeps it in quarantine as 1")
    assert len(executed(street)) == 1


def test_what_is_let_go_too_late_does_not_reach_the_home(street: Street) -> None:
    wait(street, HOUR)
    release(street, 1)
    assert stands(street, "second")[0] is State.FAILED
    assert len(executed(street)) == 1


def test_others_do_not_wait_and_what_they_overtake_is_asked_for_again(street: Street) -> None:
    """Under the second's counter the meter would take nothing any more: it has to have another."""
    place(street, "third", "7.1", ENABLE)
    assert stands(street, "third")[0] is State.EXECUTED
    assert stands(street, "second") == (
        State.HELD,
        "the DCC keeps it in quarantine as 1 (ADUserThresholdBreach)",
    )
    release(street, 1)
    assert stands(street, "second") == (
        State.HELD,
        "the DCC keeps it in quarantine as 2 (ADUserThresholdBreach)",
    )
    release(street, 2)
    assert stands(street, "second")[0] is State.EXECUTED
    assert len(executed(street)) == 3


def test_a_value_over_its_limit_is_kept_back_before_there_is_a_pre_command() -> None:
    street = made(LOW)
    place(street, "mode", "1.6", mode(100))
    assert stands(street, "mode")[0] is State.HELD
    assert executed(street) == []
    release(street, 1)
    delivery = street.deliveries["mode"]
    assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
    assert executed(street) == [delivery.command]
