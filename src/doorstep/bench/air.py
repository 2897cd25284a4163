"""The air of one home: a radio frame that one radio transmits is heard by every other.

Links decide what becomes of it on the way to each: faults and delays are stacked as for any other link
(:mod:`doorstep.bench.links`), and every radio has its own luck.
"""

from __future__ import annotations

from collections.abc import Callable

from doorstep.bench.links import Link
from doorstep.bench.world import World
from doorstep.gbcs.times import Instant

__all__ = ["Air", "Ear", "Tap"]

Ear = Callable[[bytes], None]
"""Hears a radio frame."""
Tap = Callable[[bytes, Instant], None]
"""Told of a radio frame when it is transmitted, as a capture would be."""


class Air:
    """One air, in virtual time. ``taps`` are told of every frame once, whatever becomes of it."""

    def __init__(self, world: World, link: Link[bytes]) -> None:
        self._world = world
        self._link = link
        self._ears: dict[str, Ear] = {}
        self.taps: list[Tap] = []

    def listen(self, name: str, ear: Ear) -> None:
        """Let a radio hear what the others transmit, in place of one of the same name."""
        self._ears[name] = ear

    def leave(self, name: str) -> None:
        """Let a radio hear nothing any more."""
        self._ears.pop(name, None)

    def transmit(self, name: str, frame: bytes) -> None:
        """Put a frame of the radio ``name`` on the air."""
        for tap in self.taps:
            tap(frame, self._world.now)
        for other, ear in tuple(self._ears.items()):
            if other != name:
                self._world.send(self._link, frame, ear)
