"""The sending half of a tunnel end: one message in flight, the others wait behind it in order."""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from doorstep.gbcs.times import Instant
from doorstep.road.tunnel.events import Why
from doorstep.road.tunnel.policy import TunnelPolicy

__all__ = ["Parcel", "Sending"]


class Parcel(Struct):
    """A message on its way: its owner's name for it, its bytes, and how often it was sent.

    ``sequence`` is the transaction sequence number that all its copies carry.
    """

    reference: str
    data: bytes
    expires: Instant
    tries: int = 0
    sequence: int = -1


class Sending:
    """The messages of one end. It sends nothing itself; it says what is to be sent."""

    def __init__(self, policy: TunnelPolicy) -> None:
        self._policy = policy
        self._waiting: deque[Parcel] = deque()
        self.in_flight: Parcel | None = None

    def __len__(self) -> int:
        return len(self._waiting) + (self.in_flight is not None)

    def add(self, reference: str, data: bytes, now: Instant) -> Why | None:
        """Put a message behind the others; why not, where it cannot be."""
        if len(data) > self._policy.maximum_transfer:
            return Why.TOO_LONG
        if len(self._waiting) >= self._policy.queue:
            return Why.QUEUE_FULL
        self._waiting.append(Parcel(reference, data, now + self._policy.patience))
        return None

    def begin(self) -> Parcel | None:
        """Take the next message in flight; None where one is, or none waits."""
        if self.in_flight is not None or not self._waiting:
            return None
        self.in_flight = self._waiting.popleft()
        return self.in_flight

    @property
    def may_repeat(self) -> bool:
        """Whether the message in flight may be sent once more."""
        return self.in_flight is not None and self.in_flight.tries < self._policy.tries

    def finish(self) -> Parcel | None:
        """Take the message out of flight for good."""
        parcel, self.in_flight = self.in_flight, None
        return parcel

    def recall(self) -> None:
        """The message in flight waits again, in front of the others."""
        if (parcel := self.finish()) is not None:
            self._waiting.appendleft(parcel)

    def remove(self, reference: str) -> bool:
        """Take out a message that waits; whether there was one."""
        for parcel in self._waiting:
            if parcel.reference == reference:
                self._waiting.remove(parcel)
                return True
        return False

    def expiry(self) -> Instant | None:
        """When the patience of the first that waits is over."""
        return self._waiting[0].expires if self._waiting else None

    def expired(self, now: Instant) -> list[Parcel]:
        """Take out those that have waited too long."""
        gone = []
        while self._waiting and self._waiting[0].expires <= now:
            gone.append(self._waiting.popleft())
        return gone

    def clear(self) -> list[Parcel]:
        """Take out all, in order."""
        self.recall()
        gone = list(self._waiting)
        self._waiting.clear()
        return gone
