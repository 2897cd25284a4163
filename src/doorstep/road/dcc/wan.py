"""Commands on their way over the WAN: sent, and sent again until a Response comes or time is up."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.records import Outstanding
from doorstep.road.machine import Alarms, Memory, Window

__all__ = ["Due", "Wan"]


class Due(Struct, frozen=True):
    """Commands whose time has come: to be sent, or to be given up."""

    send: list[Outstanding]
    over: list[Outstanding]


class Wan:
    """The Commands outstanding, the hubs that can be reached, and when the next attempts are due.

    A Command that its hub has taken is the hub's to deliver: it is sent again as seldom as may be, and not
    because the hub can be reached once more. How often a Command was sent, and whether it was taken, is not
    remembered: after a restart its attempts begin again, while its lifetime goes on. What was accepted first
    is sent first, then too.
    """

    def __init__(self, policy: DccPolicy, memory: Memory) -> None:
        self._policy = policy
        self._outstanding: Book[Outstanding] = Book("wan:", Outstanding, memory)
        self._attempts: dict[Eui, dict[str, int]] = {}  # by hub, in the order in which they were accepted
        self._taken: set[str] = set()
        self._windows: dict[Eui, Window] = {}  # of the hubs that can be reached
        self._movable: dict[Eui, None] = {}  # hubs to which something may go that could not before
        self._alarms: Alarms[str] = Alarms()
        for name, command in self._outstanding.items():
            self._line_up(name, command)

    @property
    def full(self) -> bool:
        """Whether as many Commands as may be on their way are."""
        return len(self._outstanding) >= self._policy.wan_outstanding

    def add(self, command: Outstanding) -> Entries:
        """Take on a Command, due at once."""
        name = command.name
        self._line_up(name, command)
        return self._outstanding.write(name, command)

    def drop(self, name: str) -> Entries:
        """Stop sending a Command; nothing to remember where it is not being sent."""
        command = self._outstanding.find(name)
        if command is None:
            return {}
        self._alarms.clear(name)
        self._taken.discard(name)
        attempts = self._attempts[command.hub]
        del attempts[name]
        if not attempts:
            del self._attempts[command.hub]
        self._make_room(name, command.hub)
        return self._outstanding.strike(name)

    def up(self, hub: Eui, now: Instant) -> None:
        """A hub can be reached: what is outstanding for it, and not taken, is due now."""
        window = self._windows[hub] = Window(self._policy.wan_window)
        window.open(())
        for name in self._attempts.get(hub, ()):
            if name not in self._taken:
                self._alarms.set(name, now)

    def down(self, hub: Eui) -> None:
        """A hub cannot be reached any more."""
        self._windows.pop(hub, None)

    def taken(self, name: str, hub: Eui, now: Instant) -> None:
        """A hub says that it has a Command; nothing to do where that is settled, or another's."""
        self._make_room(name, hub)
        command = self._outstanding.find(name)
        if command is None or command.hub != hub:
            return
        self._taken.add(name)
        self._alarms.set(name, min(now + self._policy.wan_longest_retry, self._end(command)))

    def deadline(self) -> Instant | None:
        """When something is due."""
        return self._alarms.earliest()

    def due(self, now: Instant) -> Due:
        """What is due, counted as done: those to be given up are to be dropped."""
        over = []
        for name in self._alarms.due(now):
            command = self._outstanding.find(name)
            assert command is not None
            end = self._end(command)
            if now >= end:
                over.append(command)
                continue
            self._alarms.set(name, end)
            if command.hub in self._windows:
                self._windows[command.hub].add(name)
                self._movable[command.hub] = None
        hubs, self._movable = self._movable, {}
        return Due([command for hub in hubs for command in self._sent(hub, now)], over)

    def _sent(self, hub: Eui, now: Instant) -> Iterator[Outstanding]:
        """What may go to one hub now, each with its next attempt set."""
        window = self._windows.get(hub)
        while window is not None and (name := window.next()) is not None:
            command = self._outstanding.find(name)
            if command is None:
                window.taken(name)
                continue
            self._alarms.set(name, min(now + self._wait(name, command.hub), self._end(command)))
            yield command

    def _make_room(self, name: str, hub: Eui) -> None:
        if hub in self._windows:
            self._windows[hub].taken(name)
            self._movable[hub] = None

    def _wait(self, name: str, hub: Eui) -> int:
        """Until the attempt after this one, which is counted."""
        attempts = self._attempts[hub][name]
        self._attempts[hub][name] = attempts + 1
        return min(self._policy.wan_first_retry << min(attempts, 16), self._policy.wan_longest_retry)

    def _end(self, command: Outstanding) -> Instant:
        return command.accepted + self._policy.wan_lifetime

    def _line_up(self, name: str, command: Outstanding) -> None:
        self._attempts.setdefault(command.hub, {})[name] = 0
        self._alarms.set(name, command.accepted)
