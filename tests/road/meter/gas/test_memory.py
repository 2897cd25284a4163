"""Memory: a gas meter's state comes back from what was remembered of its changes, and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.gbcs.payloads.gbz import Component
from doorstep.gbcs.times import utc2000
from doorstep.road.meter.gas.attributes import ATTRIBUTES, blank_attributes
from doorstep.road.meter.gas.memory import changes, remembered
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.zigbee.clusters.calendar import DayScheduleEntry, PublishDayProfile
from doorstep.zigbee.clusters.messaging import DisplayMessage
from doorstep.zigbee.clusters.prepayment import ChangePaymentMode
from tests.road.meter.electricity.home import CELLS, NOW, SUPPLIER
from tests.road.meter.gas.home import (
    CREDIT,
    DAY,
    PREPAID,
    adjust,
    command,
    component,
    drained,
    meter,
    set_mode,
    top_up,
)

BLANK = GasState(cells=CELLS, attributes=blank_attributes())
MODE = Component.of_frame(0x0705, component(3, ChangePaymentMode(0, 1, 5, 2, -1)).frame)
FULL = structs.replace(
    BLANK,
    attributes={**blank_attributes(), CREDIT: -7},
    published={
        "message": DisplayMessage(1, 0, 0, 0xFFFF, b"hello"),
        "day 7 1": PublishDayProfile(0, 1, 7, 1, 1, 0, 1, 0, (DayScheduleEntry(0, 1),)),
    },
    pending=(Pending(NOW, "0705 06", MODE, SUPPLIER, 0x6D, 2**63),),
    own_counter=12,
    unsent={3: b"\xdf"},
)


def test_a_state_comes_back() -> None:
    assert remembered(BLANK, changes(BLANK, FULL)) == FULL
    assert changes(FULL, FULL) == {}


def test_the_entries_are_these() -> None:
    entries = changes(BLANK, FULL)
    assert entries["attribute/0705 0001"] == bytes.fromhex("F9FFFFFF")
    assert entries["published/message"] == bytes.fromhex(
        "0703 09 00 00 01000000 00 00000000 FFFF 05 68656C6C6F"
    )
    assert entries["pending"] == (
        NOW.to_bytes(8, "big")
        + SUPPLIER
        + bytes.fromhex("006D 8000000000000000 0705 0015")
        + bytes.fromhex("01 03 06 00000000 01000000 05000000 0200 FFFFFFFF")
    )


def test_what_is_gone_is_forgotten() -> None:
    entries = changes(FULL, BLANK)
    assert entries["published/message"] is None
    assert entries["unsent/3"] is None
    assert remembered(BLANK, {**changes(BLANK, FULL), **entries}) == BLANK


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("attribute/0705 0001", b""),
        ("attribute/0705 0001", bytes(5)),
        ("attribute/0705 3FFF", bytes(4)),
        ("attribute/nonsense", bytes(4)),
        ("published/message", b""),
        ("published/message", b"\x07\x03\x09\x00"),
        ("published/message", bytes.fromhex("0703 09 00 EE")),
        ("published/message", bytes.fromhex("FFFF 09 00 00")),
        ("pending", bytes(29)),
        ("pending", bytes.fromhex("00" * 18 + "0000000000000000" + "0705 0003" + "010009")),
        ("pending", bytes.fromhex("00" * 18 + "0000000000000000" + "0705 0007" + "01000905000000")),
        ("pending", bytes.fromhex("00" * 18 + "0000000000000000" + "FFFF 0003" + "010000")),
    ],
)
def test_a_spoilt_memory_is_refused_by_name(key: str, data: bytes) -> None:
    with pytest.raises(DecodeError, match="memory entry"):
        meter({key: data})


@given(st.sampled_from(["pending", "published/x", "attribute/0705 0001", "cell/ROOT", "peer/x"]), st.binary())
def test_any_bytes_are_read_or_refused(key: str, data: bytes) -> None:
    try:
        state = remembered(BLANK, {key: data})
    except DecodeError:
        return
    assert changes(state, state) == {}


def test_a_meter_that_starts_again_is_the_same_meter() -> None:
    machine = meter()
    memory: dict[str, bytes | None] = {}
    for data in (
        adjust(6, 12_345),
        top_up(3, 100),
        set_mode(7, PREPAID, utc2000(NOW + DAY)),
        command("GCS07", 8, DisplayMessage(1, 0, 0, 5, b"hi")),
    ):
        machine.take(data, NOW)
        for event in drained(machine):
            memory |= getattr(event, "entries", {})
    assert meter(memory).state == machine.state


def test_every_attribute_can_be_written_as_it_is() -> None:
    for attribute, value in ATTRIBUTES.items():
        octets = attribute.type.write(str(attribute), value)
        assert attribute.type.read(str(attribute), octets, 0, len(octets)) == (value, len(octets))
