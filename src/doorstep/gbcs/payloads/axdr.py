"""COSEM data in A-XDR: a tag, then the value, for every type that GBCS payloads hold.

A value keeps whatever its encoding leaves open (the byte behind a boolean, the pad bits of a
bit-string), so that it encodes to the bytes it came from.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated

__all__ = ["BitString", "CompactArray", "Data", "Tag", "TypeDescription", "decode_data", "encode_data"]

# The deepest nesting in the reference set is 6; the bound keeps hostile input off the call stack.
MAX_DEPTH: Final = 24
# A compact array writes no tags, so a few bytes could stand for any number of values that take none: one
# may hold 64 values, and a larger one two for each of its bytes. A message may have thousands of compact
# arrays, so 64 is many already; in the reference set no byte stands for as much as one value.
MAX_VALUES: Final = 64
_VALUES_A_BYTE: Final = 2


class Tag(IntEnum):
    """The data types, by the tag that starts each (DLMS Blue Book names)."""

    NULL_DATA = 0x00
    ARRAY = 0x01
    STRUCTURE = 0x02
    BOOLEAN = 0x03
    BIT_STRING = 0x04
    DOUBLE_LONG = 0x05
    DOUBLE_LONG_UNSIGNED = 0x06
    OCTET_STRING = 0x09
    VISIBLE_STRING = 0x0A
    UTF8_STRING = 0x0C
    BCD = 0x0D
    INTEGER = 0x0F
    LONG = 0x10
    UNSIGNED = 0x11
    LONG_UNSIGNED = 0x12
    COMPACT_ARRAY = 0x13
    LONG64 = 0x14
    LONG64_UNSIGNED = 0x15
    ENUM = 0x16
    FLOAT32 = 0x17
    FLOAT64 = 0x18
    DATE_TIME = 0x19
    DATE = 0x1A
    TIME = 0x1B


class BitString(Struct, frozen=True, gc=False):
    """``length`` bits, first bit highest, in whole bytes; pad bits are kept as they are."""

    length: int
    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != (self.length + 7) // 8:
            raise EncodeError("bit-string", f"{self.length} bits do not fill {len(self.data)} bytes")


class TypeDescription(Struct, frozen=True, gc=False):
    """What a compact array's elements look like: a tag, and for array and structure what is inside."""

    tag: Tag
    count: int = 0
    parts: tuple[TypeDescription, ...] = ()

    @property
    def values(self) -> int:
        """How many values an element is, counting itself and all that is inside it."""
        inside = sum(part.values for part in self.parts)
        return 1 + (inside * self.count if self.tag is Tag.ARRAY else inside)


class CompactArray(Struct, frozen=True, gc=False):
    """Elements of one type, the type said once and the elements written without tags."""

    description: TypeDescription
    elements: tuple[Data, ...]


Value = None | int | bytes | BitString | CompactArray | tuple["Data", ...]


class Data(Struct, frozen=True, gc=False):
    """One COSEM value.

    ``value`` is a tuple of Data for array and structure, an int for numbers, booleans and enums, bytes
    for strings, floating point, dates and times, None for null-data.
    """

    tag: Tag
    value: Value = None


_Decoder = Callable[[bytes, int, int], tuple[Any, int]]
_Encoder = Callable[[Any], bytes]

_NULL: Final = Data(Tag.NULL_DATA)
_TAGS: Final = {int(tag): tag for tag in Tag}


def decode_data(buf: bytes, pos: int, depth: int = 0) -> tuple[Data, int]:
    """The value whose tag is at ``pos``, and the position after it.

    Raises :class:`DecodeError`; a buffer that ends inside a fixed-size value raises IndexError or
    ``struct.error``, which the caller turns into :class:`Truncated` once for the whole payload.
    """
    tag = buf[pos]
    if tag == 0:
        return _NULL, pos + 1
    row = _TABLE[tag]
    if row is None:
        raise _no_type(tag, pos)
    value, after = row[1](buf, pos + 1, depth)
    return Data(row[0], value), after


def encode_data(data: Data) -> bytes:
    """Tag and value; raises :class:`EncodeError` for a value that its type cannot hold."""
    return bytes((data.tag,)) + _encode_value(data)


def _encode_value(data: Data) -> bytes:
    try:
        return _ENCODERS[data.tag](data.value)
    except (struct.error, TypeError, AttributeError, OverflowError):
        name = data.tag.name.lower().replace("_", "-")
        raise EncodeError(name, f"{str(data.value)[:60]} does not fit it") from None


# -- lengths and counts -------------------------------------------------------------------------


def decode_count(buf: bytes, pos: int) -> tuple[int, int]:
    """An A-XDR length or count: one byte below 0x80, else 0x80 + n and n bytes, shortest form."""
    count = buf[pos]
    if count < 0x80:
        return count, pos + 1
    size = count & 0x7F
    if not 1 <= size <= 2:
        raise DecodeError("length", pos, f"0x{count:02X} does not start a length")
    count = buf[pos + 1] if size == 1 else buf[pos + 1] << 8 | buf[pos + 2]
    if count < (0x80 if size == 1 else 0x100):
        raise DecodeError("length", pos, f"{count} is not in its shortest form")
    return count, pos + 1 + size


def encode_count(count: int) -> bytes:
    """The shortest form of an A-XDR length or count up to 65,535."""
    if count < 0x80:
        return bytes((count,))
    if count <= 0xFF:
        return bytes((0x81, count))
    if count <= 0xFFFF:
        return bytes((0x82, count >> 8, count & 0xFF))
    raise EncodeError("length", f"{count} does not fit two bytes")


# -- one decoder and one encoder a kind of value --------------------------------------------------


def _fixed(layout: str) -> tuple[_Decoder, _Encoder]:
    compiled = struct.Struct(layout)
    size, unpack = compiled.size, compiled.unpack_from

    def decode(buf: bytes, pos: int, _depth: int) -> tuple[Any, int]:
        return unpack(buf, pos)[0], pos + size

    return decode, compiled.pack


def _byte(buf: bytes, pos: int, _depth: int) -> tuple[int, int]:
    return buf[pos], pos + 1


def _octets(size: int) -> tuple[_Decoder, _Encoder]:
    def decode(buf: bytes, pos: int, _depth: int) -> tuple[bytes, int]:
        after = pos + size
        if after > len(buf):
            raise Truncated("data", len(buf), f"{size} bytes are announced at offset {pos}")
        return buf[pos:after], after

    def encode(value: bytes) -> bytes:
        if len(value) != size:
            raise EncodeError("data", f"{len(value)} bytes where {size} belong")
        return value

    return decode, encode


def _decode_string(buf: bytes, pos: int, _depth: int) -> tuple[bytes, int]:
    size = buf[pos]
    if size < 0x80:
        pos += 1
    else:
        size, pos = decode_count(buf, pos)
    after = pos + size
    if after > len(buf):
        raise Truncated("string", len(buf), f"{size} bytes are announced at offset {pos}")
    return buf[pos:after], after


def _encode_string(value: bytes) -> bytes:
    return encode_count(len(value)) + value


def _decode_bits(buf: bytes, pos: int, _depth: int) -> tuple[BitString, int]:
    length, pos = decode_count(buf, pos)
    after = pos + (length + 7) // 8
    if after > len(buf):
        raise Truncated("bit-string", len(buf), f"{length} bits are announced at offset {pos}")
    return BitString(length, buf[pos:after]), after


def _encode_bits(value: BitString) -> bytes:
    return encode_count(value.length) + value.data


def _decode_many(buf: bytes, pos: int, depth: int) -> tuple[tuple[Data, ...], int]:
    if depth >= MAX_DEPTH:
        raise DecodeError("data", pos, f"nested deeper than {MAX_DEPTH}")
    count, pos = decode_count(buf, pos)
    # Every element takes a byte at least, so a count that lies is caught before it costs memory.
    if count > len(buf) - pos:
        raise Truncated("count", len(buf), f"{count} elements are announced at offset {pos}")
    depth += 1
    items = []
    # The body of decode_data again: most values of a message are elements, and a call for each would
    # cost a tenth of its decoding.
    for _ in range(count):
        tag = buf[pos]
        if tag == 0:
            items.append(_NULL)
            pos += 1
            continue
        row = _TABLE[tag]
        if row is None:
            raise _no_type(tag, pos)
        value, pos = row[1](buf, pos + 1, depth)
        items.append(Data(row[0], value))
    return tuple(items), pos


def _no_type(tag: int, pos: int) -> DecodeError:
    return DecodeError("data", pos, f"0x{tag:02X} is no COSEM data type")


def _encode_many(value: tuple[Data, ...]) -> bytes:
    return encode_count(len(value)) + b"".join([encode_data(item) for item in value])


# -- compact arrays -----------------------------------------------------------------------------


def _decode_compact(buf: bytes, pos: int, depth: int) -> tuple[CompactArray, int]:
    description, pos = _decode_description(buf, pos, depth + 1)
    size, pos = decode_count(buf, pos)
    end = pos + size
    if end > len(buf):
        raise Truncated("compact-array", len(buf), f"{size} bytes are announced at offset {pos}")
    most = max(MAX_VALUES, _VALUES_A_BYTE * size) // description.values
    elements: list[Data] = []
    while pos < end:
        if len(elements) == most:
            raise DecodeError("compact-array", pos, f"its {size} bytes stand for too many values")
        element, pos = _decode_untagged(buf, pos, description, depth + 1)
        elements.append(element)
    if pos != end:
        raise Truncated("compact-array", end, "it ends inside an element")
    return CompactArray(description, tuple(elements)), end


def _encode_compact(value: CompactArray) -> bytes:
    contents = b"".join(_encode_untagged(element, value.description) for element in value.elements)
    return _encode_description(value.description) + encode_count(len(contents)) + contents


def _decode_description(buf: bytes, pos: int, depth: int) -> tuple[TypeDescription, int]:
    if depth >= MAX_DEPTH:
        raise DecodeError("compact-array", pos, f"its type is nested deeper than {MAX_DEPTH}")
    tag = _TAGS.get(buf[pos])
    if tag is None or tag is Tag.COMPACT_ARRAY:
        raise DecodeError("compact-array", pos, f"0x{buf[pos]:02X} describes no type")
    pos += 1
    if tag is Tag.ARRAY:
        count = buf[pos] << 8 | buf[pos + 1]
        part, pos = _decode_description(buf, pos + 2, depth + 1)
        return TypeDescription(tag, count, (part,)), pos
    if tag is Tag.STRUCTURE:
        count, pos = decode_count(buf, pos)
        if count > len(buf) - pos:
            raise Truncated("compact-array", len(buf), f"{count} types are announced at offset {pos}")
        parts = []
        for _ in range(count):
            part, pos = _decode_description(buf, pos, depth + 1)
            parts.append(part)
        return TypeDescription(tag, count, tuple(parts)), pos
    return TypeDescription(tag), pos


def _encode_description(description: TypeDescription) -> bytes:
    head = bytes((description.tag,))
    if description.tag is Tag.ARRAY:
        head += struct.pack(">H", description.count)
    elif description.tag is Tag.STRUCTURE:
        head += encode_count(description.count)
    return head + b"".join(_encode_description(part) for part in description.parts)


def _decode_untagged(buf: bytes, pos: int, description: TypeDescription, depth: int) -> tuple[Data, int]:
    tag = description.tag
    if tag is Tag.ARRAY or tag is Tag.STRUCTURE:
        parts = description.parts if tag is Tag.STRUCTURE else description.parts * description.count
        items = []
        for part in parts:
            item, pos = _decode_untagged(buf, pos, part, depth + 1)
            items.append(item)
        return Data(tag, tuple(items)), pos
    if tag is Tag.NULL_DATA:
        return _NULL, pos
    value, after = _DECODERS[tag](buf, pos, depth)
    return Data(tag, value), after


def _encode_untagged(data: Data, description: TypeDescription) -> bytes:
    if data.tag is not description.tag:
        raise EncodeError("compact-array", f"an element of type {data.tag.name} among {description.tag.name}")
    if isinstance(data.value, tuple):
        parts = description.parts
        if description.tag is Tag.ARRAY:
            parts = parts * description.count
        if len(parts) != len(data.value):
            raise EncodeError("compact-array", f"{len(data.value)} values where {len(parts)} belong")
        return b"".join(_encode_untagged(item, part) for item, part in zip(data.value, parts, strict=True))
    return _encode_value(data)


def _byte_of(value: int) -> bytes:
    return struct.pack("B", value)


_U8: Final = (_byte, _byte_of)
_STRING: Final = (_decode_string, _encode_string)
_MANY: Final = (_decode_many, _encode_many)

# The one description of every type, for both directions.
_CODECS: Final[dict[Tag, tuple[_Decoder, _Encoder]]] = {
    Tag.NULL_DATA: (lambda _buf, pos, _depth: (None, pos), lambda _value: b""),
    Tag.ARRAY: _MANY,
    Tag.STRUCTURE: _MANY,
    Tag.BOOLEAN: _U8,
    Tag.BIT_STRING: (_decode_bits, _encode_bits),
    Tag.DOUBLE_LONG: _fixed(">i"),
    Tag.DOUBLE_LONG_UNSIGNED: _fixed(">I"),
    Tag.OCTET_STRING: _STRING,
    Tag.VISIBLE_STRING: _STRING,
    Tag.UTF8_STRING: _STRING,
    Tag.BCD: _U8,
    Tag.INTEGER: _fixed(">b"),
    Tag.LONG: _fixed(">h"),
    Tag.UNSIGNED: _U8,
    Tag.LONG_UNSIGNED: _fixed(">H"),
    Tag.COMPACT_ARRAY: (_decode_compact, _encode_compact),
    Tag.LONG64: _fixed(">q"),
    Tag.LONG64_UNSIGNED: _fixed(">Q"),
    Tag.ENUM: _U8,
    Tag.FLOAT32: _octets(4),
    Tag.FLOAT64: _octets(8),
    Tag.DATE_TIME: _octets(12),
    Tag.DATE: _octets(5),
    Tag.TIME: _octets(4),
}
_DECODERS: Final = {tag: codec[0] for tag, codec in _CODECS.items()}
# By the byte that starts a value, for the one look-up that each value costs.
_TABLE: Final[list[tuple[Tag, _Decoder] | None]] = [None] * 256
for _tag, _codec in _CODECS.items():
    _TABLE[_tag] = _tag, _codec[0]
_ENCODERS: Final = {tag: codec[1] for tag, codec in _CODECS.items()}
