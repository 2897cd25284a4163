"""What else is published to a gas meter and asked of it: messages, identity, events, billing, sampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from doorstep.road.device.clusters import Declined, named
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas.prepayment import top_ups
from doorstep.road.meter.gas.state import GasState
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.device_management import (
    ConfigurationControl,
    EventConfiguration,
    GetEventConfiguration,
    ReportEventConfiguration,
    SetEventConfiguration,
    UpdateSiteId,
)
from doorstep.zigbee.clusters.metering import StartSampling, StartSamplingResponse
from doorstep.zigbee.clusters.prepayment import GetTopUpLog, PublishTopUpLog, TopUp
from doorstep.zigbee.zcl import Status

__all__ = [
    "EVENT_CONFIGURATION",
    "NOT_SAMPLED",
    "event_configuration",
    "keep",
    "nothing",
    "published",
    "sampling",
    "set_event_configuration",
    "start_sampling",
    "top_up_log",
    "update_site_id",
]

EVENT_CONFIGURATION: Final = "event configuration"
NOT_SAMPLED: Final = 0xFFFF

_NETWORK_DATA_LOG: Final = 2
"""The sampling session that GCS31 starts and GCS18 reads."""

_GROUP: Final = 0xFF
"""The low byte of an event identifier that stands for the whole group of its high byte."""

_MOST_EVENTS: Final = 256


def keep(slot: str) -> Callable[[GasState, Any, Occasion], GasState]:
    """The effect of a command that is kept as it is, in place of the one before it."""
    return lambda state, command, _occasion: state.publishing(slot, command)


def published(slot: str) -> Callable[[GasState, Any, Occasion], tuple[Command, ...]]:
    """The answer that is the command kept in a slot."""

    def answer(state: GasState, _command: Any, _occasion: Occasion) -> tuple[Command, ...]:
        if slot not in state.published:
            raise Declined(Status.NOT_FOUND, f"there is no {slot}")
        return (state.published[slot],)

    return answer


def nothing(state: GasState, _command: Any, _occasion: Occasion) -> tuple[Command, ...]:
    """The answer of a log that this meter does not keep: there is nothing in it."""
    raise Declined(Status.NOT_FOUND, "this meter keeps no such log")


def update_site_id(state: GasState, command: UpdateSiteId, _occasion: Occasion) -> GasState:
    """GCS41: the MPRN, at once (policy)."""
    return state.holding({named(METERING, "SiteID"): command.site_id})


def top_up_log(state: GasState, command: GetTopUpLog, _occasion: Occasion) -> tuple[Command, ...]:
    """GCS15e: the latest top-ups up to a time."""
    found = [
        TopUp(code, amount, time)
        for time, amount, _device, code in top_ups(state)
        if isinstance(time, int)
        and isinstance(amount, int)
        and isinstance(code, bytes)
        and time <= command.latest_end_time
    ]
    if not found:
        raise Declined(Status.NOT_FOUND, "there was no top-up by then")
    return (PublishTopUpLog(0, 1, tuple(found[: command.number_of_records or None])),)


def set_event_configuration(state: GasState, command: SetEventConfiguration, _occasion: Occasion) -> GasState:
    """GCS20: what is done with the events that are listed; other ways of naming them are not understood."""
    if command.control != ConfigurationControl.LISTED or command.event_ids is None:
        raise Declined(Status.INVALID_FIELD, "only events that are listed can be configured")
    held = state.published.get(EVENT_CONFIGURATION)
    known = {one.event_id: one for one in held.events} if isinstance(held, ReportEventConfiguration) else {}
    known |= {one: EventConfiguration(one, command.configuration) for one in command.event_ids}
    if len(known) > _MOST_EVENTS:
        raise Declined(Status.INSUFFICIENT_SPACE, f"more than {_MOST_EVENTS} events")
    events = tuple(known[one] for one in sorted(known))
    return state.publishing(EVENT_CONFIGURATION, ReportEventConfiguration(0, 1, events))


def event_configuration(
    state: GasState, command: GetEventConfiguration, _occasion: Occasion
) -> tuple[Command, ...]:
    """GCS20r: what is done with an event, or with all of a group."""
    held = state.published.get(EVENT_CONFIGURATION)
    events = held.events if isinstance(held, ReportEventConfiguration) else ()
    group = command.event_id & 0xFF == _GROUP
    found = tuple(
        one
        for one in events
        if one.event_id == command.event_id or (group and one.event_id >> 8 == command.event_id >> 8)
    )
    if not found:
        raise Declined(Status.NOT_FOUND, f"nothing is configured for event 0x{command.event_id:04X}")
    return (ReportEventConfiguration(0, 1, found),)


def start_sampling(state: GasState, command: StartSampling, _occasion: Occasion) -> GasState:
    """GCS31: the network data log shall be kept. It is noted, but nothing is sampled (policy)."""
    return state.publishing("sampling", command)


def sampling(_state: GasState, _command: StartSampling, _occasion: Occasion) -> tuple[Command, ...]:
    """The answer to that: which session to ask for."""
    return (StartSamplingResponse(_NETWORK_DATA_LOG),)
