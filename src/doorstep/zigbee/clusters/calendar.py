"""Calendar 0x0707: which tier holds when, as days, weeks, seasons and special days."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.fields import U8, U16, U32, Enum8, OctetString, ToEnd, Utc
from doorstep.zigbee.layout import Layout

__all__ = [
    "CALENDAR",
    "ANY",
    "GetCalendar",
    "GetDayProfiles",
    "GetWeekProfiles",
    "GetSeasons",
    "GetSpecialDays",
    "PublishCalendar",
    "PublishDayProfile",
    "DayScheduleEntry",
    "PublishWeekProfile",
    "PublishSeasons",
    "Season",
    "PublishSpecialDays",
    "SpecialDay",
    "CancelCalendar",
]

ANY: Final = 0xFF
"""The part of a date that is left open, so that the date comes again."""


class GetCalendar(Command, frozen=True):
    """Ask for calendars."""

    earliest_start_time: Utc
    minimum_issuer_event_id: U32
    number_of_calendars: U8
    calendar_type: Enum8
    provider_id: U32


class GetDayProfiles(Command, frozen=True):
    """Ask for day profiles of a calendar, from one on."""

    provider_id: U32
    issuer_calendar_id: U32
    first_day_id: U8
    number_of_days: U8


class GetWeekProfiles(Command, frozen=True):
    """Ask for week profiles of a calendar, from one on."""

    provider_id: U32
    issuer_calendar_id: U32
    first_week_id: U8
    number_of_weeks: U8


class GetSeasons(Command, frozen=True):
    """Ask for the seasons of a calendar."""

    provider_id: U32
    issuer_calendar_id: U32


class GetSpecialDays(Command, frozen=True):
    """Ask for special days."""

    start_time: Utc
    number_of_events: U8
    calendar_type: Enum8
    provider_id: U32
    issuer_calendar_id: U32


class PublishCalendar(Command, frozen=True):
    """A calendar and how many parts it has. Type: 0 delivered energy, 3 friendly credit."""

    provider_id: U32
    issuer_event_id: U32
    issuer_calendar_id: U32
    start_time: Utc
    calendar_type: Enum8
    time_reference: Enum8
    name: OctetString
    number_of_seasons: U8
    number_of_weeks: U8
    number_of_days: U8


class DayScheduleEntry(Layout, frozen=True):
    """The tier from a time of day on, in minutes from midnight.

    In a friendly credit calendar the tier is 1 where friendly credit begins and 0 where it ends.
    """

    start: U16
    tier: U8


class PublishDayProfile(Command, frozen=True):
    """How one kind of day goes."""

    provider_id: U32
    issuer_event_id: U32
    issuer_calendar_id: U32
    day_id: U8
    total_entries: U8
    command_index: U8
    total_commands: U8
    calendar_type: Enum8
    entries: ToEnd[DayScheduleEntry]


class PublishWeekProfile(Command, frozen=True):
    """The kinds of days that make up one kind of week."""

    provider_id: U32
    issuer_event_id: U32
    issuer_calendar_id: U32
    week_id: U8
    monday: U8
    tuesday: U8
    wednesday: U8
    thursday: U8
    friday: U8
    saturday: U8
    sunday: U8


class Date(Layout, frozen=True):
    """A ZCL date. Any part may be :data:`ANY`."""

    year_since_1900: U8
    month: U8
    day_of_month: U8
    day_of_week: U8


class Season(Date, frozen=True):
    """The kind of week that holds from a date on."""

    week_id: U8


class PublishSeasons(Command, frozen=True):
    """The seasons of a calendar, in the order of the year."""

    provider_id: U32
    issuer_event_id: U32
    issuer_calendar_id: U32
    command_index: U8
    total_commands: U8
    seasons: ToEnd[Season]


class SpecialDay(Date, frozen=True):
    """The kind of day that one date is."""

    day_id: U8


class PublishSpecialDays(Command, frozen=True):
    """Days that do not follow their week."""

    provider_id: U32
    issuer_event_id: U32
    issuer_calendar_id: U32
    start_time: Utc
    calendar_type: Enum8
    total_special_days: U8
    command_index: U8
    total_commands: U8
    special_days: ToEnd[SpecialDay]


class CancelCalendar(Command, frozen=True):
    """A calendar is void."""

    provider_id: U32
    issuer_calendar_id: U32
    calendar_type: Enum8


CALENDAR: Final = Cluster(
    0x0707,
    "Calendar",
    to_server={
        0x00: GetCalendar,
        0x01: GetDayProfiles,
        0x02: GetWeekProfiles,
        0x03: GetSeasons,
        0x04: GetSpecialDays,
    },
    to_client={
        0x00: PublishCalendar,
        0x01: PublishDayProfile,
        0x02: PublishWeekProfile,
        0x03: PublishSeasons,
        0x04: PublishSpecialDays,
        0x05: CancelCalendar,
    },
)
