"""The driver: order, durability before every later event, one timer, and what errors do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec import Struct

from doorstep.gbcs.times import Instant
from doorstep.road.machine import Remember, Stop
from doorstep.service.driver import Driver, Stopped
from doorstep.service.memory import NotRemembered, VolatileMemory
from tests.service.aio import in_loop, until


class Say(Struct, frozen=True):
    """Something to perform."""

    word: str


class Counter(Stop[Remember | Say]):
    """A toy: remembers how many words it has heard before it says one; says ``due`` at its deadline."""

    def __init__(self, memory: Mapping[str, bytes | None]) -> None:
        super().__init__()
        self.heard = int(memory.get("heard") or b"0")
        self.due: Instant | None = None

    def receive(self, event: str, now: Instant) -> None:
        if event == "raise":
            raise KeyError("a bug")
        if event.startswith("at "):
            self.due = int(event.removeprefix("at "))
            return
        self.heard += 1
        self._out.put(Remember({"heard": b"%d" % self.heard}))
        self._out.put(Say(f"{event} {self.heard}"))

    def deadline(self) -> Instant | None:
        return self.due

    def on_deadline(self, now: Instant) -> None:
        self.due = None
        self._out.put(Say("due"))


class SetClock:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.shown = 0

    def now(self) -> Instant:
        return self.shown


class Journal(VolatileMemory):
    """A memory that writes down when it is written to, and fails when told to."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._log = log
        self.broken = False

    async def write(self, entries: Mapping[str, bytes | None]) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise NotRemembered("the disk is full")
        await super().write(entries)
        self._log.append(f"wrote {dict(entries)['heard']!r}")


class Scene:
    """A driver over the toy, with everything that happened in one list."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.clock = SetClock()
        self.memory = Journal(self.log)
        self.machine = Counter({})
        self.driver: Driver[str, Say] = Driver(
            self.machine, self.memory, self.perform, self.clock, most_waiting=3
        )

    async def perform(self, event: Say) -> None:
        await asyncio.sleep(0)
        if event.word.startswith("unsayable"):
            raise OSError("no route")
        self.log.append(event.word)


@asynccontextmanager
async def running(driver: Driver[str, Say]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(driver.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, NotRemembered):
            await task


@in_loop
async def test_what_is_remembered_is_durable_before_the_next_event() -> None:
    scene = Scene()
    async with running(scene.driver):
        await scene.driver.take("one")
        await scene.driver.take("two")
    assert scene.log == ["wrote b'1'", "one 1", "wrote b'2'", "two 2"]
    assert scene.memory.load() == {"heard": b"2"}


@in_loop
async def test_events_given_at_once_are_written_down_together_and_performed_in_order() -> None:
    scene = Scene()
    async with running(scene.driver):
        await asyncio.gather(*(scene.driver.take(word) for word in "abc"))
    assert scene.log == ["wrote b'3'", "a 1", "b 2", "c 3"]


@in_loop
async def test_no_more_than_so_many_events_wait_for_one_write() -> None:
    scene = Scene()
    words = [f"w{number}" for number in range(40)]
    async with running(scene.driver):
        await asyncio.gather(*(scene.driver.take(word) for word in words))
    said = [f"{word} {number}" for number, word in enumerate(words, 1)]
    assert scene.log == ["wrote b'32'", *said[:32], "wrote b'40'", *said[32:]]


@in_loop
async def test_what_is_remembered_of_an_event_s_being_performed_is_written_down_after_it() -> None:
    class Careful(Counter):
        """Remembers when it has said a word, as well."""

        def receive(self, event: str, now: Instant) -> None:
            super().receive(event, now)
            self._out.put(Remember({"heard": b"said"}))

    scene = Scene()
    driver: Driver[str, Say] = Driver(Careful({}), scene.memory, scene.perform, scene.clock)
    async with running(driver):
        await asyncio.gather(driver.take("a"), driver.take("b"))
    assert scene.log == ["wrote b'1'", "a 1", "wrote b'2'", "b 2", "wrote b'said'"]


@in_loop
async def test_a_crash_after_a_write_leaves_all_that_was_taken_together_remembered() -> None:
    """The words are lost, as words on their way may be; what the machine knows is not."""
    scene = Scene()

    async def crash(_event: Say) -> None:
        raise asyncio.CancelledError

    driver: Driver[str, Say] = Driver(scene.machine, scene.memory, crash, scene.clock)
    async with running(driver):
        results = await asyncio.gather(*(driver.take(word) for word in "abc"), return_exceptions=True)
    assert [type(result) for result in results] == [Stopped] * 3
    assert scene.memory.load() == {"heard": b"3"}


@in_loop
async def test_nothing_is_said_that_could_not_be_written_down_and_the_driver_stops() -> None:
    scene = Scene()
    scene.memory.broken = True
    async with running(scene.driver) as task:
        with pytest.raises(Stopped):
            await scene.driver.take("one")
        with pytest.raises(NotRemembered):
            await task
        with pytest.raises(Stopped):
            await scene.driver.take("two")
        assert not scene.driver.offer("three")
    assert scene.log == []


@in_loop
async def test_who_waits_behind_a_failure_is_told() -> None:
    scene = Scene()
    scene.memory.broken = True
    async with running(scene.driver):
        results = await asyncio.gather(
            scene.driver.take("one"), scene.driver.take("two"), return_exceptions=True
        )
    assert [type(result) for result in results] == [Stopped, Stopped]


@in_loop
async def test_after_a_crash_the_machine_goes_on_from_what_was_written() -> None:
    scene = Scene()
    async with running(scene.driver):
        await scene.driver.take("one")
        scene.memory.broken = True
        with pytest.raises(Stopped):
            await scene.driver.take("two")
    again = Scene()
    again.driver = Driver(Counter(scene.memory.load()), again.memory, again.perform, again.clock)
    async with running(again.driver):
        await again.driver.take("two")
    assert again.log == ["wrote b'2'", "two 2"]


@in_loop
async def test_what_cannot_be_performed_is_logged_and_the_machine_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    async with running(scene.driver):
        await scene.driver.take("unsayable")
        await scene.driver.take("one")
    assert scene.log == ["wrote b'1'", "wrote b'2'", "one 2"]
    assert [record.getMessage() for record in caplog.records] == ["could not perform Say"]


@in_loop
async def test_a_machine_that_raises_tells_the_giver_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    scene = Scene()
    with caplog.at_level(logging.ERROR):
        async with running(scene.driver):
            with pytest.raises(KeyError):
                await scene.driver.take("raise")
            await scene.driver.take("one")
    assert scene.log == ["wrote b'1'", "one 1"]
    assert "the machine raised for str" in caplog.text


@in_loop
async def test_the_deadline_is_kept_by_the_clock_given() -> None:
    scene = Scene()
    async with running(scene.driver):
        await scene.driver.take("at 1000")
        scene.clock.shown = 999
        await scene.driver.take("one")
        assert "due" not in scene.log
        scene.clock.shown = 1000
        scene.driver.look()
        await until(lambda: "due" in scene.log)
    assert scene.log == ["wrote b'1'", "one 1", "due"]
    assert scene.machine.deadline() is None


@in_loop
async def test_the_timer_wakes_the_driver() -> None:
    class Passing:
        """A clock that passes with the loop's."""

        def now(self) -> Instant:
            return int(asyncio.get_running_loop().time() * 1000)

    scene = Scene()
    driver: Driver[str, Say] = Driver(scene.machine, scene.memory, scene.perform, Passing())
    async with running(driver):
        await driver.take(f"at {Passing().now() + 20}")
        await until(lambda: scene.log == ["due"])


@in_loop
async def test_offers_beyond_the_bound_are_not_taken() -> None:
    scene = Scene()
    assert [scene.driver.offer(word) for word in "abcd"] == [True, True, True, False]
    async with running(scene.driver):
        await scene.driver.take("e")
    assert [word for word in scene.log if not word.startswith("wrote")] == ["a 1", "b 2", "c 3", "e 4"]


@in_loop
async def test_a_giver_who_is_cancelled_cancels_nothing() -> None:
    scene = Scene()
    giver = asyncio.create_task(scene.driver.take("one"))
    await asyncio.sleep(0)
    giver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await giver
    async with running(scene.driver):
        await until(lambda: scene.log == ["wrote b'1'", "one 1"])


@in_loop
async def test_a_driver_cannot_wait_for_itself() -> None:
    scene = Scene()
    seen: list[str] = []

    async def perform(_event: Say) -> None:
        try:
            await driver.take("again")
        except RuntimeError as error:
            seen.append(str(error))

    driver: Driver[str, Say] = Driver(scene.machine, scene.memory, perform, scene.clock)
    async with running(driver):
        await driver.take("one")
    assert seen == ["perform() waits for take(), which waits for perform()"]
