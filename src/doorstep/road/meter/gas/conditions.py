"""The conditions whose beginning a gas meter logs, as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doorstep.road.device import AlertCode
from doorstep.road.meter.conditions import Condition
from doorstep.road.meter.gas.prepayment import CREDIT_STATUS
from doorstep.road.meter.gas.state import GasState
from doorstep.road.meter.gas.supply import SUPPLY
from doorstep.zigbee.clusters.metering import SupplyStatus
from doorstep.zigbee.clusters.prepayment import CreditStatus

__all__ = ["CONDITIONS"]


def _says(bit: CreditStatus) -> Callable[[GasState], bool]:
    return lambda state: bool(state.number(CREDIT_STATUS) & bit)


def _is_armed(state: GasState) -> bool:
    return state.number(SUPPLY) == SupplyStatus.OFF_ARMED


CONDITIONS: Final = (
    Condition(
        AlertCode.EMERGENCY_CREDIT_ACTIVATED,
        "emergency credit is in use",
        _says(CreditStatus.EMERGENCY_CREDIT_IN_USE),
    ),
    Condition(
        AlertCode.LOW_CREDIT, "credit is below the low credit threshold", _says(CreditStatus.LOW_CREDIT)
    ),
    Condition(
        AlertCode.CREDIT_BELOW_DISABLEMENT,
        "credit is below the disablement threshold",
        _says(CreditStatus.CREDIT_EXHAUSTED),
    ),
    Condition(AlertCode.SUPPLY_ARMED, "the supply is armed", _is_armed),
)
