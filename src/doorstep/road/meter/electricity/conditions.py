"""Conditions whose beginning a meter logs: found by comparing the state before and after a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doorstep.road.device.codes import AlertCode
from doorstep.road.machine import Note
from doorstep.road.meter.electricity.prepayment import emergency_credit_in_use, is_exhausted, is_low
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.electricity.supply import SUPPLY, Supply

__all__ = ["noticed"]


def _is_armed(state: State) -> bool:
    return state.number(SUPPLY) == Supply.ARMED


_CONDITIONS: Final[tuple[tuple[AlertCode, str, Callable[[State], bool]], ...]] = (
    (AlertCode.EMERGENCY_CREDIT_ACTIVATED, "emergency credit is in use", emergency_credit_in_use),
    (AlertCode.LOW_CREDIT, "credit is below the low credit threshold", is_low),
    (AlertCode.CREDIT_BELOW_DISABLEMENT, "credit is below the disablement threshold", is_exhausted),
    (AlertCode.SUPPLY_ARMED, "the supply is armed", _is_armed),
)


def noticed(before: State, after: State) -> tuple[Note, ...]:
    """A note for every condition that holds after the change and did not before."""
    return tuple(
        Note("event", why, code=code)
        for code, why, holds in _CONDITIONS
        if holds(after) and not holds(before)
    )
