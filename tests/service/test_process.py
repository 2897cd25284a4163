"""What processes have in common: URLs that make sense, memories that are theirs, and one way to end."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from doorstep.errors import UsageError
from doorstep.service.event_log import EventLog
from doorstep.service.memory import SqliteMemory, VolatileMemory
from doorstep.service.process import StopSetting, checked_url, until_signalled
from tests.service.aio import in_loop

LOG = EventLog("test")


def test_urls_that_make_sense() -> None:
    assert checked_url("ws://127.0.0.1:8078/", "ws", "wss") == "ws://127.0.0.1:8078"
    assert checked_url("https://dcc.example/path", "http", "https") == "https://dcc.example/path"


@pytest.mark.parametrize(
    "url", ["", "8079", "127.0.0.1:8079", "ftp://x", "http://", "http://[", "http://x:99999"]
)
def test_urls_that_make_none(url: str) -> None:
    with pytest.raises(UsageError, match="not a URL"):
        checked_url(url, "http", "https")


def test_the_memory_is_a_file_where_one_is_named(tmp_path: Path) -> None:
    with StopSetting(tmp_path, tmp_path / "state").memory("meter", LOG) as memory:
        assert isinstance(memory, SqliteMemory)
        asyncio.run(memory.write({"a": b"1"}))
    with StopSetting(tmp_path, tmp_path / "state").memory("meter", LOG) as memory:
        assert memory.load() == {"a": b"1"}
    with StopSetting(tmp_path).memory("meter", LOG) as memory:
        assert isinstance(memory, VolatileMemory)


def test_a_folder_that_is_no_street_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"street\.toml"):
        StopSetting(tmp_path).street()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@in_loop
async def test_a_signal_ends_everything(number: signal.Signals) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    said: list[str] = []

    def ready() -> None:
        said.append("ready")
        asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), number)

    await until_signalled(ready, work())
    assert said == ["ready"]
    assert ended.is_set()


@in_loop
async def test_work_that_fails_ends_the_process_s_other_work() -> None:
    async def fails() -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        await until_signalled(lambda: None, fails())
