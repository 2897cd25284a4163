"""The schedule: passive values that become active at once, at a future time, or not at all any more."""

from __future__ import annotations

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.times import CANCEL, Instant, from_cosem_date_time
from doorstep.road.device.objects import Place, Refused, Result
from doorstep.road.meter.electricity.activations import ACTIVATIONS
from doorstep.road.meter.electricity.state import Pending, State

__all__ = ["activated", "scheduled"]


def scheduled(
    state: State,
    place: Place,
    date_time: Data,
    header: GroupingHeader,
    now: Instant,
    faults: frozenset[Place],
) -> State:
    """The state after the activation attribute ``place`` was set by the Command with this ``header``.

    The zero date activates at once and the cancel date drops what is pending; a future one replaces what
    was pending for the same attribute. Policy: a date that has passed activates at once. Raises
    :class:`Refused` for what is no date-time, and where an immediate activation fails.
    """
    state = state.without_pending(place)
    if date_time.value == CANCEL:
        return state
    due = _instant(date_time)
    if due is None or due <= now:
        return activated(state, place, faults)
    pending = Pending(
        due, place, header.business_originator_id, header.message_code, header.originator_counter
    )
    return structs.replace(state, pending=(*state.pending, pending))


def activated(state: State, place: Place, faults: frozenset[Place]) -> State:
    """The state in which the passive values that ``place`` activates are the active ones.

    Raises :class:`Refused` where one of them is broken; nothing has become active then.
    """
    for transfer in ACTIVATIONS[place]:
        if transfer.passive in faults or transfer.active in faults:
            raise Refused(Result.HARDWARE_FAULT, f"{transfer.active} is broken")
        state = state.holding(transfer.active, transfer.convert(state.value(transfer.passive)))
    return state


def _instant(date_time: Data) -> Instant | None:
    """The instant of an activation date-time, None for *at once*."""
    try:
        return from_cosem_date_time(date_time.value if isinstance(date_time.value, bytes) else b"")
    except DecodeError as error:
        raise Refused(Result.TYPE_UNMATCHED, str(error)) from None
