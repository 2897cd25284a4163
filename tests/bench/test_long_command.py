"""A tariff too long for one transfer, from the supplier's request to the meter, over lossy radio frames."""

from __future__ import annotations

from functools import cache, partial

import pytest
from msgspec import structs

from doorstep.bench.bodies import PREPAYMENT
from doorstep.bench.links import Faults
from doorstep.bench.records import Hop, Remark
from doorstep.bench.street import Media, Street, command_of
from doorstep.duis.element import Element, element
from doorstep.gbcs import gbt
from doorstep.gbcs.header import Cra
from doorstep.road.meter.events import Executed
from doorstep.road.ppmid.config import PpmidPolicy
from doorstep.road.ppmid.machine import Ppmid
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.road.supplier.orders import Order, Route
from doorstep.road.tunnel import TunnelPolicy
from doorstep.street import StreetPlan, street_plan
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters.tunneling import TransferData
from tests.bench.streets import NOW, keys_of
from tests.duis.transform import test_electricity_tariff as tariffs

MINUTE = 60_000
HOUR = 60 * MINUTE
ONE_IN_TEN = Media(han=Faults(loss=0.1))
LEAST = 4_000


@cache
def plan(*, response_copy: bool) -> StreetPlan:
    """One home."""
    made = street_plan(1)
    return structs.replace(made, homes=(structs.replace(made.homes[0], response_copy=response_copy),))


def tariff() -> Element:
    """Sixteen kinds of day with 24 changes of price each, and fifty special days."""
    days = [
        tariffs.day_profile(
            number, *((f"{hour:02}:00:00Z", "TOUTariffAction", 1 + hour % 8) for hour in range(24))
        )
        for number in range(1, 17)
    ]
    special = tariffs.special_days(*(tariffs.special_day(1 + number % 16) for number in range(50)))
    return tariffs.whole(tariffs.elements(tariffs.table(days=days), special))


def made(*, response_copy: bool, seed: int = 0, faults: Media = ONE_IN_TEN, wan: bool = False) -> Street:
    """The street with everything joined."""
    street_of = plan(response_copy=response_copy)
    down = () if wan else (street_of.homes[0].name,)
    street = Street(street_of, keys_of(street_of), NOW, faults=faults, seed=seed, wan_down=down)
    street.world.run(end=NOW + 5 * MINUTE)
    return street


def ordered(street: Street, name: str, variant: str, body: Element, route: Route = Route.PPMID) -> Delivery:
    """What the supplier knows of an order once it is over."""
    home = street.plan.homes[0]
    relay = home.eui("PPMID") if route.local else None
    street.place(Order(name, variant, home.eui("ESME"), body, route, relay, HOUR))
    street.world.run(until=lambda: street.finished(name), end=street.world.now + 3 * HOUR)
    return street.deliveries[name]


def delivered(*, response_copy: bool, seed: int = 0, faults: Media = ONE_IN_TEN) -> tuple[Street, Delivery]:
    """The street after the tariff was ordered by the PPMID, and what the supplier knows; there is no WAN."""
    street = made(response_copy=response_copy, seed=seed, faults=faults)
    return street, ordered(street, "tariff", "1.1.1", tariff())


def executed(street: Street) -> list[bytes]:
    """The Commands that the meter has executed, as they reached it."""
    remarks = [record.event for record in street.records if isinstance(record, Remark)]
    return [event.command for event in remarks if isinstance(event, Executed)]


def blocks(street: Street, sender: str) -> list[gbt.Block]:
    """The blocks that one stop has put into its tunnel, in order of arrival."""
    found = []
    for record in street.records:
        if isinstance(record, Hop) and record.sender == sender and isinstance(record.item, Asdu):
            command = command_of(record.item)
            if isinstance(command, TransferData) and gbt.is_block(command.data):
                found.append(gbt.decode_block(command.data))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_tariff_of_over_4000_bytes_crosses_in_blocks_where_one_frame_in_ten_is_lost(seed: int) -> None:
    street, delivery = delivered(response_copy=True, seed=seed)
    assert len(delivery.command) >= LEAST
    assert executed(street) == [delivery.command], "the bytes that the DCC returned, once"
    assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
    sent = {block.number: block for block in blocks(street, "home 1/ppmid")}
    assert b"".join(sent[number].data for number in sorted(sent)) == delivery.command
    assert len(sent) > 3


def test_without_response_copy_it_crosses_just_as_well_and_the_supplier_does_not_claim_to_know() -> None:
    street, delivery = delivered(response_copy=False)
    assert executed(street) == [delivery.command]
    assert delivery.state is State.UNKNOWN


def test_without_loss_each_block_crosses_once_and_nothing_is_asked_for() -> None:
    street, delivery = delivered(response_copy=True, faults=Media())
    numbers = [block.number for block in blocks(street, "home 1/ppmid")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [block.number for block in blocks(street, "home 1/hub")] == numbers
    assert delivery.state is State.EXECUTED


def test_over_the_wan_a_long_command_goes_in_blocks_too() -> None:
    street = made(response_copy=False, wan=True)
    delivery = ordered(street, "tariff", "1.1.1", tariff(), Route.WAN)
    assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
    (command,) = executed(street)
    assert len(command) >= LEAST
    over_wan = [
        r.item for r in street.records if isinstance(r, Hop) and r.medium == "WAN" and r.sender == "dcc"
    ]
    assert b"".join(gbt.decode_block(item).data for item in over_wan) == command


@pytest.mark.parametrize("route", [Route.WAN, Route.PPMID])
def test_a_long_response_comes_back_whole_by_either_way(route: Route) -> None:
    """The tariff is read again: what a meter answers is as long as what it was sent."""
    street = made(response_copy=True, wan=route is Route.WAN)
    ordered(street, "tariff", "1.1.1", tariff(), route)
    read = ordered(street, "read", "4.11.1", element("ReadTariffPrimaryElement"), route)
    assert (read.state, read.evidence) == (State.EXECUTED, Evidence.RESPONSE), read.reason
    assert len(read.response) > 1_500
    answered = [block for block in blocks(street, "home 1/meter") if block.header.cra is Cra.RESPONSE]
    assert b"".join({block.number: block.data for block in answered}.values()) == read.response


def test_a_gas_meter_that_sleeps_fetches_the_blocks_when_it_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transfers of 120 bytes, so that a Command for a gas meter is a long one; its PPMID sees the effect."""
    small = PpmidPolicy(tunnel=TunnelPolicy(maximum_transfer=120, queue=512))
    monkeypatch.setattr("doorstep.bench.home.Ppmid", partial(Ppmid, policy=small))
    street = made(response_copy=False, faults=Media())
    home = street.plan.homes[0]
    order = Order("mode", "1.6", home.eui("GSME"), PREPAYMENT, Route.PPMID, home.eui("PPMID"), 2 * HOUR)
    street.place(order)
    street.world.run(until=lambda: street.finished("mode"), end=street.world.now + 3 * HOUR)
    delivery = street.deliveries["mode"]
    assert [block.number for block in blocks(street, "home 1/ppmid")][:2] == [1, 2]
    assert executed(street) == [delivery.command]
    assert (delivery.state, delivery.evidence) == (State.UNKNOWN, Evidence.EFFECT)
    assert "payment mode was credit, is prepayment" in delivery.reason
