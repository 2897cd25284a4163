"""What a parent holds for children that sleep, until they ask for it or its time is over."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

from doorstep.gbcs.times import Instant

__all__ = ["Held"]

T = TypeVar("T")


class Held(Generic[T]):
    """Things for children, by child, each kept for ``keep`` milliseconds; at most ``most`` a child."""

    def __init__(self, keep: Instant, most: int) -> None:
        self._keep = keep
        self._most = most
        self._held: dict[object, deque[tuple[Instant, T]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._held.values()))

    def put(self, child: object, thing: T, now: Instant) -> bool:
        """Hold a thing; False where the child has too much waiting already. An equal one is held once."""
        waiting = self._current(child, now)
        if any(held == thing for _until, held in waiting):
            return True
        if len(waiting) >= self._most:
            return False
        waiting.append((now + self._keep, thing))
        self._held[child] = waiting
        return True

    def take(self, child: object, now: Instant) -> T | None:
        """The oldest thing for a child, or None."""
        waiting = self._current(child, now)
        thing = waiting.popleft()[1] if waiting else None
        if not waiting:
            self._held.pop(child, None)
        return thing

    def waits(self, child: object, now: Instant) -> bool:
        """Whether anything waits for a child."""
        return bool(self._current(child, now))

    def _current(self, child: object, now: Instant) -> deque[tuple[Instant, T]]:
        """What waits for a child, without what is too old."""
        waiting = self._held.get(child, deque())
        while waiting and waiting[0][0] <= now:
            waiting.popleft()
        return waiting
