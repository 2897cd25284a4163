"""Requests that are over a threshold: they wait until somebody who is authorised lets them go on, or not."""

from __future__ import annotations

from msgspec import Struct

from doorstep.duis.request import Request
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Memory

__all__ = ["Quarantine", "Quarantined"]


class Quarantined(Struct, frozen=True):
    """One request in quarantine; ``breach`` is the schema's element that says why."""

    request: Request
    breach: str
    since: Instant


class Quarantine:
    """The requests in quarantine, by the reference of the event that put each there."""

    def __init__(self, most: int, memory: Memory) -> None:
        self._most = most
        self._held: Book[Quarantined] = Book("quarantine:", Quarantined, memory)
        self._last: Book[int] = Book("quarantined:", int, memory)

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return len(self._held) >= self._most

    @property
    def next_reference(self) -> int:
        """The reference of the next event: no number comes twice, whatever has been taken out."""
        return (self._last.find("reference") or 0) + 1

    def items(self) -> tuple[tuple[int, Quarantined], ...]:
        """All that wait, oldest first, with their references."""
        return tuple((int(name), held) for name, held in self._held.items())

    def find(self, reference: int) -> Quarantined | None:
        """The request of that reference, while it waits."""
        return self._held.find(str(reference))

    def put(self, quarantined: Quarantined) -> Entries:
        """Put a request in, under the next reference."""
        reference = self.next_reference
        return self._last.write("reference", reference) | self._held.write(str(reference), quarantined)

    def take(self, reference: int) -> Entries:
        """Take a request out."""
        return self._held.strike(str(reference))
