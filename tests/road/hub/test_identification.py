"""What a new Device is: the hub asks, believes what its table has, and takes no word for an HHT."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from doorstep.gbcs.usecases import DeviceType
from doorstep.road.han.endpoints import DESCRIPTORS
from doorstep.road.han.events import Describe, Described, Joined, Left
from doorstep.road.hub.events import FromWan
from doorstep.road.hub.identification import type_of
from doorstep.zigbee.zdo import SimpleDescriptor
from tests.road.hub.bench import CONFIG, Bench, frames, notes
from tests.road.hub.messages import CHF, ESME, GSME, PPMID, STRANGER, command
from tests.road.hub.parties import CHF_CELLS, KEYS, NOW, ccs01, ccs02

MINUTE = 60_000
NEW = structs.replace(CONFIG, chf_cells=CHF_CELLS)
METERING, TUNNELING = 0x0702, 0x0704


def descriptor(
    device_id: int, serves: tuple[int, ...] = (), asks: tuple[int, ...] = (), profile: int = 0x0109
) -> SimpleDescriptor:
    return SimpleDescriptor(1, profile, device_id, 0, serves, asks)


def with_stranger() -> Bench:
    """A hub to which CCS01 has added a Device that nobody knows, and which has joined."""
    bench = Bench(NEW, keys=KEYS, now=NOW)
    bench.tell(FromWan(ccs01(7, STRANGER)))
    bench.tell(Joined(STRANGER))
    return bench


def asked(said: list[Any]) -> list[Describe]:
    return [event for event in said if isinstance(event, Describe)]


def test_a_meter_is_told_from_another_by_who_asks_for_the_tunnel() -> None:
    assert type_of([descriptor(0x0501, serves=(METERING, TUNNELING))]) is DeviceType.ESME
    assert type_of([descriptor(0x0501, serves=(METERING,), asks=(TUNNELING,))]) is DeviceType.GSME


@pytest.mark.parametrize("device_id", [0x0502, 0x0506])
def test_a_display_with_a_tunnel_is_a_ppmid_and_one_without_is_not(device_id: int) -> None:
    assert type_of([descriptor(device_id, asks=(METERING, TUNNELING))]) is DeviceType.PPMID
    without = type_of([descriptor(device_id, asks=(METERING,))])
    assert without is (DeviceType.TYPE2 if device_id == 0x0502 else None)


def test_what_two_endpoints_have_counts_together_and_another_profile_does_not() -> None:
    meter, tunnel = descriptor(0x0501, serves=(METERING,)), descriptor(0x0508, serves=(TUNNELING,))
    assert type_of([meter, tunnel]) is DeviceType.ESME
    assert type_of([meter, structs.replace(tunnel, profile=0x0104)]) is None


def test_each_radio_of_a_street_says_what_it_is() -> None:
    for kind in (DeviceType.ESME, DeviceType.GSME, DeviceType.PPMID, DeviceType.HCALCS):
        assert type_of(DESCRIPTORS[kind]) is kind


def test_who_says_nothing_or_nothing_known_is_of_no_type() -> None:
    assert type_of([]) is None
    assert type_of([descriptor(0x0508, serves=(TUNNELING,), asks=(TUNNELING,))]) is None
    assert type_of([descriptor(0x0007)]) is None


def test_a_device_of_unknown_type_is_asked_when_it_joins_until_it_answers() -> None:
    bench = with_stranger()
    assert asked(bench.said) == [Describe(STRANGER)]
    assert asked(bench.wait(2 * MINUTE)) == [Describe(STRANGER)] * 2
    said = bench.tell(Described(STRANGER, DESCRIPTORS[DeviceType.ESME]))
    assert notes(said, "identified")
    assert [frame[2] for frame in frames(said, STRANGER)] == [0x00], "the hub asks it for a tunnel"
    assert asked(bench.wait(10 * MINUTE)) == []


def test_a_device_whose_type_is_known_is_not_asked() -> None:
    bench = Bench(NEW, keys=KEYS, now=NOW)
    assert asked(bench.tell(Joined(PPMID))) == []


def test_a_hub_that_was_switched_off_before_the_answer_came_asks_again() -> None:
    again = Bench(NEW, keys=KEYS, now=NOW, memory=with_stranger().memory)
    assert asked(again.said) == [Describe(STRANGER)]
    again.tell(Described(STRANGER, DESCRIPTORS[DeviceType.PPMID]))
    third = Bench(NEW, keys=KEYS, now=NOW, memory=again.memory)
    assert third.hub.devices.device_type(STRANGER) is DeviceType.PPMID
    assert asked(third.said) == []


@pytest.mark.parametrize("gone", ["left", "removed"])
def test_a_device_that_is_gone_is_not_asked(gone: str) -> None:
    bench = with_stranger()
    bench.tell(Left(STRANGER) if gone == "left" else FromWan(ccs02(8, STRANGER)))
    assert asked(bench.wait(10 * MINUTE)) == []


def test_what_calls_itself_a_hand_held_terminal_is_none_and_gets_no_tunnel() -> None:
    """Neither within the HHT's time after power-on, for it was not presented, nor after."""
    bench = with_stranger()
    for _hour in range(2):
        said = bench.tell(Described(STRANGER, DESCRIPTORS[DeviceType.HHT]))
        assert notes(said, "not identified")
        bench.wait(60 * MINUTE)
    assert bench.hub.devices.device_type(STRANGER) is None
    said = bench.command(STRANGER, 0x00, bytes.fromhex("06FFFF00DC05"))
    assert notes(said, "ignored")
    assert frames(said) == []


def test_a_ppmid_that_calls_itself_something_else_stays_a_ppmid() -> None:
    bench = Bench(NEW, keys=KEYS, now=NOW)
    for kind in (DeviceType.HHT, DeviceType.CHF, DeviceType.ESME, DeviceType.GSME):
        assert bench.tell(Described(PPMID, DESCRIPTORS[kind])) == []
    assert bench.hub.devices.device_type(PPMID) is DeviceType.PPMID


@pytest.mark.parametrize("target", [CHF, ESME, GSME])
def test_a_display_that_calls_itself_a_meter_relays_no_command(target: Any) -> None:
    """It has the rights of an ESME, and nobody's besides: an ESME sends no Commands."""
    bench = with_stranger()
    bench.tell(Described(STRANGER, DESCRIPTORS[DeviceType.ESME]))
    bench.grant(STRANGER)
    said = bench.command(STRANGER, 0x01, b"\x01\x00" + command(target), to_client=True)
    assert notes(said, "refused")


def test_a_word_of_who_is_not_in_the_log_changes_nothing() -> None:
    bench = Bench(NEW, keys=KEYS, now=NOW)
    before = bench.hub.devices
    assert bench.tell(Described(STRANGER, DESCRIPTORS[DeviceType.PPMID])) == []
    assert bench.hub.devices == before
