"""The logs of events of a gas meter: told by the Events cluster, and cleared (CS10a, CS10b, CS11)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import structs

from doorstep.gbcs.times import from_utc2000, seconds_since_2000
from doorstep.road.device.clusters import Declined
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas.state import GasState
from doorstep.road.meter.logs import Entry, Log
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.events import (
    ClearEventLog,
    ClearEventLogResponse,
    EventLog,
    GetEventLog,
    LoggedEvent,
    PublishEventLog,
)
from doorstep.zigbee.zcl import Status

__all__ = ["clear", "cleared", "events"]

_LOG: Final = 0x0F
_WITH_DATA: Final = 0x10
_ANY_EVENT: Final = 0

_LOGS: Final[Mapping[int, Log]] = MappingProxyType(
    {
        EventLog.GENERAL: Log.EVENTS,
        EventLog.SECURITY: Log.SECURITY,
        EventLog.GBCS_GENERAL: Log.EVENTS,
        EventLog.GBCS_SECURITY: Log.SECURITY,
    }
)
"""The logs by number; the reference Commands have the general ones, older documents those of GBCS."""


def events(state: GasState, command: GetEventLog, _occasion: Occasion) -> tuple[Command, ...]:
    """The events of a span, both ends included, oldest first as in the reference; in one answer all.

    Raises :class:`Declined` where there is none, and for a log that this meter does not have.
    """
    number = command.control_and_log & _LOG
    start, end = from_utc2000(command.start_time), from_utc2000(command.end_time)
    found = [
        entry
        for entry in state.logs.of(_log(number))
        if start <= entry.time <= end and command.event_id in (_ANY_EVENT, entry.code)
    ]
    if not found:
        raise Declined(Status.NOT_FOUND, "nothing of that kind has happened then")
    wanted = found[command.offset :][: command.number_of_events or len(found)]
    with_data = bool(command.control_and_log & _WITH_DATA)
    told = tuple(_logged(number, entry, with_data=with_data) for entry in wanted)
    return (PublishEventLog(len(found), 0, 1, 0, told),)


def clear(state: GasState, command: ClearEventLog, occasion: Occasion) -> GasState:
    """Clear the Event Log, which the Security Log tells; that log itself is never cleared."""
    if _log(command.log & _LOG) is not Log.EVENTS:
        raise Declined(Status.NOT_AUTHORIZED, "the Security Log is never cleared")
    logs = state.logs.without(Log.EVENTS).adding(Log.SECURITY, occasion.now, AlertCode.EVENT_LOG_CLEARED)
    return structs.replace(state, logs=logs)


def cleared(_state: GasState, command: ClearEventLog, _occasion: Occasion) -> tuple[Command, ...]:
    """Which log is empty now."""
    return (ClearEventLogResponse(1 << (command.log & _LOG)),)


def _log(number: int) -> Log:
    if number not in _LOGS:
        raise Declined(Status.NOT_FOUND, f"there is no log {number}")
    return _LOGS[number]


def _logged(number: int, entry: Entry, *, with_data: bool) -> LoggedEvent:
    data = entry.data if with_data else b""
    return LoggedEvent(number, entry.code, seconds_since_2000(entry.time), data)
