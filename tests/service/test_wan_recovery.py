"""A DCC or a hub that is killed at any write: every message of the home reaches its User, and once only.

Both ends are the real machines over the real link. Being killed is a memory that fails at the n-th write,
before or after it is done; whoever was killed is made again of what was written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import pytest

from doorstep import gbcs
from doorstep.duis import DeviceAlert
from doorstep.gbcs import Holding, KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.configurations import dcc_config, hub_config
from doorstep.road.dcc import events as dcc
from doorstep.road.dcc.machine import Dcc
from doorstep.road.hub import events as hub
from doorstep.road.hub.machine import Hub
from doorstep.road.hub.store import Store
from doorstep.service.back_off import BackOff
from doorstep.service.dcc_stop import Hubs
from doorstep.service.driver import Driver
from doorstep.service.memory import NotRemembered, VolatileMemory
from doorstep.service.wan_link import WanDialler, WanServer
from tests.road.dcc.office import (
    CHF,
    DCC,
    ESME,
    KEYS,
    NOW,
    PLAN,
    Office,
    alert,
    asked,
    read,
    response_to,
    sent,
)
from tests.service.aio import in_loop, until

COUNTERS = (10, 11)

# The test ends by cancelling whatever runs; a connection that is being made just then is left to Python.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Ticks:
    """A clock on the day of the test's certificates: no two documents are made at the same time."""

    def __init__(self) -> None:
        self._time = NOW

    def now(self) -> Instant:
        self._time += 1
        return self._time


class Mortal(VolatileMemory):
    """A memory whose owner is killed at the n-th write; ``written`` says whether that is still done."""

    def __init__(self, held: Mapping[str, bytes | None], fatal: int, *, written: bool) -> None:
        super().__init__()
        self._held = {key: value for key, value in held.items() if value is not None}
        self._left = fatal
        self._written = written

    async def write(self, entries: Mapping[str, bytes | None]) -> None:
        self._left -= 1
        if self._left != 0 or self._written:
            await super().write(entries)
        if self._left == 0:
            raise NotRemembered("killed")


def before() -> tuple[dict[str, bytes | None], list[bytes]]:
    """What a DCC remembers that has sent two Commands, and what the meter says by and by."""
    office = Office()
    office.take(dcc.WanUp(CHF))
    commands = [command for counter in COUNTERS for command in sent(office.post(asked(1, counter)))]
    return office.memory, [*map(response_to, commands), alert(), alert(counter=501)]


MEMORY, SAID = before()


def held_by_the_hub() -> dict[str, bytes | None]:
    """What a hub remembers that could not send them yet."""
    store = Store("wan", 256, {})
    memory: dict[str, bytes | None] = {}
    for message in SAID:
        added = store.add(ESME, ESME, message, NOW)
        assert added is not None
        memory |= added[1]
    return memory


class DccEnd:
    """The DCC's process; what it pushed is kept in ``pushed``, over all its lives."""

    def __init__(self, memory: VolatileMemory, pushed: set[bytes], clock: Ticks) -> None:
        self._pushed = pushed
        keys = KeyRing(Holding(KEYS, DCC))
        machine = Dcc(dcc_config(PLAN, KEYS, NOW), keys, memory=memory.load())
        self.driver: Driver[dcc.DccInput, dcc.DccEvent] = Driver(machine, memory, self.perform, clock)
        self.wan = WanServer(DCC, keys, {CHF}, Hubs(self.driver))

    async def perform(self, event: dcc.DccEvent) -> None:
        if isinstance(event, dcc.Push):
            self._pushed.add(event.body)
            self.driver.offer(dcc.Pushed(event.push, 204))
        elif isinstance(event, dcc.ToWan):
            self.wan.send(event.hub, event.message, event.reference)

    async def run(self, port: list[int]) -> None:
        """Live at the port where the first life was given one."""
        listening = await self.wan.listen("127.0.0.1", *port or (0,))
        port[:] = [listening.sockets[0].getsockname()[1]]
        try:
            await self.driver.run()
        finally:
            listening.close()
            await listening.wait_closed()


class HubEnd:
    """The hub's process."""

    def __init__(self, memory: VolatileMemory, port: int, clock: Ticks) -> None:
        machine = Hub(hub_config(PLAN, PLAN.homes[0]), memory=memory.load())
        self.driver: Driver[hub.HubInput, hub.HubEvent] = Driver(machine, memory, self.perform, clock)
        self.dialler = WanDialler(
            CHF,
            DCC,
            KeyRing(Holding(KEYS, CHF)),
            f"ws://127.0.0.1:{port}",
            up=lambda: self.driver.take(hub.WanUp()),
            down=lambda: self.driver.take(hub.WanDown()),
            heard=lambda message: self.driver.take(hub.FromWan(message)),
            taken=lambda reference: self.driver.take(hub.WanTook(reference)),
            back_off=BackOff(0.01, 0.02),
        )

    async def perform(self, event: hub.HubEvent) -> None:
        if isinstance(event, hub.ToWan):
            self.dialler.send(event.message, event.reference)

    async def run(self) -> None:
        dialling = asyncio.create_task(self.dialler.run())
        try:
            await self.driver.run()
        finally:
            dialling.cancel()
            await asyncio.gather(dialling, return_exceptions=True)


async def lives(end: DccEnd | HubEnd, port: list[int]) -> None:
    """Run an end until it is killed."""
    with suppress(NotRemembered):
        await (end.run(port) if isinstance(end, DccEnd) else end.run())


@pytest.mark.parametrize("written", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fatal", range(1, 9))
@pytest.mark.parametrize("killed", ["dcc", "hub"])
@in_loop
async def test_nothing_is_lost_and_nothing_comes_twice(killed: str, fatal: int, written: bool) -> None:
    pushed: set[bytes] = set()
    clock = Ticks()
    never = 10_000
    memories = {
        "dcc": Mortal(MEMORY, fatal if killed == "dcc" else never, written=written),
        "hub": Mortal(held_by_the_hub(), fatal if killed == "hub" else never, written=written),
    }
    port: list[int] = []

    async def restarting(which: str) -> None:
        while True:
            memory = memories[which]
            end = DccEnd(memory, pushed, clock) if which == "dcc" else HubEnd(memory, port[0], clock)
            await lives(end, port)
            memories[which] = Mortal(memory.load(), never, written=True)

    running = [asyncio.create_task(restarting("dcc"))]
    try:
        await until(lambda: bool(port))
        running.append(asyncio.create_task(restarting("hub")))
        await until(lambda: not any(key.startswith("wan:") for key in memories["hub"].load()))
        await until(lambda: not any(key.startswith("push:") for key in memories["dcc"].load()))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    # A push may be made again, as nobody knows whether it came, but then it is the very same document.
    documents = [read(body) for body in pushed]
    alerts = [document for document in documents if isinstance(document.body, DeviceAlert)]
    answers = [document for document in documents if document.request_id is not None]
    assert sorted(one.request_id.counter for one in answers if one.request_id) == list(COUNTERS)
    assert sorted(one.response_id.counter for one in alerts if one.response_id) == [500, 501]
    assert len(documents) == len(SAID)
    assert {gbcs.peek(message).originator_counter for message in SAID} == {10, 11, 500, 501}
