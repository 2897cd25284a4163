"""Messages that the other end of a connection acknowledges, so that whoever sends knows what has arrived.

Each binary frame is either a message, ``01`` ‖ its number ‖ the message, or the word that one has been
taken for good, ``00`` ‖ its number. Numbers are those of one direction of one connection, eight octets,
from 1 upwards; what a connection that breaks leaves unacknowledged is sent again on the next, by whoever
keeps it, and may then arrive twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.service.peers import LineLost

__all__ = ["OVERHEAD", "Arrived", "Carrier", "Outgoing", "Taken"]

OVERHEAD: Final = 9
"""Octets of a frame beside its message."""

_TAKEN: Final = 0x00
_MESSAGE: Final = 0x01
_MOST_UNACKNOWLEDGED: Final = 8192


class Outgoing(Struct, frozen=True):
    """A message to send; ``reference`` is the sender's own name for it."""

    message: bytes
    reference: str


class Taken(Struct, frozen=True):
    """The message of that number has been taken for good."""

    number: int


class Arrived(Struct, frozen=True):
    """A message that came, to be answered by :class:`Taken` with its number."""

    message: bytes
    number: int


class Carrier:
    """The two directions of one connection; ``send`` writes a frame."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._send = send
        self._number = 0
        self._references: dict[int, str] = {}

    async def write(self, item: Outgoing | Taken) -> None:
        """Write a message or a word. Raises :class:`LineLost` for a peer that acknowledges nothing."""
        if isinstance(item, Taken):
            await self._send(_frame(_TAKEN, item.number))
            return
        if len(self._references) >= _MOST_UNACKNOWLEDGED:
            raise LineLost("the peer acknowledges nothing")
        self._number += 1
        self._references[self._number] = item.reference
        await self._send(_frame(_MESSAGE, self._number) + item.message)

    def read(self, frame: bytes) -> Arrived | str:
        """What a frame brings: a message, or the reference of one that the peer has taken.

        Raises :class:`DecodeError` for neither, and for a number that no message of ours has.
        """
        number = int.from_bytes(frame[1:OVERHEAD], "big")
        if len(frame) > OVERHEAD and frame[0] == _MESSAGE:
            return Arrived(frame[OVERHEAD:], number)
        if len(frame) == OVERHEAD and frame[0] == _TAKEN:
            try:
                return self._references.pop(number)
            except KeyError:
                raise DecodeError("frame", 1, f"no message {number} waits to be acknowledged") from None
        raise DecodeError("frame", 0, f"{len(frame)} bytes carry no message and acknowledge none")


def _frame(kind: int, number: int) -> bytes:
    return bytes((kind,)) + number.to_bytes(OVERHEAD - 1, "big")
