"""Mapping rows of a gas meter's payment: SRV 1.5, 1.6, 2.1, 2.2, 2.3 and 2.5."""

from __future__ import annotations

from typing import Final

from doorstep.duis.simple_type import BOOLEAN
from doorstep.duis.transform.gas_calendar import CalendarType, calendar
from doorstep.duis.transform.gbz import (
    NOW,
    Part,
    Place,
    Source,
    activation,
    code,
    count,
    event,
    gbz,
    minutes,
    number,
    send,
    several,
    since,
    text,
)
from doorstep.duis.transform.rows import Mapping, has
from doorstep.zigbee.clusters import PREPAYMENT
from doorstep.zigbee.clusters.calendar import DayScheduleEntry
from doorstep.zigbee.clusters.prepayment import (
    ChangeDebt,
    ChangePaymentMode,
    ConsumerTopUp,
    CreditAdjustment,
    EmergencyCreditSetup,
    OriginatingDevice,
    PaymentControl,
    SelectAvailableEmergencyCredit,
    SetLowCreditWarningLevel,
    SetMaximumCreditLimit,
    SetOverallDebtCap,
)

__all__ = ["ROWS"]

# -- balance and mode -----------------------------------------------------------------------------

# Types of credit adjustment; GBCS adds the two of credit mode.
_PREPAYMENT_INCREMENT: Final = 0
_PREPAYMENT_RESET: Final = 1
_CREDIT_RESET: Final = 2
_CREDIT_INCREMENT: Final = 3

_UNCHANGED: Final = -1

_CREDIT_CONTROL: Final = (
    PaymentControl.CREDIT_MANAGEMENT
    | PaymentControl.CREDIT_DISPLAY
    | PaymentControl.CONTACTOR_FITTED
    | PaymentControl.DEBT
    | PaymentControl.EMERGENCY_DEBT
)
_PREPAYMENT_CONTROL: Final = (
    PaymentControl.DISCONNECTION_ENABLED
    | PaymentControl.PREPAYMENT
    | PaymentControl.CREDIT_MANAGEMENT
    | PaymentControl.CREDIT_DISPLAY
    | PaymentControl.CONTACTOR_FITTED
)


def _adjustment(kind: int, value: Source) -> Part:
    return send(
        PREPAYMENT,
        CreditAdjustment,
        issuer_event_id=event,
        start_time=NOW,
        adjustment_type=kind,
        value=value,
    )


def _payment_mode(control: Source, cut_off_value: Source) -> Part:
    return send(
        PREPAYMENT,
        ChangePaymentMode,
        provider_id=0,
        issuer_event_id=event,
        implementation_time=activation,
        payment_control=control,
        cut_off_value=cut_off_value,
    )


def _prepayment_control(place: Place) -> int:
    """How debt is collected: the samples set DEBT where it is suspended while the supply is disabled."""
    control = _PREPAYMENT_CONTROL
    if place.element.value_of("Prepayment/SuspendDebtDisabled", BOOLEAN):
        control |= PaymentControl.DEBT
    if not place.element.value_of("Prepayment/SuspendDebtEmergency", BOOLEAN):
        control |= PaymentControl.EMERGENCY_DEBT
    return control


# -- configuration ----------------------------------------------------------------------------------

_CONFIGURATION: Final = "UpdatePrepayConfigGas"
_CALENDAR: Final = f"{_CONFIGURATION}/GasNonDisablementCalendar"
_SWITCHING: Final = "TimeStartAction"
_FRIENDLY_CREDIT: Final = {"START": 1, "STOP": 0}

_PREPAYMENT_CONFIGURATION: Final = (
    send(
        PREPAYMENT,
        EmergencyCreditSetup,
        issuer_event_id=event,
        start_time=activation,
        limit=number(f"{_CONFIGURATION}/EmergencyCreditLimit"),
        threshold=number(f"{_CONFIGURATION}/EmergencyCreditThreshold"),
    ),
    send(
        PREPAYMENT,
        SetOverallDebtCap,
        provider_id=0,
        issuer_event_id=event,
        implementation_time=activation,
        overall_debt_cap=number(f"{_CONFIGURATION}/DebtRecoveryRateCap"),
    ),
    since(
        activation,
        send(
            PREPAYMENT,
            SetLowCreditWarningLevel,
            low_credit_warning_level=number(f"{_CONFIGURATION}/LowCreditThreshold"),
        ),
    ),
    send(
        PREPAYMENT,
        SetMaximumCreditLimit,
        provider_id=0,
        issuer_event_id=event,
        implementation_time=activation,
        maximum_credit_level=number(f"{_CONFIGURATION}/MaxMeterBalance"),
        maximum_credit_per_top_up=number(f"{_CONFIGURATION}/MaxCreditThreshold"),
    ),
    *calendar(
        CalendarType.FRIENDLY_CREDIT,
        days=f"{_CALENDAR}/DayProfiles/GasNonDisablementDayProfile",
        day_id=number("GasDayName"),
        total_entries=count(_SWITCHING),
        entries=several(
            _SWITCHING,
            DayScheduleEntry,
            start=minutes("StartTime"),
            tier=code("NonDisablementAction", _FRIENDLY_CREDIT),
        ),
        weeks=f"{_CALENDAR}/WeekProfiles/WeekProfile",
        seasons=f"{_CALENDAR}/SeasonProfiles/Season",
        special_days=f"{_CALENDAR}/SpecialDays/SpecialDay",
    ),
)

# -- debt ---------------------------------------------------------------------------------------------

_BY_TIME: Final = 0
_BY_PERCENTAGE: Final = 1
_DAILY: Final = 1
_FREQUENCIES: Final = {"HOURLY": 0, "DAILY": _DAILY}

# Types of amount: each is added to the debt of its number.
_ADDED_TO_DEBT_1: Final = 1
_ADDED_TO_DEBT_2: Final = 3
_ADDED_TO_DEBT_3: Final = 5


def _debt(
    register: str, kind: int, method: int, *, frequency: Source, rate: Source, percentage: Source
) -> Part:
    return send(
        PREPAYMENT,
        ChangeDebt,
        issuer_event_id=event,
        debt_label=b"",
        debt_amount=number(register),
        recovery_method=method,
        amount_type=kind,
        recovery_start_time=NOW,
        recovery_collection_time=0,
        recovery_frequency=frequency,
        recovery_amount=rate,
        recovery_percentage=percentage,
    )


def _time_debt(register: str, kind: int, recovery: str) -> Part:
    return _debt(
        register,
        kind,
        _BY_TIME,
        frequency=code(f"{recovery}/DebtRecoveryRatePeriod", _FREQUENCIES),
        rate=number(f"{recovery}/DebtRecoveryRate"),
        percentage=0,
    )


ROWS: Final[tuple[Mapping, ...]] = (
    *gbz(
        "GCS40a",
        "1.5",
        _adjustment(_PREPAYMENT_INCREMENT, number("PrepaymentMode/AdjustMeterBalance")),
        when=has("PrepaymentMode/AdjustMeterBalance"),
    ),
    *gbz("GCS40b", "1.5", _adjustment(_PREPAYMENT_RESET, 0), when=has("PrepaymentMode/ResetMeterBalance")),
    *gbz(
        "GCS40c",
        "1.5",
        _adjustment(_CREDIT_INCREMENT, number("CreditMode/AdjustMeterBalance")),
        when=has("CreditMode/AdjustMeterBalance"),
    ),
    *gbz("GCS40d", "1.5", _adjustment(_CREDIT_RESET, 0), when=has("CreditMode/ResetMeterBalance")),
    *gbz("GCS02", "1.6", _payment_mode(_CREDIT_CONTROL, _UNCHANGED), when=has("Credit")),
    *gbz(
        "GCS03",
        "1.6",
        _payment_mode(_prepayment_control, number("Prepayment/DisablementThreshold")),
        when=has("Prepayment"),
        basis="three samples; none suspends debt in both cases",
    ),
    *gbz(
        "GCS05",
        "2.1",
        *_PREPAYMENT_CONFIGURATION,
        when=has(_CONFIGURATION),
        basis="one sample, for at once; how a date and a cancellation are written is a guess after GCS01a",
    ),
    *gbz(
        "CS01b",
        "2.2",
        send(
            PREPAYMENT,
            ConsumerTopUp,
            originating_device=OriginatingDevice.ENERGY_SERVICE_INTERFACE,
            top_up_code=text("UTRN"),
        ),
        basis="one Command without its request",
    ),
    *gbz(
        "GCS04",
        "2.3",
        _time_debt("TimeDebtRegister1", _ADDED_TO_DEBT_1, "GasDebtRecovery1"),
        _time_debt("TimeDebtRegister2", _ADDED_TO_DEBT_2, "GasDebtRecovery2"),
        _debt(
            "PaymentDebtRegister",
            _ADDED_TO_DEBT_3,
            _BY_PERCENTAGE,
            frequency=_DAILY,
            rate=0,
            percentage=number("DebtRecoveryPerPayment"),
        ),
        when=has("GasDebtRecovery1"),
        basis="one Command without its request",
    ),
    *gbz(
        "GCS06",
        "2.5",
        send(
            PREPAYMENT,
            SelectAvailableEmergencyCredit,
            issue_time=NOW,
            originating_device=OriginatingDevice.ENERGY_SERVICE_INTERFACE,
        ),
    ),
)
