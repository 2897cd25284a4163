"""The schema's simple types: how a value is written as the text of an element, and read back."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from doorstep.duis import xml
from doorstep.errors import InputError
from doorstep.eui import Eui

__all__ = [
    "BASE64",
    "BOOLEAN",
    "DATE",
    "DATE_TIME",
    "EUI",
    "INTEGER",
    "TEXT",
    "TIME",
    "Facets",
    "SimpleType",
    "base64",
    "decimal",
    "hexadecimal",
    "integer",
    "matching",
    "octets",
    "one_of",
    "text",
]

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_CLOCK: Final = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?"
_ZONE: Final = r"(?:Z|([+-])(\d\d):(\d\d))?"
_DATE_TIME: Final = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)T{_CLOCK}{_ZONE}", re.ASCII)
_DATE: Final = re.compile(rf"([1-9]\d{{4}}|\d{{4}})-(\d\d)-(\d\d){_ZONE}", re.ASCII)
_TIME: Final = re.compile(_CLOCK + _ZONE, re.ASCII)
# The longest number of DUIS is a certificate's serial of 20 bytes: 49 digits.
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,49}")
_DECIMAL: Final = re.compile(r"[+-]?(?=\.?[0-9])[0-9]{0,49}(?:\.[0-9]{0,49})?")
_EUI: Final = re.compile(r"(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}")
_WHITE_SPACE: Final = re.compile(f"[{xml.WHITE_SPACE}]")
_REMOVE_WHITE_SPACE: Final = dict.fromkeys(map(ord, xml.WHITE_SPACE))


class Facets(Struct, frozen=True):
    """What bounds the values of a simple type, so that documentation and tests can be made from it.

    ``low`` and ``high`` are the bounds of a number, both included, and ``digits`` how many it may have after
    the point; ``shortest`` and ``longest`` count characters, or bytes. ``None`` is no bound.
    """

    low: int | Decimal | None = None
    high: int | Decimal | None = None
    digits: int = 0
    shortest: int = 0
    longest: int | None = None
    pattern: str = ""
    values: tuple[str, ...] = ()


class SimpleType(Struct, Generic[T], frozen=True):
    """A simple type: the two directions between a value and its text.

    ``parse`` takes text without white space around it (unless the type keeps it, as texts and enumerations
    do). ``what`` says in words what a value is, ``holds`` is its type in Python, and ``suits_all`` says that
    every value of that type will do. Both directions raise :class:`InputError` that says what the type asks
    for; the caller knows which element it is about.
    """

    parse: Callable[[str], T]
    render: Callable[[T], str]
    keeps_white_space: bool = False
    what: str = "a value"
    holds: type[Any] | tuple[type[Any], ...] = object
    suits_all: bool = False
    facets: Facets = Facets()

    def read(self, text: str) -> T:
        """The value of an element's text."""
        return self.parse(text if self.keeps_white_space else text.strip(xml.WHITE_SPACE))

    def write(self, value: Any) -> str:
        """The text of a value. Raises :class:`InputError` for one of another Python type, too."""
        self._check_type(value)
        return self.render(value)

    def check(self, value: Any) -> None:
        """Raise what :meth:`write` raises, without writing where that is not needed to know it."""
        self._check_type(value)
        if not self.suits_all:
            self.render(value)

    def _check_type(self, value: Any) -> None:
        # To Python, True is the number 1; to the schema it is not.
        stray_bool = isinstance(value, bool) and self.holds not in (bool, object)
        if stray_bool or not isinstance(value, self.holds):
            raise InputError(f"a {type(value).__name__} is not {self.what}")


# -- numbers ----------------------------------------------------------------------------------------


def integer(low: int, high: int) -> SimpleType[int]:
    """A decimal number from ``low`` to ``high``, both included."""

    def check(value: int) -> int:
        if not low <= value <= high:
            raise InputError(f"{value} is not from {low} to {high}")
        return value

    return SimpleType(
        lambda text: check(_integer(text)),
        lambda value: str(check(value)),
        what=f"a number from {low} to {high}",
        holds=int,
        facets=Facets(low=low, high=high),
    )


def decimal(low: str, high: str, digits: int) -> SimpleType[Decimal]:
    """A decimal number from ``low`` to ``high``, both included, with so many digits after the point."""
    least, most = Decimal(low), Decimal(high)

    def check(value: Decimal) -> Decimal:
        if not value.is_finite() or not least <= value <= most:
            raise InputError(f"{value} is not from {low} to {high}")
        if value != round(value, digits):
            raise InputError(f"{value} has more than {digits} digits after the point")
        return value

    def parse(text: str) -> Decimal:
        if not _DECIMAL.fullmatch(text):
            raise InputError(f"{text[:40]!r} is not a decimal number")
        return check(Decimal(text))

    return SimpleType(
        parse,
        lambda value: f"{check(value):.{digits}f}",
        what=f"a number from {low} to {high} with at most {digits} digits after the point",
        holds=Decimal,
        facets=Facets(low=least, high=most, digits=digits),
    )


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

    what = f"a number of {2 * size} hexadecimal digits"
    return SimpleType(parse, render, what=what, holds=int, facets=Facets(low=0, high=(1 << 8 * size) - 1))


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InputError(f"{text[:40]!r} is not a decimal number")
    return int(text)


def _boolean(text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text]
    except KeyError:
        raise InputError(f"{text[:40]!r} is neither true nor false") from None


INTEGER: Final = SimpleType(_integer, str, what="a number", holds=int, suits_all=True)
"""A decimal number of either sign."""
BOOLEAN: Final = SimpleType(
    _boolean, lambda value: "true" if value else "false", what="true or false", holds=bool, suits_all=True
)
"""``true`` or ``false``; ``1`` and ``0`` are read too."""


# -- texts ------------------------------------------------------------------------------------------


def text(
    shortest: int = 0, longest: int | None = None, pattern: str = "", what: str = "", *, told: bool = True
) -> SimpleType[str]:
    """Text of so many characters, white space included, that fits a pattern where one is given.

    Where it is not ``told``, an error does not repeat what was there instead, since errors come into logs.
    """
    form = re.compile(pattern or ".*", re.ASCII | re.DOTALL)
    wanted = what or f"text of {_span(shortest, longest)} characters"

    def check(text: str) -> str:
        if not xml.is_text(text):
            raise InputError(f"{_named(text, told)} has a character that XML cannot hold")
        if len(text) < shortest or (longest is not None and len(text) > longest) or not form.fullmatch(text):
            raise InputError(f"{_named(text, told)} is not {wanted}")
        return text

    facets = Facets(shortest=shortest, longest=longest, pattern=pattern)
    return SimpleType(check, check, keeps_white_space=True, what=wanted, holds=str, facets=facets)


def one_of(values: Collection[str], what: str = "", *, token: bool = False) -> SimpleType[str]:
    """One of an enumeration's values; around a ``token`` white space does not count."""
    wanted = what or " or ".join(values)

    def check(text: str) -> str:
        if text not in values:
            raise InputError(f"{text[:40]!r} is not {wanted}")
        return text

    facets = Facets(values=tuple(values))
    return SimpleType(check, check, keeps_white_space=not token, what=wanted, holds=str, facets=facets)


def matching(pattern: str, what: str) -> SimpleType[str]:
    """Text of a given form; white space around it does not count."""
    form = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise InputError(f"{text[:40]!r} is not {what}")
        return text

    return SimpleType(check, check, what=what, holds=str, facets=Facets(pattern=pattern))


def _eui(text: str) -> Eui:
    # Bare digits, which Eui.parse reads too, are not what the schema allows.
    if not _EUI.fullmatch(text):
        raise InputError(f"{text[:40]!r} is not an Entity Identifier (8 hex pairs joined by dashes)")
    return Eui.parse(text)


TEXT: Final = text(what="text")
"""Any text, white space included."""
EUI: Final = SimpleType(_eui, str, what="an Entity Identifier", holds=Eui, suits_all=True)
"""An Entity Identifier, as 8 pairs of hexadecimal digits joined by dashes."""


# -- bytes ------------------------------------------------------------------------------------------


def base64(longest: int) -> SimpleType[bytes]:
    """At most so many bytes, in base64."""

    def check(value: bytes) -> bytes:
        if len(value) > longest:
            raise InputError(f"{len(value)} bytes are more than {longest}")
        return value

    return SimpleType(
        lambda text: check(_base64(text)),
        lambda value: _base64_text(check(value)),
        what=f"at most {longest} bytes in base64",
        holds=bytes,
        facets=Facets(longest=longest),
    )


def octets(shortest: int, longest: int, *, told: bool = True) -> SimpleType[bytes]:
    """So many bytes, as pairs of hexadecimal digits. An error repeats them only where they are ``told``."""
    digits = re.compile("(?:[0-9A-Fa-f]{2})*")

    def check(value: bytes) -> bytes:
        if not shortest <= len(value) <= longest:
            raise InputError(f"{len(value)} bytes are not {_span(shortest, longest)}")
        return value

    def parse(text: str) -> bytes:
        if not digits.fullmatch(text):
            raise InputError(f"{_named(text, told)} is not pairs of hexadecimal digits")
        return check(bytes.fromhex(text))

    return SimpleType(
        parse,
        lambda value: check(value).hex().upper(),
        what=f"{_span(shortest, longest)} bytes in hexadecimal",
        holds=bytes,
        facets=Facets(shortest=shortest, longest=longest),
    )


def _named(text: str, told: bool) -> str:
    return repr(text[:40]) if told else f"text of {len(text)} characters"


def _span(shortest: int, longest: int | None) -> str:
    if longest is None:
        return f"at least {shortest}"
    return str(longest) if shortest == longest else f"{shortest} to {longest}"


def _base64(text: str) -> bytes:
    digits = text.translate(_REMOVE_WHITE_SPACE) if _WHITE_SPACE.search(text) else text
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


BASE64: Final = SimpleType(_base64, _base64_text, what="bytes in base64", holds=bytes, suits_all=True)
"""Bytes. White space among the digits is read past and never written: it would break a signature's digest."""


# -- dates and times --------------------------------------------------------------------------------


def _date_time(text: str) -> int:
    found = _DATE_TIME.fullmatch(text)
    if not found:
        raise InputError(f"{text[:40]!r} is not a date and time")
    year, month, day, hour, minute, second, fraction, *zone = found.groups()
    since_midnight = _milliseconds(text, hour, minute, second, fraction)
    try:
        midnight = datetime(int(year), int(month), int(day))
    except ValueError:
        raise InputError(f"{text!r} is not a date and time that exists") from None
    return (midnight - _EPOCH) // _MILLISECOND + since_midnight - 60_000 * _minutes_ahead(text, *zone)


@lru_cache(maxsize=64)
def _date_time_text(value: int | datetime) -> str:
    """Kept, since what is written at one time bears one time."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise InputError(f"{value} does not say in which time zone")
        value = (value.astimezone(UTC).replace(tzinfo=None) - _EPOCH) // _MILLISECOND
    try:
        return (_EPOCH + value * _MILLISECOND).isoformat(timespec="milliseconds") + "Z"
    except OverflowError:
        raise InputError(f"{value} milliseconds since 1970 is not in the years 1 to 9999") from None


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        raise InputError(f"{text[:40]!r} is not a date")
    year, month, day, *zone = found.groups()
    _minutes_ahead(text, *zone)
    try:
        # The calendar repeats every 400 years, so a year that Python does not know has one that it does.
        date(int(year) % 400 + (400 if int(year) else 0), int(month), int(day))
    except ValueError:
        raise InputError(f"{text!r} is not a date that exists") from None
    return f"{year}-{month}-{day}"


def _date_text(value: str | date) -> str:
    return _date(value.isoformat() if isinstance(value, date) else value)


def _time(text: str) -> time:
    found = _TIME.fullmatch(text)
    if not found:
        raise InputError(f"{text[:40]!r} is not a time of day")
    hour, minute, second, fraction, *zone = found.groups()
    since_midnight = _milliseconds(text, hour, minute, second, fraction)
    ahead = _minutes_ahead(text, *zone)
    moment = (_EPOCH + since_midnight * _MILLISECOND).time()
    return moment.replace(tzinfo=timezone(timedelta(minutes=ahead))) if ahead else moment


def _time_text(value: time) -> str:
    written = value.isoformat(timespec="auto" if value.microsecond else "seconds")
    return written if value.tzinfo else written + "Z"


def _milliseconds(text: str, hour: str, minute: str, second: str, fraction: str | None) -> int:
    """The milliseconds since midnight; 24:00:00 is the midnight that ends a day."""
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    total = ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1000 + milliseconds
    if int(minute) > 59 or int(second) > 59 or total > 86_400_000:
        raise InputError(f"{text[:40]!r} is not a time of day that exists")
    return total


def _minutes_ahead(text: str, sign: str | None, hours: str | None, minutes: str | None) -> int:
    """How many minutes a time zone is ahead of UTC; a text that names none is in UTC (policy)."""
    offset = int(hours or 0) * 60 + int(minutes or 0)
    if offset > 14 * 60 or int(minutes or 0) > 59:
        raise InputError(f"{text[:40]!r} is not in a time zone that exists")
    return -offset if sign == "-" else offset


DATE_TIME: Final = SimpleType(
    _date_time,
    _date_time_text,
    what="a date and time",
    holds=(int, datetime),
)
"""Milliseconds since 1970 UTC. Finer fractions are cut off; a time without a zone is read as UTC (policy).

A ``datetime`` that knows its time zone is written, too. The years are 1 to 9999 (policy).
"""
DATE: Final = SimpleType(_date, _date_text, what="a date such as 2026-01-31", holds=(str, date))
"""A date as its text, ``2026-01-31``; a ``date`` is written, too. A time zone is read past (policy).

It is a text since a year may have five digits: test requests have 65535 for *every year*.
"""
TIME: Final = SimpleType(_time, _time_text, what="a time of day", holds=time)
"""A time of day in UTC; one that names another zone is read with it. Finer than milliseconds is cut off."""
