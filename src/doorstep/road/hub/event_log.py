"""The hub's own Event Log and Security Log: what happened, when, by the standard's event codes.

Each holds its last entries and no more, so nothing that anybody sends can make them grow.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant
from doorstep.road.device import AlertCode
from doorstep.road.hub.store import Entries
from doorstep.road.machine import Memory

__all__ = ["EventLog", "Log", "LoggedEvent", "log_of"]

_PREFIX: Final = "log:"
_HEAD: Final = struct.Struct(">QQH")  # number, time, code


class Log(Enum):
    """The two logs of a hub."""

    EVENT = "event"
    SECURITY = "security"


# The Security Log is for the codes of fixed behaviour, 0x8Fxx, but for these. So the logs of the reference
# set have it; of the codes that they do not have it is a guess.
_FIXED_BEHAVIOUR: Final = 0x8F
_NOT_OF_SECURITY: Final = frozenset(
    {
        AlertCode.FUTURE_DATED_ACTIONED,
        AlertCode.FUTURE_DATED_NOT_ACTIONED,
        0x8F84,  # failure to deliver a Remote Party Message to an ESME
    }
)


class LoggedEvent(Struct, frozen=True):
    """One entry: the event code of the standard, and what some codes add, such as a Message Code."""

    time: Instant
    code: int
    data: bytes = b""


def log_of(code: int) -> Log:
    """The log where an event code belongs."""
    fixed = code >> 8 == _FIXED_BEHAVIOUR and code not in _NOT_OF_SECURITY
    return Log.SECURITY if fixed else Log.EVENT


class EventLog:
    """Both logs, ``size`` entries each. Every change gives the entries to remember.

    Raises :class:`DecodeError` for a memory that no log has written.
    """

    def __init__(self, size: int, memory: Memory) -> None:
        self._size = size
        self._logs: dict[Log, deque[LoggedEvent]] = {log: deque(maxlen=size) for log in Log}
        self._next = dict.fromkeys(Log, 0)
        for log in Log:
            for number, event in sorted(_remembered(log, memory)):
                self._logs[log].append(event)
                self._next[log] = number + 1

    def add(self, code: int, now: Instant, data: bytes = b"") -> Entries:
        """Write an event into the log where its code belongs; the oldest of a full log is overwritten."""
        log = log_of(code)
        number = self._next[log]
        self._next[log] = number + 1
        self._logs[log].append(LoggedEvent(now, code, data))
        return {_key(log, number % self._size): _HEAD.pack(number, max(now, 0), code) + data}

    def read(self, log: Log, since: Instant, until: Instant) -> tuple[LoggedEvent, ...]:
        """The events of a period, both its ends included, oldest first."""
        return tuple(event for event in self._logs[log] if since <= event.time <= until)

    def all(self, log: Log) -> tuple[LoggedEvent, ...]:
        """All that a log holds, oldest first."""
        return tuple(self._logs[log])


def _key(log: Log, place: int) -> str:
    return f"{_PREFIX}{log.value}:{place}"


def _remembered(log: Log, memory: Memory) -> Iterator[tuple[int, LoggedEvent]]:
    for key, data in memory.items():
        if not key.startswith(_key(log, 0)[:-1]) or data is None:
            continue
        if len(data) < _HEAD.size:
            raise DecodeError(f"memory entry {key!r}", 0, f"{len(data)} bytes are no logged event")
        number, time, code = _HEAD.unpack_from(data)
        yield number, LoggedEvent(time, code, data[_HEAD.size :])
