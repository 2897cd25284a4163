"""The frame counters of what a radio sends: never the same number twice with a key, whatever happens.

A radio writes down a number that it has not come to yet, and goes on from there when it is switched on
again: what lies between is lost, and nothing is used twice. A radio that remembers nothing begins with a
number that the time gives, sixteen for each second, so that it is above what it had come to before its
memory was lost (a choice; until 2029).
"""

from __future__ import annotations

import struct
from typing import Final

from doorstep.errors import DecodeError, NoKey
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Memory, Outbox, Remember

__all__ = ["FrameCounters"]

_NAME: Final = "han/counters"
_FORM: Final = struct.Struct(">QQ")
_END: Final = 0xFFFF_FFFF
_BEGINNING: Final = 1_735_689_600_000
"""2025-01-01, from which the first numbers count, in milliseconds since 1970."""
_A_SECOND: Final = 16
_LATEST: Final = 0x8000_0000


class FrameCounters:
    """Two counters: one for all that the network key protects, one for all that link keys protect.

    Both are of 32 bits. The second also numbers the keys that this radio makes.
    """

    def __init__(self, memory: Memory, step: int, out: Outbox[Remember]) -> None:
        self._step = step
        self._out = out
        remembered = memory.get(_NAME)
        self._is_new = remembered is None
        self._next = list(_restored(remembered))
        self._ahead = list(self._next)
        self._first = sum(self._next)

    def begin(self, now: Instant) -> None:
        """Begin with what the time gives, where nothing is remembered."""
        if self._is_new:
            self._is_new = False
            first = min(max(now - _BEGINNING, 0) // 1000 * _A_SECOND, _LATEST)
            self._next = [first, first]
            self._ahead = [first, first]
            self._first = first

    @property
    def first(self) -> int:
        """A number that tells this run of the radio from its earlier ones: where its counters began."""
        return self._first

    def network(self) -> int:
        """The next number under the network key; raises :class:`NoKey` where there is none left."""
        return self._take(0)

    def link(self) -> int:
        """The next number under link keys; raises :class:`NoKey` where there is none left."""
        return self._take(1)

    def _take(self, which: int) -> int:
        number = self._next[which]
        if number >= _END:
            raise NoKey("the frame counter has come to its end, and the key must not be used any more")
        if number >= self._ahead[which]:
            self._ahead[which] = min(number + self._step, _END)
            self._out.put(Remember({_NAME: _FORM.pack(*self._ahead)}))
        self._next[which] = number + 1
        return number


def _restored(data: bytes | None) -> tuple[int, int]:
    if data is None:
        return 0, 0
    if len(data) != _FORM.size:
        raise DecodeError("remembered frame counters", 0, f"has {len(data)} octets, not {_FORM.size}")
    network, link = _FORM.unpack(data)
    return network, link
