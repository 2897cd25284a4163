"""A home with a gas meter that sleeps: what comes through the PPMID waits for its next wake, for a month."""

from __future__ import annotations

from typing import TypeVar

import pytest
from msgspec import structs

from doorstep import gbcs
from doorstep.bench.records import Remark
from doorstep.bench.street import Street
from doorstep.duis.element import element
from doorstep.gbcs import utrn
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.device import Executed
from doorstep.road.machine import Note
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, Displayed, KeyedIn, Result
from doorstep.road.supplier.delivery import State
from doorstep.road.supplier.orders import Order, Route, top_up_order
from doorstep.street import HomePlan, StreetPlan, street_plan
from tests.bench.streets import NOW, keys_of

MINUTE: Instant = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WAKES = 30 * MINUTE


def plan() -> StreetPlan:
    """One home, without WAN; its hub tunnels Responses to the PPMID as well."""
    street = street_plan(1)
    (home,) = street.homes
    return structs.replace(street, homes=(structs.replace(home, response_copy=True),))


def home_without_wan(*, frames: bool) -> Street:
    return Street(plan(), keys_of(plan()), NOW, wan_down=("home 1",), frames=frames)


def top_up(name: str, home: HomePlan, pence: int) -> Order:
    return top_up_order(name, home.eui("GSME"), pence, Route.PPMID, home.eui("PPMID"), 2 * HOUR)


def read_balance(name: str, home: HomePlan) -> Order:
    body = element("ReadMeterBalance")
    return Order(name, "4.18", home.eui("GSME"), body, Route.PPMID, home.eui("PPMID"), 2 * HOUR)


T = TypeVar("T")


def said(street: Street, kind: type[T]) -> list[tuple[Instant, T]]:
    return [
        (record.at, record.event)
        for record in street.records
        if isinstance(record, Remark) and isinstance(record.event, kind)
    ]


def executed(street: Street) -> list[tuple[Instant, Executed]]:
    return said(street, Executed)


@pytest.mark.parametrize("frames", [False, True], ids=["payloads", "radio frames"])
def test_commands_wait_in_the_hub_and_are_executed_at_the_next_wake(frames: bool) -> None:
    street = home_without_wan(frames=frames)
    (home,) = street.plan.homes
    street.world.run(end=NOW + 5 * MINUTE)
    street.place(top_up("first", home, 1000))
    street.place(top_up("second", home, 500))
    street.world.run(end=NOW + 29 * MINUTE)
    assert executed(street) == []
    assert street.deliveries["first"].evidence.value == "received by the Communications Hub"

    street.world.run(until=lambda: street.finished("first") and street.finished("second"), end=NOW + 2 * HOUR)

    assert street.deliveries["first"].state is street.deliveries["second"].state is State.EXECUTED
    times = [at for at, _event in executed(street)]
    assert all(NOW + WAKES <= at <= NOW + WAKES + MINUTE for at in times[:1])
    for name in ("first", "second"):
        command = street.deliveries[name].command
        assert command in [event.command for _at, event in executed(street)]


def test_a_month_of_a_sleeping_meter() -> None:
    """A top-up a day, at another time of the day each; every one is executed once and answered."""
    street = home_without_wan(frames=False)
    (home,) = street.plan.homes
    for day in range(30):
        at = NOW + day * DAY + day * 47 * MINUTE % DAY
        street.world.at(at, lambda day=day: street.place(top_up(f"day {day}", home, 100)))  # type: ignore[misc]
    street.world.run(end=NOW + 30 * DAY)
    street.place(read_balance("at last", home))
    street.world.run(until=lambda: street.finished("at last"), end=street.world.now + 2 * HOUR)

    done = [event.command for _at, event in executed(street)]
    assert len(done) == len(set(done)) == 31
    assert {delivery.state for delivery in street.deliveries.values()} == {State.EXECUTED}
    response = gbcs.decode(street.deliveries["at last"].response).payload
    balance = response.components[1].command.records[0].value  # type: ignore[union-attr]
    assert balance == 30 * 100 * 1000


def test_what_nobody_fetches_expires_in_the_hub() -> None:
    """The meter's battery is empty: the hub gives its Command up after a day, and notes why."""
    street = home_without_wan(frames=False)
    (home,) = street.plan.homes
    street.world.run(end=NOW + MINUTE)
    gsme = home.eui("GSME")
    street.homes["home 1"].gas_meters[gsme].machine.deadline = lambda: None  # type: ignore[method-assign]
    street.place(top_up("never", home, 100))
    street.world.run(end=NOW + 3 * DAY)
    assert executed(street) == []
    notes = [record.event for record in street.records if isinstance(record, Remark)]
    assert 0x819D in [note.code for note in notes if isinstance(note, Note)]
    assert street.deliveries["never"].state is State.UNKNOWN


@pytest.mark.parametrize("frames", [False, True], ids=["payloads", "radio frames"])
def test_what_is_keyed_in_at_the_ppmid_tops_up_both_meters_and_is_shown(frames: bool) -> None:
    """Electricity at once, by ZCL; gas by PCS01, which waits for the meter to wake."""
    street = home_without_wan(frames=frames)
    (home,) = street.plan.homes
    supplier = KeyRing(Holding(keys_of(plan()), street.plan.supplier))
    ppmid = street.homes["home 1"].relays[home.eui("PPMID")]
    street.world.run(end=NOW + 40 * MINUTE)
    for fuel, meter in ((Fuel.ELECTRICITY, "ESME"), (Fuel.GAS, "GSME")):
        code = utrn.issue(
            supplier, street.plan.supplier, home.eui(meter), 5 << 32, 1500, utrn.ValueClass.PENCE
        )
        ppmid.take(KeyedIn(Action.TOP_UP, fuel, str(code)))
    street.world.run(end=NOW + 2 * HOUR)

    results = [(at, event) for at, event in said(street, Result)]
    assert [(event.keyed.fuel, event.succeeded) for _at, event in results] == [
        (Fuel.ELECTRICITY, True),
        (Fuel.GAS, True),
    ]
    assert results[0][0] < NOW + 41 * MINUTE
    assert NOW + 60 * MINUTE <= results[1][0] < NOW + 61 * MINUTE
    display = [event.display for _at, event in said(street, Displayed)][-1]
    assert display.electricity is not None
    assert display.gas is not None
    assert display.electricity.balance == display.gas.balance == 15


def test_a_hub_that_was_off_for_hours_is_found_again() -> None:
    street = home_without_wan(frames=False)
    (home,) = street.plan.homes
    street.world.run(end=NOW + HOUR)
    street.cut_han("home 1")
    street.world.run(end=NOW + 5 * HOUR)
    street.mend_han("home 1")
    street.place(top_up("again", home, 100))
    street.world.run(until=lambda: street.finished("again"), end=street.world.now + 3 * HOUR)
    assert street.deliveries["again"].state is State.EXECUTED
