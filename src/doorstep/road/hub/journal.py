"""What the hub says of itself: notes for whoever watches it, and with an event code, into its logs too."""

from __future__ import annotations

from collections import deque
from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.device import AlertCode
from doorstep.road.hub.event_log import EventLog
from doorstep.road.hub.events import HubEvent
from doorstep.road.machine import Note, Outbox, Remember

__all__ = ["Journal"]

_WITH_MESSAGE_CODE: Final = (AlertCode.COMMAND_ACTIONED, AlertCode.COMMAND_NOT_ACTIONED)
"""Events whose entry says which Message Code they are about."""


class Journal:
    """Notes go to ``out``; those with an event code into the ``log``, which is remembered.

    :meth:`next_event` gives the latter once more, for whoever sends Alerts of them.
    """

    def __init__(self, out: Outbox[HubEvent], log: EventLog) -> None:
        self._out = out
        self._log = log
        self._events: deque[Note] = deque()

    def note(self, now: Instant, what: str, why: str, about: bytes = b"", code: int | None = None) -> None:
        """Say what was done with which message, and why."""
        self.take(now, Note(what, why, about, code))

    def take(self, now: Instant, note: Note) -> None:
        """Say what a part of the hub has noted."""
        self._out.put(note)
        if note.code is not None:
            data = _message_code(note.about) if note.code in _WITH_MESSAGE_CODE else b""
            self._out.put(Remember(self._log.add(note.code, now, data)))
            self._events.append(note)

    def next_event(self) -> Note | None:
        """The next note with an event code, None when there is no more."""
        return self._events.popleft() if self._events else None


def _message_code(message: bytes) -> bytes:
    try:
        return peek(message).message_code.to_bytes(2, "big")
    except DecodeError:
        return b""
