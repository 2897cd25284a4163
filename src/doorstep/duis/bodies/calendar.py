"""Shapes of calendars: dates that leave fields open, days of the week, weeks and seasons."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.shape import EMPTY, Shape, choice, elements, indexed, one, some
from doorstep.duis.simple_type import TIME, integer, one_of

_YEAR: Final = elements(
    choice(one("SpecifiedYear", integer(2014, 9999)), one("NonSpecifiedYear", EMPTY)),
)
_MONTH: Final = elements(
    choice(one("SpecifiedMonth", integer(1, 12)), one("NonSpecifiedMonth", EMPTY)),
)
_DAY_OF_WEEK: Final = elements(
    choice(one("SpecifiedDayOfWeek", integer(1, 7)), one("NonSpecifiedDayOfWeek", EMPTY)),
)
_SPECIFIED_DAY_OF_MONTH: Final = one("SpecifiedDayOfMonth", integer(1, 31))

WILDCARD_DATE: Final = elements(
    one("Year", _YEAR),
    one("Month", _MONTH),
    one(
        "DayOfMonth",
        elements(
            choice(
                _SPECIFIED_DAY_OF_MONTH,
                one("LastDayOfMonth", EMPTY),
                one("SecondLastDayOfMonth", EMPTY),
                one("NonSpecifiedDayOfMonth", EMPTY),
            )
        ),
    ),
    one("DayOfWeek", _DAY_OF_WEEK),
)
"""A date of which each field may be left open, for *every*; Monday is 1."""

GAS_WILDCARD_DATE: Final = elements(
    one("GasYearWithWildcards", _YEAR),
    one("GasMonthWithWildcards", _MONTH),
    one(
        "GasDayOfMonthWithWildcards",
        elements(choice(_SPECIFIED_DAY_OF_MONTH, one("GasNonSpecifiedDayOfMonth", EMPTY))),
    ),
    one("GasDayOfWeekWithWildcards", _DAY_OF_WEEK),
)
"""The same for gas, which has no last day of the month."""

DAYS_OF_WEEK: Final = elements(
    some(
        "DayOfWeekApplicability",
        elements(
            one(
                "DayOfWeekID",
                one_of(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
            )
        ),
        0,
        7,
    )
)
"""The days of the week that an entry of a schedule applies to."""

SWITCHING_PERIOD: Final = elements(
    one("SwitchTime", TIME), one("StartDate", WILDCARD_DATE), one("EndDate", WILDCARD_DATE)
)
"""When an entry of a schedule switches, and from and until which date."""

_GAS_WEEK_NAME: Final = integer(1, 2)

GAS_SEASONS: Final = elements(
    some(
        "Season",
        elements(one("SeasonStartDate", GAS_WILDCARD_DATE), one("ReferencedWeekName", _GAS_WEEK_NAME)),
        1,
        3,
    )
)
"""From which dates on which week profile of a gas calendar holds."""


def gas_weeks(days: int) -> Shape:
    """The week profiles of a gas calendar that has so many day profiles."""
    week = elements(
        one("WeekName", _GAS_WEEK_NAME),
        some("ReferencedDayName", indexed(integer(1, days), 7), 7, 7),
    )
    return elements(some("WeekProfile", week, 1, 2))


def gas_special_days(days: int) -> Shape:
    """The special days of a gas calendar that has so many day profiles."""
    special_day = elements(one("Date", GAS_WILDCARD_DATE), one("ReferencedDayName", integer(1, days)))
    return elements(some("SpecialDay", special_day, 0, 20))
