"""When a Device that sleeps is awake, and asks its parent for what waits."""

from __future__ import annotations

from doorstep.gbcs.times import Instant
from doorstep.road.han.config import HanPolicy

__all__ = ["Polling"]


class Polling:
    """The receiver of a sleeping Device: on for a while after anything was sent or heard."""

    def __init__(self, policy: HanPolicy) -> None:
        self._policy = policy
        self._until: Instant | None = None
        self._next: Instant | None = None

    def wake(self, now: Instant) -> None:
        """Stay awake from now on, and poll soon."""
        self._until = now + self._policy.awake
        if self._next is None:
            self._next = now + self._policy.poll

    def at_once(self, now: Instant) -> None:
        """Poll as soon as can be: the parent has said that more waits."""
        self.wake(now)
        self._next = now

    def sleep(self) -> None:
        """Be off the air."""
        self._until = self._next = None

    def deadline(self) -> Instant | None:
        """When to poll next; None while asleep."""
        return self._next

    def is_due(self, now: Instant, *, awaiting: bool) -> bool:
        """Whether to poll now; plans the next time, unless nothing is awaited any more."""
        if self._next is None or self._next > now:
            return False
        awake = awaiting or (self._until is not None and self._until > now)
        self._next = now + self._policy.poll if awake else None
        return awake
