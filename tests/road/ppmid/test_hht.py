"""The HHT: what it may do that a PPMID may not, and for how long."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from doorstep.bench.bodies import ENABLE
from doorstep.bench.street import Street
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.ppmid.config import PpmidConfig
from doorstep.road.ppmid.events import Deliver, Displayed, Stage
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.orders import Order, Route
from doorstep.street import street_plan
from tests.bench.streets import NOW, keys_of
from tests.road.hub.messages import CHF, ESME, GPF, GSME, HHT, alert, command, response
from tests.road.ppmid.kitchen import Kitchen
from tests.road.ppmid.test_machine import CONFIG, Bench, reports

MINUTE, HOUR = 60_000, 3_600_000
HHT_CONFIG = PpmidConfig(HHT, GPF, DeviceType.HHT)


@pytest.mark.parametrize(
    "data",
    [command(ESME), command(CHF), command(GPF), response(GSME), alert(ESME)],
    ids=["a Command", "for the CHF", "for the GPF", "a Response", "an Alert"],
)
def test_it_sends_any_remote_party_message(data: bytes) -> None:
    bench = Bench(HHT_CONFIG)
    (report, *_rest) = reports(bench.tell(Deliver("d1", data)))
    assert report.stage is Stage.ACCEPTED


@pytest.mark.parametrize("data", [response(GSME), alert(ESME)], ids=["a Response", "an Alert"])
def test_a_ppmid_sends_commands_alone(data: bytes) -> None:
    bench = Bench(replace(CONFIG, device_type=DeviceType.PPMID)).opened()
    (report,) = reports(bench.tell(Deliver("d1", data)))
    assert report.stage is Stage.REFUSED


def test_it_shows_no_meters() -> None:
    kitchen = Kitchen(HHT_CONFIG)
    kitchen.wait(3 * HOUR)
    assert kitchen.asked == []
    assert not any(isinstance(event, Displayed) for event in kitchen.said)


def test_it_is_heard_within_the_hour_after_power_on_and_a_power_cycle_begins_another() -> None:
    """No WAN, a baseline hub: the Command is executed and answered; an hour later nobody listens."""
    plan = street_plan(1)
    home = plan.homes[0]
    street = Street(plan, keys_of(plan), NOW, wan_down=(home.name,))
    in_home = street.homes[home.name]

    def tried(name: str) -> tuple[State, Evidence]:
        hht = home.eui("HHT")
        street.place(Order(name, "7.1", home.eui("ESME"), ENABLE, Route.HHT, hht, 20 * MINUTE))
        street.world.run(until=lambda: street.finished(name), end=street.world.now + HOUR)
        return street.deliveries[name].state, street.deliveries[name].evidence

    street.world.run(end=NOW + 10 * MINUTE)
    in_home.present_hht()
    street.relay_online(home.eui("HHT"))
    assert tried("first") == (State.EXECUTED, Evidence.RESPONSE)
    street.world.run(end=NOW + 70 * MINUTE)
    assert tried("too late")[0] is State.UNKNOWN
    in_home.present_hht()
    assert tried("presented without a power cycle")[0] is State.UNKNOWN
    in_home.power_on()
    street.world.run(end=street.world.now + MINUTE)
    in_home.present_hht()
    assert tried("after a power cycle") == (State.EXECUTED, Evidence.RESPONSE)
