"""Layouts of :mod:`doorstep.zigbee` in JSON: an object with the fields by name, in the order of the wire.

The annotations that say how a field stands in octets say how it stands in JSON, too:

==============================  =====================================================================
field                           JSON
==============================  =====================================================================
integers, bitmaps, enumerations a number
UTC time                        ISO 8601; a number where it stands for *now* or *never*
EUI-64                          ``00-DB-12-34-56-78-90-A0``
octet strings                   hex digits; null for the invalid string
character strings               text, or ``{"hex": ...}``; null for the invalid string
octets that no row describes    ``{"unparsed": hex}``
a layout, repeated fields       an object, a list
==============================  =====================================================================

A field that a layout may do without, and does, is left out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from doorstep.errors import EncodeError
from doorstep.gbcs.json_form.at import At, JsonObject
from doorstep.gbcs.json_form.octets import read_eui, read_octets, read_text, read_utc2000, write_text
from doorstep.gbcs.json_form.octets import write_utc2000 as write_utc
from doorstep.zigbee import types
from doorstep.zigbee.fields import Remainder, TypedBy
from doorstep.zigbee.layout import Layout

__all__ = ["UNPARSED", "read_layout", "write_layout"]

UNPARSED: Final = "unparsed"
"""The member that holds bytes which no row describes."""

AnyLayout = TypeVar("AnyLayout", bound=Layout)


def write_layout(value: Layout) -> JsonObject:
    """The fields of a layout by name."""
    return _write_fields(value)


def read_layout(layout: type[AnyLayout], at: At) -> AnyLayout:
    """The layout that :func:`write_layout` wrote; raises :class:`EncodeError` with the path."""
    value: AnyLayout = _read_fields(layout, at)
    try:
        value.to_bytes()
    except EncodeError as error:
        raise at.wrong(f"{error.field}: {error.detail}") from None
    return value


class _Form(NamedTuple):
    """How one kind of field is written, and read again.

    Both get the values of the fields before it, since one of those may say what type it has.
    """

    write: Callable[[Any, Mapping[str, Any]], Any]
    read: Callable[[At, Mapping[str, Any]], Any]


class _Field(NamedTuple):
    """One field: ``default`` is what it is where JSON leaves it out, NODEFAULT where JSON may not."""

    name: str
    form: _Form
    default: Any


def _write_fields(value: Struct) -> JsonObject:
    written: JsonObject = {}
    values: dict[str, Any] = {}
    for name, form, default in _fields(type(value)):
        values[name] = part = getattr(value, name)
        if part is not None or default is not None:
            written[name] = None if part is None else form.write(part, values)
    return written


def _read_fields(layout: type[Struct], at: At) -> Any:
    known = _fields(layout)
    required = (field.name for field in known if field.default is NODEFAULT)
    members = at.members(*required, optional=tuple(field.name for field in known))
    values: dict[str, Any] = {}
    for name, form, default in known:
        member = members.get(name)
        if member is None:
            values[name] = default
        else:
            values[name] = None if member.value is None else form.read(member, values)
    return layout(**values)


@functools.cache
def _fields(layout: type[Struct]) -> tuple[_Field, ...]:
    hints = get_type_hints(layout, include_extras=True)
    return tuple(_Field(field.name, _form(hints[field.name]), field.default) for field in fields(layout))


# -- what an annotation stands for ------------------------------------------------------------------


def _plainly(write: Callable[[Any], Any], read: Callable[[At], Any]) -> _Form:
    """A form that looks at nothing but the field itself."""
    return _Form(lambda value, _values: write(value), lambda at, _values: read(at))


def _form(hint: Any) -> _Form:
    base, marks = (hint.__origin__, hint.__metadata__) if get_origin(hint) is Annotated else (hint, ())
    for mark in marks:
        if isinstance(mark, types.DataType):
            return _of_type(mark)
        if isinstance(mark, TypedBy):
            return _typed_by(mark.field)
    if get_origin(base) is tuple:
        return _repeated(_form(get_args(base)[0]))
    if isinstance(base, type):
        return _plainly(_write_fields, functools.partial(_read_fields, base))
    # What is left is a union with None, with or without a condition: X | None.
    return _form(next(part for part in get_args(base) if part is not type(None)))


def _of_type(row: types.DataType) -> _Form:
    if isinstance(row, types.Integer):
        return _TIME if row is types.UTC_TIME else _NUMBER
    if isinstance(row, types.BigEndian):
        return _NUMBER
    if isinstance(row, types.Identifier):
        return _EUI
    if isinstance(row, Remainder):
        return _UNPARSED
    return _TEXT if row in _CHARACTERS else _OCTETS


def _typed_by(field: str) -> _Form:
    """The form of the data type that another field names."""

    def form(values: Mapping[str, Any]) -> _Form | None:
        row = types.TYPES.get(values[field])
        return _of_type(row) if row else None

    def write(value: Any, values: Mapping[str, Any]) -> Any:
        found = form(values)
        return found.write(value, values) if found else value

    def read(at: At, values: Mapping[str, Any]) -> Any:
        found = form(values)
        if found is None:
            raise at.wrong(f"its {field} is no data type that could say what it holds")
        return found.read(at, values)

    return _Form(write, read)


def _repeated(form: _Form) -> _Form:
    return _Form(
        lambda value, values: [form.write(item, values) for item in value],
        lambda at, values: tuple(form.read(item, values) for item in at.items()),
    )


def _read_number(at: At) -> int:
    # Every field has bounds of its own, which encoding knows.
    return at.integer(-(2**64), 2**64)


_CHARACTERS: Final = (types.CHARACTER_STRING, types.LONG_CHARACTER_STRING)
_NUMBER: Final = _plainly(int, _read_number)
_TIME: Final = _plainly(write_utc, read_utc2000)
_EUI: Final = _plainly(str, read_eui)
_TEXT: Final = _plainly(write_text, read_text)
_OCTETS: Final = _plainly(bytes.hex, read_octets)
_UNPARSED: Final = _plainly(
    lambda octets: {UNPARSED: octets.hex()}, lambda at: read_octets(at.members(UNPARSED)[UNPARSED])
)
