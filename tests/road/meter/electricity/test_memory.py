"""Memory: a state comes back from what was remembered of its changes, and nothing more is written."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.gbcs.keys import Role
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import cosem_date_time
from doorstep.road.device.counters import Counters, Window
from doorstep.road.device.objects import place
from doorstep.road.meter.electricity.memory import changes, remembered
from doorstep.road.meter.electricity.registers import blank_registers
from doorstep.road.meter.electricity.state import Pending, State
from tests.road.meter.electricity.home import (
    BALANCE,
    CELLS,
    NOW,
    SUPPLIER,
    adjust_balance,
    double_long,
    drained,
    meter,
    read_balance,
    set_mode,
    top_up,
)

BLANK = State(cells=CELLS, registers=blank_registers())
FULL = State(
    cells=CELLS,
    registers=blank_registers()
    | {
        place(BALANCE): double_long(-7),
        place("9000 0-0:96.13.0.255 2"): Data(Tag.OCTET_STRING, b"0333"),
    },
    counters=Counters(
        {Role.SUPPLIER: 2**64 - 1, Role.ACCESS_CONTROL_BROKER: 1}, Window(5, (6, 9)), Window(0, (2**63,))
    ),
    pending=(Pending(NOW, place("111 0-1:19.0.0.255 13"), SUPPLIER, 0x1A, 2**63),),
    own_counter=12,
    unsent={3: b"\xdf", 11: b"\xdd"},
)


def test_a_state_comes_back() -> None:
    assert remembered(BLANK, changes(BLANK, FULL)) == FULL


def test_the_entries_are_these() -> None:
    assert changes(BLANK, FULL) == {
        "counter/SUPPLIER": b"\xff" * 8,
        "counter/ACCESS_CONTROL_BROKER": bytes(7) + b"\x01",
        "top-ups/commands": bytes.fromhex("000000000000000500000000000000060000000000000009"),
        "top-ups/entered": bytes.fromhex("00000000000000008000000000000000"),
        "register/112 0-0:19.10.0.255 2": bytes.fromhex("05FFFFFFF9"),
        "register/9000 0-0:96.13.0.255 2": bytes.fromhex("090430333333"),
        "pending": NOW.to_bytes(8, "big")
        + bytes.fromhex("006F0001130000FF0D D0055E000F000002 001A 8000000000000000"),
        "own-counter": bytes(7) + b"\x0c",
        "unsent/3": b"\xdf",
        "unsent/11": b"\xdd",
    }


def test_nothing_changed_is_nothing_to_remember() -> None:
    assert changes(FULL, FULL) == {}


def test_what_is_gone_is_forgotten() -> None:
    entries = changes(FULL, FULL.without_unsent(3).without_pending(place("111 0-1:19.0.0.255 13")))
    assert entries == {"unsent/3": None, "pending": b""}
    assert remembered(BLANK, {**changes(BLANK, FULL), **entries}).unsent == {11: b"\xdd"}


def test_messages_come_back_in_the_order_in_which_they_were_made() -> None:
    memory = {"unsent/10": b"b", "unsent/9": b"a", "unsent/11": b"c"}
    assert list(remembered(BLANK, memory).unsent) == [9, 10, 11]


def test_entries_of_others_are_left_alone() -> None:
    assert remembered(BLANK, {"tunnel/1": b"?", "counterfeit": b"", "unsent/1": None}) == BLANK


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("counter/SUPPLIER", b"\x01"),
        ("counter/NOBODY", bytes(8)),
        ("top-ups/commands", b""),
        ("top-ups/commands", bytes(9)),
        ("register/112 0-0:19.10.0.255 2", b""),
        ("register/112 0-0:19.10.0.255 2", b"\x05\x00"),
        ("register/112 0-0:19.10.0.255 2", bytes.fromhex("050000000000")),
        ("register/112 0-0:19.10.0.255 2", b"\x16\x01"),  # of another type
        ("register/1 0-0:1.2.3.4 5", b"\x16\x01"),  # there is no such register
        ("register/nonsense", b"\x16\x01"),
        ("pending", bytes(34)),
        ("pending", bytes(35)),  # of nothing that is activated
        ("own-counter", bytes(7)),
        ("unsent/x", b""),
        ("log/EVENTS 0", bytes(17)),
        ("log/EVENTS 0", bytes(18 + 33)),
        ("log/NOTHING 0", bytes(18)),
        ("log/EVENTS", bytes(18)),
    ],
)
def test_a_spoilt_memory_is_refused_by_name(key: str, data: bytes) -> None:
    with pytest.raises(DecodeError, match="memory entry"):
        meter({key: data})


def test_a_meter_that_starts_again_is_the_same_meter() -> None:
    machine = meter()
    memory: dict[str, bytes | None] = {}
    for data in (
        read_balance(5),
        adjust_balance(6, 12_345),
        top_up(3, 100),
        set_mode("ECS03", 7, cosem_date_time(NOW + 10**9), threshold=-1),
    ):
        machine.take(data, NOW)
        for event in drained(machine):
            memory |= getattr(event, "entries", {})
    assert meter(memory).state == machine.state


def test_a_read_writes_only_the_counter_the_response_and_the_event() -> None:
    machine = meter()
    machine.take(read_balance(5), NOW)
    entries = drained(machine)[0].entries  # type: ignore[union-attr]
    assert entries.keys() == {"counter/SUPPLIER", "unsent/1", "log/EVENTS 0"}
