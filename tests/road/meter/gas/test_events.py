"""The logs of events of a gas meter: which part a Command gets to see, and what is cleared."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from doorstep.gbcs.times import Instant, utc2000
from doorstep.road.device.clusters import Declined
from doorstep.road.meter.gas.attributes import blank_attributes
from doorstep.road.meter.gas.events import clear, cleared, events
from doorstep.road.meter.gas.state import GasState
from doorstep.road.meter.logs import EMPTY, Log
from doorstep.zigbee.clusters.events import ClearEventLog, ClearEventLogResponse, GetEventLog
from doorstep.zigbee.zcl import Status
from tests.road.meter.reference_keys import CELLS, THEN

LOGS = (
    EMPTY.adding(Log.EVENTS, THEN, 0x8154, b"\x00\x6b")
    .adding(Log.EVENTS, THEN + 1_000, 0x810D)
    .adding(Log.EVENTS, THEN + 2_000, 0x8154, b"\x00\x6c")
    .adding(Log.SECURITY, THEN, 0x8F3D)
)
STATE = GasState(cells=CELLS, attributes=blank_attributes(), logs=LOGS)


class At:
    """The occasion of a Command, as far as the logs look at it."""

    now: Instant = THEN + 5_000


def told(
    log: int = 0x13, start: int = 0, end: int = 2_000, event: int = 0, most: int = 0, offset: int = 0
) -> Any:
    asked = GetEventLog(log, event, utc2000(THEN + start), utc2000(THEN + end), most, offset)
    (answer,) = events(STATE, asked, At())  # type: ignore[arg-type]
    return answer


def codes(answer: Any) -> list[tuple[int, bytes]]:
    return [(one.event_id, one.data) for one in answer.events]


FIRST, SECOND, THIRD = (0x8154, b"\x00\x6b"), (0x810D, b""), (0x8154, b"\x00\x6c")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [FIRST, SECOND, THIRD]),
        ({"log": 0x16}, [FIRST, SECOND, THIRD]),  # by the number of older documents
        ({"log": 0x03}, [(0x8154, b""), SECOND, (0x8154, b"")]),  # without what is known beside
        ({"log": 0x14}, [(0x8F3D, b"")]),
        ({"start": 1_000}, [SECOND, THIRD]),
        ({"end": 1_000}, [FIRST, SECOND]),
        ({"event": 0x8154}, [FIRST, THIRD]),
        ({"most": 2}, [FIRST, SECOND]),
        ({"offset": 1, "most": 1}, [SECOND]),
        ({"offset": 9}, []),
    ],
)
def test_what_is_asked_for_is_told(asked: dict[str, int], expected: list[tuple[int, bytes]]) -> None:
    assert codes(told(**asked)) == expected


def test_the_total_counts_what_matches_not_what_is_told() -> None:
    answer = told(most=1)
    assert (answer.total_matching_events, answer.command_index, answer.total_commands) == (3, 0, 1)


@pytest.mark.parametrize("asked", [{"log": 0x11}, {"log": 0x1F}, {"start": 2_000, "end": 0}, {"event": 7}])
def test_nothing_is_not_found(asked: dict[str, int]) -> None:
    with pytest.raises(Declined) as caught:
        told(**asked)
    assert caught.value.status == Status.NOT_FOUND


def test_the_event_log_is_cleared_and_the_security_log_says_so() -> None:
    after = clear(STATE, ClearEventLog(3), At())  # type: ignore[arg-type]
    assert after.logs.of(Log.EVENTS) == ()
    last = after.logs.of(Log.SECURITY)[-1]
    assert (last.time, last.code) == (THEN + 5_000, 0x8F52)
    assert structs.replace(after, logs=LOGS) == STATE
    (answer,) = cleared(after, ClearEventLog(3), At())  # type: ignore[arg-type]
    assert answer == ClearEventLogResponse(0b1000)


def test_the_security_log_is_never_cleared() -> None:
    with pytest.raises(Declined) as caught:
        clear(STATE, ClearEventLog(4), At())  # type: ignore[arg-type]
    assert caught.value.status == Status.NOT_AUTHORIZED
