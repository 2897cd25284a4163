"""Memories: what is written is there afterwards, all or none, for its owner alone."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.service.memory import Memory, NotRemembered, SqliteMemory, VolatileMemory

OWNER = "meter D0-05-5E-01-00-01-00-E5"

Make = Callable[[], Memory]


@pytest.fixture(params=["sqlite", "volatile"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Memory:
    return SqliteMemory(tmp_path / "state", OWNER) if request.param == "sqlite" else VolatileMemory()


def test_entries_are_kept_replaced_and_forgotten(memory: Memory) -> None:
    async def write() -> None:
        await memory.write({"a": b"1", "b": b"\x00\xff", "empty": b""})
        await memory.write({"a": b"2", "b": None, "never there": None})

    asyncio.run(write())
    assert memory.load() == {"a": b"2", "empty": b""}
    memory.close()


@settings(deadline=None, max_examples=50)  # A disk takes the time it takes.
@given(
    st.lists(st.dictionaries(st.text(max_size=8), st.none() | st.binary(max_size=40), max_size=5), max_size=8)
)
def test_a_file_remembers_what_a_mapping_would(
    tmp_path_factory: pytest.TempPathFactory, writes: list[dict[str, bytes | None]]
) -> None:
    expected: dict[str, bytes | None] = {}
    path = tmp_path_factory.mktemp("memory") / "state"
    memory = SqliteMemory(path, OWNER)
    for entries in writes:
        asyncio.run(memory.write(entries))
        expected.update(entries)
    memory.close()
    again = SqliteMemory(path, OWNER)
    assert again.load() == {key: value for key, value in expected.items() if value is not None}
    again.close()


def test_a_write_is_on_disk_when_it_returns_even_if_the_process_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, signal, sys\n"
        "from doorstep.service.memory import SqliteMemory\n"
        f"memory = SqliteMemory(sys.argv[1], {OWNER!r})\n"
        "asyncio.run(memory.write({'counter': b'7'}))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "state"
    ended = subprocess.run([sys.executable, "-c", program, path], timeout=60, check=False)
    assert ended.returncode == -9
    memory = SqliteMemory(path, OWNER)
    assert memory.load() == {"counter": b"7"}
    memory.close()


def test_a_failed_write_leaves_nothing_of_itself(tmp_path: Path) -> None:
    memory = SqliteMemory(tmp_path / "state", OWNER)
    asyncio.run(memory.write({"a": b"1"}))
    unwritable: dict[str, bytes | None] = {"a": b"2", "b": object()}  # type: ignore[dict-item]
    with pytest.raises(NotRemembered):
        asyncio.run(memory.write(unwritable))
    assert memory.load() == {"a": b"1"}
    asyncio.run(memory.write({"b": b"2", "a": None}))
    assert memory.load() == {"b": b"2"}
    memory.close()


def test_a_write_that_has_begun_is_finished_though_its_waiter_is_cancelled(tmp_path: Path) -> None:
    memory = SqliteMemory(tmp_path / "state", OWNER)

    async def cancelled() -> None:
        writing = asyncio.create_task(memory.write({"a": b"1"}))
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing

    asyncio.run(cancelled())
    assert memory.load() == {"a": b"1"}
    memory.close()


def test_a_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    SqliteMemory(tmp_path / "state", OWNER).close()
    assert os.stat(tmp_path / "state").st_mode & 0o777 == 0o600


def test_two_processes_cannot_share_a_memory(tmp_path: Path) -> None:
    memory = SqliteMemory(tmp_path / "state", OWNER)
    with pytest.raises(UsageError, match="locked"):
        SqliteMemory(tmp_path / "state", OWNER)
    memory.close()


def test_another_stop_s_memory_is_refused(tmp_path: Path) -> None:
    SqliteMemory(tmp_path / "state", OWNER).close()
    with pytest.raises(UsageError, match=f"this is the memory of {OWNER}, not of hub"):
        SqliteMemory(tmp_path / "state", "hub D0-05-5E-01-00-01-00-CF")


def test_a_file_that_is_no_memory_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_bytes(b"a letter to the editor, which is no data base" * 40)
    with pytest.raises(UsageError, match="not a memory that can be used"):
        SqliteMemory(path, OWNER)
    assert path.read_bytes().startswith(b"a letter")


@pytest.mark.parametrize("version", [1, 3])
def test_a_memory_of_another_format_is_refused(tmp_path: Path, version: int) -> None:
    path = tmp_path / "state"
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version = {version}")
    file.close()
    with pytest.raises(UsageError, match=f"format {version}, where this doorstep writes 2"):
        SqliteMemory(path, OWNER)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        SqliteMemory(tmp_path / "nowhere" / "state", OWNER)
    with pytest.raises(UsageError):
        SqliteMemory(tmp_path, OWNER)
