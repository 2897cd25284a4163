"""The hub's side of the WAN: what is for it is written down, sent while it is up, and sent again.

A message leaves the store when the WAN has taken it, and not before: what is lost on the way is sent
again, and so is everything unsent when the WAN comes back.
"""

from __future__ import annotations

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.events import HubEvent, ToWan
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.store import Entries, Held, Store
from doorstep.road.machine import Alarms, Memory, Outbox, Remember

__all__ = ["Wan"]


class Wan:
    """Messages on their way to the WAN. What is to be sent and remembered goes to ``out``."""

    def __init__(self, policy: HubPolicy, memory: Memory, out: Outbox[HubEvent], journal: Journal) -> None:
        self._policy = policy
        self._out = out
        self._journal = journal
        self._waiting = Store("wan", policy.wan_waiting, memory)
        self._retries: Alarms[str] = Alarms()
        self._is_up = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, device: Eui, message: bytes, now: Instant) -> tuple[Held, Entries]:
        """Take on a Device's message, to be remembered and then sent.

        Where too many of the Device's wait already, its oldest is discarded: the newest is worth more.
        """
        entries: Entries = {}
        while (added := self._waiting.add(device, device, message, now)) is None:
            oldest = self._waiting.first(device)
            assert oldest is not None, "a queue that is full has a first message"
            entries |= self._drop(oldest.name)
            why = f"too many messages from {device} wait for the WAN"
            self._journal.note(now, "discarded", why, oldest.message)
        return added[0], entries | added[1]

    def send(self, held: Held, now: Instant) -> None:
        """Send a message that is written down, if the WAN is up; otherwise when it is."""
        if self._is_up:
            self._out.put(ToWan(held.message, held.name))
            self._retries.set(held.name, now + self._policy.wan_retry)

    def took(self, reference: str) -> None:
        """The WAN has taken a message; a reference that is not known, or no more, means nothing."""
        entries = self._drop(reference)
        if entries:
            self._out.put(Remember(entries))

    def went_up(self, now: Instant) -> None:
        """The WAN is there: all that waits is sent, in its order."""
        self._is_up = True
        for held in self._waiting.all():
            self.send(held, now)

    def went_down(self) -> None:
        """The WAN is gone."""
        self._is_up = False
        for held in self._waiting.all():
            self._retries.clear(held.name)

    def deadline(self) -> Instant | None:
        """When a message is to be sent again."""
        return self._retries.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Send again what was not taken in time."""
        for name in self._retries.due(now):
            held = self._waiting.named(name)
            assert held is not None, "only what waits is sent again"
            self.send(held, now)

    def _drop(self, name: str) -> Entries:
        self._retries.clear(name)
        return self._waiting.drop(name)
