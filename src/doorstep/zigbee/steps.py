"""The steps that a layout is compiled into.

An *item* is what can stand in one place: a value of a data type, a layout, or a repetition of one
of them. A *step* moves the interpreter along: it reads the next field, or run of fields, onto the
list of values read so far, and writes it from the sequence of all the layout's values. Which step a
field becomes is decided in :mod:`doorstep.zigbee.layout`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from doorstep.errors import DecodeError, EncodeError
from doorstep.zigbee import types

__all__ = [
    "Item",
    "ToEnd",
    "Counted",
    "Step",
    "Run",
    "Single",
    "CountedIn",
    "Typed",
    "Conditional",
    "Optional",
]


class Item(Protocol):
    """What can stand in one place."""

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Any, int]:
        """The value at ``data[at:end]`` and the offset after it; raises :class:`DecodeError`."""

    def write(self, field: str, value: Any) -> bytes:
        """The octets of ``value``; raises :class:`EncodeError`."""


class ToEnd:
    """Items until the octets end. Each must have at least one octet, or there would be no end."""

    def __init__(self, item: Item) -> None:
        self._item = item

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Any, int]:
        found = []
        while at < end:
            value, at = self._item.read(field, data, at, end)
            found.append(value)
        return tuple(found), at

    def write(self, field: str, value: Any) -> bytes:
        return _write_many(field, self._item, value)


class Counted:
    """Items behind their own number."""

    def __init__(self, item: Item, prefix: types.Integer) -> None:
        self._item = item
        self._prefix = prefix

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Any, int]:
        size = self._prefix.size
        count = self._prefix.from_octets(types.read_octets(field, data, at, end, size))
        return _read_many(field, self._item, count, data, at + size, end)

    def write(self, field: str, value: Any) -> bytes:
        many = _write_many(field, self._item, value)
        return self._prefix.write(field, len(value)) + many


class Step(Protocol):
    """One move of the interpreter along the octets."""

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        """Append what stands at ``data[at:end]`` to ``values``; gives the offset after it."""

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        """Append the octets of this step's part of ``values`` to ``out``."""


class Run:
    """Fields of fixed size that follow each other, moved as one packed structure for speed."""

    def __init__(self, first: int, fields: Sequence[tuple[str, types.Fixed]]) -> None:
        forms = [_packed_form(row) for _, row in fields]
        self._mine = slice(first, first + len(fields))
        self._fields = tuple(fields)
        self._packed = struct.Struct("<" + "".join(forms))
        self._by_octets = [(n, row) for n, (_, row) in enumerate(fields) if forms[n].endswith("s")]

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        stop = at + self._packed.size
        if stop > end:
            for name, row in self._fields:  # One by one they tell which of them is cut short.
                _, at = row.read(name, data, at, end)
        found: Sequence[Any] = self._packed.unpack_from(data, at)
        if self._by_octets:
            found = list(found)
            for place, row in self._by_octets:
                found[place] = row.from_octets(found[place])
        values += found
        return stop

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        mine = values[self._mine]
        if not self._by_octets:
            try:
                out += self._packed.pack(*mine)
            except struct.error:
                pass  # One by one, below, they tell which of them does not fit.
            else:
                return
        for (name, row), value in zip(self._fields, mine, strict=True):
            out += row.write(name, value)


class Single:
    """One field that is always there."""

    def __init__(self, index: int, name: str, item: Item) -> None:
        self._index = index
        self._name = name
        self._item = item

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        value, at = self._item.read(self._name, data, at, end)
        values.append(value)
        return at

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        out += self._item.write(self._name, values[self._index])


class CountedIn(Single):
    """Items whose number stands in the low bits of an earlier field."""

    def __init__(self, index: int, name: str, item: Item, source: int, mask: int) -> None:
        super().__init__(index, name, item)
        self._source = source
        self._mask = mask

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        count = values[self._source] & self._mask
        found, at = _read_many(self._name, self._item, count, data, at, end)
        values.append(found)
        return at

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        many = _write_many(self._name, self._item, values[self._index])
        held, announced = len(values[self._index]), values[self._source] & self._mask
        if held != announced:
            raise EncodeError(self._name, f"has {held} items where {announced} are announced")
        out += many


class Typed:
    """A value of the data type that an earlier field names; absent where that field is."""

    def __init__(self, index: int, name: str, source: int, analogue_only: bool) -> None:
        self._index = index
        self._name = name
        self._source = source
        self._analogue_only = analogue_only

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        row = self._row(values, at)
        if row is None:
            values.append(None)
            return at
        value, at = row.read(self._name, data, at, end)
        values.append(value)
        return at

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        try:
            row = self._row(values, len(out))
        except DecodeError as error:
            raise EncodeError(self._name, error.detail) from None
        if row is not None:
            out += row.write(self._name, values[self._index])
        elif values[self._index] is not None:
            raise EncodeError(self._name, "has no place here")

    def _row(self, values: Sequence[Any], at: int) -> types.DataType | None:
        identifier = values[self._source]
        if identifier is None:
            return None
        row = types.data_type(identifier, self._name, at)
        return None if self._analogue_only and not row.analogue else row


class Conditional:
    """A step that is taken only where tests hold for earlier fields; its field is None otherwise."""

    def __init__(
        self, index: int, name: str, step: Step, tests: Sequence[tuple[int, Callable[[Any], bool]]]
    ) -> None:
        self._index = index
        self._name = name
        self._step = step
        self._tests = tuple(tests)

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        if self._holds(values):
            return self._step.read(data, at, end, values)
        values.append(None)
        return at

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        if self._holds(values):
            self._step.write(values, out)
        elif values[self._index] is not None:
            raise EncodeError(self._name, "has no place here")

    def _holds(self, values: Sequence[Any]) -> bool:
        for index, test in self._tests:
            value = values[index]
            if value is None or not test(value):
                return False
        return True


class Optional:
    """A step that is taken only where octets are left; its field is None otherwise."""

    def __init__(self, index: int, name: str, step: Step, before: int | None) -> None:
        self._index = index
        self._name = name
        self._step = step
        self._before = before

    def read(self, data: bytes, at: int, end: int, values: list[Any]) -> int:
        if at < end:
            return self._step.read(data, at, end, values)
        values.append(None)
        return at

    def write(self, values: Sequence[Any], out: bytearray) -> None:
        if values[self._index] is None:
            return
        if self._before is not None and values[self._before] is None:
            raise EncodeError(self._name, "cannot follow a field that is absent")
        self._step.write(values, out)


_LETTERS: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""The letters of :mod:`struct` for unsigned numbers, by size; the lower case ones are signed."""


def _packed_form(row: types.Fixed) -> str:
    """How :mod:`struct` moves a type: as a number where it can, else as plain octets."""
    if isinstance(row, types.Integer) and row.size in _LETTERS:
        letter = _LETTERS[row.size]
        return letter.lower() if row.signed else letter
    return f"{row.size}s"


def _read_many(
    field: str, item: Item, count: int, data: bytes, at: int, end: int
) -> tuple[tuple[Any, ...], int]:
    found = []
    for _ in range(count):
        value, at = item.read(field, data, at, end)
        found.append(value)
    return tuple(found), at


def _write_many(field: str, item: Item, value: Any) -> bytes:
    if not isinstance(value, tuple):
        raise EncodeError(field, f"holds a tuple, not {type(value).__name__}")
    return b"".join(item.write(field, one) for one in value)
