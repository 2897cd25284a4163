"""A log of the keys that a hub's radio uses, for who captures its home on purpose.

Each line is a row of Wireshark's table ``zigbee_pc_keys``. Whoever has the file reads everything that the
home's Devices say to each other, so it is written only where it is asked for, and for its owner only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from doorstep.errors import UsageError
from doorstep.zigbee.capture import key_row

__all__ = ["KeyLog"]


class KeyLog:
    """The file; without a path, nothing is written. Raises :class:`UsageError` where it cannot be."""

    def __init__(self, path: Path | None) -> None:
        self._written: set[tuple[bytes, str]] = set()
        self._path = path
        self.add(())

    def add(self, keys: Iterable[tuple[bytes, str]]) -> None:
        """Write down those of these keys, each with its kind, that are new."""
        if self._path is None:
            return
        new = [key for key in keys if key not in self._written]
        rows = "".join(key_row(key, kind) for key, kind in new)
        try:
            with open(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
                file.write(rows)
        except OSError as error:
            raise UsageError(f"{self._path}: {error.strerror}") from None
        self._written.update(new)
