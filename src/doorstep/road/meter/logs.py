"""Logs of what has happened: the last entries of each, numbered on, so that only a new one is remembered."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.device.codes import AlertCode
from doorstep.road.machine import Note

__all__ = ["EMPTY", "Entry", "Log", "Logs", "noted"]

_HEAD: Final = struct.Struct(">QqH")  # number, time, code
_MOST_DATA: Final = 32
"""A choice, so that an entry stays small."""


class Log(Enum):
    """The logs of a meter, each with the number of entries that it holds (choices)."""

    EVENTS = ("events", 100)
    SECURITY = ("security", 100)

    @property
    def room(self) -> int:
        """How many entries it holds; a further one drops the oldest."""
        return self.value[1]


class Entry(Struct, frozen=True):
    """One event: a number that rises by one an entry, when it was, its code, and what is known beside.

    Of a Command that was received ``data`` is its Message Code, two bytes, as the reference logs have it.
    """

    number: int
    time: Instant
    code: int
    data: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Entry:
        """Read what :meth:`to_bytes` wrote; raises :class:`DecodeError` for anything else."""
        if not _HEAD.size <= len(data) <= _HEAD.size + _MOST_DATA:
            raise DecodeError("log", 0, f"{len(data)} bytes are no entry")
        number, time, code = _HEAD.unpack_from(data)
        return cls(number, time, code, data[_HEAD.size :])

    def to_bytes(self) -> bytes:
        """The entry for a memory."""
        return _HEAD.pack(self.number, self.time, self.code) + self.data


class Logs(Struct, frozen=True):
    """The entries of every log, oldest first; a change makes a new one."""

    entries: Mapping[Log, tuple[Entry, ...]]

    def of(self, log: Log) -> tuple[Entry, ...]:
        """What a log holds, oldest first."""
        return self.entries.get(log, ())

    def adding(self, log: Log, time: Instant, code: int, data: bytes = b"") -> Logs:
        """The logs with one more entry; the oldest is dropped where there is no room."""
        held = self.of(log)
        number = held[-1].number + 1 if held else 0
        return Logs({**self.entries, log: (*held, Entry(number, time, code, data))[-log.room :]})

    def without(self, log: Log) -> Logs:
        """The logs with one of them cleared."""
        return Logs({**self.entries, log: ()})

    def holding(self, log: Log, entry: Entry) -> Logs:
        """The logs with an entry put where its number says, as a memory gives them in any order."""
        held = sorted((*self.of(log), entry), key=lambda one: one.number)
        return Logs({**self.entries, log: tuple(held)[-log.room :]})


EMPTY: Final = Logs({})

_SECURITY: Final = frozenset(
    (
        AlertCode.MALFORMED_COMMAND,
        AlertCode.NO_AUTHORITY,
        AlertCode.AUTHENTICATION_FAILURE,
        AlertCode.UNAUTHORISED_ACCESS,
        AlertCode.BALANCE_WOULD_EXCEED,
        AlertCode.DUPLICATE_UTRN,
        AlertCode.EVENT_LOG_CLEARED,
        AlertCode.FAILED_AUTHORISATION,
        AlertCode.CREDIT_WOULD_EXCEED,
        AlertCode.OUT_OF_ORDER,
        AlertCode.UTRN_NOT_AUTHENTIC,
        AlertCode.NOT_SUPPORTED,
    )
)
"""What is for the Security Log, as the reference logs divide the codes; all else is for the Event Log."""


def noted(logs: Logs, notes: Iterable[Note], now: Instant) -> Logs:
    """The logs with everything noted that has a code of the standard."""
    for note in notes:
        if note.code is not None:
            code, data = _event_of(note)
            logs = logs.adding(Log.SECURITY if code in _SECURITY else Log.EVENTS, now, code, data)
    return logs


def _event_of(note: Note) -> tuple[int, bytes]:
    """The code of an event, and its data: of a Command, or of what a display asked for, the Message Code."""
    assert note.code is not None, "only what has a code is an event"
    if note.what == "executed":
        return note.code, peek(note.about).message_code.to_bytes(2, "big")
    if note.what in _LOCAL:
        return _LOCAL[note.what], note.code.to_bytes(2, "big")
    return note.code, b""


_LOCAL: Final = {
    "local": AlertCode.COMMAND_ACTIONED,
    "refused locally": AlertCode.COMMAND_NOT_ACTIONED,
}
"""Notes of what a display asked for, whose code is that of the command of the home's network."""
