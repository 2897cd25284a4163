"""Mapping rows of a gas meter's valve: SRV 6.7, 7.2 and 7.3."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.gbz import NOW, Part, Source, code, decimal, event, gbz, number, send
from doorstep.duis.transform.rows import Mapping, has
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.metering import (
    ChangeSupply,
    SetSupplyStatus,
    SetUncontrolledFlowThreshold,
    SupplyAction,
    SupplyStatus,
)

__all__ = ["ROWS"]

_RESPONSE_WANTED: Final = 1
_CUBIC_METRES: Final = 1  # an hour

_RATE: Final = "UncontrolledGasFlowRate"
_DECIMAL_RATE: Final = "UncontrolledGasFlowRateDecimal"
_DECIMAL_PLACES: Final = 4

# What shall become of the supply; "Locked" is the one that a person in the home cannot undo.
_ACTIONS: Final = {"Unchanged": int(SupplyAction.UNCHANGED), "Locked": int(SupplyAction.OFF)}


def _change(status: SupplyStatus) -> Part:
    return send(
        METERING,
        ChangeSupply,
        provider_id=0,
        issuer_event_id=event,
        request_time=NOW,
        implementation_time=NOW,
        supply_status=status,
        supply_control=_RESPONSE_WANTED,
    )


def _flow(threshold: Source, divisor: int) -> tuple[Part, ...]:
    return (
        send(
            METERING,
            SetUncontrolledFlowThreshold,
            provider_id=0,
            issuer_event_id=event,
            threshold=threshold,
            unit_of_measure=_CUBIC_METRES,
            multiplier=1,
            divisor=divisor,
            stabilisation_period=number("StabilisationPeriod"),
            measurement_period=number("MeasurementPeriod"),
        ),
        send(
            METERING,
            SetSupplyStatus,
            issuer_event_id=event,
            supply_tamper_state=code("SupplyTamperState", _ACTIONS),
            supply_depletion_state=code("SupplyDepletionState", _ACTIONS),
            supply_uncontrolled_flow_state=SupplyAction.OFF,
            load_limit_supply_state=SupplyAction.UNCHANGED,
        ),
    )


_LOCKED_IS_A_GUESS: Final = "the number of Locked is a guess"

ROWS: Final[tuple[Mapping, ...]] = (
    *gbz(
        "GCS24",
        "6.7",
        *_flow(number(_RATE), 1),
        when=has(_RATE),
        basis=f"one Command without its request; {_LOCKED_IS_A_GUESS}",
    ),
    *gbz(
        "GCS24a",
        "6.7",
        *_flow(decimal(_DECIMAL_RATE, _DECIMAL_PLACES), 10**_DECIMAL_PLACES),
        when=has(_DECIMAL_RATE),
        basis=f"one sample; {_LOCKED_IS_A_GUESS}",
    ),
    *gbz("GCS32", "7.2", _change(SupplyStatus.OFF)),
    *gbz("GCS39", "7.3", _change(SupplyStatus.OFF_ARMED)),
)
