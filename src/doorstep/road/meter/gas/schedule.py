"""Commands of a gas meter that are for later: taken on, replaced, cancelled, and carried out in time."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.gbcs.payloads.gbz import Component
from doorstep.gbcs.times import from_utc2000
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas.commands import Row
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.road.meter.gas.tariff import tidied

__all__ = ["instruction_of", "scheduled"]

_AT_ONCE: Final = 0
_CANCEL: Final = (0xFFFFFFFF, 0xFFFFFFFE)
"""The times that drop what is pending; the reference uses either, by the command."""


def scheduled(state: GasState, component: Component, row: Row, occasion: Occasion) -> GasState:
    """The state after a dated command: it takes effect, waits, or drops what was waiting.

    Zero is at once, and so is a time that has passed (policy). A later command of the same kind takes the
    place of the one that waits. Raises :class:`Declined` as the command's effect does.
    """
    assert row.effect is not None, "what is dated has an effect"
    instruction = instruction_of(component)
    seconds = getattr(component.command, row.dated)
    state = state.without_pending(instruction)
    if seconds in _CANCEL:
        return tidied(state)
    if seconds == _AT_ONCE or from_utc2000(seconds) <= occasion.now:
        return row.effect(state, component.command, occasion)
    header = occasion.header
    pending = Pending(
        from_utc2000(seconds),
        instruction,
        Component.of_frame(component.cluster, component.frame),
        header.business_originator_id,
        header.message_code,
        header.originator_counter,
    )
    return tidied(structs.replace(state, pending=(*state.pending, pending)))


def instruction_of(component: Component) -> str:
    """What a command sets: its cluster and number, and for a calendar its type."""
    name = f"{component.cluster:04X} {component.command_id:02X}"
    kind = getattr(component.command, "calendar_type", None)
    return name if kind is None else f"{name} {kind}"
