"""The schema's simple types: how a value is written as the text of an element, and read back."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from msgspec import Struct

from doorstep.duis import xml
from doorstep.errors import InputError

__all__ = [
    "BASE64",
    "BOOLEAN",
    "DATE_TIME",
    "INTEGER",
    "TEXT",
    "SimpleType",
    "hexadecimal",
    "integer",
    "matching",
    "one_of",
]

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DATE_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:Z|([+-])(\d\d):(\d\d))?", re.ASCII
)
# The longest number of DUIS is a certificate's serial of 20 bytes: 49 digits.
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,49}")
_REMOVE_WHITE_SPACE: Final = dict.fromkeys(map(ord, xml.WHITE_SPACE))


class SimpleType(Struct, Generic[T], frozen=True):
    """A simple type: the two directions between a value and its text.

    ``parse`` takes text without white space around it (:data:`TEXT` excepted). Both raise
    :class:`InputError` that says what the type asks for; the caller knows which element it is about.
    """

    parse: Callable[[str], T]
    render: Callable[[T], str]
    keeps_white_space: bool = False

    def read(self, text: str) -> T:
        """The value of an element's text."""
        return self.parse(text if self.keeps_white_space else text.strip(xml.WHITE_SPACE))


def integer(low: int, high: int) -> SimpleType[int]:
    """A decimal number from ``low`` to ``high``, both included."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise InputError(f"{value} is not from {low} to {high}")
        return value

    return SimpleType(lambda text: check(_integer(text)), lambda value: str(check(value)))


def hexadecimal(size: int) -> SimpleType[int]:
    """A number of ``size`` bytes in hexadecimal digits, as alert codes are written."""
    digits = re.compile(f"[0-9A-Fa-f]{{{2 * size}}}")

    def parse(text: str) -> int:
        if not digits.fullmatch(text):
            raise InputError(f"{text[:40]!r} is not {2 * size} hexadecimal digits")
        return int(text, 16)

    def render(value: int) -> str:
        if not 0 <= value < 1 << 8 * size:
            raise InputError(f"{value:#x} does not fit {2 * size} hexadecimal digits")
        return f"{value:0{2 * size}X}"

    return SimpleType(parse, render)


def one_of(values: Collection[str], what: str) -> SimpleType[str]:
    """One of an enumeration's values."""

    def check(text: str) -> str:
        if text not in values:
            raise InputError(f"{text[:40]!r} is not {what}")
        return text

    return SimpleType(check, check)


def matching(pattern: str, what: str) -> SimpleType[str]:
    """Text of a given form."""
    form = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise InputError(f"{text[:40]!r} is not {what}")
        return text

    return SimpleType(check, check)


def _text(text: str) -> str:
    if not xml.is_text(text):
        raise InputError(f"{text[:40]!r} has a character that XML cannot hold")
    return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InputError(f"{text[:40]!r} is not a decimal number")
    return int(text)


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text]
    except KeyError:
        raise InputError(f"{text[:40]!r} is neither true nor false") from None


def _base64(text: str) -> bytes:
    digits = text.translate(_REMOVE_WHITE_SPACE)
    try:
        value = binascii.a2b_base64(digits, strict_mode=True)
    except ValueError:
        raise InputError(f"{text[:40]!r} is not base64") from None
    # The schema asks for zeros in the bits that padding leaves over, so a value has one text only.
    if _base64_text(value) != digits:
        raise InputError(f"{text[-40:]!r} does not end as base64 does")
    return value


def _base64_text(value: bytes) -> str:
    return binascii.b2a_base64(value, newline=False).decode()


def _date_time(text: str) -> int:
    found = _DATE_TIME.fullmatch(text)
    if not found:
        raise InputError(f"{text[:40]!r} is not a date and time")
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = found.groups()
    try:
        moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
    except ValueError:
        raise InputError(f"{text!r} is not a date and time that exists") from None
    offset = int(hours or 0) * 60 + int(minutes or 0)
    if offset > 14 * 60 or int(minutes or 0) > 59:
        raise InputError(f"{text!r} is not in a time zone that exists")
    ahead = -offset if sign == "-" else offset
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    return (moment - _EPOCH) // _MILLISECOND + milliseconds - ahead * 60_000


def _date_time_text(value: int) -> str:
    try:
        return (_EPOCH + value * _MILLISECOND).isoformat(timespec="milliseconds") + "Z"
    except OverflowError:
        raise InputError(f"{value} milliseconds since 1970 is not in the years 1 to 9999") from None


TEXT: Final = SimpleType(_text, _text, keeps_white_space=True)
"""Any text, white space included."""
INTEGER: Final = SimpleType(_integer, str)
"""A decimal number of either sign."""
BOOLEAN: Final = SimpleType(_boolean, lambda value: "true" if value else "false")
"""``true`` or ``false``; ``1`` and ``0`` are read too."""
BASE64: Final = SimpleType(_base64, _base64_text)
"""Bytes. White space among the digits is read past and never written: it would break a signature's digest."""
DATE_TIME: Final = SimpleType(_date_time, _date_time_text)
"""Milliseconds since 1970 UTC. Finer fractions are cut off; a time without a zone is read as UTC (policy)."""
