"""The logs of events of a meter: what goes into which, how much is kept, and that it is remembered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.machine import Note
from doorstep.road.meter import memory
from doorstep.road.meter.logs import EMPTY, Entry, Log, noted
from doorstep.road.meter.memory import READERS, remembered
from tests.road.meter.electricity.home import (
    NOW,
    command,
    drained,
    enable_supply,
    executed,
    get,
    invoke,
    meter,
    read_balance,
    rejected,
)

CLEAR = "7 0-0:99.98.0.255 1"

entries = st.builds(
    Entry, st.integers(0, 2**63), st.integers(0, 2**50), st.integers(0, 0xFFFF), st.binary(max_size=32)
)


@given(entries)
def test_an_entry_comes_back_from_a_memory(entry: Entry) -> None:
    assert Entry.from_bytes(entry.to_bytes()) == entry


@given(entries, st.integers(1, 18))
def test_a_cut_entry_is_refused(entry: Entry, length: int) -> None:
    with pytest.raises(DecodeError):
        Entry.from_bytes(entry.to_bytes()[: length - 1])
    with pytest.raises(DecodeError):
        Entry.from_bytes(entry.to_bytes() + bytes(33))


@pytest.mark.parametrize("key", ["log/", "log/EVENTS", "log/NONE 1", "log/EVENTS 1 2"])
def test_an_entry_under_another_name_is_refused(key: str) -> None:
    with pytest.raises(DecodeError, match=key):
        remembered(meter().state, {key: Entry(1, NOW, 0x8154).to_bytes()}, READERS)


def test_a_full_log_drops_its_oldest() -> None:
    logs = EMPTY
    for number in range(Log.EVENTS.room + 7):
        logs = logs.adding(Log.EVENTS, NOW + number, 0x8154)
    held = logs.of(Log.EVENTS)
    assert [entry.number for entry in held] == list(range(7, Log.EVENTS.room + 7))
    assert [entry.time for entry in held] == [NOW + entry.number for entry in held]
    assert logs.of(Log.SECURITY) == ()


def test_a_command_that_was_carried_out_is_an_event_with_its_message_code() -> None:
    machine = meter()
    executed(machine, enable_supply(1))
    executed(machine, command("ECS82", 2, get("1 0-0:1.2.3.4 2")))
    told = [(entry.code, entry.data) for entry in machine.state.logs.of(Log.EVENTS)]
    assert told == [(0x8154, b"\x00\x4f"), (0x8155, b"\x00\x69")]
    assert machine.state.logs.of(Log.SECURITY) == ()


def test_a_command_that_was_refused_is_for_the_security_log() -> None:
    machine = meter()
    executed(machine, enable_supply(1))
    rejected(machine, enable_supply(1))
    rejected(machine, b"\xdf")
    assert [entry.code for entry in machine.state.logs.of(Log.SECURITY)] == [0x8F60, 0x8F1E]
    assert len(machine.state.logs.of(Log.EVENTS)) == 1


def test_what_has_no_code_of_the_standard_is_no_event() -> None:
    assert noted(EMPTY, (Note("ignored", "noise", b""),), NOW) == EMPTY


def test_clearing_the_event_log_leaves_the_security_log_and_is_told_there() -> None:
    machine = meter()
    for counter in range(1, 6):
        executed(machine, read_balance(counter))
    rejected(machine, b"")
    before = machine.state

    executed(machine, command("ECS15a", 9, invoke(CLEAR, Data(Tag.INTEGER, 0))), NOW + 1)

    # The clearing itself is the first event of what follows.
    assert [(one.time, one.data) for one in machine.state.logs.of(Log.EVENTS)] == [(NOW + 1, b"\x00\x24")]
    assert [one.code for one in machine.state.logs.of(Log.SECURITY)][1:] == [0x8F52]
    changed = memory.changes(before, machine.state)
    assert {key for key, value in changed.items() if value is None} >= {
        f"log/EVENTS {n}" for n in range(1, 5)
    }


@given(st.lists(st.sampled_from((*Log, None)), max_size=40))
def test_logs_come_back_as_they_were(steps: list[Log | None]) -> None:
    """Whatever happens, what was asked to be remembered makes the same logs again. None clears the events."""
    held: dict[str, bytes | None] = {}
    state = meter().state
    for number, log in enumerate(steps * 4):
        logs = state.logs.without(Log.EVENTS) if log is None else state.logs.adding(log, NOW + number, number)
        after = structs.replace(state, logs=logs)
        held |= memory.changes(state, after)
        state = after
    again = remembered(meter().state, held, READERS)
    assert all(again.logs.of(log) == state.logs.of(log) for log in Log)


def test_one_more_event_is_one_small_entry_however_many_there_are() -> None:
    machine = meter()
    for counter in range(1, Log.EVENTS.room + 2):
        executed(machine, read_balance(counter))
    before = machine.state
    machine.take(read_balance(500), NOW)
    drained(machine)
    changed = memory.changes(before, machine.state)
    (key,) = [key for key in changed if key.startswith("log/")]
    assert key == "log/EVENTS 1"
    assert len(changed[key] or b"") < 64
