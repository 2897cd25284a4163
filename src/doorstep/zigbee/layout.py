"""Layouts: values whose class declares their octets, with one interpreter for both directions.

::

    class CloseTunnel(Layout, frozen=True):
        tunnel_id: U16

    CloseTunnel.from_bytes(bytes.fromhex("0100"))   # CloseTunnel(tunnel_id=1)
    CloseTunnel(tunnel_id=1).to_bytes()             # 01 00

The annotations (:mod:`doorstep.zigbee.fields`) are compiled into steps (:mod:`doorstep.zigbee.steps`)
once, when a layout is first used. Values are checked when they are encoded.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.zigbee import steps, types
from doorstep.zigbee.fields import Count, CountIn, TypedBy, When

__all__ = ["Layout", "Marked", "Numbered", "Unknown"]

T = TypeVar("T")


class Layout(msgspec.Struct, frozen=True, gc=False):
    """A value made of fields in the order of the wire."""

    @classmethod
    def from_bytes(cls, data: bytes, start: int = 0, end: int | None = None) -> Self:
        """The value that ``data[start:end]`` holds, with nothing left over.

        Offsets in errors count from the start of ``data``. Raises :class:`DecodeError`.
        """
        if end is None:
            end = len(data)
        elif end > len(data):
            raise Truncated(cls.__name__, len(data), f"needs {end - len(data)} octets more")
        value, at = _group(cls).read(cls.__name__, data, start, end)
        if at != end:
            raise DecodeError(cls.__name__, at, f"{end - at} octets left over")
        return value  # type: ignore[no-any-return]  # The group builds what it was made for.

    def to_bytes(self) -> bytes:
        """The octets; raises :class:`EncodeError` where a field cannot hold its value."""
        return _group(type(self)).write(type(self).__name__, self)


class Marked(Layout, frozen=True):
    """A layout behind fixed octets that tell it from anything else."""

    MARK: ClassVar[bytes]

    @classmethod
    def from_bytes(cls, data: bytes, start: int = 0, end: int | None = None) -> Self:
        if not data.startswith(cls.MARK, start, end):
            raise DecodeError(cls.__name__, start, f"does not begin {cls.MARK.hex(' ').upper()}")
        return super().from_bytes(data, start + len(cls.MARK), end)

    def to_bytes(self) -> bytes:
        return self.MARK + super().to_bytes()


class Unknown(msgspec.Struct, frozen=True):
    """A command that has no row; its octets stay as they are."""

    id: int
    payload: bytes

    def to_bytes(self) -> bytes:
        """The octets, without the identifier."""
        return self.payload


class Numbered:
    """Layouts by their numbers, which a first octet tells apart."""

    def __init__(self, name: str, rows: dict[int, type[Layout]]) -> None:
        self.rows: Final = MappingProxyType(rows)
        self._name = name
        self._numbers = {layout: number for number, layout in rows.items()}

    def from_bytes(self, data: bytes, start: int = 0, end: int | None = None) -> Layout | Unknown:
        """The number and what it stands for; raises :class:`DecodeError`."""
        number = types.read_octets(self._name, data, start, len(data) if end is None else end, 1)[0]
        return self.decode(number, data, start + 1, end)

    def to_bytes(self, value: Layout | Unknown) -> bytes:
        """The number and the octets; raises :class:`EncodeError`."""
        return types.UINT8.write(self._name, self.number(value)) + value.to_bytes()

    def decode(self, number: int, data: bytes, start: int = 0, end: int | None = None) -> Layout | Unknown:
        """What the number stands for, from octets without it; :class:`Unknown` where there is no row."""
        layout = self.rows.get(number)
        if layout is None:
            return Unknown(number, data[start:end])
        return layout.from_bytes(data, start, end)

    def number(self, value: Layout | Unknown) -> int:
        """The number of a value; raises :class:`EncodeError` where it has none here."""
        number = value.id if isinstance(value, Unknown) else self._numbers.get(type(value))
        if number is None:
            raise EncodeError(self._name, f"{type(value).__name__} is not one")
        return number


class _Group:
    """A layout as an item: its steps, one after the other."""

    def __init__(self, layout: type[msgspec.Struct]) -> None:
        self._layout = layout
        self._steps = tuple(_steps(layout))

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Any, int]:
        values: list[Any] = []
        for step in self._steps:
            at = step.read(data, at, end, values)
        return self._layout(*values), at

    def write(self, field: str, value: Any) -> bytes:
        if type(value) is not self._layout:
            raise EncodeError(field, f"holds a {self._layout.__name__}, not {type(value).__name__}")
        values = msgspec.structs.astuple(value)
        out = bytearray()
        for step in self._steps:
            step.write(values, out)
        return bytes(out)


@functools.cache
def _group(layout: type[msgspec.Struct]) -> _Group:
    return _Group(layout)


def _steps(layout: type[msgspec.Struct]) -> Iterator[steps.Step]:
    """The steps of a layout, with neighbours of fixed size joined into runs."""
    names = layout.__struct_fields__
    hints = get_type_hints(layout, include_extras=True)
    run: list[tuple[str, types.Fixed]] = []
    last_optional: int | None = None
    for index, name in enumerate(names):
        label = f"{layout.__name__}.{name}"
        hint, marks = _split(hints[name])
        fixed = _first(types.Fixed, marks)
        if fixed and not _first(When, marks):
            run.append((label, fixed))
            continue
        if run:
            yield steps.Run(index - len(run), run)
            run = []
        step = _step(index, label, hints[name], names)
        conditions = [mark for mark in marks if isinstance(mark, When)]
        if conditions:
            tests = [(names.index(condition.field), condition.test) for condition in conditions]
            step = steps.Conditional(index, label, step, tests)
        elif not marks and _may_be_none(hint):
            step = steps.Optional(index, label, step, last_optional)
            last_optional = index
        yield step
    if run:
        yield steps.Run(len(names) - len(run), run)


def _step(index: int, label: str, hint: Any, names: Sequence[str]) -> steps.Step:
    """The step of one field, were it always there."""
    base, marks = _split(hint)
    if typed := _first(TypedBy, marks):
        return steps.Typed(index, label, names.index(typed.field), typed.analogue_only)
    if count := _first(CountIn, marks):
        item = _item(label, get_args(base)[0])
        return steps.CountedIn(index, label, item, names.index(count.field), count.mask)
    return steps.Single(index, label, _item(label, hint))


def _item(label: str, hint: Any) -> steps.Item:
    """The item that an annotation stands for."""
    base, marks = _split(hint)
    if row := _first(types.DataType, marks):
        return row
    if count := _first(Count, marks):
        item = _item(label, get_args(base)[0])
        return steps.Counted(item, count.prefix) if count.prefix else steps.ToEnd(item)
    if _may_be_none(base):
        return _item(label, next(part for part in get_args(base) if part is not NoneType))
    if isinstance(base, type) and issubclass(base, msgspec.Struct):
        return _group(base)
    raise TypeError(f"{label} has an annotation that no octets follow from: {hint!r}")


def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without its marks, and the marks."""
    if get_origin(hint) is Annotated:
        return hint.__origin__, hint.__metadata__
    return hint, ()


def _first(kind: type[T], marks: Sequence[Any]) -> T | None:
    return next((mark for mark in marks if isinstance(mark, kind)), None)


def _may_be_none(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)
