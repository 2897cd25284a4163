"""Runs one machine of the road: gives it events and the time, and performs what it says, in order.

::

    driver = Driver(machine, memory, perform, clock)
    running = asyncio.create_task(driver.run())
    await driver.take(event)            # returns once all that follows from the event is done

One task does everything, so a machine is never entered twice and its events never overtake each other.
What the machine wants remembered is durable before its next event is performed. If it cannot be
written down the driver stops, for good: whoever starts again from the memory knows only what is true.

Events that wait together are taken together: what the machine wants remembered of all of them is written
down at once, since a write to a disk costs as much for one as for many, and what follows is performed after
that. None of it can rest on anything that is performed only then, since all of them had come before.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

from doorstep.errors import DoorstepError
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Machine, Remember
from doorstep.service.clock import Clock
from doorstep.service.memory import Memory

__all__ = ["Driver", "Stopped"]

In = TypeVar("In")
Out = TypeVar("Out")

_LOG: Final = logging.getLogger(__name__)

_MOST_TOGETHER: Final = 32
"""Events that are taken together at most: the last of them waits for the machine to take all."""

_LONGEST_WAIT: Final = 30.0
"""Seconds after which the time is looked at again: the clock may have been set meanwhile."""


class Stopped(DoorstepError):
    """The driver runs no more: the event was not taken, or nobody knows what became of it."""


class Driver(Generic[In, Out]):
    """One machine, running.

    ``perform`` does what an event says: every event but :class:`~doorstep.road.machine.Remember` comes
    to it. It must not wait long, since the machine stands still meanwhile, and must not wait for
    :meth:`take`: what takes time is started as a task of its own. What it raises is logged, and the
    machine goes on: to a machine, a failure to send is a message that was lost on the way.

    ``most_waiting`` bounds the events of :meth:`offer` that wait.
    """

    def __init__(
        self,
        machine: Machine[In, Out | Remember],
        memory: Memory,
        perform: Callable[[Out], Awaitable[None]],
        clock: Clock,
        *,
        most_waiting: int = 1000,
    ) -> None:
        self._machine = machine
        self._memory = memory
        self._perform = perform
        self._clock = clock
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[In, asyncio.Future[None] | None]] = deque()
        self._to_remember: dict[str, bytes | None] = {}
        self._to_perform: list[Out] = []
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    async def run(self) -> None:
        """Run until cancelled. Raises :class:`~doorstep.service.memory.NotRemembered`."""
        self._task = asyncio.current_task()
        try:
            await self._hear()
            await self._perform_all()
            while True:
                await self._wait()
                await self._step()
        finally:
            self._stop()

    async def take(self, event: In) -> None:
        """Give the machine an event, and wait until everything that follows from it is done.

        Whoever is cancelled while waiting cancels nothing of that. What the machine raises for the event
        comes back here. Raises :class:`Stopped` where the driver has stopped or stops meanwhile.
        """
        if self._task is not None and asyncio.current_task() is self._task:
            raise RuntimeError("perform() waits for take(), which waits for perform()")
        if self._stopped:
            raise Stopped("the driver has stopped")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(event, done)
        await done

    def offer(self, event: In) -> bool:
        """Give the machine an event without waiting; False where too many wait, and it is not taken."""
        if self._stopped or len(self._waiting) >= self._most_waiting:
            return False
        self._put(event, None)
        return True

    def look(self) -> None:
        """Look at the time now: for clocks that do not pass by themselves."""
        self._woken.set()

    def _put(self, event: In, done: asyncio.Future[None] | None) -> None:
        self._waiting.append((event, done))
        self._woken.set()

    async def _wait(self) -> None:
        """Return when an event waits, or the time may have come."""
        due = self._machine.deadline()
        delay = _LONGEST_WAIT if due is None else _seconds(due - self._clock.now())
        timer = asyncio.get_running_loop().call_later(delay, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            timer.cancel()
        self._woken.clear()

    async def _step(self) -> None:
        """Do what is due, then take what waits."""
        await self._on_time()
        await self._perform_all()
        while self._waiting:
            await self._take_some()

    async def _take_some(self) -> None:
        """Take the events that wait, as many as go together, and tell their givers once all is done."""
        givers: list[tuple[asyncio.Future[None] | None, Exception | None]] = []
        try:
            for _ in range(min(len(self._waiting), _MOST_TOGETHER)):
                event, done = self._waiting.popleft()
                givers.append((done, self._receive(event)))
                await self._hear()
                await self._on_time()
            await self._perform_all()
        except BaseException:
            for done, _failure in givers:
                _settle(done, Stopped("the driver stopped while it performed what follows"))
            raise
        for done, failure in givers:
            _settle(done, failure)

    def _receive(self, event: In) -> Exception | None:
        """Give the machine an event; what it raised, which nothing ought to make it do."""
        try:
            self._machine.receive(event, self._clock.now())
        except Exception as error:
            # A machine that raises is wrong, but one message must not be able to end a stop.
            _LOG.exception("the machine raised for %s", type(event).__name__)
            return error
        return None

    async def _on_time(self) -> None:
        now = self._clock.now()
        due = self._machine.deadline()
        if due is None or due > now:
            return
        try:
            self._machine.on_deadline(now)
        except Exception:
            _LOG.exception("the machine raised at its deadline")
        await self._hear()

    async def _hear(self) -> None:
        """Collect what the machine says, until it says nothing more.

        What it wants remembered after other events of the same answer may rest on them: those are performed
        first.
        """
        said = False
        while (event := self._machine.next_event()) is not None:
            if not isinstance(event, Remember):
                self._to_perform.append(event)
                said = True
                continue
            if said:
                await self._perform_all()
                said = False
            self._to_remember.update(event.entries)

    async def _perform_all(self) -> None:
        """Write down what is to be remembered, then perform the events that were collected with it."""
        if self._to_remember:
            await self._memory.write(self._to_remember)
            self._to_remember = {}
        events, self._to_perform = self._to_perform, []
        for event in events:
            try:
                await self._perform(event)
            except Exception:
                _LOG.exception("could not perform %s", type(event).__name__)

    def _stop(self) -> None:
        self._stopped = True
        for _event, done in self._waiting:
            _settle(done, Stopped("the driver has stopped"))
        self._waiting.clear()


def _settle(done: asyncio.Future[None] | None, failure: Exception | None) -> None:
    """Tell whoever waits how it went; nobody, where they have been cancelled."""
    if done is None or done.done():
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)


def _seconds(wait: Instant) -> float:
    return min(max(wait / 1000, 0.0), _LONGEST_WAIT)
