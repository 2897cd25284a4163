"""Virtual time: machines, and what is to happen to them when."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Generic, TypeVar

from doorstep.gbcs.times import Instant
from doorstep.road.machine import Machine

__all__ = ["Node", "World"]

In = TypeVar("In")
Out = TypeVar("Out")


class Node(Generic[In, Out]):
    """A machine that lives in a world; ``perform`` does what its events say."""

    def __init__(self, world: World, name: str, machine: Machine[In, Out], perform: Callable[[Out], None]):
        self.world = world
        self.name = name
        self.machine = machine
        self._perform = perform
        self._woken: Instant | None = None

    def take(self, event: In) -> None:
        """Give the machine an event now, and do all that it answers with."""
        self.machine.receive(event, self.world.now)
        self.settle()

    def settle(self) -> None:
        """Perform what the machine has to say, and see to it that it is woken when it wants."""
        while (event := self.machine.next_event()) is not None:
            self._perform(event)
        due = self.machine.deadline()
        if due is not None and (self._woken is None or due < self._woken):
            self._woken = due
            self.world.at(due, partial(self._wake, due))

    def _wake(self, planned: Instant) -> None:
        if planned != self._woken:
            return  # An earlier wake-up took the place of this one.
        self._woken = None
        due = self.machine.deadline()
        if due is not None and due <= self.world.now:
            self.machine.on_deadline(self.world.now)
            again = self.machine.deadline()
            assert again is None or again > self.world.now, f"{self.name} would be woken for ever"
        self.settle()


class World:
    """The clock and the agenda. What is due at the same instant happens in the order it was put down."""

    def __init__(self, now: Instant) -> None:
        self.now = now
        self._agenda: list[tuple[Instant, int, Callable[[], None]]] = []
        self._numbers = count()
        self.steps = 0

    def at(self, when: Instant, action: Callable[[], None]) -> None:
        """Put an action on the agenda; one in the past happens next."""
        heapq.heappush(self._agenda, (max(when, self.now), next(self._numbers), action))

    def after(self, wait: int, action: Callable[[], None]) -> None:
        """Put an action on the agenda, ``wait`` milliseconds from now."""
        self.at(self.now + wait, action)

    def send(self, link: Any, item: Any, deliver: Callable[[Any], None]) -> int:
        """Send an item over a link; ``deliver`` is called for each arrival. Gives how many there will be."""
        arrivals = list(link.carry(item, self.now))
        for when, arrived in arrivals:
            self.at(when, partial(deliver, arrived))
        return len(arrivals)

    def step(self) -> bool:
        """Do the next thing on the agenda; False when there is none."""
        if not self._agenda:
            return False
        self.now, _number, action = heapq.heappop(self._agenda)
        self.steps += 1
        action()
        return True

    def run(self, *, until: Callable[[], bool] | None = None, end: Instant | None = None) -> bool:
        """Go on until ``until`` holds, the time ``end`` has come, or nothing is left to do.

        Gives whether ``until`` holds (False where none was asked for).
        """
        while until is None or not until():
            if not self._agenda or (end is not None and self._agenda[0][0] > end):
                if end is not None:
                    self.now = max(self.now, end)
                return bool(until and until())
            self.step()
        return True
