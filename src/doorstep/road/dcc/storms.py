"""Storms of alerts: a Device that sends the same alert over and over does not flood its User."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Alarms, Memory

__all__ = ["Storm", "Storms"]

_SEQUENCE: Final = 1 << 32


class Storm(Struct, frozen=True):
    """The same alert of one Device to one User: how many came since when, and the last that was held back."""

    user: Eui
    since: Instant
    count: int
    held_back: int = 0
    latest: bytes = b""

    @property
    def sequence(self) -> int:
        """The ThrottledAlertSequenceId (u32): the second in which it began."""
        return self.since // 1000 % _SEQUENCE


class Storms:
    """What has come of each alert lately, remembered until its time is over."""

    def __init__(self, policy: DccPolicy, memory: Memory) -> None:
        self._policy = policy
        self._storms: Book[Storm] = Book("storm:", Storm, memory)
        self._alarms: Alarms[str] = Alarms()
        for name, storm in self._storms.items():
            self._alarms.set(name, storm.since + policy.storm_period)

    def take(self, device: Eui, user: Eui, code: int, alert: bytes, now: Instant) -> tuple[bool, Entries]:
        """Whether an alert is forwarded, and what to remember of it."""
        if code in self._policy.storm_exceptions:
            return True, {}
        name = f"{device}:{user}:{code:04X}"
        storm = self._storms.find(name) or Storm(user, now, 0)
        self._alarms.set(name, storm.since + self._policy.storm_period)
        forwarded = storm.count < self._policy.storm_count
        storm = structs.replace(storm, count=storm.count + 1)
        if not forwarded:
            storm = structs.replace(storm, held_back=storm.held_back + 1, latest=alert)
        return forwarded, self._storms.write(name, storm)

    def deadline(self) -> Instant | None:
        """When the next one is over."""
        return self._alarms.earliest()

    def over(self, now: Instant) -> list[tuple[Storm, Entries]]:
        """Those that are over, struck out: one that held anything back is to be told of."""
        found = []
        for name in self._alarms.due(now):
            storm = self._storms.find(name)
            if storm is not None:
                found.append((storm, self._storms.strike(name)))
        return found
