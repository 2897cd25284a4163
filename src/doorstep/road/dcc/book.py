"""A book: records by name in the order in which they came, and how they are remembered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

import msgspec

from doorstep.errors import DecodeError, DoorstepError
from doorstep.eui import Eui
from doorstep.road.machine import Memory

__all__ = ["Book", "Entries"]

R = TypeVar("R")

Entries = dict[str, bytes | None]
"""What to remember."""

_NUMBER: Final = 8


class Book(Generic[R]):
    """Records of one kind. Every change gives the entries to remember it by.

    Each record has a number, by which a book that is made again has the order that it had: memory itself
    has none; ``next_number`` is that of the next new record. Beyond ``most`` records the oldest is
    forgotten. ``front`` begins the names of its entries.

    Raises :class:`DecodeError` where what was remembered is no record.
    """

    def __init__(self, front: str, kind: type[R], memory: Memory, most: int | None = None) -> None:
        self._front = front
        self._most = most
        found = {
            name.removeprefix(front): _decode(name, data, kind)
            for name, data in memory.items()
            if name.startswith(front) and data is not None
        }
        self._records = dict(sorted(found.items(), key=lambda item: item[1][0]))
        self.next_number = max((number for number, _record in found.values()), default=-1) + 1

    def __len__(self) -> int:
        return len(self._records)

    def items(self) -> Iterator[tuple[str, R]]:
        """The records with their names, oldest first."""
        return ((name, record) for name, (_number, record) in self._records.items())

    def find(self, name: str) -> R | None:
        """The record of that name, if there is one."""
        found = self._records.get(name)
        return found[1] if found else None

    def write(self, name: str, record: R) -> Entries:
        """Add a record, or put it in the place of the one of that name."""
        held = self._records.get(name)
        number = held[0] if held else self.next_number
        self.next_number = max(self.next_number, number + 1)
        self._records[name] = number, record
        entries: Entries = {self._front + name: _encode(number, record)}
        while self._most is not None and len(self._records) > self._most:
            entries |= self.strike(next(iter(self._records)))
        return entries

    def strike(self, name: str) -> Entries:
        """Take a record out; nothing to remember where there is none."""
        return {self._front + name: None} if self._records.pop(name, None) else {}


def _encode(number: int, record: object) -> bytes:
    return number.to_bytes(_NUMBER, "big") + msgspec.msgpack.encode(record, enc_hook=_plain)


def _decode(name: str, data: bytes, kind: type[R]) -> tuple[int, R]:
    try:
        record = msgspec.msgpack.decode(data[_NUMBER:], type=kind, dec_hook=_eui)
    except (msgspec.DecodeError, DoorstepError) as error:
        raise DecodeError(name[:80], 0, f"what was remembered is no record: {error}") from None
    return int.from_bytes(data[:_NUMBER], "big"), record


def _plain(value: Any) -> bytes:
    if isinstance(value, Eui):
        return bytes(value)
    raise NotImplementedError(f"a record holds no {type(value).__name__}")


def _eui(kind: type, value: Any) -> Eui:
    if kind is Eui and isinstance(value, bytes):
        return Eui.of(value)
    raise NotImplementedError(f"a record holds no {kind.__name__}")
