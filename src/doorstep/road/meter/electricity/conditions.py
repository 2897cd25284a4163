"""The conditions whose beginning an electricity meter logs, as rows."""

from __future__ import annotations

from typing import Final

from doorstep.road.device.codes import AlertCode
from doorstep.road.meter.conditions import Condition
from doorstep.road.meter.electricity.prepayment import emergency_credit_in_use, is_exhausted, is_low
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.electricity.supply import SUPPLY, Supply

__all__ = ["CONDITIONS"]


def _is_armed(state: State) -> bool:
    return state.number(SUPPLY) == Supply.ARMED


CONDITIONS: Final = (
    Condition(AlertCode.EMERGENCY_CREDIT_ACTIVATED, "emergency credit is in use", emergency_credit_in_use),
    Condition(AlertCode.LOW_CREDIT, "credit is below the low credit threshold", is_low),
    Condition(AlertCode.CREDIT_BELOW_DISABLEMENT, "credit is below the disablement threshold", is_exhausted),
    Condition(AlertCode.SUPPLY_ARMED, "the supply is armed", _is_armed),
)
