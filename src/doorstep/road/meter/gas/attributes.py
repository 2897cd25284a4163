"""The attributes of a GSME: which ones hold a value, and which they hold as the meter leaves the factory.

Their types are those of the clusters' tables. Attributes that no use case of a GSME reads or sets are left
out, and so are consumption in tiers and blocks beyond the four of each that a GB gas tariff has.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.road.device.clusters import Attr, named
from doorstep.zigbee.clusters import BASIC, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.cluster import Cluster
from doorstep.zigbee.clusters.metering import SupplyAction, SupplyStatus
from doorstep.zigbee.clusters.prepayment import CreditStatus, PaymentControl
from doorstep.zigbee.clusters.price import POUNDS
from doorstep.zigbee.types import Value

__all__ = ["ATTRIBUTES", "BLOCKS", "DEBTS", "NO_CUT_OFF", "TIERS", "TOP_UPS", "blank_attributes"]

TIERS: Final = 4
"""How many tiers a gas tariff by time of use may have."""
BLOCKS: Final = 4
"""How many blocks a gas tariff by consumption may have; it has one threshold less."""
DEBTS: Final = 3
TOP_UPS: Final = 5
"""How many of the last top-ups have attributes of their own."""

NO_CUT_OFF: Final = 0
_NO_LIMIT: Final = 0x7FFFFFFF
_CREDIT_MODE: Final = (
    PaymentControl.CREDIT_MANAGEMENT
    | PaymentControl.CREDIT_DISPLAY
    | PaymentControl.CONTACTOR_FITTED
    | PaymentControl.DEBT
    | PaymentControl.EMERGENCY_DEBT
)
# Five decimal places: a price of 9600 is 0.096 pounds a kilowatt hour.
_FIVE_PLACES: Final = 0x50


def _of(cluster: Cluster, values: Mapping[str, Value]) -> dict[Attr, Value]:
    return {named(cluster, name): value for name, value in values.items()}


def _prices(tier: str) -> dict[str, Value]:
    return {f"{tier}Block{block}Price": 0 for block in range(1, BLOCKS + 1)}


def _top_up(number: int) -> dict[str, Value]:
    return {
        f"TopUpDateTime{number}": 0,
        f"TopUpAmount{number}": 0,
        f"TopUpOriginatingDevice{number}": 0,
        f"TopUpCode{number}": b"",
    }


def _debt(number: int) -> dict[str, Value]:
    return {
        f"DebtLabel{number}": b"",
        f"DebtAmount{number}": 0,
        f"DebtRecoveryMethod{number}": 0,
        f"DebtRecoveryStartTime{number}": 0,
        f"DebtRecoveryCollectionTime{number}": 0,
        f"DebtRecoveryFrequency{number}": 0,
        f"DebtRecoveryAmount{number}": 0,
        f"DebtRecoveryTopUpPercentage{number}": 0,
    }


_BASIC: Final[dict[str, Value]] = {
    "HWVersion": 1,
    "ManufacturerName": b"doorstep",
    "ModelIdentifier": b"emulated GSME",
}
_METERING: Final[dict[str, Value]] = {
    "CurrentSummationDelivered": 0,
    "SupplyStatus": SupplyStatus.ON,
    **{f"CurrentTier{tier}SummationDelivered": 0 for tier in range(1, TIERS + 1)},
    **{f"CurrentNoTierBlock{block}SummationDelivered": 0 for block in range(1, BLOCKS + 1)},
    **{
        f"CurrentTier{tier}Block{block}SummationDelivered": 0
        for tier in range(1, TIERS + 1)
        for block in range(1, BLOCKS + 1)
    },
    "Status": 0,
    "RemainingBatteryLifeInDays": 3650,
    "CurrentMeterID": bytes(4),
    "UnitOfMeasure": 1,
    "Multiplier": 1,
    "Divisor": 1000,
    "SiteID": b"",
    "MeterSerialNumber": b"",
    "TariffLabel": b"",
    "SupplyTamperState": SupplyAction.UNCHANGED,
    "SupplyDepletionState": SupplyAction.OFF_ARMED,
    "SupplyUncontrolledFlowState": SupplyAction.OFF,
    "BillToDateDelivered": 0,
    "UncontrolledFlowThreshold": 0,
    "UncontrolledFlowThresholdUnitOfMeasure": 1,
    "UncontrolledFlowMultiplier": 1,
    "UncontrolledFlowDivisor": 1,
    "FlowStabilisationPeriod": 0,
    "FlowMeasurementPeriod": 0,
}
_PRICE: Final[dict[str, Value]] = {
    **{f"Block{block}Threshold": 0 for block in range(1, BLOCKS)},
    "ThresholdMultiplier": 1,
    "ThresholdDivisor": 1,
    "StandingCharge": 0,
    "ConversionFactor": 0,
    "ConversionFactorTrailingDigit": 0,
    "CalorificValue": 0,
    "CalorificValueUnit": 1,
    "CalorificValueTrailingDigit": 0,
    **_prices("NoTier"),
    **{name: 0 for tier in range(1, TIERS + 1) for name in _prices(f"Tier{tier}")},
    "TariffUnitOfMeasure": 0,
    "Currency": POUNDS,
    "PriceTrailingDigit": _FIVE_PLACES,
}
_PREPAYMENT: Final[dict[str, Value]] = {
    "PaymentControlConfiguration": _CREDIT_MODE,
    "CreditRemaining": 0,
    "EmergencyCreditRemaining": 0,
    "CreditStatus": CreditStatus.CREDIT_OK,
    "CreditRemainingTimeStamp": 0,
    "AccumulatedDebt": 0,
    "OverallDebtCap": _NO_LIMIT,
    "EmergencyCreditLimit": 0,
    "EmergencyCreditThreshold": 0,
    "MaximumCreditLimit": _NO_LIMIT,
    "MaximumCreditPerTopUp": _NO_LIMIT,
    "LowCreditWarningLevel": 0,
    "RemainingFriendlyCreditTime": 0,
    "CutOffValue": NO_CUT_OFF,
    **{name: value for number in range(1, TOP_UPS + 1) for name, value in _top_up(number).items()},
    **{name: value for number in range(1, DEBTS + 1) for name, value in _debt(number).items()},
}

ATTRIBUTES: Final[Mapping[Attr, Value]] = MappingProxyType(
    _of(BASIC, _BASIC) | _of(METERING, _METERING) | _of(PRICE, _PRICE) | _of(PREPAYMENT, _PREPAYMENT)
)
"""Every attribute, and its value before anyone has set it."""


def blank_attributes() -> dict[Attr, Value]:
    """The value of every attribute as it leaves the factory."""
    return dict(ATTRIBUTES)
