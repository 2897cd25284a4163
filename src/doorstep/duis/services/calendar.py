"""Calendars of tariffs and of non-disablement: what holds at which time of which day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from msgspec import Struct

from doorstep.duis.bodies import Values

__all__ = [
    "CalendarDate",
    "MonthEnd",
    "Season",
    "SpecialDay",
    "Week",
    "indexed",
    "seasons",
    "special_days",
    "weeks",
]


class MonthEnd(Enum):
    """A day of the month that is counted from its end. Gas has none."""

    LAST = "LastDayOfMonth"
    SECOND_LAST = "SecondLastDayOfMonth"


class CalendarDate(Struct, frozen=True):
    """A date of which each field may be left open, for *every*; the day of the week is 1 to 7 from Monday."""

    year: int | None = None
    month: int | None = None
    day: int | MonthEnd | None = None
    day_of_week: int | None = None

    def values(self) -> Values:
        """The plain values of an electricity date."""
        end = self.day.value if isinstance(self.day, MonthEnd) else ""
        return {
            "Year": _field("Year", self.year),
            "Month": _field("Month", self.month),
            "DayOfMonth": {end: {}} if end else _field("DayOfMonth", self.day),
            "DayOfWeek": _field("DayOfWeek", self.day_of_week),
        }

    def gas_values(self) -> Values:
        """The plain values of a gas date."""
        any_day: Values = {"GasNonSpecifiedDayOfMonth": {}}
        return {
            "GasYearWithWildcards": _field("Year", self.year),
            "GasMonthWithWildcards": _field("Month", self.month),
            "GasDayOfMonthWithWildcards": any_day if self.day is None else {"SpecifiedDayOfMonth": self.day},
            "GasDayOfWeekWithWildcards": _field("DayOfWeek", self.day_of_week),
        }


class Week(Struct, frozen=True):
    """A week profile: its number, and the numbers of the day profiles from Monday to Sunday."""

    name: int
    days: tuple[int, int, int, int, int, int, int]


class Season(Struct, frozen=True):
    """From which date on which week profile holds. Only electricity has the name, of up to 8 characters."""

    start: CalendarDate
    week: int
    name: str = ""


class SpecialDay(Struct, frozen=True):
    """A date on which a day profile holds instead of the one that the week has."""

    date: CalendarDate
    day: int


def weeks(given: Iterable[Week]) -> Values:
    """The plain values of week profiles."""
    return {
        "WeekProfile": [{"WeekName": week.name, "ReferencedDayName": indexed(week.days)} for week in given]
    }


def seasons(given: Iterable[Season], *, gas: bool = False) -> Values:
    """The plain values of seasons."""
    return {
        "Season": [
            {"SeasonStartDate": season.start.gas_values(), "ReferencedWeekName": season.week}
            if gas
            else {
                "SeasonName": season.name,
                "SeasonStartDate": season.start.values(),
                "ReferencedWeekName": season.week,
            }
            for season in given
        ]
    }


def special_days(given: Iterable[SpecialDay], *, gas: bool = False) -> Values:
    """The plain values of special days."""
    return {
        "SpecialDay": [
            {
                "Date": special.date.gas_values() if gas else special.date.values(),
                "ReferencedDayName": special.day,
            }
            for special in given
        ]
    }


def indexed(values: Sequence[Any]) -> list[Values]:
    """Entries that are numbered from 1."""
    return [{"index": index, "value": value} for index, value in enumerate(values, 1)]


def _field(name: str, number: object) -> Values:
    return {f"NonSpecified{name}": {}} if number is None else {f"Specified{name}": number}
