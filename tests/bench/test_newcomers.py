"""Devices that CCS01 adds over the WAN to a running home: they join, say what they are, are spoken to."""

from __future__ import annotations

import pytest
from msgspec import structs

from doorstep.bench.records import Remark
from doorstep.bench.street import Street
from doorstep.duis import services
from doorstep.duis.element import element
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Note
from doorstep.road.supplier.delivery import State
from doorstep.road.supplier.orders import Order, Route
from doorstep.street import HomePlan, StreetPlan, street_plan
from tests.bench.streets import NOW, keys_of

MINUTE: Instant = 60_000
HOUR = 60 * MINUTE


def without(kind: str) -> tuple[Street, HomePlan]:
    """A street whose home has a Device that its hub does not list yet."""
    plan: StreetPlan = street_plan(1)
    (home,) = plan.homes
    plan = structs.replace(plan, homes=(structs.replace(home, newcomers=(kind,)),))
    return Street(plan, keys_of(plan), NOW), plan.homes[0]


def done(street: Street, order: Order) -> State:
    street.place(order)
    street.world.run(until=lambda: street.finished(order.name), end=street.world.now + 2 * HOUR)
    return street.deliveries[order.name].state


def add(street: Street, home: HomePlan, kind: str) -> State:
    """CCS01, by the DCC."""
    code = street.homes[home.name].han.install_code(home.eui(kind))
    body = services.add_to_hub(home.eui(kind), code)
    return done(street, Order("add", "8.11", home.eui("CHF"), body, Route.WAN, None, HOUR))


def whys(street: Street, what: str) -> list[str]:
    events = [record.event for record in street.records if isinstance(record, Remark)]
    return [event.why for event in events if isinstance(event, Note) and event.what == what]


@pytest.mark.parametrize("kind", ["ESME", "GSME"])
def test_a_new_meter_joins_and_executes_a_command(kind: str) -> None:
    street, home = without(kind)
    street.world.run(end=NOW + 5 * MINUTE)
    assert not any(str(home.eui(kind)) in why for why in whys(street, "joined"))
    assert add(street, home, kind) is State.EXECUTED
    street.world.run(end=street.world.now + 30 * MINUTE)
    assert whys(street, "identified") == [f"{home.eui(kind)} says that it is a device of type {kind}"]
    read = Order("read", "4.18", home.eui(kind), element("ReadMeterBalance"), Route.WAN, None, 2 * HOUR)
    assert done(street, read) is State.EXECUTED


def test_a_new_ppmid_joins_and_takes_a_command_to_a_meter() -> None:
    street, home = without("PPMID")
    street.world.run(end=NOW + 5 * MINUTE)
    assert add(street, home, "PPMID") is State.EXECUTED
    street.world.run(end=street.world.now + 30 * MINUTE)
    body = element("ReadMeterBalance")
    read = Order("read", "4.18", home.eui("ESME"), body, Route.PPMID, home.eui("PPMID"), 2 * HOUR)
    assert done(street, read) is State.EXECUTED
    assert whys(street, "identified") == [f"{home.eui('PPMID')} says that it is a device of type PPMID"]
