"""Prepayment: credits, debts and top-ups, as changes of a meter's state.

Money is counted in thousandths of a penny, in signed 32-bit registers. What a Command asks for and the
meter does not do raises :class:`~doorstep.road.device.objects.Refused`; nothing has changed then.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from msgspec import structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.axdr import Data
from doorstep.road.device.failure import Failure
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.credit import Standing
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.top_up import entered, pay, within

__all__ = [
    "BALANCE",
    "DISABLEMENT",
    "EMERGENCY_CREDIT",
    "EMERGENCY_LIMIT",
    "EMERGENCY_THRESHOLD",
    "LOW_CREDIT",
    "MAXIMUM_BALANCE",
    "MAXIMUM_CREDIT",
    "CreditStatus",
    "PaymentMode",
    "activate_emergency_credit",
    "adjust",
    "emergency_credit_in_use",
    "is_exhausted",
    "is_low",
    "payment_mode",
    "set_amount",
    "standing",
    "top_up",
]

BALANCE: Final = place("112 0-0:19.10.0.255 2")
EMERGENCY_CREDIT: Final = place("112 0-0:19.10.1.255 2")

_EMERGENCY_STATUS: Final = place("112 0-0:19.10.1.255 8")
EMERGENCY_LIMIT: Final = place("112 0-0:19.10.1.255 9")
EMERGENCY_THRESHOLD: Final = place("112 0-0:19.10.1.255 10")
_PAYMENT_DEBT: Final = place("113 0-0:19.20.3.255 12")
_PAYMENT_DEBT_SHARE: Final = place("113 0-0:19.20.3.255 13")
_MODE: Final = place("111 0-0:19.0.0.255 2")
LOW_CREDIT: Final = place("111 0-0:19.0.0.255 16")
DISABLEMENT: Final = place("21 0-0:16.0.1.255 2")
MAXIMUM_CREDIT: Final = place("9000 0-0:94.44.2.10 2")
MAXIMUM_BALANCE: Final = place("9000 0-0:94.44.2.20 2")

# The reference answers a top-up that is not applied with this result and no other.
_NOT_APPLIED: Final = Result.HARDWARE_FAULT


class PaymentMode(IntEnum):
    """How the consumer pays, by the number in the account's first attribute after its name."""

    CREDIT = 1
    PREPAYMENT = 2


class CreditStatus(IntEnum):
    """How a credit stands, as the Blue Book numbers it; the ones that this meter uses."""

    ENABLED = 0
    IN_USE = 3


def payment_mode(state: State) -> PaymentMode:
    """The active payment mode; a number that is none counts as credit mode."""
    parts = state.value(_MODE).value
    mode = parts[0].value if isinstance(parts, tuple) else None
    return PaymentMode.PREPAYMENT if mode == PaymentMode.PREPAYMENT else PaymentMode.CREDIT


def standing(state: State) -> Standing:
    """How the credit stands."""
    return Standing(
        prepaid=_is_prepaid(state),
        credit=state.number(BALANCE),
        emergency=state.number(EMERGENCY_CREDIT),
        in_use=emergency_credit_in_use(state),
        limit=state.number(EMERGENCY_LIMIT),
        threshold=state.number(EMERGENCY_THRESHOLD),
        low=state.number(LOW_CREDIT),
        cut_off=state.amount(DISABLEMENT),
    )


def is_exhausted(state: State) -> bool:
    """Whether prepaid credit is below the disablement threshold."""
    return standing(state).is_exhausted


def is_low(state: State) -> bool:
    """Whether prepaid credit is below the low credit threshold."""
    return standing(state).is_low


def emergency_credit_in_use(state: State) -> bool:
    """Whether emergency credit has been activated and not been paid back."""
    return state.number(_EMERGENCY_STATUS) == CreditStatus.IN_USE


def adjust(state: State, register: Place, amount: int) -> State:
    """The state after adding ``amount``, which may be negative, to a credit or to what remains of a debt."""
    return state.with_number(register, state.number(register) + amount)


def set_amount(state: State, credit: Place, amount: int) -> State:
    """The state after a credit is set to ``amount``; emergency credit is no longer in use after that."""
    state = state.with_number(credit, amount)
    return state.with_number(_EMERGENCY_STATUS, CreditStatus.ENABLED) if credit == EMERGENCY_CREDIT else state


def activate_emergency_credit(state: State) -> State:
    """The state in which emergency credit is in use.

    It succeeds where that is so afterwards, hence also where it was before. Raises :class:`Refused` in
    credit mode, and while the balance is above the emergency credit threshold.
    """
    if emergency_credit_in_use(state):
        return state
    if not _is_prepaid(state):
        raise Refused(Result.OTHER_REASON, "there is no emergency credit in credit mode")
    if state.number(BALANCE) > state.number(EMERGENCY_THRESHOLD):
        raise Refused(Result.OTHER_REASON, "the meter balance is above the emergency credit threshold")
    state = state.with_number(EMERGENCY_CREDIT, state.number(EMERGENCY_LIMIT))
    return state.with_number(_EMERGENCY_STATUS, CreditStatus.IN_USE)


def top_up(state: State, digits: Data, keys: KeyRing, device: Eui, counter: int | None) -> State:
    """The state after a UTRN is entered: its counter is spent and its value applied.

    ``counter`` is the Originator Counter of the Command that brought it, None where none did. A top-up is
    taken in credit mode, too (policy). Raises :class:`Refused` with the alert code for the reason.
    """
    text = digits.value if isinstance(digits.value, bytes) else b""
    try:
        token = entered(state, text, keys, device, counter)
        credited = _credited(state, token.amount)
        limits = state.number(MAXIMUM_CREDIT), state.number(MAXIMUM_BALANCE)
        within(token, credited.number(BALANCE), *limits)
    except Refused:
        raise
    except Failure as failure:
        raise Refused(_NOT_APPLIED, failure.why, failure.alert) from None
    return structs.replace(credited, counters=token.counters)


def _is_prepaid(state: State) -> bool:
    return payment_mode(state) is PaymentMode.PREPAYMENT


def _credited(state: State, amount: int) -> State:
    """The state after a top-up has paid."""
    in_use = emergency_credit_in_use(state)
    owed = state.number(EMERGENCY_LIMIT) - state.number(EMERGENCY_CREDIT) if in_use else 0
    payment = pay(amount, owed, state.number(_PAYMENT_DEBT_SHARE), state.number(_PAYMENT_DEBT))
    if in_use and payment.emergency >= owed:
        state = set_amount(state, EMERGENCY_CREDIT, 0)
    else:
        state = adjust(state, EMERGENCY_CREDIT, payment.emergency)
    state = adjust(state, _PAYMENT_DEBT, -payment.debt)
    return adjust(state, BALANCE, payment.balance)
