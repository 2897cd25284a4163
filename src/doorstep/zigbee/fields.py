"""The words that a layout's annotations are written in.

A layout (:mod:`doorstep.zigbee.layout`) is a structure whose annotations are the rows of the
standard's table. What may stand there:

=============================================  ====================================================
``U8``, ``I32``, ``Utc``, ``OctetString``...   one value of a ZCL data type
``Rest``                                       the octets to the end
a layout                                       its fields, in place
``ToEnd[X]``                                   X again and again, to the end
``Counted[X]``                                 their number in one octet, then that many X
``Annotated[tuple[X, ...], CountIn(...)]``     as many X as an earlier field says
``X | None``                                   X, unless the octets end before it (X being no string
                                               that can be invalid, which None stands for already)
``Annotated[X | None, When(field, test)]``     X, where the test holds for an earlier field
``Annotated[Value, TypedBy(field)]``           a value of the data type that an earlier field names
=============================================  ====================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

import msgspec

from doorstep.errors import EncodeError
from doorstep.eui import Eui
from doorstep.zigbee import types

__all__ = [
    "B16",
    "B32",
    "Bitmap8",
    "Bitmap16",
    "Bitmap32",
    "Bool",
    "CharacterString",
    "Counted",
    "Counted16",
    "Enum8",
    "Enum16",
    "EuiField",
    "I32",
    "Key",
    "OctetString",
    "Rest",
    "SizedOctets",
    "ToEnd",
    "U8",
    "U16",
    "U24",
    "U32",
    "U48",
    "Utc",
    "Count",
    "CountIn",
    "TypedBy",
    "When",
    "bit",
    "equals",
    "masked",
]

T = TypeVar("T")


class Count(msgspec.Struct, frozen=True):
    """A repeated field that stands behind its own number; without a ``prefix`` it runs to the end."""

    prefix: types.Integer | None = None


class CountIn(msgspec.Struct, frozen=True):
    """A repeated field whose number stands in the low bits, under ``mask``, of an earlier field."""

    field: str
    mask: int = 0xFF


class When(msgspec.Struct, frozen=True):
    """A field that is there only where ``test`` holds for an earlier field; several must all hold."""

    field: str
    test: Callable[[Any], bool]


class TypedBy(msgspec.Struct, frozen=True):
    """A value of the ZCL data type whose identifier stands in an earlier field.

    It is absent where that field is and, with ``analogue_only``, where the type is discrete.
    """

    field: str
    analogue_only: bool = False


class Remainder(types.DataType, frozen=True):
    """Whatever octets are left."""

    def read(self, field: str, data: bytes, at: int, end: int) -> tuple[bytes, int]:
        return data[at:end], end

    def write(self, field: str, value: object) -> bytes:
        if not isinstance(value, bytes):
            raise EncodeError(field, f"holds octets, not {type(value).__name__}")
        return value


def bit(number: int) -> Callable[[int], bool]:
    """The test that a bit of a field is set."""
    return lambda value: bool(value >> number & 1)


def equals(*wanted: int) -> Callable[[int], bool]:
    """The test that a field is one of the numbers."""
    return lambda value: value in wanted


def masked(mask: int, *wanted: int) -> Callable[[int], bool]:
    """The test that a field, under a mask, is one of the numbers."""
    return lambda value: value & mask in wanted


U8: TypeAlias = Annotated[int, types.UINT8]
U16: TypeAlias = Annotated[int, types.UINT16]
U24: TypeAlias = Annotated[int, types.UINT24]
U32: TypeAlias = Annotated[int, types.UINT32]
U48: TypeAlias = Annotated[int, types.UINT48]
I32: TypeAlias = Annotated[int, types.INT32]
Bool: TypeAlias = Annotated[int, types.BOOLEAN]
Bitmap8: TypeAlias = Annotated[int, types.BITMAP8]
Bitmap16: TypeAlias = Annotated[int, types.BITMAP16]
Bitmap32: TypeAlias = Annotated[int, types.BITMAP32]
Enum8: TypeAlias = Annotated[int, types.ENUM8]
Enum16: TypeAlias = Annotated[int, types.ENUM16]
Utc: TypeAlias = Annotated[int, types.UTC_TIME]
"""Seconds since 2000-01-01; 0 stands for now and FFFFFFFF for never in most commands."""
OctetString: TypeAlias = Annotated[bytes | None, types.OCTET_STRING]
CharacterString: TypeAlias = Annotated[bytes | None, types.CHARACTER_STRING]
SizedOctets: TypeAlias = Annotated[bytes, types.String(types.NOT_ZCL, "octets", may_be_invalid=False)]
EuiField: TypeAlias = Annotated[Eui, types.EUI64]
B16: TypeAlias = Annotated[int, types.BigEndian(types.NOT_ZCL, "big-endian uint16", 2)]
B32: TypeAlias = Annotated[int, types.BigEndian(types.NOT_ZCL, "big-endian uint32", 4)]
Key: TypeAlias = Annotated[bytes, types.KEY128]
Rest: TypeAlias = Annotated[bytes, Remainder(types.NOT_ZCL, "octets to the end")]
ToEnd: TypeAlias = Annotated[tuple[T, ...], Count()]
Counted: TypeAlias = Annotated[tuple[T, ...], Count(types.UINT8)]
Counted16: TypeAlias = Annotated[tuple[T, ...], Count(types.UINT16)]
