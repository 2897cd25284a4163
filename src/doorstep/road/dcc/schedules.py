"""Schedules: reads that the DCC asks a Device for again and again, without the User asking each time."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec import Struct, structs

from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.duis.simple_type import DATE_TIME, SimpleType, integer, one_of
from doorstep.errors import InputError, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Alarms, Memory

__all__ = ["SCHEDULED", "Schedule", "Schedules", "read_schedule", "scheduled_body"]

SCHEDULED: Final = (
    "4.2",
    "4.6.1",
    "4.6.2",
    "4.8.1",
    "4.8.2",
    "4.8.3",
    "4.10",
    "4.12.1",
    "4.12.2",
    "4.14",
    "4.15",
    "4.16",
    "4.17",
    "14.1",
)
"""The Service Request Variants that may be scheduled, as the schema lists them."""

_MONTHS: Final = {"Monthly": 1, "Quarterly": 3, "Half-Yearly": 6, "Yearly": 12}
_DAYS: Final = {"Daily": 1, "Weekly": 7}
_DAY: Final = 24 * 60 * 60_000
_TIME: Final = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:Z|[+-]00:00)?", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:Z|[+-]00:00)?", re.ASCII)


class Schedule(Struct, frozen=True):
    """One schedule: whose it is, of which Device, what is read, and when.

    ``details`` is the schedule as its User wrote it. ``due`` is the time of the next read, None once there
    is none left.
    """

    user: Eui
    device: Eui
    srv: str
    details: Element
    due: Instant | None


class Schedules:
    """Every schedule by its number, and when the next read is due."""

    def __init__(self, memory: Memory) -> None:
        self._schedules: Book[Schedule] = Book("schedule:", Schedule, memory)
        self._last: Book[int] = Book("scheduled:", int, memory)
        self._alarms: Alarms[int] = Alarms()
        for name, schedule in self._schedules.items():
            self._set(int(name), schedule)

    @property
    def next_number(self) -> int:
        """The number of the next schedule: none comes twice."""
        return (self._last.find("number") or 0) + 1

    def of(self, device: Eui, user: Eui | None = None) -> list[tuple[int, Schedule]]:
        """The schedules of a Device, those of one User or of all."""
        return [
            (int(name), schedule)
            for name, schedule in self._schedules.items()
            if schedule.device == device and user in (None, schedule.user)
        ]

    def find(self, number: int) -> Schedule | None:
        """The schedule of that number."""
        return self._schedules.find(str(number))

    def add(self, schedule: Schedule) -> Entries:
        """Add a schedule under the next number."""
        number = self.next_number
        self._set(number, schedule)
        return self._last.write("number", number) | self._schedules.write(str(number), schedule)

    def remove(self, number: int) -> Entries:
        """Take a schedule out."""
        self._alarms.clear(number)
        return self._schedules.strike(str(number))

    def deadline(self) -> Instant | None:
        """When the next read is due."""
        return self._alarms.earliest()

    def due(self, now: Instant) -> list[tuple[int, Schedule]]:
        """The schedules of which a read is due; each is to be moved on."""
        found = [(number, self.find(number)) for number in self._alarms.due(now)]
        return [(number, schedule) for number, schedule in found if schedule is not None]

    def move_on(self, number: int, schedule: Schedule, now: Instant) -> Entries:
        """A read was asked for: the next one is after now. Reads that were missed are not made up for."""
        moved = structs.replace(schedule, due=_next(schedule.details, now))
        self._set(number, moved)
        return self._schedules.write(str(number), moved)

    def _set(self, number: int, schedule: Schedule) -> None:
        if schedule.due is not None:
            self._alarms.set(number, schedule.due)


def read_schedule(user: Eui, details: Element, now: Instant) -> Schedule:
    """The schedule that a User asks for. Raises :class:`XmlError` for one that makes no sense."""
    srv = details.value_of("DSPScheduledServiceReferenceVariant", _SRV)
    row = catalogue.variant(srv)
    if details.text_of("DSPScheduledServiceReference").strip() != row.service_reference:
        raise XmlError(f"{srv} is not a variant of the DSPScheduledServiceReference")
    schedule = Schedule(user, details.value_of("DeviceID", _EUI), srv, details, _next(details, now))
    scheduled_body(schedule, now)
    return schedule


def scheduled_body(schedule: Schedule, now: Instant) -> Element:
    """The body of the request that a read of ``now`` is. Raises :class:`XmlError`."""
    row = catalogue.variant(schedule.srv)
    asked = schedule.details.child(f"DSP{row.body_element}")
    certificate = schedule.details.find("KAPublicSecurityCredential")
    keys = () if certificate is None else (element("KAPublicSecurityCredentials", certificate.text),)
    if not asked.children:
        return element(row.body_element, *keys)
    begin, end = (
        element(f"{edge}DateTime", DATE_TIME.render(_offset(asked, edge, now))) for edge in ("Start", "End")
    )
    return element(row.body_element, element("ReadLogPeriod", begin, end), *keys)


def _offset(asked: Element, edge: str, now: Instant) -> Instant:
    """An edge of the period that is read: days before the read, and a time of day."""
    days = asked.value_of(f"{edge}DateOffset", _OFFSET)
    return now - now % _DAY + days * _DAY + asked.value_of(f"{edge}Time", _TIME_OF_DAY)


def _next(details: Element, now: Instant) -> Instant | None:
    """The first time of a schedule that is not before now; None where it has ended."""
    frequency = details.value_of("ScheduleFrequency", _FREQUENCY)
    start = details.value_of("ScheduleStartDate", _DAY_OF_YEAR)
    end = details.value_of("ScheduleEndDate", _DAY_OF_YEAR) if details.has("ScheduleEndDate") else None
    at = "ScheduleExecutionStartTime"
    time_of_day = details.value_of(at, _TIME_OF_DAY) if details.has(at) else 0
    day = _first_day(start, frequency, now - time_of_day)
    if end is not None and day > end:
        return None
    return _instant(day) + time_of_day


def _first_day(start: date, frequency: str, since: Instant) -> date:
    """The first day of a recurrence whose beginning is after ``since``."""
    if _instant(start) > since:
        return start
    passed = (since - _instant(start)) // _DAY
    if frequency in _DAYS:
        step = _DAYS[frequency]
        return start + timedelta(days=(passed // step + 1) * step)
    months = _MONTHS[frequency]
    count = passed // (31 * months)
    while _instant(day := _months_after(start, count * months)) <= since:
        count += 1
    return day


def _months_after(start: date, months: int) -> date:
    """The same day some months later, or the last day of a month that has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _instant(day: date) -> Instant:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _time_of_day(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3]) > 59:
        raise InputError(f"{text[:40]!r} is not a time of day in UTC")
    return ((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3])) * 1000


def _day_of_year(text: str) -> date:
    found = _DATE.fullmatch(text)
    try:
        if found is not None and 2000 <= int(found[1]) <= 3000:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise InputError(f"{text[:40]!r} is not a date from the years 2000 to 3000")


def _no_text(value: object) -> str:
    raise InputError(f"{value!r} is not written back")


_SRV: Final = one_of(SCHEDULED, "a Service Reference Variant that may be scheduled")
_EUI: Final = SimpleType(Eui.parse, str)
_FREQUENCY: Final = one_of((*_DAYS, *_MONTHS), "a ScheduleFrequency")
_OFFSET: Final = integer(-400, 0)
_TIME_OF_DAY: Final = SimpleType(_time_of_day, _no_text)
_DAY_OF_YEAR: Final = SimpleType(_day_of_year, _no_text)
