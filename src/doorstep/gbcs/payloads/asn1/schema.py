"""ASN.1 modules as Python classes: one description of a payload, read in both directions.

A SEQUENCE is a frozen Struct whose fields are its components, in order::

    class DeviceLogEntry(Struct, frozen=True):
        device_identifier: Annotated[Eui, OctetString(least=8, most=8, wrap=Eui)]
        device_type: Annotated[int, Integer.of(names.DeviceType)]

==========================================  ====================================================
ASN.1                                       here
==========================================  ====================================================
a type without parts                        ``Annotated[int, Integer()]`` and the like
SEQUENCE                                    a Struct
SEQUENCE OF X                               ``tuple[X, ...]``
CHOICE of X and Y, which differ in tag      ``X | Y``
OPTIONAL                                    ``X | None = None``
DEFAULT d                                   ``X = d``
[n] IMPLICIT X                              ``Annotated[X, Implicit(n)]``
==========================================  ====================================================

:func:`kind_of` turns such an annotation into the object that reads and writes it. The nesting of a
schema is all the nesting that bytes can cause. (Of two DEFAULT components side by side, of which one is
written out, the notes could not say which; GBCS has none.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, Union, get_args, get_origin

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from doorstep.errors import DecodeError, EncodeError
from doorstep.gbcs.payloads.der import (
    WRITTEN_DEFAULT,
    Kind,
    Lengths,
    Notes,
    decode_header,
    encode_value,
)

__all__ = ["Implicit", "kind_of"]

_SEQUENCE: Final = 0x30


class Implicit(Struct, frozen=True):
    """An IMPLICIT context tag, ``[number]``."""

    number: int


def kind_of(annotation: Any) -> Kind:
    """The type that an annotation describes. Raises TypeError for one that describes none."""
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return _Record.of(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return _Many(element=kind_of(arguments[0]))
    if origin in (Union, UnionType):
        return _Choice.of(arguments)
    if origin is not Annotated:
        raise TypeError(f"{annotation!r} is no ASN.1 type")
    base, *marks = arguments
    kind = marks.pop(0) if isinstance(marks[0], Kind) else kind_of(base)
    for mark in marks:
        kind = kind.tagged(mark.number)
    return kind


class _Component(NamedTuple):
    """One component of a SEQUENCE. ``default`` is NODEFAULT where it must be there."""

    name: str
    kind: Kind
    tags: tuple[int, ...]
    default: Any

    @classmethod
    def of(cls, name: str, annotation: Any, default: Any) -> _Component:
        if default is None:
            annotation = reduce(or_, (part for part in get_args(annotation) if part is not NoneType))
        kind = kind_of(annotation)
        return cls(name, kind, kind.tags, default)


class _Record(Kind, frozen=True, eq=False):
    """SEQUENCE: its components one after the other."""

    tag: int = _SEQUENCE
    components: tuple[_Component, ...] = ()

    @classmethod
    def of(cls, python: type[Struct]) -> _Record:
        components = tuple(_Component.of(field.name, field.type, field.default) for field in fields(python))
        return cls(python=python, components=components)

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[Struct, int]:
        pos, stop = decode_header(buf, pos, end, field, notes)
        values = {}
        for name, kind, tags, default in self.components:
            if pos < stop and buf[pos] in tags:
                value, pos = kind.decode(buf, pos, stop, name, notes)
                if value == default:
                    notes.append((pos, WRITTEN_DEFAULT))
                values[name] = value
            elif default is NODEFAULT:
                raise DecodeError(name, pos, f"{_found(buf, pos, stop)} where it belongs")
        if pos != stop:
            raise DecodeError(field, pos, f"{_found(buf, pos, stop)} after its last component")
        return self.python(**values), stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        contents = b""
        for name, kind, _tags, default in reversed(self.components):
            part, behind = getattr(value, name), after + len(contents)
            if part is None and default is None:
                continue
            if part == default and lengths.get(behind) != WRITTEN_DEFAULT:
                continue
            contents = kind.encode(part, behind, name, lengths) + contents
        return encode_value(self.tag, contents, after, lengths)

    def take(self, plain: Any, field: str) -> Struct:
        if isinstance(plain, self.python):
            plain = {component.name: getattr(plain, component.name) for component in self.components}
        if not isinstance(plain, Mapping):
            raise EncodeError(field, f"{str(plain)[:60]!r} is no {self.python.__name__}")
        values = {}
        for name, kind, _tags, default in self.components:
            part = plain.get(name, default)
            if part is NODEFAULT:
                raise EncodeError(name, f"{self.python.__name__} must have it")
            values[name] = default if part == default else kind.take(part, name)
        for name in plain:
            if name not in values:
                raise EncodeError(str(name)[:60], f"{self.python.__name__} has no such component")
        record: Struct = self.python(**values)
        return record


class _Many(Kind, frozen=True, eq=False, kw_only=True):
    """SEQUENCE OF: any count of values of one type, none included."""

    tag: int = _SEQUENCE
    python: type = tuple
    element: Kind

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[tuple[Any, ...], int]:
        pos, stop = decode_header(buf, pos, end, field, notes)
        element, tags = self.element, self.element.tags
        values = []
        while pos < stop:
            if buf[pos] not in tags:
                raise DecodeError(field, pos, f"{_found(buf, pos, stop)} where an element belongs")
            value, pos = element.decode(buf, pos, stop, field, notes)
            values.append(value)
        return tuple(values), stop

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        self.check(value, field)
        parts: list[bytes] = []
        behind = after
        for element in reversed(value):
            parts.append(self.element.encode(element, behind, field, lengths))
            behind += len(parts[-1])
        return encode_value(self.tag, b"".join(reversed(parts)), after, lengths)

    def take(self, plain: Any, field: str) -> tuple[Any, ...]:
        if not isinstance(plain, Sequence) or isinstance(plain, str | bytes):
            raise EncodeError(field, f"{str(plain)[:60]!r} is no list")
        return tuple(self.element.take(element, field) for element in plain)


class _Choice(Kind, frozen=True, eq=False, kw_only=True):
    """CHOICE: a value of one of several types, the tag says which; in Python its class does."""

    tag: int = 0
    alternatives: Mapping[int, Kind]

    @classmethod
    def of(cls, annotations: tuple[Any, ...]) -> _Choice:
        kinds = [kind_of(annotation) for annotation in annotations]
        return cls(alternatives={tag: kind for kind in kinds for tag in kind.tags})

    @property
    def tags(self) -> tuple[int, ...]:
        return tuple(self.alternatives)

    def tagged(self, number: int) -> Kind:
        raise TypeError("a CHOICE has no tag of its own that another could replace")

    def decode(self, buf: bytes, pos: int, end: int, field: str, notes: Notes) -> tuple[Any, int]:
        return self.alternatives[buf[pos]].decode(buf, pos, end, field, notes)

    def encode(self, value: Any, after: int, field: str, lengths: Lengths) -> bytes:
        for kind in self.alternatives.values():
            if isinstance(value, kind.python):
                return kind.encode(value, after, field, lengths)
        raise EncodeError(field, f"{str(value)[:60]!r} is none of its alternatives")

    def take(self, plain: Any, field: str) -> Any:
        for kind in self.alternatives.values():
            try:
                return kind.take(plain, field)
            except EncodeError:
                continue
        raise EncodeError(field, f"{str(plain)[:60]!r} is none of its alternatives")


def _found(buf: bytes, pos: int, stop: int) -> str:
    return f"0x{buf[pos]:02X}" if pos < stop else "nothing"
