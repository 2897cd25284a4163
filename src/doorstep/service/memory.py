"""What a machine asked to have remembered, kept where a crash cannot take it.

:class:`SqliteMemory` is a file; :class:`VolatileMemory` forgets with the process, and is for trying out
and for tests. A :class:`~doorstep.service.driver.Driver` writes to either.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from doorstep.errors import DoorstepError, UsageError

__all__ = ["Memory", "NotRemembered", "SqliteMemory", "VolatileMemory"]

Entries = Mapping[str, bytes | None]


class NotRemembered(DoorstepError):
    """Entries could not be written down, so that nothing that relies on them may be done."""


class Memory(Protocol):
    """Where a machine's entries are kept."""

    def load(self) -> dict[str, bytes | None]:
        """Everything remembered, to make the machine with; None is never among the values."""

    async def write(self, entries: Entries) -> None:
        """Keep these entries, all or none, and return once they are durable. None forgets a key.

        Raises :class:`NotRemembered`.
        """

    def close(self) -> None:
        """Let go of it."""


class VolatileMemory:
    """A memory that lasts as long as the process."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load(self) -> dict[str, bytes | None]:
        """Everything remembered."""
        return dict(self._held)

    async def write(self, entries: Entries) -> None:
        """Keep these entries."""
        for key, value in entries.items():
            if value is None:
                self._held.pop(key, None)
            else:
                self._held[key] = value

    def close(self) -> None:
        """Nothing to let go of."""


class SqliteMemory:
    """A memory in one SQLite file, each write one transaction that is on the disk when it returns.

    In which row each key is known here, not looked up in the file: a machine has all its entries in mind
    anyway, and new ones then go behind each other, for a fraction of what it costs to keep an index in order.

    ``owner`` says whose memory it is (``"meter D0-05-..."``): a file that another stop has used is
    refused, as is one that another process has open. The file is readable by its owner only.
    Raises :class:`UsageError` where the file cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str], owner: str) -> None:
        self.path = Path(path)
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._file = _opened(self.path, owner)
            self._rows: dict[str, int] = dict(self._file.execute("SELECT key, id FROM memory"))
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from None
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}: not a memory that can be used: {error}") from None

        self._next_row = max(self._rows.values(), default=0) + 1

    def load(self) -> dict[str, bytes | None]:
        """Everything remembered. Raises :class:`UsageError` for a damaged file."""
        try:
            return dict(self._file.execute("SELECT key, value FROM memory").fetchall())
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}: cannot be read: {error}") from None

    async def write(self, entries: Entries) -> None:
        """Keep these entries, in a thread of their own: a slow disk holds up nobody else.

        A write that has begun is finished, even if whoever waits for it is cancelled.
        """
        writing = asyncio.ensure_future(asyncio.to_thread(self._write, dict(entries)))
        try:
            await asyncio.shield(writing)
        finally:
            await asyncio.wait((writing,))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, entries: dict[str, bytes | None]) -> None:
        known = [(value, self._rows[key]) for key, value in entries.items() if key in self._rows]
        fresh = [key for key, value in entries.items() if key not in self._rows and value is not None]
        placed = dict(zip(fresh, itertools.count(self._next_row), strict=False))
        try:
            with self._file:
                self._file.execute("BEGIN IMMEDIATE")
                self._file.executemany(_ADD, [(row, key, entries[key]) for key, row in placed.items()])
                self._file.executemany(_CHANGE, [change for change in known if change[0] is not None])
                self._file.executemany(_FORGET, [(row,) for value, row in known if value is None])
        except sqlite3.Error as error:
            raise NotRemembered(f"{self.path}: {error}") from None
        self._next_row += len(placed)
        self._rows |= placed
        for key, value in entries.items():
            if value is None:
                self._rows.pop(key, None)


_ADD: Final = "INSERT INTO memory VALUES (?, ?, ?)"
_CHANGE: Final = "UPDATE memory SET value = ? WHERE id = ?"
_FORGET: Final = "DELETE FROM memory WHERE id = ?"

_FORMAT: Final = 2
"""The file's user_version; 0 is a file that nothing was written to yet."""

_TABLES: Final = (
    "CREATE TABLE memory (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL)",
    "CREATE TABLE owner (name TEXT NOT NULL)",
)


def _opened(path: Path, owner: str) -> sqlite3.Connection:
    # One write at a time, whichever thread it is in: the driver awaits each. So the check is not needed.
    file = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # An exclusive lock is held from the first write until the file is closed.
        file.execute("PRAGMA locking_mode = EXCLUSIVE")
        file.execute("PRAGMA journal_mode = WAL")
        file.execute("PRAGMA synchronous = FULL")
        # A page that is written again and again is copied into the file once in as many pages: 32 MiB.
        file.execute("PRAGMA wal_autocheckpoint = 8192")
        file.execute("BEGIN IMMEDIATE")
        (version,) = file.execute("PRAGMA user_version").fetchone()
        if version == 0:
            for table in _TABLES:
                file.execute(table)
            file.execute("INSERT INTO owner VALUES (?)", (owner,))
            file.execute(f"PRAGMA user_version = {_FORMAT}")
        elif version != _FORMAT:
            raise UsageError(f"{path}: format {version}, where this doorstep writes {_FORMAT}")
        (held_by,) = file.execute("SELECT name FROM owner").fetchone()
        if held_by != owner:
            raise UsageError(f"{path}: this is the memory of {held_by}, not of {owner}")
        file.execute("COMMIT")
    except (sqlite3.Error, UsageError):
        file.close()
        raise
    return file
