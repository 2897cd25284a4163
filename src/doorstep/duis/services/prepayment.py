"""Balance, payment mode, prepayment and debt: Service References 1.5 to 2.5.

Amounts are in pence, exact to a thousandth of a penny.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body
from doorstep.duis.services.calendar import (
    CalendarDate,
    Season,
    SpecialDay,
    Week,
    seasons,
    special_days,
    weeks,
)
from doorstep.duis.services.money import Pence, scaled, thousandths

__all__ = [
    "Debt",
    "GasNonDisablement",
    "NonDisablement",
    "NonDisablementDay",
    "NonDisablementEntry",
    "PaymentMode",
    "Period",
    "PrepaymentLimits",
    "Recovery",
    "activate_emergency_credit",
    "adjust_balance",
    "configure_gas_prepayment",
    "configure_prepayment",
    "credit_mode",
    "prepayment_mode",
    "reset_balance",
    "reset_tariff_block_counters",
    "top_up",
    "update_debt",
    "update_gas_debt",
]


# -- balance and payment mode -----------------------------------------------------------------------


class PaymentMode(Enum):
    """The mode that a meter is in."""

    CREDIT = "CreditMode"
    PREPAYMENT = "PrepaymentMode"


def adjust_balance(mode: PaymentMode, pence: Pence) -> Element:
    """Add an amount to the Meter Balance of a meter in that mode; take it off if negative (SRV 1.5)."""
    adjusted = {"AdjustMeterBalance": thousandths(pence, "AdjustMeterBalance")}
    return body("UpdateMeterBalance", {mode.value: adjusted})


def reset_balance(mode: PaymentMode) -> Element:
    """Set the Meter Balance of a meter that is in that mode back to zero (SRV 1.5)."""
    return body("UpdateMeterBalance", {mode.value: {"ResetMeterBalance": {}}})


def credit_mode(at: Moment | None = None) -> Element:
    """Put a meter into credit mode (SRV 1.6)."""
    return body("UpdatePaymentMode", {"Credit": {}}, at)


def prepayment_mode(
    *,
    disablement_threshold: Pence = 0,
    suspend_debt_disabled: bool,
    suspend_debt_emergency: bool,
    at: Moment | None = None,
) -> Element:
    """Put a meter into prepayment mode (SRV 1.6).

    Supply is disabled where the balance falls below the threshold; the two flags say whether debt is not
    collected while supply is disabled, and while emergency credit is in use.
    """
    values = {
        "SuspendDebtDisabled": suspend_debt_disabled,
        "SuspendDebtEmergency": suspend_debt_emergency,
        "DisablementThreshold": thousandths(disablement_threshold, "DisablementThreshold"),
    }
    return body("UpdatePaymentMode", {"Prepayment": values}, at)


def reset_tariff_block_counters() -> Element:
    """Set the counters of consumption by block back to zero (SRV 1.7)."""
    return body("ResetTariffBlockCounterMatrix", {})


def top_up(utrn: str) -> Element:
    """Add the credit that a UTRN of 20 digits stands for (SRV 2.2)."""
    return body("TopUpDevice", {"UTRN": utrn})


def activate_emergency_credit() -> Element:
    """Lend the emergency credit (SRV 2.5)."""
    return body("ActivateEmergencyCredit", {})


# -- prepayment configuration -----------------------------------------------------------------------


class PrepaymentLimits(Struct, frozen=True, kw_only=True):
    """The amounts of a prepayment configuration, in pence.

    ``debt_recovery_rate_cap`` is as the meter has it: the cap of what debt takes each week. The unit of its
    number is not published for electricity, so it is not converted; of gas it is in thousandths of a penny.
    """

    debt_recovery_rate_cap: int
    emergency_credit_limit: Pence
    emergency_credit_threshold: Pence
    low_credit_threshold: Pence
    max_meter_balance: Pence
    max_credit_threshold: Pence

    def values(self, calendar: dict[str, Values]) -> Values:
        """The plain values of the configuration, with a calendar where the schema wants it."""
        return {
            "DebtRecoveryRateCap": self.debt_recovery_rate_cap,
            "EmergencyCreditLimit": thousandths(self.emergency_credit_limit, "EmergencyCreditLimit"),
            "EmergencyCreditThreshold": thousandths(
                self.emergency_credit_threshold, "EmergencyCreditThreshold"
            ),
            "LowCreditThreshold": thousandths(self.low_credit_threshold, "LowCreditThreshold"),
            **calendar,
            "MaxMeterBalance": thousandths(self.max_meter_balance, "MaxMeterBalance"),
            "MaxCreditThreshold": thousandths(self.max_credit_threshold, "MaxCreditThreshold"),
        }


class NonDisablementEntry(Struct, frozen=True):
    """A time at which protection from being cut off begins (``protects``) or ends.

    It holds on the named days of the week (``"Monday"``) and special days, from ``start`` to ``end``.
    """

    protects: bool
    at: time
    start: date | str
    end: date | str
    days_of_week: Sequence[str] = ()
    special_days: Sequence[int] = ()

    def values(self) -> Values:
        """The plain values of the entry."""
        return {
            "NonDisablementScript": _SCRIPTS[self.protects],
            "SpecialDaysApplicability": {
                "SpecialDayApplicability": [{"SpecialDayID": number} for number in self.special_days]
            },
            "DaysOfWeekApplicability": {
                "DayOfWeekApplicability": [{"DayOfWeekID": name} for name in self.days_of_week]
            },
            "ScheduleDatesAndTime": {"SwitchTime": self.at, "StartDate": self.start, "EndDate": self.end},
        }


class NonDisablement(Struct, frozen=True):
    """When an electricity meter must not cut off supply; the special days are numbered from 1."""

    entries: Sequence[NonDisablementEntry]
    special_days: Sequence[CalendarDate] = ()


class NonDisablementDay(Struct, frozen=True):
    """A day profile of gas, 1 to 5: up to three times at which protection begins (true) or ends."""

    name: int
    actions: Sequence[tuple[time, bool]]


class GasNonDisablement(Struct, frozen=True):
    """When a gas meter must not cut off supply."""

    days: Sequence[NonDisablementDay]
    weeks: Sequence[Week]
    seasons: Sequence[Season]
    special_days: Sequence[SpecialDay] = ()


_SCRIPTS: Final = {True: "START", False: "STOP"}


def configure_prepayment(
    limits: PrepaymentLimits, calendar: NonDisablement, at: Moment | None = None
) -> Element:
    """The prepayment configuration of an electricity meter (SRV 2.1)."""
    values = {
        "ElectricitySpecialDays": {
            "SpecialDay": [
                {"index": index, "Date": day.values()} for index, day in enumerate(calendar.special_days, 1)
            ]
        },
        "ElectricityNonDisablementSchedule": [entry.values() for entry in calendar.entries],
    }
    configuration = limits.values({"ElectricityNonDisablementCalendar": values})
    return body("UpdatePrepayConfiguration", {"UpdatePrepayConfigElectricity": configuration}, at)


def configure_gas_prepayment(
    limits: PrepaymentLimits, calendar: GasNonDisablement, at: Moment | None = None
) -> Element:
    """The prepayment configuration of a gas meter (SRV 2.1)."""
    days = [
        {
            "TimeStartAction": [
                {"StartTime": start, "NonDisablementAction": _SCRIPTS[protects]}
                for start, protects in day.actions
            ],
            "GasDayName": day.name,
        }
        for day in calendar.days
    ]
    values = {
        "DayProfiles": {"GasNonDisablementDayProfile": days},
        "WeekProfiles": weeks(calendar.weeks),
        "SeasonProfiles": seasons(calendar.seasons, gas=True),
        "SpecialDays": special_days(calendar.special_days, gas=True),
    }
    configuration = limits.values({"GasNonDisablementCalendar": values})
    return body("UpdatePrepayConfiguration", {"UpdatePrepayConfigGas": configuration}, at)


# -- debt -------------------------------------------------------------------------------------------


class Period(Enum):
    """How often a time-based debt is collected."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"


class Recovery(Struct, frozen=True):
    """How a time-based debt is collected: so many pence each period."""

    pence: Pence
    period: Period


class Debt(Struct, frozen=True, kw_only=True):
    """What is added to the debts of a meter, in pence, and how they are collected.

    ``per_payment`` is the part of each payment that goes into the third, in hundredths of a per cent.
    """

    time_debt_1: Pence = 0
    time_debt_2: Pence = 0
    payment_debt: Pence = 0
    per_payment: int = 0
    recovery_1: Recovery
    recovery_2: Recovery

    def registers(self) -> Values:
        """The plain values that electricity and gas have in common."""
        return {
            "TimeDebtRegister1": thousandths(self.time_debt_1, "TimeDebtRegister1"),
            "TimeDebtRegister2": thousandths(self.time_debt_2, "TimeDebtRegister2"),
            "PaymentDebtRegister": thousandths(self.payment_debt, "PaymentDebtRegister"),
            "DebtRecoveryPerPayment": self.per_payment,
        }


def update_debt(debt: Debt) -> Element:
    """Change the debts of an electricity meter (SRV 2.3).

    The rate of recovery has a scale, as prices have: it is read as theirs, in pounds (policy).
    """

    def recovery(each: Recovery) -> Values:
        scale, (rate,) = scaled((each.pence,), "DebtRecoveryRate")
        return {
            "DebtRecoveryRate": rate,
            "DebtRecoveryRatePriceScale": scale,
            "DebtRecoveryRatePeriod": each.period.value,
        }

    recoveries = {
        "ElecDebtRecovery1": recovery(debt.recovery_1),
        "ElecDebtRecovery2": recovery(debt.recovery_2),
    }
    return body("UpdateDebt", {**debt.registers(), **recoveries})


def update_gas_debt(debt: Debt) -> Element:
    """Change the debts of a gas meter (SRV 2.3)."""

    def recovery(each: Recovery) -> Values:
        return {
            "DebtRecoveryRate": thousandths(each.pence, "DebtRecoveryRate"),
            "DebtRecoveryRatePeriod": each.period.value,
        }

    recoveries = {
        "GasDebtRecovery1": recovery(debt.recovery_1),
        "GasDebtRecovery2": recovery(debt.recovery_2),
    }
    return body("UpdateDebt", {**debt.registers(), **recoveries})
