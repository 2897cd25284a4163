"""Which Devices may join the home's network, until when, and with which key: what the radio is told.

A Device that the historic log knows may join with the key that it had for the first half of its time,
and with that of its install code for the second.
"""

from __future__ import annotations

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.events import Expel, Permit
from doorstep.road.hub.device_log import DeviceLog, Entry
from doorstep.road.hub.events import HubEvent
from doorstep.road.machine import Alarms, Outbox

__all__ = ["Joining"]


class Joining:
    """The permissions that stand. What the radio is to be told goes to ``out``."""

    def __init__(self, out: Outbox[HubEvent]) -> None:
        self._out = out
        self._second_halves: Alarms[Eui] = Alarms()
        self._ends: dict[Eui, Instant] = {}

    def permit(self, entry: Entry, until: Instant | None, now: Instant) -> None:
        """Let a Device join; without ``until``, at any time."""
        if entry.earlier_key and until is not None:
            half = now + (until - now) // 2
            self._ends[entry.eui] = until
            self._second_halves.set(entry.eui, half)
            self._out.put(Permit(entry.eui, entry.earlier_key, half))
        elif entry.link_key:
            self._out.put(Permit(entry.eui, entry.link_key, until))

    def expel(self, device: Eui) -> None:
        """Let a Device join no more, and send it away."""
        self.settled(device)
        self._out.put(Expel(device))

    def settled(self, device: Eui) -> None:
        """A Device has joined, or nobody waits for it any more."""
        self._second_halves.clear(device)
        self._ends.pop(device, None)

    def deadline(self) -> Instant | None:
        """When the second half of a Device's time begins."""
        return self._second_halves.earliest()

    def on_deadline(self, devices: DeviceLog, now: Instant) -> None:
        """Begin the second halves that are due."""
        for device in self._second_halves.due(now):
            entry, until = devices.find(device), self._ends.pop(device)
            if entry is not None and entry.link_key:
                self._out.put(Permit(device, entry.link_key, until))
