"""Documents on their way to Users' receive addresses: one at a time for each User, so order holds."""

from __future__ import annotations

from collections import deque
from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.dcc.events import Push
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.records import Queued
from doorstep.road.machine import Alarms, Memory

__all__ = ["Mailbox"]

_AT_ONCE: Final[Instant] = 0


class Mailbox:
    """A queue for each User. What :meth:`put` gives is to be remembered before the push is made.

    Of each User for whom something waits, either a push is under way or an alarm is set for the next one.
    After a restart every first document is due at once.
    """

    def __init__(self, policy: DccPolicy, memory: Memory) -> None:
        self._policy = policy
        self._queued: Book[Queued] = Book("push:", Queued, memory)
        self._waiting: dict[Eui, deque[str]] = {}
        self._under_way: dict[Eui, str] = {}
        self._failures: dict[Eui, int] = {}
        self._alarms: Alarms[Eui] = Alarms()
        for name, queued in self._queued.items():
            self._line_up(name, queued, _AT_ONCE)

    def put(self, user: Eui, body: bytes, now: Instant) -> Entries:
        """Put a document behind those that wait."""
        name = f"{self._queued.next_number}"
        queued = Queued(user, body)
        self._line_up(name, queued, now)
        return self._queued.write(name, queued)

    def full(self, user: Eui) -> bool:
        """Whether as many documents as may wait for the User do."""
        return len(self._waiting.get(user, ())) >= self._policy.pushes_waiting

    def deadline(self) -> Instant | None:
        """When the next push is due."""
        return self._alarms.earliest()

    def due(self, now: Instant) -> list[Push]:
        """The pushes to make now: the oldest document of each User whose time has come."""
        pushes = []
        for user in self._alarms.due(now):
            name = self._under_way[user] = self._waiting[user][0]
            queued = self._queued.find(name)
            assert queued is not None
            pushes.append(Push(name, user, queued.body))
        return pushes

    def taken(self, push: str, now: Instant) -> Entries:
        """The User took a document, and the next is due; empty for a push that is not under way."""
        user = self._user_of(push)
        if user is None:
            return {}
        del self._under_way[user]
        self._failures.pop(user, None)
        self._waiting[user].popleft()
        if self._waiting[user]:
            self._alarms.set(user, now)
        else:
            del self._waiting[user]
        return self._queued.strike(push)

    def failed(self, push: str, now: Instant) -> Eui | None:
        """Who did not take a document, and will be tried again; None for a push that is not under way."""
        user = self._user_of(push)
        if user is None:
            return None
        del self._under_way[user]
        failures = self._failures.get(user, 0)
        self._failures[user] = failures + 1
        wait = min(self._policy.push_first_retry << min(failures, 16), self._policy.push_longest_retry)
        self._alarms.set(user, now + wait)
        return user

    def _user_of(self, push: str) -> Eui | None:
        queued = self._queued.find(push)
        return queued.user if queued is not None and self._under_way.get(queued.user) == push else None

    def _line_up(self, name: str, queued: Queued, due: Instant) -> None:
        waiting = self._waiting.setdefault(queued.user, deque())
        if not waiting:
            self._alarms.set(queued.user, due)
        waiting.append(name)
