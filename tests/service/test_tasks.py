"""The task helpers: the first to end ends the others, and what nobody waits for is not lost."""

from __future__ import annotations

import asyncio

import pytest

from doorstep.service.tasks import Background, first_of
from tests.service.aio import in_loop, until


@in_loop
async def test_the_first_to_end_ends_the_others() -> None:
    ended: list[str] = []

    async def forever(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async def soon() -> None:
        await asyncio.sleep(0)

    await first_of(forever("a"), soon(), forever("b"))
    assert ended == ["a", "b"]


@in_loop
async def test_what_the_first_raises_is_raised() -> None:
    async def fails() -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        await first_of(asyncio.Event().wait(), fails())  # type: ignore[arg-type]


@in_loop
async def test_whoever_is_cancelled_while_waiting_ends_them_all() -> None:
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(first_of(forever()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()


@in_loop
async def test_background_work_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    background = Background()

    async def fails() -> None:
        raise OSError("the disk is gone")

    background.start(fails())
    await until(lambda: "the disk is gone" in caplog.text)
    await background.close()


@in_loop
async def test_background_work_ends_when_it_is_closed() -> None:
    background, ended = Background(), asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    background.start(forever())
    await asyncio.sleep(0)
    await background.close()
    assert ended.is_set()
