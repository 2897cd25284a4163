"""Calendars for a gas meter: the days, weeks, seasons and special days of a request as cluster commands."""

from __future__ import annotations

import enum
from typing import Final

from doorstep.duis.transform.gbz import (
    Part,
    Reader,
    Source,
    count,
    each,
    event,
    nth,
    number,
    publication,
    send,
    several,
)
from doorstep.zigbee.clusters import CALENDAR
from doorstep.zigbee.clusters.calendar import (
    ANY,
    PublishCalendar,
    PublishDayProfile,
    PublishSeasons,
    PublishSpecialDays,
    PublishWeekProfile,
    Season,
    SpecialDay,
)

__all__ = ["CalendarType", "calendar"]

_FIRST_YEAR: Final = 1900  # from which a ZCL date counts
_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# All parts of a calendar come under one event, which gives the calendar its identifier, too.
_IDENTITY: Final[dict[str, Source]] = {
    "provider_id": 0,
    "issuer_event_id": event,
    "issuer_calendar_id": event,
}
_UNDIVIDED: Final[dict[str, Source]] = {"command_index": 0, "total_commands": 1}


class CalendarType(enum.IntEnum):
    """What a calendar is for."""

    DELIVERED = 0
    FRIENDLY_CREDIT = 3


def calendar(
    kind: CalendarType,
    *,
    days: str,
    day_id: Source,
    total_entries: Source,
    entries: Reader,
    weeks: str,
    seasons: str,
    special_days: str,
) -> tuple[Part, ...]:
    """A calendar and its parts, from the elements at four paths.

    ``day_id``, ``total_entries`` and ``entries`` read a day's profile from an element at ``days``.
    """
    return (
        send(
            CALENDAR,
            PublishCalendar,
            **_IDENTITY,
            start_time=publication,
            calendar_type=kind,
            time_reference=0,
            name=b"",
            number_of_seasons=count(seasons),
            number_of_weeks=count(weeks),
            number_of_days=count(days),
        ),
        each(
            days,
            send(
                CALENDAR,
                PublishDayProfile,
                **_IDENTITY,
                **_UNDIVIDED,
                day_id=day_id,
                total_entries=total_entries,
                calendar_type=kind,
                entries=entries,
            ),
        ),
        each(
            weeks,
            send(
                CALENDAR,
                PublishWeekProfile,
                **_IDENTITY,
                week_id=number("WeekName"),
                **{name: nth("ReferencedDayName", index) for index, name in enumerate(_WEEK, 1)},
            ),
        ),
        send(
            CALENDAR,
            PublishSeasons,
            **_IDENTITY,
            **_UNDIVIDED,
            seasons=several(
                seasons, Season, **_date("SeasonStartDate"), week_id=number("ReferencedWeekName")
            ),
        ),
        send(
            CALENDAR,
            PublishSpecialDays,
            **_IDENTITY,
            **_UNDIVIDED,
            start_time=publication,
            calendar_type=kind,
            total_special_days=count(special_days),
            special_days=several(
                special_days, SpecialDay, **_date("Date"), day_id=number("ReferencedDayName")
            ),
        ),
    )


def _date(path: str) -> dict[str, Source]:
    """The parts of a date below a path. Where one is not specified, any will do."""
    return {
        "year_since_1900": number(
            f"{path}/GasYearWithWildcards/SpecifiedYear", default=ANY, origin=_FIRST_YEAR
        ),
        "month": number(f"{path}/GasMonthWithWildcards/SpecifiedMonth", default=ANY),
        "day_of_month": number(f"{path}/GasDayOfMonthWithWildcards/SpecifiedDayOfMonth", default=ANY),
        "day_of_week": number(f"{path}/GasDayOfWeekWithWildcards/SpecifiedDayOfWeek", default=ANY),
    }
