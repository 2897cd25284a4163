"""What the hub's radio hears when it asks a Device what it is."""

from __future__ import annotations

from msgspec import structs

from doorstep.road.han.config import BARE_ENDPOINT, HanPolicy, Role
from doorstep.road.han.events import Describe, Described, Expel
from doorstep.zigbee import zdo
from doorstep.zigbee.asdu import ZDO_PROFILE, Asdu
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.zdo import SimpleDescriptor
from tests.road.han.home import GAS, HUB, METER, PPMID, RadioHome, device_config, hub_config


def home(*numbers: int, role: Role = Role.ROUTER) -> RadioHome:
    """A hub and a Device with endpoints of these numbers, which has joined."""
    endpoints = tuple(structs.replace(BARE_ENDPOINT, endpoint=number) for number in numbers)
    device = structs.replace(device_config(METER, role), endpoints=endpoints)
    made = RadioHome([hub_config(METER, PPMID), device, device_config(PPMID)])
    made.run(5)
    return made


def described(made: RadioHome) -> list[tuple[int, ...]]:
    """The numbers of the endpoints in each answer."""
    found: list[Described] = made.of(HUB, Described)
    assert all(event.eui == METER for event in found)
    return [tuple(one.endpoint for one in event.endpoints) for event in found]


def answer(made: RadioHome, command: Layout, sequence: int, source: bytes = METER) -> None:
    """A payload of the device objects that a Device sends of its own accord."""
    message = zdo.Message(sequence, command)
    eui = type(METER)(source)
    made.send(Asdu(eui, HUB, 0, 0, message.cluster, ZDO_PROFILE, message.to_bytes()))
    made.run(5)


def test_a_device_is_asked_for_every_endpoint_and_each_is_told() -> None:
    made = home(1, 2, 5)
    made.take(HUB, Describe(METER))
    made.run(5)
    assert described(made) == [(1, 2, 5)]


def test_a_gas_meter_that_sleeps_answers_when_it_wakes() -> None:
    made = home(1, role=Role.SLEEPY)
    made.take(HUB, Describe(METER))
    made.run(20)
    assert described(made) == [(1,)]


def test_of_forty_endpoints_no_more_are_asked_about_than_the_policy_has() -> None:
    made = home(*range(1, 41))
    made.take(HUB, Describe(METER))
    made.run(20)
    assert described(made) == [tuple(range(1, HanPolicy().endpoints + 1))]


def test_nobody_who_is_not_on_the_network_is_asked() -> None:
    made = home(1)
    before = len(made.frames)
    made.take(HUB, Describe(GAS))
    assert len(made.frames) == before


def test_an_answer_to_no_question_says_nothing() -> None:
    made = home(1)
    for sequence in (0, 1, 2, 255):
        answer(made, zdo.ActiveEndpointsResponse(zdo.Status.SUCCESS, 0, (9,)), sequence)
        answer(made, zdo.SimpleDescriptorResponse(zdo.Status.SUCCESS, 0, BARE_ENDPOINT.to_bytes()), sequence)
    assert described(made) == []


def test_an_answer_by_another_device_or_with_another_number_is_not_taken() -> None:
    made = home(1)
    made.take(HUB, Describe(METER))
    wrong = zdo.ActiveEndpointsResponse(zdo.Status.SUCCESS, 0, ())
    for sequence in range(8):
        answer(made, wrong, sequence, source=PPMID)
    assert described(made) == [(1,)]


def test_a_device_that_was_sent_away_is_asked_nothing_more() -> None:
    made = home(1)
    made.take(HUB, Describe(METER))
    made.take(HUB, Expel(METER))
    made.run(10)
    assert described(made) == []


def test_to_ask_again_begins_anew_and_gives_one_answer() -> None:
    made = home(1, 2)
    made.take(HUB, Describe(METER))
    made.take(HUB, Describe(METER))
    made.run(5)
    assert described(made) == [(1, 2)]


def test_what_is_no_descriptor_and_that_of_another_endpoint_do_not_count() -> None:
    liar = SimpleDescriptor(7, BARE_ENDPOINT.profile, 0x0501, 0, (), ())
    made = home(1)
    for octets in (b"", b"\x01", liar.to_bytes()):
        hub = made.radio(HUB)
        hub.receive(Describe(METER), made.world.now)
        inquiry = hub._inquiries._open[METER]
        inquiry.endpoint = 1
        response = zdo.SimpleDescriptorResponse(zdo.Status.SUCCESS, 0, octets)
        message = zdo.Message(inquiry.sequence, response)
        payload = message.to_bytes()
        hub._inquiries.heard(Asdu(METER, HUB, 0, 0, message.cluster, ZDO_PROFILE, payload), made.world.now)
        events = []
        while (event := hub.next_event()) is not None:
            events.append(event)
        assert [event for event in events if isinstance(event, Described)] == [Described(METER, ())]
