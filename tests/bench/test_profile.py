"""A profile is read end to end: from the supplier's request, by the PPMID, to what the supplier can open."""

from __future__ import annotations

import pytest
from msgspec import structs

from doorstep import gbcs
from doorstep.bench.street import Street
from doorstep.duis.services.reading import Log, read_log
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.axdr import CompactArray, Data
from doorstep.gbcs.payloads.dlms import AccessResponse
from doorstep.gbcs.times import utc, utc2000
from doorstep.road.meter.usage import DAY, HALF_HOUR, TYPICAL, Quantity
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.road.supplier.orders import Order, Route
from doorstep.street import street_plan
from tests.bench.streets import NOW, keys_of

MINUTE = 60_000
HOUR = 60 * MINUTE
START = NOW // DAY * DAY


def profile(route: Route, days: int) -> tuple[Street, Delivery]:
    """A street of one home, after the supplier has asked its meter for the half hours of some days."""
    plan = street_plan(1)
    plan = structs.replace(plan, homes=(structs.replace(plan.homes[0], response_copy=True),))
    (home,) = plan.homes
    street = Street(plan, keys_of(plan), NOW, wan_down=(home.name,) if route.local else ())
    street.world.run(end=NOW + 5 * MINUTE)
    body = read_log(Log.ACTIVE_IMPORT_PROFILE, utc(START - days * DAY), utc(START))
    relay = home.eui("PPMID") if route.local else None
    street.place(Order("profile", "4.8.1", home.eui("ESME"), body, route, relay, HOUR))
    street.world.run(until=lambda: street.finished("profile"), end=street.world.now + 3 * HOUR)
    return street, street.deliveries["profile"]


def entries(data: Data) -> list[tuple[object, ...]]:
    assert isinstance(data.value, tuple)
    (buffer,) = data.value
    assert isinstance(buffer.value, CompactArray)
    found = [entry.value for entry in buffer.value.elements]
    return [tuple(one.value for one in entry) for entry in found if isinstance(entry, tuple)]


@pytest.mark.parametrize("route", [Route.PPMID, Route.WAN])
@pytest.mark.parametrize("days", [1, 14])
def test_the_supplier_reads_the_half_hours(route: Route, days: int) -> None:
    """Of a day they fit one message, of two weeks they come in blocks."""
    street, delivery = profile(route, days)

    assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
    told = opened(gbcs.decode(delivery.response), KeyRing(keys_of(street.plan)))
    assert isinstance(told, AccessResponse)
    times = [START - days * DAY + number * HALF_HOUR for number in range(days * 48 + 1)]
    assert entries(told.results[0].data) == [
        (utc2000(time), TYPICAL.between(Quantity.ACTIVE_IMPORT, time - HALF_HOUR, time)) for time in times
    ]
    assert (len(delivery.response) > 1_500) is (days > 1)
