"""Messages that come to the hub itself in blocks, put together."""

from __future__ import annotations

from typing import Final

from doorstep.gbcs.gbt import GaveUp, Policy, Reassembly, Whole, decode_block, is_block
from doorstep.gbcs.times import Instant
from doorstep.road.hub.journal import Journal

__all__ = ["Blocks"]

_POLICY: Final = Policy(messages=4, messages_per_originator=2, memory=0x8000)
"""How much is held of Commands and Responses in blocks until they are whole; it is not remembered."""


class Blocks:
    """Blocks that wait for the others of their messages; of what never becomes whole a note is made.

    ``what`` is the word that the note begins with, ``code`` the event that it is, if it is one. Nobody is
    asked for a block that is missing: the WAN and the tunnels lose none (a choice).
    """

    def __init__(self, journal: Journal, what: str, code: int | None = None) -> None:
        self._journal = journal
        self._what = what
        self._code = code
        self._reassembly = Reassembly(_POLICY)

    def whole(self, message: bytes, now: Instant) -> bytes | None:
        """A message as it is; of a block the message that it completes, None where there are more to come."""
        if not is_block(message):
            return message
        self._reassembly.receive(decode_block(message), now)
        return self._finished(now)

    def deadline(self) -> Instant | None:
        """When blocks have waited for the others for too long."""
        return self._reassembly.deadline()

    def on_deadline(self, now: Instant) -> None:
        """Forget blocks that have waited for too long."""
        self._reassembly.on_deadline(now)
        self._finished(now)

    def _finished(self, now: Instant) -> bytes | None:
        whole = None
        while (event := self._reassembly.next_event()) is not None:
            if isinstance(event, Whole):
                whole = event.message
            elif isinstance(event, GaveUp):
                self._journal.note(now, self._what, event.why, code=self._code)
        return whole
