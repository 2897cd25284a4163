"""Mapping rows that read a gas meter's registers and settings.

SRV 4.1.1 to 4.3, 4.11.1, 4.13, 4.18, 6.2.3 to 6.2.10, 7.4 and 11.2. The gas proxy answers some of them,
since it mirrors the meter.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.gas_calendar import CalendarType
from doorstep.duis.transform.gbz import Part, gbz, read, send
from doorstep.duis.transform.rows import Mapping
from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.clusters import BASIC, CALENDAR, DEVICE_MANAGEMENT, METERING, PREPAYMENT, PRICE
from doorstep.zigbee.clusters.calendar import GetDayProfiles, GetSeasons, GetSpecialDays, GetWeekProfiles
from doorstep.zigbee.clusters.device_management import GetEventConfiguration
from doorstep.zigbee.clusters.price import GetBillingPeriod, GetCurrentPrice

__all__ = ["ROWS"]

_MIRRORED: Final = (DeviceType.GSME, DeviceType.GPF)

_SCALE: Final = ("Divisor", "Multiplier", "UnitOfMeasure")
_BALANCE: Final = (read(METERING, "BillToDateDelivered"), read(PREPAYMENT, "CreditRemaining"))
_IDENTITY: Final = ("ManufacturerName", "ModelIdentifier")
_TAMPER: Final = read(METERING, "SupplyDepletionState", "SupplyTamperState")

_ALL: Final = 0
_TARIFF_CALENDAR: Final = 0xFFFFFFFF
_NON_DISABLEMENT_CALENDAR: Final = 0xFFFFFFFE
_ANY_EVENT: Final = 0xFFFFFFFF
_DELIVERED: Final = 0
_ALL_ALERTS: Final = 0x81FF  # the group of events 81xx

_BILLING_PERIOD: Final = send(
    PRICE,
    GetBillingPeriod,
    earliest_start_time=0,
    minimum_issuer_event_id=_ANY_EVENT,
    number_of_commands=1,
    tariff_type=_DELIVERED,
)


def _calendar(identifier: int, kind: CalendarType) -> tuple[Part, ...]:
    return (
        send(
            CALENDAR,
            GetDayProfiles,
            provider_id=0,
            issuer_calendar_id=identifier,
            first_day_id=1,
            number_of_days=_ALL,
        ),
        send(
            CALENDAR,
            GetWeekProfiles,
            provider_id=0,
            issuer_calendar_id=identifier,
            first_week_id=1,
            number_of_weeks=_ALL,
        ),
        send(CALENDAR, GetSeasons, provider_id=0, issuer_calendar_id=identifier),
        send(
            CALENDAR,
            GetSpecialDays,
            start_time=0,
            number_of_events=_ALL,
            calendar_type=kind,
            provider_id=0,
            issuer_calendar_id=identifier,
        ),
    )


ROWS: Final[tuple[Mapping, ...]] = (
    *gbz("GCS13a", "4.1.1", read(METERING, *_SCALE, "CurrentSummationDelivered"), devices=_MIRRORED),
    *gbz(
        "GCS13c",
        "4.1.2",
        read(METERING, *_SCALE, *(f"CurrentTier{tier}SummationDelivered" for tier in range(1, 5))),
        devices=_MIRRORED,
    ),
    *gbz(
        "GCS13b",
        "4.1.4",
        read(METERING, *_SCALE, *(f"CurrentNoTierBlock{block}SummationDelivered" for block in range(1, 5))),
        devices=_MIRRORED,
        basis="guess: the attributes in the order of GCS13a and GCS13c",
    ),
    *gbz(
        "GCS14",
        "4.3",
        read(PRICE, "PriceTrailingDigit", "Currency"),
        read(
            PREPAYMENT,
            "AccumulatedDebt",
            "EmergencyCreditRemaining",
            "CreditRemaining",
            "DebtAmount3",
            "DebtAmount1",
            "DebtAmount2",
        ),
        devices=_MIRRORED,
    ),
    *gbz(
        "GCS21f",
        "4.11.1",
        read(
            PRICE,
            "ThresholdDivisor",
            "ThresholdMultiplier",
            *(f"Block{block}Threshold" for block in range(1, 4)),
            "TariffUnitOfMeasure",
            *(f"NoTierBlock{block}Price" for block in range(1, 5)),
            *(f"Tier{tier}Block1Price" for tier in range(1, 5)),
            "Currency",
            "PriceTrailingDigit",
            "StandingCharge",
        ),
        *_calendar(_TARIFF_CALENDAR, CalendarType.DELIVERED),
        send(PRICE, GetCurrentPrice, command_options=0),
    ),
    *gbz(
        "GCS21b",
        "4.13",
        read(
            PREPAYMENT,
            "DebtRecoveryTopUpPercentage3",
            "OverallDebtCap",
            "DebtRecoveryFrequency1",
            "DebtRecoveryFrequency2",
            "CutOffValue",
            "EmergencyCreditLimit",
            "EmergencyCreditThreshold",
            "LowCreditWarningLevel",
            "MaximumCreditLimit",
            "MaximumCreditPerTopUp",
            "DebtRecoveryAmount1",
            "DebtRecoveryAmount2",
        ),
        read(PRICE, "PriceTrailingDigit"),
        *_calendar(_NON_DISABLEMENT_CALENDAR, CalendarType.FRIENDLY_CREDIT),
    ),
    *gbz("GCS60", "4.18", *_BALANCE),
    *gbz("GCS60a", "4.18", *_BALANCE, devices=_MIRRORED),
    *gbz("GCS21d", "6.2.3", _BILLING_PERIOD),
    *gbz("GCS21k", "6.2.3", _BILLING_PERIOD),
    *gbz("GCS21e", "6.2.4", read(BASIC, *_IDENTITY, "HWVersion"), _TAMPER),
    *gbz("GCS21m", "6.2.4", read(BASIC, *_IDENTITY), _TAMPER),
    *gbz("GCS46", "6.2.7", read(METERING, "SiteID")),
    *gbz(
        "GCS21a",
        "6.2.8",
        read(
            PRICE,
            "CalorificValueTrailingDigit",
            "CalorificValueUnit",
            "CalorificValue",
            "ConversionFactorTrailingDigit",
            "ConversionFactor",
        ),
        read(
            METERING,
            "UncontrolledFlowDivisor",
            "UncontrolledFlowMultiplier",
            "UncontrolledFlowThresholdUnitOfMeasure",
            "UncontrolledFlowThreshold",
            "FlowStabilisationPeriod",
            "FlowMeasurementPeriod",
        ),
    ),
    *gbz("GCS21j", "6.2.9", read(PREPAYMENT, "PaymentControlConfiguration")),
    *gbz("GCS20r", "6.2.10", send(DEVICE_MANAGEMENT, GetEventConfiguration, event_id=_ALL_ALERTS)),
    *gbz("GCS33", "7.4", read(METERING, "RemainingBatteryLifeInDays", "SupplyStatus")),
    *gbz("GCS38", "11.2", read(METERING, "CurrentMeterID")),
)
