"""Links: what carries things from one stop to the next, and what happens to them on the way.

A link is asked what becomes of an item sent now, and says when which items arrive: none, one or
several. Links are stacked: faults over a loopback, a tap over the faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from doorstep.gbcs.times import Instant

__all__ = ["Altered", "Faults", "Faulty", "Link", "Loopback", "Switched", "Tapped"]

T = TypeVar("T")


class Link(Protocol[T]):
    """One direction between two stops."""

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        """When which items arrive, for one that is sent at ``now``."""


class Loopback(Generic[T]):
    """Everything arrives, after ``delay`` milliseconds."""

    def __init__(self, delay: int = 0) -> None:
        self.delay = delay

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        yield now + self.delay, item


class Faults(Struct, frozen=True):
    """How often what happens: probabilities, and the longest extra delay in milliseconds.

    An extra delay is what puts items out of order.
    """

    loss: float = 0.0
    duplication: float = 0.0
    delay: float = 0.0
    longest_delay: int = 2_000


class Faulty(Generic[T]):
    """Loses, doubles and delays items as ``faults`` says, by the random numbers it is given."""

    def __init__(self, under: Link[T], faults: Faults, random: Random) -> None:
        self._under = under
        self._faults = faults
        self._random = random

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        faults, random = self._faults, self._random
        copies = 2 if random.random() < faults.duplication else 1
        for _ in range(copies):
            if random.random() < faults.loss:
                continue
            extra = random.randrange(1, faults.longest_delay + 1) if random.random() < faults.delay else 0
            for when, arrived in self._under.carry(item, now):
                yield when + extra, arrived


class Switched(Generic[T]):
    """Carries while ``up``; loses everything while not."""

    def __init__(self, under: Link[T], up: bool = True) -> None:
        self._under = under
        self.up = up

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        if self.up:
            yield from self._under.carry(item, now)


class Tapped(Generic[T]):
    """Tells ``record`` of every item that arrives, with the times of sending and arrival."""

    def __init__(self, under: Link[T], record: Callable[[T, Instant, Instant], None]) -> None:
        self._under = under
        self._record = record

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        for when, arrived in self._under.carry(item, now):
            self._record(arrived, now, when)
            yield when, arrived


class Altered(Generic[T]):
    """Changes items on the way, as somebody who holds the link could."""

    def __init__(self, under: Link[T], alter: Callable[[T], T]) -> None:
        self._under = under
        self._alter = alter

    def carry(self, item: T, now: Instant) -> Iterator[tuple[Instant, T]]:
        yield from self._under.carry(self._alter(item), now)
