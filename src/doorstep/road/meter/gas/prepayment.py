"""Prepayment on a gas meter: payment mode, credit, emergency credit, debts and top-ups.

Each function gives the state that follows a command of the Prepayment cluster, or raises
:class:`~doorstep.road.device.clusters.Declined`; nothing has changed then. Money is counted in thousandths
of a penny.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.gbcs.times import utc2000
from doorstep.road.device.clusters import Attr, Declined, named
from doorstep.road.device.execution import Occasion
from doorstep.road.device.failure import Failure
from doorstep.road.meter import top_up
from doorstep.road.meter.credit import Standing
from doorstep.road.meter.gas.attributes import DEBTS, TOP_UPS
from doorstep.road.meter.gas.state import GasState
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.prepayment import (
    ChangeDebt,
    ChangePaymentMode,
    ConsumerTopUp,
    CreditAdjustment,
    CreditStatus,
    EmergencyCreditSetup,
    PaymentControl,
    SetLowCreditWarningLevel,
    SetMaximumCreditLimit,
    SetOverallDebtCap,
)
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import Status

__all__ = [
    "BILL_TO_DATE",
    "CREDIT",
    "CREDIT_STATUS",
    "EMERGENCY_CREDIT",
    "EMERGENCY_LIMIT",
    "EMERGENCY_THRESHOLD",
    "LAST_TOP_UP",
    "adjust_credit",
    "change_debt",
    "change_payment_mode",
    "credit_status",
    "enter_top_up",
    "is_exhausted",
    "select_emergency_credit",
    "set_debt_cap",
    "set_low_credit_level",
    "set_maximum_credit",
    "set_up_emergency_credit",
    "top_ups",
    "with_accumulated_debt",
]

CREDIT: Final = named(PREPAYMENT, "CreditRemaining")
EMERGENCY_CREDIT: Final = named(PREPAYMENT, "EmergencyCreditRemaining")
CREDIT_STATUS: Final = named(PREPAYMENT, "CreditStatus")
EMERGENCY_LIMIT: Final = named(PREPAYMENT, "EmergencyCreditLimit")
EMERGENCY_THRESHOLD: Final = named(PREPAYMENT, "EmergencyCreditThreshold")
LAST_TOP_UP: Final = named(PREPAYMENT, "TopUpAmount1")
BILL_TO_DATE: Final = named(METERING, "BillToDateDelivered")

_PAYMENT_CONTROL: Final = named(PREPAYMENT, "PaymentControlConfiguration")
_CUT_OFF: Final = named(PREPAYMENT, "CutOffValue")
_LOW_CREDIT: Final = named(PREPAYMENT, "LowCreditWarningLevel")
_DEBT_CAP: Final = named(PREPAYMENT, "OverallDebtCap")
_MAXIMUM_CREDIT: Final = named(PREPAYMENT, "MaximumCreditLimit")
_MAXIMUM_TOP_UP: Final = named(PREPAYMENT, "MaximumCreditPerTopUp")
# The third debt is the one that a share of every top-up pays.
_PAYMENT_DEBT: Final = named(PREPAYMENT, "DebtAmount3")
_DEBT_AMOUNTS: Final = tuple(named(PREPAYMENT, f"DebtAmount{number}") for number in range(1, DEBTS + 1))
_MOST_DEBT: Final = 0x7FFFFFFF
_ACCUMULATED_DEBT: Final = named(PREPAYMENT, "AccumulatedDebt")
_PAYMENT_DEBT_SHARE: Final = named(PREPAYMENT, "DebtRecoveryTopUpPercentage3")

# In ChangePaymentMode, for the cut-off value to stay as it is: all ones.
_UNCHANGED: Final = -1


def change_payment_mode(state: GasState, command: ChangePaymentMode, _occasion: Occasion) -> GasState:
    """GCS02, GCS03: how the home pays, and the balance below which supply ends."""
    changed: dict[Attr, Value] = {_PAYMENT_CONTROL: command.payment_control}
    if command.cut_off_value != _UNCHANGED:
        changed[_CUT_OFF] = command.cut_off_value
    return state.holding(changed)


def set_up_emergency_credit(state: GasState, command: EmergencyCreditSetup, _occasion: Occasion) -> GasState:
    """GCS05: how much emergency credit there is, and from which balance on it is offered."""
    return state.holding({EMERGENCY_LIMIT: command.limit, EMERGENCY_THRESHOLD: command.threshold})


def set_debt_cap(state: GasState, command: SetOverallDebtCap, _occasion: Occasion) -> GasState:
    """GCS05: the most that may be collected for debts."""
    return state.holding({_DEBT_CAP: command.overall_debt_cap})


def set_low_credit_level(state: GasState, command: SetLowCreditWarningLevel, _occasion: Occasion) -> GasState:
    """GCS05: the balance at which the home is warned."""
    return state.holding({_LOW_CREDIT: command.low_credit_warning_level})


def set_maximum_credit(state: GasState, command: SetMaximumCreditLimit, _occasion: Occasion) -> GasState:
    """GCS05: the most credit that the meter may hold, and that one top-up may add."""
    return state.holding(
        {
            _MAXIMUM_CREDIT: command.maximum_credit_level,
            _MAXIMUM_TOP_UP: command.maximum_credit_per_top_up,
        }
    )


def select_emergency_credit(state: GasState, _command: object, _occasion: Occasion) -> GasState:
    """GCS06, PCS02: emergency credit is in use afterwards, hence also where it was before.

    Declined in credit mode, and while the balance is above the emergency credit threshold.
    """
    if _emergency_in_use(state):
        return state
    if not _is_prepaid(state):
        raise Declined(Status.HARDWARE_FAILURE, "there is no emergency credit in credit mode")
    if state.number(CREDIT) > state.number(EMERGENCY_THRESHOLD):
        why = "the credit remaining is above the emergency credit threshold"
        raise Declined(Status.HARDWARE_FAILURE, why)
    in_use = CreditStatus.EMERGENCY_CREDIT_SELECTED | CreditStatus.EMERGENCY_CREDIT_IN_USE
    return state.holding({EMERGENCY_CREDIT: state.number(EMERGENCY_LIMIT), CREDIT_STATUS: in_use})


def adjust_credit(state: GasState, command: CreditAdjustment, _occasion: Occasion) -> GasState:
    """GCS40a to GCS40d: types 0 and 1 add to the credit or set it, 3 and 2 take from the bill or set it."""
    match command.adjustment_type:
        case 0:
            return state.holding({CREDIT: state.number(CREDIT) + command.value})
        case 1:
            return state.holding({CREDIT: command.value})
        case 2:
            return state.holding({BILL_TO_DATE: command.value})
        case 3:
            return state.holding({BILL_TO_DATE: state.number(BILL_TO_DATE) - command.value})
    raise Declined(Status.INVALID_FIELD, f"there is no adjustment of type {command.adjustment_type}")


def change_debt(state: GasState, command: ChangeDebt, _occasion: Occasion) -> GasState:
    """GCS04: set one debt (an even amount type) or add to it (an odd one), and say how it is collected."""
    number, adds = command.amount_type // 2 + 1, command.amount_type % 2
    if number > DEBTS:
        raise Declined(Status.INVALID_FIELD, f"there is no debt {number}")
    amount = _debt(number, "Amount")
    before = state.number(amount) if adds else 0
    return state.holding(
        {
            _debt(number, "Label"): command.debt_label,
            amount: before + command.debt_amount,
            _debt(number, "RecoveryMethod"): command.recovery_method,
            _debt(number, "RecoveryStartTime"): command.recovery_start_time,
            _debt(number, "RecoveryCollectionTime"): command.recovery_collection_time,
            _debt(number, "RecoveryFrequency"): command.recovery_frequency,
            _debt(number, "RecoveryAmount"): command.recovery_amount,
            _debt(number, "RecoveryTopUpPercentage"): command.recovery_percentage,
        }
    )


def enter_top_up(state: GasState, command: ConsumerTopUp, occasion: Occasion) -> GasState:
    """CS01b, PCS01: the UTRN's counter is spent, its value applied, and the top-up is in the log.

    A top-up is taken in credit mode, too (policy).
    """
    counter = occasion.header.originator_counter
    digits = command.top_up_code or b""
    try:
        token = top_up.entered(state, digits, occasion.keys, occasion.device, counter)
        credited = _credited(state, token.amount)
        limits = state.number(_MAXIMUM_TOP_UP), state.number(_MAXIMUM_CREDIT)
        top_up.within(token, credited.number(CREDIT), *limits)
    except Declined:
        raise
    except Failure as failure:
        raise Declined(Status.FAILURE, failure.why, failure.alert) from None
    entry: tuple[Value, ...] = (
        utc2000(occasion.now),
        token.amount,
        command.originating_device,
        digits,
    )
    return structs.replace(_logged(credited, entry), counters=token.counters)


def top_ups(state: GasState) -> tuple[tuple[Value, ...], ...]:
    """The last top-ups, the latest first: time, amount, where from, code."""
    rows = (tuple(state.attributes[attribute] for attribute in row) for row in _LOG)
    return tuple(row for row in rows if row[0])


def is_exhausted(state: GasState) -> bool:
    """Whether prepaid credit is below the cut-off value."""
    return _standing(state).is_exhausted


def credit_status(state: GasState) -> CreditStatus:
    """What the attribute of that name is to say."""
    return _standing(state).status


def with_accumulated_debt(before: GasState, after: GasState) -> GasState:
    """``after``, with the accumulated debt that follows where a debt has changed: the sum of all (policy)."""
    if all(before.number(one) == after.number(one) for one in _DEBT_AMOUNTS):
        return after
    return after.holding({_ACCUMULATED_DEBT: min(_MOST_DEBT, sum(map(after.number, _DEBT_AMOUNTS)))})


def _standing(state: GasState) -> Standing:
    return Standing(
        prepaid=_is_prepaid(state),
        credit=state.number(CREDIT),
        emergency=state.number(EMERGENCY_CREDIT),
        in_use=_emergency_in_use(state),
        limit=state.number(EMERGENCY_LIMIT),
        threshold=state.number(EMERGENCY_THRESHOLD),
        low=state.number(_LOW_CREDIT),
        cut_off=state.number(_CUT_OFF),
    )


def _is_prepaid(state: GasState) -> bool:
    return bool(state.number(_PAYMENT_CONTROL) & PaymentControl.PREPAYMENT)


def _emergency_in_use(state: GasState) -> bool:
    return bool(state.number(CREDIT_STATUS) & CreditStatus.EMERGENCY_CREDIT_IN_USE)


def _credited(state: GasState, amount: int) -> GasState:
    """The state after a top-up has paid."""
    in_use, remaining = _emergency_in_use(state), state.number(EMERGENCY_CREDIT)
    owed = state.number(EMERGENCY_LIMIT) - remaining if in_use else 0
    payment = top_up.pay(amount, owed, state.number(_PAYMENT_DEBT_SHARE), state.number(_PAYMENT_DEBT))
    repaid = in_use and payment.emergency >= owed
    status = state.number(CREDIT_STATUS)
    return state.holding(
        {
            EMERGENCY_CREDIT: 0 if repaid else remaining + payment.emergency,
            CREDIT_STATUS: status & ~CreditStatus.EMERGENCY_CREDIT_IN_USE if repaid else status,
            _PAYMENT_DEBT: state.number(_PAYMENT_DEBT) - payment.debt,
            CREDIT: state.number(CREDIT) + payment.balance,
        }
    )


_LOGGED: Final = ("DateTime", "Amount", "OriginatingDevice", "Code")
_LOG: Final = tuple(
    tuple(
        named(PREPAYMENT, f"TopUp{field}{number}")
        for field in ("DateTime", "Amount", "OriginatingDevice", "Code")
    )
    for number in range(1, TOP_UPS + 1)
)


def _logged(state: GasState, entry: tuple[Value, ...]) -> GasState:
    """The state with one more top-up in the log, at the front of the others."""
    kept = (entry, *(tuple(state.attributes[attribute] for attribute in row) for row in _LOG))
    return state.holding(
        {
            attribute: value
            for row, values in zip(_LOG, kept, strict=False)
            for attribute, value in zip(row, values, strict=True)
        }
    )


def _debt(number: int, field: str) -> Attr:
    return named(PREPAYMENT, f"Debt{field}{number}")
