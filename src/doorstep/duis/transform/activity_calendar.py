"""Activity Calendars (COSEM class 20): seasons of weeks of days, and which script runs at which time of day.

What a request sets is passive, and becomes active at the calendar's activation date-time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.simple_type import SimpleType
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.calendar import TIME, date
from doorstep.duis.transform.dlms import ASCII, array, long_unsigned, obis, octets, structure, unsigned
from doorstep.duis.transform.numbered import by_index, by_name, only, several
from doorstep.errors import XmlError
from doorstep.gbcs.payloads.axdr import Data

__all__ = ["Action", "days", "seasons", "special_days", "weeks"]

_SCRIPTS: Final = "0-0:10.0.100.255"
"""The scripts that select the register that counts."""

_WEEK: Final = from_to(1, 4)
_DAY: Final = from_to(1, 16)
_DAYS_OF_WEEK: Final = range(1, 8)

# How many the schema allows, where their numbers do not limit them.
_SEASONS: Final = 4
_CHANGES_IN_A_DAY: Final = 48
_SPECIAL_DAYS: Final = 50

_LONGEST_NAME: Final = 8  # characters of a season's name
_FROM_MIDNIGHT: Final = bytes.fromhex("00000000 8000 FF")
"""What follows a season's date: the time of day, the deviation from UTC left open, and the clock status."""


class Action(Struct, frozen=True):
    """What happens at a time of day: ``number`` is what its element may hold.

    The script for it has the selector ``offset`` and that number.
    """

    number: SimpleType[int]
    offset: int = 0


def seasons(table: Element) -> Data:
    """The seasons of a switching table: name, start and week of each."""
    return array(*map(_season, several(table, "Seasons/Season", least=1, most=_SEASONS)))


def weeks(table: Element) -> Data:
    """The weeks of a switching table: number, and the day profile of each of its days from Monday."""
    named = by_name(several(table, "WeekProfiles/WeekProfile", least=1), "WeekName", _WEEK)
    return array(*(_week(number, week) for number, week in named.items()))


def days(table: Element, actions: Mapping[str, Action]) -> Data:
    """The day profiles of a switching table: number, and at which times which of the actions."""
    named = by_name(several(table, "DayProfiles/DayProfile", least=1), "DayName", _DAY)
    return array(*(_day(number, day, actions) for number, day in named.items()))


def special_days(parent: Element) -> Data:
    """The days on which another day profile than the week's holds, numbered in their order."""
    named = several(parent, "SpecialDay", most=_SPECIAL_DAYS)
    return array(
        *(
            structure(
                long_unsigned(number),
                octets(date(day.child("Date"))),
                unsigned(day.value_of("ReferencedDayName", _DAY)),
            )
            for number, day in enumerate(named, 1)
        )
    )


def _season(season: Element) -> Data:
    name = season.value_of("SeasonName", ASCII)
    if len(name) > _LONGEST_NAME:
        raise XmlError(f"SeasonName: {len(name)} characters are over the limit of {_LONGEST_NAME}")
    start = date(season.child("SeasonStartDate")) + _FROM_MIDNIGHT
    return structure(octets(name), octets(start), _week_name(season.value_of("ReferencedWeekName", _WEEK)))


def _week(number: int, week: Element) -> Data:
    referenced = by_index(week.children_named("ReferencedDayName"), from_to(1, len(_DAYS_OF_WEEK)))
    if len(referenced) != len(_DAYS_OF_WEEK):
        raise XmlError(f"WeekProfile {number}: {len(referenced)} of its {len(_DAYS_OF_WEEK)} days are there")
    profiles = (unsigned(referenced[day].value(_DAY)) for day in _DAYS_OF_WEEK)
    return structure(_week_name(number), *profiles)


def _week_name(number: int) -> Data:
    return octets(bytes((number,)))


def _day(number: int, day: Element, actions: Mapping[str, Action]) -> Data:
    changes = several(day, "ProfileSchedule", least=1, most=_CHANGES_IN_A_DAY)
    return structure(unsigned(number), array(*(_change(change, actions) for change in changes)))


def _change(change: Element, actions: Mapping[str, Action]) -> Data:
    name = only(change, actions)
    action = actions[name]
    selector = action.offset + change.value_of(name, action.number)
    return structure(octets(change.value_of("StartTime", TIME)), obis(_SCRIPTS), long_unsigned(selector))
