"""The ZCL data types: how one value stands in octets, least significant octet first.

A row says the type's identifier, its name and its size; the row's class says how it is read and
written. Command layouts (:mod:`doorstep.zigbee.fields`) and attribute values use the same rows.
Floating point and the array types are left out: no Smart Energy attribute has them.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui

__all__ = [
    "DataType",
    "Fixed",
    "Integer",
    "BigEndian",
    "Octets",
    "Identifier",
    "String",
    "Value",
    "TYPES",
    "data_type",
    "read_octets",
    "NOT_ZCL",
    "ZCL_EPOCH",
    "BOOLEAN",
    "BITMAP8",
    "BITMAP16",
    "BITMAP24",
    "BITMAP32",
    "BITMAP40",
    "BITMAP48",
    "BITMAP56",
    "BITMAP64",
    "UINT8",
    "UINT16",
    "UINT24",
    "UINT32",
    "UINT40",
    "UINT48",
    "UINT56",
    "UINT64",
    "INT8",
    "INT16",
    "INT24",
    "INT32",
    "INT40",
    "INT48",
    "INT56",
    "INT64",
    "ENUM8",
    "ENUM16",
    "OCTET_STRING",
    "CHARACTER_STRING",
    "LONG_OCTET_STRING",
    "LONG_CHARACTER_STRING",
    "TIME_OF_DAY",
    "DATE",
    "UTC_TIME",
    "EUI64",
    "KEY128",
]

Value: TypeAlias = int | bytes | None
"""What a data type holds: an integer, octets (an :class:`Eui` is octets too), or an invalid string."""

NOT_ZCL: Final = -1
"""In place of an identifier: a form that frames use and that is no ZCL data type."""

ZCL_EPOCH: Final = 946_684_800
"""2000-01-01T00:00:00Z, from which UTC time counts, in seconds since 1970."""


class DataType(msgspec.Struct, frozen=True):
    """One data type: its identifier on the wire and its ZCL name."""

    id: int
    name: str

    @property
    def analogue(self) -> bool:
        """Whether a change of the value can be measured, so that a reportable change may be configured."""
        return False

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Value, int]:
        """The value at ``data[at:end]`` and the offset after it; raises :class:`DecodeError`."""
        raise NotImplementedError

    def write(self, field: str, value: object) -> bytes:
        """The octets of ``value``; raises :class:`EncodeError` where the type cannot hold it."""
        raise NotImplementedError


class Fixed(DataType, frozen=True):
    """A type whose values all have ``size`` octets."""

    size: int

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[Value, int]:
        return self.from_octets(read_octets(field, data, at, end, self.size)), at + self.size

    def from_octets(self, octets: bytes) -> Value:
        """The value of exactly ``size`` octets."""
        raise NotImplementedError


class Integer(Fixed, frozen=True):
    """A whole number, bitmap or enumeration of 1 to 8 octets. The invalid value is not special here."""

    signed: bool = False
    measured: bool = False

    @property
    def analogue(self) -> bool:
        return self.measured

    def from_octets(self, octets: bytes) -> int:
        return int.from_bytes(octets, "little", signed=self.signed)

    def write(self, field: str, value: object) -> bytes:
        return _integer_octets(field, value, self, "little", self.signed)


class BigEndian(Fixed, frozen=True):
    """A whole number without sign, most significant octet first, as it is outside ZigBee proper."""

    def from_octets(self, octets: bytes) -> int:
        return int.from_bytes(octets, "big")

    def write(self, field: str, value: object) -> bytes:
        return _integer_octets(field, value, self, "big", signed=False)


class Octets(Fixed, frozen=True):
    """Octets of a fixed number, kept as they stand."""

    def from_octets(self, octets: bytes) -> bytes:
        return octets

    def write(self, field: str, value: object) -> bytes:
        return _exact_octets(field, value, self)


class Identifier(Fixed, frozen=True):
    """An EUI-64, which ZigBee sends least significant octet first: in reverse."""

    reverse: bool = True

    def from_octets(self, octets: bytes) -> Eui:
        return Eui(octets[::-1] if self.reverse else octets)

    def write(self, field: str, value: object) -> bytes:
        octets = _exact_octets(field, value, self)
        return octets[::-1] if self.reverse else octets


class String(DataType, frozen=True):
    """Octets behind their number. ``None`` is the invalid string, whose number is all ones.

    Character strings are octets here too, so that text in any encoding comes back the same.
    """

    prefix: int = 1
    may_be_invalid: bool = True

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[bytes | None, int]:
        number = read_octets(field, data, at, end, self.prefix)
        at += self.prefix
        if self.may_be_invalid and number == self._invalid:
            return None, at
        size = int.from_bytes(number, "little")
        return read_octets(field, data, at, end, size), at + size

    def write(self, field: str, value: object) -> bytes:
        if value is None and self.may_be_invalid:
            return self._invalid
        if not isinstance(value, bytes):
            raise EncodeError(field, f"{self.name} holds octets, not {type(value).__name__}")
        if len(value) > 256**self.prefix - 1 - self.may_be_invalid:
            raise EncodeError(field, f"{len(value)} octets do not fit {self.name}")
        return len(value).to_bytes(self.prefix, "little") + value

    @property
    def _invalid(self) -> bytes:
        return b"\xff" * self.prefix


def read_octets(field: str, data: bytes, at: int, end: int, size: int) -> bytes:
    """Exactly ``size`` octets of ``data[at:end]``; raises :class:`Truncated` where there are fewer."""
    if end - at < size:
        raise Truncated(field, at, f"needs {size} octets, {end - at} left")
    return data[at : at + size]


def _exact_octets(field: str, value: object, row: Fixed) -> bytes:
    if not isinstance(value, bytes) or len(value) != row.size:
        raise EncodeError(field, f"{row.name} holds exactly {row.size} octets")
    return bytes(value)


def _integer_octets(
    field: str, value: object, row: Fixed, order: Literal["little", "big"], signed: bool
) -> bytes:
    if not isinstance(value, int):
        raise EncodeError(field, f"{row.name} holds a whole number, not {type(value).__name__}")
    try:
        return value.to_bytes(row.size, order, signed=signed)
    except OverflowError:
        raise EncodeError(field, f"{value} does not fit {row.name}") from None


BOOLEAN: Final = Integer(0x10, "boolean", 1)
"""0 false, 1 true, FF invalid; kept as a number so that every octet comes back the same."""
BITMAP8: Final = Integer(0x18, "bitmap8", 1)
BITMAP16: Final = Integer(0x19, "bitmap16", 2)
BITMAP24: Final = Integer(0x1A, "bitmap24", 3)
BITMAP32: Final = Integer(0x1B, "bitmap32", 4)
BITMAP40: Final = Integer(0x1C, "bitmap40", 5)
BITMAP48: Final = Integer(0x1D, "bitmap48", 6)
BITMAP56: Final = Integer(0x1E, "bitmap56", 7)
BITMAP64: Final = Integer(0x1F, "bitmap64", 8)
UINT8: Final = Integer(0x20, "uint8", 1, measured=True)
UINT16: Final = Integer(0x21, "uint16", 2, measured=True)
UINT24: Final = Integer(0x22, "uint24", 3, measured=True)
UINT32: Final = Integer(0x23, "uint32", 4, measured=True)
UINT40: Final = Integer(0x24, "uint40", 5, measured=True)
UINT48: Final = Integer(0x25, "uint48", 6, measured=True)
UINT56: Final = Integer(0x26, "uint56", 7, measured=True)
UINT64: Final = Integer(0x27, "uint64", 8, measured=True)
INT8: Final = Integer(0x28, "int8", 1, signed=True, measured=True)
INT16: Final = Integer(0x29, "int16", 2, signed=True, measured=True)
INT24: Final = Integer(0x2A, "int24", 3, signed=True, measured=True)
INT32: Final = Integer(0x2B, "int32", 4, signed=True, measured=True)
INT40: Final = Integer(0x2C, "int40", 5, signed=True, measured=True)
INT48: Final = Integer(0x2D, "int48", 6, signed=True, measured=True)
INT56: Final = Integer(0x2E, "int56", 7, signed=True, measured=True)
INT64: Final = Integer(0x2F, "int64", 8, signed=True, measured=True)
ENUM8: Final = Integer(0x30, "enum8", 1)
ENUM16: Final = Integer(0x31, "enum16", 2)
OCTET_STRING: Final = String(0x41, "octet string")
CHARACTER_STRING: Final = String(0x42, "character string")
LONG_OCTET_STRING: Final = String(0x43, "long octet string", 2)
LONG_CHARACTER_STRING: Final = String(0x44, "long character string", 2)
TIME_OF_DAY: Final = Octets(0xE0, "time of day", 4)
DATE: Final = Octets(0xE1, "date", 4)
"""Year less 1900, month, day of the month, day of the week; FF stands for any."""
UTC_TIME: Final = Integer(0xE2, "UTC time", 4, measured=True)
"""Seconds since 2000-01-01T00:00:00Z."""
EUI64: Final = Identifier(0xF0, "EUI-64", 8)
KEY128: Final = Octets(0xF1, "128-bit key", 16)

_FAMILIES: Final = (
    (BOOLEAN,),
    (BITMAP8, BITMAP16, BITMAP24, BITMAP32, BITMAP40, BITMAP48, BITMAP56, BITMAP64),
    (UINT8, UINT16, UINT24, UINT32, UINT40, UINT48, UINT56, UINT64),
    (INT8, INT16, INT24, INT32, INT40, INT48, INT56, INT64),
    (ENUM8, ENUM16),
    (OCTET_STRING, CHARACTER_STRING, LONG_OCTET_STRING, LONG_CHARACTER_STRING),
    (TIME_OF_DAY, DATE, UTC_TIME, EUI64, KEY128),
)

TYPES: Final[dict[int, DataType]] = {row.id: row for family in _FAMILIES for row in family}
"""Every data type by its identifier."""


def data_type(identifier: int, field: str, offset: int) -> DataType:
    """The row of a type identifier read at ``offset``; raises :class:`DecodeError` where there is none."""
    row = TYPES.get(identifier)
    if row is None:
        raise DecodeError(field, offset, f"no ZCL data type 0x{identifier:02X}")
    return row
