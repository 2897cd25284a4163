"""The supply of gas: what a Command makes of the valve, and how it is armed when credit runs out.

A valve that is shut is never opened from afar: it is armed, and someone in the home opens it.
"""

from __future__ import annotations

from typing import Final

from doorstep.road.device.clusters import Declined, named
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas.prepayment import (
    CREDIT_STATUS,
    credit_status,
    is_exhausted,
    with_accumulated_debt,
)
from doorstep.road.meter.gas.state import GasState
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.metering import (
    ChangeSupply,
    SetSupplyStatus,
    SetUncontrolledFlowThreshold,
    SupplyAction,
    SupplyStatus,
)
from doorstep.zigbee.zcl import Status

__all__ = ["SUPPLY", "change_supply", "set_flow_threshold", "set_supply_status", "settled"]

SUPPLY: Final = named(METERING, "SupplyStatus")


def change_supply(state: GasState, command: ChangeSupply, _occasion: Occasion) -> GasState:
    """GCS32, GCS39: shut the valve, or arm one that is shut.

    Arming a supply that is on leaves it on: there is nothing for the consumer to restore (policy).
    """
    if command.supply_status not in (SupplyStatus.OFF, SupplyStatus.OFF_ARMED):
        raise Declined(Status.NOT_AUTHORIZED, "no Command opens the valve of a gas meter")
    if command.supply_status == SupplyStatus.OFF_ARMED and state.number(SUPPLY) == SupplyStatus.ON:
        return state
    return state.holding({SUPPLY: command.supply_status})


def set_supply_status(state: GasState, command: SetSupplyStatus, _occasion: Occasion) -> GasState:
    """GCS24: what the meter shall do to the supply by itself, of what is not to stay unchanged."""
    wanted = {
        named(METERING, "SupplyTamperState"): command.supply_tamper_state,
        named(METERING, "SupplyDepletionState"): command.supply_depletion_state,
        named(METERING, "SupplyUncontrolledFlowState"): command.supply_uncontrolled_flow_state,
    }
    return state.holding({where: value for where, value in wanted.items() if value != SupplyAction.UNCHANGED})


def set_flow_threshold(
    state: GasState, command: SetUncontrolledFlowThreshold, _occasion: Occasion
) -> GasState:
    """GCS24: the flow above which a valve that opens shall close again."""
    return state.holding(
        {
            named(METERING, "UncontrolledFlowThreshold"): command.threshold,
            named(METERING, "UncontrolledFlowThresholdUnitOfMeasure"): command.unit_of_measure,
            named(METERING, "UncontrolledFlowMultiplier"): command.multiplier,
            named(METERING, "UncontrolledFlowDivisor"): command.divisor,
            named(METERING, "FlowStabilisationPeriod"): command.stabilisation_period,
            named(METERING, "FlowMeasurementPeriod"): command.measurement_period,
        }
    )


def settled(before: GasState, after: GasState) -> GasState:
    """``after``, its debt and credit status as they now are, and the supply armed where credit ran out.

    Only the fall below the cut-off value counts. Policy: there are no non-disablement periods, as the
    calendar is kept but not read.
    """
    if is_exhausted(after) and not is_exhausted(before) and after.number(SUPPLY) == SupplyStatus.ON:
        after = after.holding({SUPPLY: SupplyStatus.OFF_ARMED})
    after = with_accumulated_debt(before, after)
    status = credit_status(after)
    return after if after.number(CREDIT_STATUS) == status else after.holding({CREDIT_STATUS: status})
