"""The RequestIDs that a User gives its requests: counters that only rise, across crashes too."""

from __future__ import annotations

import asyncio

from doorstep.duis import RequestId
from doorstep.eui import Eui
from doorstep.road.supplier.sequencer import Sequencers
from doorstep.service.clock import Clock
from doorstep.service.memory import Memory

__all__ = ["RequestCounters"]


class RequestCounters:
    """Each RequestID of ``user`` has a counter over all before it for the same target.

    A counter is durable in ``memory`` before it is given out. To a target that none is remembered for, the
    first is over the milliseconds since 1970, as the DCC's own tools count (policy): so a memory that was
    lost does no harm, as long as the clock is right.
    """

    def __init__(self, user: Eui, memory: Memory, clock: Clock) -> None:
        self._user = user
        self._memory = memory
        self._sequencers = Sequencers(user, memory.load(), clock.now())
        self._one_at_a_time = asyncio.Lock()

    async def take(self, target: Eui, *, top_up: bool = False) -> RequestId:
        """A RequestID that nobody has had.

        A top-up's counter has nothing in its lower half: see :mod:`doorstep.road.supplier.sequencer`.
        Raises :class:`~doorstep.service.memory.NotRemembered` or :class:`EncodeError`.
        """
        async with self._one_at_a_time:
            counter = self._sequencers.take(target, top_up=top_up)
            await self._memory.write(self._sequencers.entry(target))
        return RequestId(self._user, target, counter)
