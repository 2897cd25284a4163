"""Events 0x0709: what happened on a Device, log by log."""

from __future__ import annotations

import enum
from typing import Final

from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.fields import U8, U16, Bitmap8, OctetString, ToEnd, Utc
from doorstep.zigbee.layout import Layout

__all__ = [
    "EVENTS",
    "EventLog",
    "GetEventLog",
    "ClearEventLog",
    "PublishEvent",
    "PublishEventLog",
    "LoggedEvent",
    "ClearEventLogResponse",
]


class EventLog(enum.IntEnum):
    """The logs of a Device."""

    TAMPER = 1
    FAULT = 2
    GENERAL = 3
    SECURITY = 4
    NETWORK = 5
    GBCS_GENERAL = 6
    GBCS_SECURITY = 7


class GetEventLog(Command, frozen=True):
    """Ask for events. Low nibble: the log; high nibble 1: with all that is known of each."""

    control_and_log: Bitmap8
    event_id: U16
    start_time: Utc
    end_time: Utc
    number_of_events: U8
    offset: U16


class ClearEventLog(Command, frozen=True):
    """Empty a log."""

    log: Bitmap8


class PublishEvent(Command, frozen=True):
    """Something has just happened."""

    log: Bitmap8
    event_id: U16
    event_time: Utc
    control: Bitmap8
    data: OctetString


class LoggedEvent(Layout, frozen=True):
    """One entry of a log."""

    log: Bitmap8
    event_id: U16
    event_time: Utc
    data: OctetString


class PublishEventLog(Command, frozen=True):
    """Entries of logs, the latest first."""

    total_matching_events: U16
    command_index: U8
    total_commands: U8
    control: Bitmap8
    events: ToEnd[LoggedEvent]


class ClearEventLogResponse(Command, frozen=True):
    """Which logs are now empty, a bit each."""

    cleared_logs: Bitmap8


EVENTS: Final = Cluster(
    0x0709,
    "Events",
    to_server={
        0x00: GetEventLog,
        0x01: ClearEventLog,
    },
    to_client={
        0x00: PublishEvent,
        0x01: PublishEventLog,
        0x02: ClearEventLogResponse,
    },
)
