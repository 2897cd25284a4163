"""Calendars: the dates, times of day and schedules of a request, as COSEM writes them.

=====  ==============================================================================
value  bytes
=====  ==============================================================================
date   year (2), month, day of month, day of week from Monday; all ones for *any*
time   hour, minute, second, hundredth
=====  ==============================================================================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.simple_type import SimpleType, integer, one_of
from doorstep.duis.transform.dlms import TRUE, array, bits, long_unsigned, obis, octets, structure, unsigned
from doorstep.errors import InputError, XmlError
from doorstep.gbcs.payloads.axdr import Data

__all__ = [
    "ANY_DATE",
    "DATE",
    "EVERY_DAY",
    "SPECIAL_DAY",
    "TIME",
    "SpecialDays",
    "Switching",
    "date",
    "number_of",
    "schedule",
    "special_days",
    "week_days",
]

ANY_DATE: Final = bytes.fromhex("FFFFFFFFFF")
"""The COSEM date that every day is."""

# Minutes in which a switching that a power outage held up is made up for: all ones for "always".
_VALIDITY_WINDOW: Final = 0xFFFF


# -- dates and times --------------------------------------------------------------------------------


class _DateField(Struct, frozen=True):
    """One field of a DUIS date: a number, or one of the empty elements that stand for something else."""

    name: str
    size: int
    number: SimpleType[int]
    marks: dict[str, int]

    def encode(self, parent: Element) -> bytes:
        field = parent.child(self.name)
        for mark, value in self.marks.items():
            if field.has(mark):
                return value.to_bytes(self.size, "big")
        return field.value_of(f"Specified{self.name}", self.number).to_bytes(self.size, "big")


_DATE_FIELDS: Final = (
    _DateField("Year", 2, integer(2014, 9999), {"NonSpecifiedYear": 0xFFFF}),
    _DateField("Month", 1, integer(1, 12), {"NonSpecifiedMonth": 0xFF}),
    _DateField(
        "DayOfMonth",
        1,
        integer(1, 31),
        {"SecondLastDayOfMonth": 0xFD, "LastDayOfMonth": 0xFE, "NonSpecifiedDayOfMonth": 0xFF},
    ),
    _DateField("DayOfWeek", 1, integer(1, 7), {"NonSpecifiedDayOfWeek": 0xFF}),
)


def date(value: Element) -> bytes:
    """The COSEM date of an element of the schema's type Date, which may leave fields open."""
    return b"".join(field.encode(value) for field in _DATE_FIELDS)


_UTC: Final = r"(?:Z|[+-]00:00)?"
"""The time zones that a date or a time of day may name: no meter knows another."""


def _read_date(text: str) -> bytes:
    found = re.fullmatch(rf"(\d{{4,5}})-(\d\d)-(\d\d){_UTC}", text, re.ASCII)
    year, month, day = map(int, found.groups()) if found else (0, 0, 0)
    if not (0 < year <= 0xFFFF and 0 < month <= 12 and 0 < day <= 31):
        raise InputError(f"{text[:40]!r} is not a date in UTC")
    return year.to_bytes(2, "big") + bytes((month, day, 0xFF))


def _read_time(text: str) -> bytes:
    found = re.fullmatch(rf"(\d\d):(\d\d):(\d\d)(?:\.(\d{{1,12}}))?{_UTC}", text, re.ASCII)
    hour, minute, second, fraction = found.groups() if found else ("24", "0", "0", None)
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        raise InputError(f"{text[:40]!r} is not a time of day in UTC")
    return bytes((int(hour), int(minute), int(second), int((fraction or "0").ljust(2, "0")[:2])))


def _render_date(value: bytes) -> str:
    return f"{int.from_bytes(value[:2], 'big'):04}-{value[2]:02}-{value[3]:02}Z"


DATE: Final = SimpleType(_read_date, _render_date)
"""An ``xs:date`` as a COSEM date. The year 65535 is every year, since its two bytes are all ones."""
TIME: Final = SimpleType(_read_time, lambda value: "{:02}:{:02}:{:02}.{:02}Z".format(*value))
"""An ``xs:time`` in UTC as a COSEM time. Finer fractions than hundredths are cut off."""


# -- days of the week and special days --------------------------------------------------------------

SPECIAL_DAY: Final = integer(1, 20)
"""The number of a special day."""

_WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK_DAY: Final = one_of(_WEEK, "a day of the week")

EVERY_DAY: Final = bits("1" * 7)
"""The days of the week that a switching applies to: all."""


def week_days(parent: Element) -> Data:
    """The days of the week that a switching applies to, Monday's bit first; none where it names none."""
    here = parent.find("DaysOfWeekApplicability")
    entries = here.children_named("DayOfWeekApplicability") if here is not None else ()
    chosen = {entry.value_of("DayOfWeekID", _WEEK_DAY) for entry in entries}
    return _marked(_WEEK, chosen)


class SpecialDays(Struct, frozen=True):
    """The special days of a calendar: the COSEM date of each, under the number that schedules know it by."""

    dates: dict[int, bytes]

    @property
    def data(self) -> Data:
        """The entries of a Special Days Table, each with its own number for the day's identifier."""
        return array(
            *(
                structure(long_unsigned(number), octets(day), unsigned(number))
                for number, day in self.dates.items()
            )
        )

    def chosen(self, numbers: Collection[int]) -> Data:
        """The special days that a switching applies to, the bit of number 1 first.

        Raises :class:`XmlError` for a number that no special day has.
        """
        strange = [number for number in numbers if number not in self.dates]
        if strange:
            raise XmlError(f"there is no special day {strange[0]}")
        return _marked(range(1, max(self.dates, default=0) + 1), numbers)


def special_days(days: Iterable[tuple[int, Element]]) -> SpecialDays:
    """The special days from their numbers and dates. Raises :class:`XmlError` for a number twice."""
    dates: dict[int, bytes] = {}
    for number, day in days:
        if number in dates:
            raise XmlError(f"there are two special days {number}")
        dates[number] = date(day)
    return SpecialDays(dates)


def number_of(value: Element, attribute: str, kind: SimpleType[int]) -> int:
    """The number in an attribute. Raises :class:`XmlError` if missing or wrong."""
    text = value.attribute(attribute)
    try:
        return kind.read(text)
    except InputError as error:
        raise XmlError(f"{value.name}, {attribute}: {error}") from None


def _marked(places: Iterable[object], chosen: Collection[object]) -> Data:
    return bits("".join("1" if place in chosen else "0" for place in places))


# -- schedules --------------------------------------------------------------------------------------


class Switching(Struct, frozen=True):
    """One entry of a schedule: on which days, from and until which date, which script runs when.

    ``script`` is the logical name of the script table, ``days`` and ``special_days`` are bit-strings.
    """

    script: str
    selector: int
    time: bytes
    days: Data
    special_days: Data
    start: bytes
    end: bytes


def schedule(switchings: Iterable[Switching], first: int = 1) -> Data:
    """The entries of a Schedule, numbered from ``first``, all of them enabled."""
    return array(*(_entry(number, switching) for number, switching in enumerate(switchings, first)))


def _entry(number: int, switching: Switching) -> Data:
    return structure(
        long_unsigned(number),
        TRUE,
        obis(switching.script),
        long_unsigned(switching.selector),
        octets(switching.time),
        long_unsigned(_VALIDITY_WINDOW),
        switching.days,
        switching.special_days,
        octets(switching.start),
        octets(switching.end),
    )
