"""COSEM data in JSON: an object with one member, which is named for the type and holds the value.

==============================  =====================================================================
type                            value
==============================  =====================================================================
numbers, enum, bcd              a number
boolean                         ``true`` for the byte FF that Devices write, ``false`` for 00, else the
                                byte as a number
octet-string, date-time         hex digits; ISO 8601 where the bytes are a date-time that is one instant
visible-string, utf8-string     text, or ``{"hex": ...}`` where the bytes are none
bit-string                      ``{"length": bits, "bits": hex}``, pad bits as they stand
floating point, date, time      hex digits
array, structure                a list of COSEM data
compact-array                   ``{"description": type, "elements": [...]}``, elements without types
==============================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from doorstep.errors import EncodeError
from doorstep.gbcs.json_form.at import At, JsonObject
from doorstep.gbcs.json_form.octets import (
    read_date_time,
    read_octets,
    read_text,
    write_date_time,
    write_text,
)
from doorstep.gbcs.payloads.axdr import (
    MAX_DEPTH,
    BitString,
    CompactArray,
    Data,
    Tag,
    TypeDescription,
    Value,
    encode_data,
)

__all__ = ["TYPE_NAMES", "describe_type", "read_data", "write_data", "write_value"]

_NULL: Final = Data(Tag.NULL_DATA)
_TRUE: Final = 0xFF


def write_data(data: Data) -> JsonObject:
    """A value under the name of its type."""
    return {TYPE_NAMES[data.tag]: write_value(data)}


def write_value(data: Data) -> Any:
    """A value without its type; what is inside an array or structure still has types."""
    if isinstance(data.value, tuple):
        return [write_data(element) for element in data.value]
    return _FORMS[data.tag].write(data.value)


def read_data(at: At, depth: int = 0) -> Data:
    """The value that :func:`write_data` wrote; raises :class:`EncodeError` with its path."""
    name, inner = at.sole()
    tag = _TAGS.get(name)
    if tag is None:
        raise at.wrong(f"{name[:40]!r} is no COSEM data type")
    if tag in (Tag.ARRAY, Tag.STRUCTURE):
        if depth >= MAX_DEPTH:
            raise at.wrong(f"data is nested deeper than {MAX_DEPTH}")
        return Data(tag, tuple(read_data(element, depth + 1) for element in inner.items()))
    return _leaf(tag, inner)


def describe_type(description: TypeDescription) -> str | JsonObject:
    """The type of a compact array's elements: a name, or an object for one with types inside."""
    name = TYPE_NAMES[description.tag]
    if description.tag is Tag.STRUCTURE:
        return {name: [describe_type(part) for part in description.parts]}
    if description.tag is Tag.ARRAY:
        return {name: {"count": description.count, "of": describe_type(description.parts[0])}}
    return name


def _leaf(tag: Tag, at: At) -> Data:
    """A value of a type without types inside, once the type is sure to hold it."""
    data = Data(tag, _FORMS[tag].read(at))
    try:
        encode_data(data)
    except EncodeError as error:
        raise at.wrong(f"{error.field}: {error.detail}") from None
    return data


# -- the types ----------------------------------------------------------------------------------


class _Form(NamedTuple):
    """How the values of one type are written, and read again."""

    write: Callable[[Any], Any]
    read: Callable[[At], Value]


def _number(at: At) -> int:
    # Every type has bounds of its own, which encoding knows; these keep the number printable.
    return at.integer(-(2**64), 2**64)


def _write_boolean(value: int) -> bool | int:
    return {0: False, _TRUE: True}.get(value, value)


def _read_boolean(at: At) -> int:
    if isinstance(at.value, bool):
        return _TRUE if at.value else 0
    return at.integer(0, 0xFF)


def _write_bits(value: BitString) -> JsonObject:
    return {"length": value.length, "bits": value.data.hex()}


def _read_bits(at: At) -> BitString:
    members = at.members("length", "bits")
    length, octets = members["length"].integer(0, 0xFFFF), read_octets(members["bits"])
    try:
        return BitString(length, octets)
    except EncodeError as error:
        raise at.wrong(error.detail) from None


def _read_null(at: At) -> None:
    if at.value is not None:
        raise at.wrong("null-data holds nothing but null")


def _write_compact(value: CompactArray) -> JsonObject:
    return {
        "description": describe_type(value.description),
        "elements": [_write_untyped(element) for element in value.elements],
    }


def _read_compact(at: At) -> CompactArray:
    members = at.members("description", "elements")
    description = _read_description(members["description"])
    elements = members["elements"].items()
    return CompactArray(description, tuple(_read_untyped(element, description) for element in elements))


def _write_untyped(data: Data) -> Any:
    if isinstance(data.value, tuple):
        return [_write_untyped(element) for element in data.value]
    return write_value(data)


def _read_untyped(at: At, description: TypeDescription) -> Data:
    tag = description.tag
    if tag not in (Tag.ARRAY, Tag.STRUCTURE):
        return _leaf(tag, at)
    elements = at.items()
    if len(elements) != description.count:
        raise at.wrong(f"{len(elements)} values where {description.count} belong")
    parts = description.parts if tag is Tag.STRUCTURE else description.parts * len(elements)
    return Data(tag, tuple(_read_untyped(inner, part) for inner, part in zip(elements, parts, strict=True)))


def _read_description(at: At, depth: int = 0) -> TypeDescription:
    if depth >= MAX_DEPTH:
        raise at.wrong(f"a type is nested deeper than {MAX_DEPTH}")
    name, inner = at.sole() if isinstance(at.value, dict) else (at.text(), at)
    tag = _TAGS.get(name)
    if tag is None or tag is Tag.COMPACT_ARRAY or (inner is at) is (tag in (Tag.ARRAY, Tag.STRUCTURE)):
        raise at.wrong("it describes no type of a compact array's elements")
    if tag is Tag.STRUCTURE:
        parts = tuple(_read_description(part, depth + 1) for part in inner.items())
        return TypeDescription(tag, len(parts), parts)
    if tag is Tag.ARRAY:
        members = inner.members("count", "of")
        count = members["count"].integer(0, 0xFFFF)
        return TypeDescription(tag, count, (_read_description(members["of"], depth + 1),))
    return TypeDescription(tag)


_NUMBER: Final = _Form(int, _number)
_OCTETS: Final = _Form(bytes.hex, read_octets)
_MAYBE_TIME: Final = _Form(write_date_time, read_date_time)
_TEXT: Final = _Form(write_text, read_text)

# The one description of every type without types inside, for both directions.
_FORMS: Final[dict[Tag, _Form]] = {
    Tag.NULL_DATA: _Form(lambda _value: None, _read_null),
    Tag.BOOLEAN: _Form(_write_boolean, _read_boolean),
    Tag.BIT_STRING: _Form(_write_bits, _read_bits),
    Tag.DOUBLE_LONG: _NUMBER,
    Tag.DOUBLE_LONG_UNSIGNED: _NUMBER,
    Tag.OCTET_STRING: _MAYBE_TIME,
    Tag.VISIBLE_STRING: _TEXT,
    Tag.UTF8_STRING: _TEXT,
    Tag.BCD: _NUMBER,
    Tag.INTEGER: _NUMBER,
    Tag.LONG: _NUMBER,
    Tag.UNSIGNED: _NUMBER,
    Tag.LONG_UNSIGNED: _NUMBER,
    Tag.COMPACT_ARRAY: _Form(_write_compact, _read_compact),
    Tag.LONG64: _NUMBER,
    Tag.LONG64_UNSIGNED: _NUMBER,
    Tag.ENUM: _NUMBER,
    Tag.FLOAT32: _OCTETS,
    Tag.FLOAT64: _OCTETS,
    Tag.DATE_TIME: _MAYBE_TIME,
    Tag.DATE: _OCTETS,
    Tag.TIME: _OCTETS,
}

TYPE_NAMES: Final = {tag: tag.name.lower() for tag in Tag}
"""The name of every type, as JSON has it: ``double_long_unsigned``."""

_TAGS: Final = {name: tag for tag, name in TYPE_NAMES.items()}
