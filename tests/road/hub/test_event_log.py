"""The hub's logs: bounded, in order, and the same after a restart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.road.hub.event_log import EventLog, Log, LoggedEvent, log_of

CODES = st.sampled_from([0x8154, 0x8155, 0x81BA, 0x819D, 0x8F12, 0x8F3D, 0x8F60, 0x8F66, 0x8F84])


def test_an_event_is_in_the_log_where_its_code_belongs() -> None:
    log = EventLog(3, {})
    log.add(0x8154, 10, b"\x00\x9b")
    log.add(0x8F12, 20)
    log.add(0x8F66, 30)
    assert log.all(Log.EVENT) == (LoggedEvent(10, 0x8154, b"\x00\x9b"), LoggedEvent(30, 0x8F66))
    assert log.read(Log.EVENT, 11, 30) == (LoggedEvent(30, 0x8F66),)
    assert log.read(Log.SECURITY, 0, 19) == ()


@given(st.lists(CODES, max_size=40), st.integers(1, 8))
def test_the_last_entries_are_kept_here_and_in_the_memory_and_no_more(codes: list[int], size: int) -> None:
    log = EventLog(size, {})
    memory: dict[str, bytes | None] = {}
    for time, code in enumerate(codes):
        memory |= log.add(code, time, bytes((time,)))
    for which in Log:
        expected = [(time, code) for time, code in enumerate(codes) if log_of(code) is which][-size:]
        assert [(event.time, event.code) for event in log.all(which)] == expected
    assert len(memory) <= 2 * size
    again = EventLog(size, memory)
    assert [again.all(which) for which in Log] == [log.all(which) for which in Log]
    assert again.add(0x8154, 99).keys() == log.add(0x8154, 99).keys()


@given(st.binary(max_size=17))
def test_what_no_log_has_written_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        EventLog(5, {"log:event:0": data})
