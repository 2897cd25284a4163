"""Readings: functions that say in words what a value means, and ``""`` where they cannot.

A reading takes the Python value as it was decoded, whatever a hostile message put there, and never fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum, IntFlag
from typing import Any, Final, TypeVar

from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import times
from doorstep.gbcs.payloads.axdr import BitString

__all__ = [
    "MONEY_PER_POUND",
    "Reading",
    "bits",
    "chosen",
    "date",
    "date_time",
    "eui",
    "flags",
    "member",
    "money",
    "money_unless",
    "nothing",
    "percent",
    "pounds",
    "quantity",
    "scaled",
    "text",
    "time_of_day",
    "truth",
    "utc2000",
]

Reading = Callable[[Any], str]
"""What a value means, in words; empty where it means no more than it says."""

MONEY_PER_POUND: Final = 100_000
"""Balances, debts and thresholds count thousandths of a penny.

Policy: the facts are not sure of it. It agrees with the scale of -5 that tariffs give their prices in
pounds, and with the unit that responses of the DCC name, millipence.
"""

T = TypeVar("T")


def _takes(python: type[T]) -> Callable[[Callable[[T], str]], Reading]:
    """Makes a reading of a function that knows what to say of one class of values."""

    def wrap(function: Callable[[T], str]) -> Reading:
        def reading(value: Any) -> str:
            return function(value) if isinstance(value, python) else ""

        reading.__doc__ = function.__doc__
        return reading

    return wrap


def nothing(_value: Any) -> str:
    """No meaning beyond the value itself."""
    return ""


# -- numbers ------------------------------------------------------------------------------------


@_takes(int)
def money(value: int) -> str:
    """Thousandths of a penny in pounds, ``£2.50``: at least to the penny, and no digit lost."""
    return pounds(value, 5)


def pounds(value: int, decimals: int, sign: str = "£") -> str:
    """``value`` with that many decimals in pounds, or the currency of another ``sign``."""
    number = scaled(value, -decimals)
    whole, _, fraction = number.removeprefix("-").partition(".")
    return f"{'-' if value < 0 else ''}{sign}{int(whole):,}.{fraction:<02}"


def scaled(value: int, exponent: int) -> str:
    """``value`` times ten to the ``exponent`` in digits, exactly, without trailing zeros."""
    if exponent >= 0:
        return str(value * 10**exponent)
    digits = f"{abs(value):0{1 - exponent}}"
    fraction = digits[exponent:].rstrip("0")
    return f"{'-' if value < 0 else ''}{digits[:exponent]}{'.' if fraction else ''}{fraction}"


def money_unless(meaning: str, *values: int) -> Reading:
    """Money, but for the values that have a meaning of their own."""
    return lambda value: meaning if value in values else money(value)


def quantity(unit: str, exponent: int = 0) -> Reading:
    """A number with its unit, ``6900 W``."""

    @_takes(int)
    def reading(value: int) -> str:
        return f"{scaled(value, exponent)} {unit}"

    return reading


percent: Final = quantity("%", -2)
"""Hundredths of a percent."""


def chosen(names: Mapping[int, str]) -> Reading:
    """The name of a number."""

    @_takes(int)
    def reading(value: int) -> str:
        return names.get(value, "")

    return reading


def member(names: type[IntEnum]) -> Reading:
    """The name of a member of an enumeration, in words."""
    return chosen({int(one): one.name.replace("_", " ").lower() for one in names})


def flags(names: type[IntFlag]) -> Reading:
    """The names of the bits that are set; those without a name by their numbers."""

    @_takes(int)
    def reading(value: int) -> str:
        known = {one.value: one.name for one in names}
        numbers = (bit for bit in range(value.bit_length()) if value >> bit & 1)
        words = (str(known.get(1 << bit) or f"bit {bit}").replace("_", " ").lower() for bit in numbers)
        return ", ".join(words) or "none"

    return reading


@_takes(int)
def truth(value: int) -> str:
    """A boolean: any byte but zero is true."""
    return "true" if value else "false"


# -- octets -------------------------------------------------------------------------------------


@_takes(bytes)
def text(value: bytes) -> str:
    """Octets that are printable text, in quotes; that there are none."""
    if not value:
        return "empty"
    try:
        words = value.decode()
    except UnicodeDecodeError:
        return ""
    return f'"{words}"' if words.isprintable() else ""


@_takes(bytes)
def eui(value: bytes) -> str:
    """An Entity Identifier."""
    return str(Eui(value)) if len(value) == 8 else ""


@_takes(BitString)
def bits(value: BitString) -> str:
    """The bits of a bit-string, first bit first."""
    return "".join(f"{octet:08b}" for octet in value.data)[: value.length] if value.length <= 64 else ""


# -- times --------------------------------------------------------------------------------------

_CLOCK_STATUS: Final = {0x00: "clock reliable", 0xFF: ""}


@_takes(bytes)
def date_time(value: bytes) -> str:
    """A COSEM date-time: a time, *now*, or that what is pending is cancelled."""
    if value == times.IMMEDIATE:
        return "now"
    if value == times.CANCEL:
        return "never: cancels what is pending"
    try:
        instant = times.from_cosem_date_time(value)
    except DoorstepError:
        return _open_date_time(value)
    status = _CLOCK_STATUS.get(value[-1], f"clock status 0x{value[-1]:02X}")
    return "" if instant is None else _iso(instant) + (f", {status}" if status else "")


def _open_date_time(value: bytes) -> str:
    """A date-time of which parts are left open."""
    if len(value) != 12:
        return ""
    return f"{date(value[:5])} {time_of_day(value[5:9])}".strip()


@_takes(bytes)
def date(value: bytes) -> str:
    """A COSEM date; a part that is left open is ``*``, so that ``*-12-25`` comes every year."""
    if len(value) != 5:
        return ""
    year = int.from_bytes(value[:2], "big")
    parts = ("*" if year == 0xFFFF else f"{year:04}", *map(_two_digits, value[2:4]))
    weekday = _WEEKDAYS.get(value[4], "")
    return "-".join(parts) + (f" {weekday}" if weekday else "")


@_takes(bytes)
def time_of_day(value: bytes) -> str:
    """A COSEM time of day, ``07:00``."""
    if len(value) != 4:
        return ""
    hour, minute, second, _hundredths = value
    return ":".join(map(_two_digits, (hour, minute, second) if second else (hour, minute)))


def _two_digits(part: int) -> str:
    return "*" if part == 0xFF else f"{part:02}"


_WEEKDAYS: Final = dict(
    enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), start=1)
)


@_takes(int)
def utc2000(value: int) -> str:
    """Seconds since 2000-01-01 UTC, with the numbers that are no time.

    0xFFFFFFFE is what the supplier's tariff Commands carry where they cancel.
    """
    if value in _NO_TIME:
        return _NO_TIME[value]
    return _iso(times.from_utc2000(value)) if 0 < value <= 0xFFFFFFFF else ""


_NO_TIME: Final = {
    0: "now",
    0xFFFFFFFE: "never: cancels what is pending",
    0xFFFFFFFF: "never: cancels what is pending",
}


def _iso(instant: times.Instant) -> str:
    return f"{times.iso(instant)[:-5]}Z"
