"""The hub's own Functions on the bench: a display reads gas from the proxy, and the CHF's log by the DCC."""

from __future__ import annotations

from decimal import Decimal

from msgspec import structs

from doorstep import gbcs
from doorstep.bench.records import Remark
from doorstep.bench.street import Street
from doorstep.duis.element import element
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Note
from doorstep.road.ppmid.events import Displayed
from doorstep.road.supplier.delivery import State
from doorstep.road.supplier.orders import Order, Route, top_up_order
from doorstep.street import HomePlan, StreetPlan, street_plan
from tests.bench.streets import NOW, keys_of

MINUTE: Instant = 60_000
HOUR = 60 * MINUTE


def plan() -> StreetPlan:
    street = street_plan(1)
    (home,) = street.homes
    return structs.replace(street, homes=(structs.replace(home, response_copy=True),))


def street_of(*, wan: bool) -> tuple[Street, HomePlan]:
    street = Street(plan(), keys_of(plan()), NOW, wan_down=() if wan else ("home 1",), frames=False)
    return street, street.plan.homes[0]


def gas_credit(street: Street) -> list[Decimal]:
    """The gas credit that the PPMID has shown, each time that it changed."""
    shown: list[Decimal] = []
    for record in street.records:
        if isinstance(record, Remark) and isinstance(record.event, Displayed):
            gas = record.event.display.gas
            if gas is not None and gas.balance is not None and gas.balance not in shown[-1:]:
                shown.append(gas.balance)
    return shown


def test_a_display_shows_the_gas_credit_once_the_meter_has_told_the_mirror() -> None:
    street, home = street_of(wan=False)
    street.world.run(end=NOW + 31 * MINUTE)
    street.place(top_up_order("pay", home.eui("GSME"), 1000, Route.PPMID, home.eui("PPMID"), 2 * HOUR))
    street.world.run(until=lambda: street.finished("pay"), end=NOW + 3 * HOUR)
    assert street.deliveries["pay"].state is State.EXECUTED
    street.world.run(end=street.world.now + 2 * HOUR)
    assert gas_credit(street)[-1] == Decimal(10)


def test_the_chf_answers_the_dcc_over_the_wan() -> None:
    street, home = street_of(wan=True)
    street.world.run(end=NOW + MINUTE)
    body = element("ReadDeviceLog")
    street.place(Order("log", "8.9", home.eui("CHF"), body, Route.WAN, None, HOUR))
    street.world.run(until=lambda: street.finished("log"), end=NOW + HOUR)
    delivery = street.deliveries["log"]
    assert delivery.state is State.EXECUTED, delivery
    found = gbcs.decode(delivery.response)
    assert found.header.business_originator_id == home.eui("CHF")


def test_a_device_that_the_dcc_removes_is_gone_and_a_command_through_it_goes_nowhere() -> None:
    street, home = street_of(wan=True)
    street.world.run(end=NOW + MINUTE)
    gone = element("DeviceID", str(home.eui("PPMID")))
    body = element("UpdateHANDeviceLog", gone, element("RequestType", "Remove"))
    street.place(Order("remove", "8.11", home.eui("CHF"), body, Route.WAN, None, HOUR))
    street.world.run(until=lambda: street.finished("remove"), end=NOW + HOUR)
    assert street.deliveries["remove"].state is State.EXECUTED
    read = Order(
        "read", "4.18", home.eui("GSME"), element("ReadMeterBalance"), Route.PPMID, home.eui("PPMID")
    )
    street.place(read)
    street.world.run(until=lambda: street.finished("read"), end=street.world.now + 3 * HOUR)
    assert street.deliveries["read"].state is State.UNKNOWN
    refused = [record.event for record in street.records if isinstance(record, Remark)]
    reasons = [note.why for note in refused if isinstance(note, Note)]
    assert any("not in the CHF Device Log" in why for why in reasons)


def test_a_hub_that_takes_anothers_place_is_given_its_device_log_by_the_dcc() -> None:
    """SRV 8.12.1: nobody but the DCC has the log, of which the hub has sent it a backup (CS14)."""
    street = Street(street_plan(2), keys_of(street_plan(2)), NOW)
    old, new = street.plan.homes
    street.world.run(end=NOW + 5 * MINUTE)
    swap = element("RestoreHANDeviceLog", element("OldCHFID", str(old.eui("CHF"))))
    street.place(Order("swap", "8.12.1", new.eui("CHF"), swap, Route.WAN, None, HOUR))
    street.world.run(until=lambda: street.finished("swap"), end=street.world.now + HOUR)
    assert street.deliveries["swap"].state is State.EXECUTED
    street.place(Order("log", "8.9", new.eui("CHF"), element("ReadDeviceLog"), Route.WAN, None, HOUR))
    street.world.run(until=lambda: street.finished("log"), end=street.world.now + HOUR)
    listed = street.deliveries["log"].response
    assert bytes(old.eui("ESME")) in listed
    assert bytes(new.eui("ESME")) not in listed
    moved = [record.event for record in street.records if isinstance(record, Remark)]
    said = [note.why for note in moved if isinstance(note, Note) and note.what == "inventory"]
    assert f"{old.eui('ESME')} is Commissioned" in said
