"""Prepayment: credits, debts and top-ups, as changes of a meter's state.

Money is counted in thousandths of a penny, as the balances and thresholds of the reference messages are
(believed, not confirmed), in signed 32-bit registers. What a Command asks for and the meter does not do
raises :class:`~doorstep.road.device.objects.Refused`; nothing has changed then.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from msgspec import structs

from doorstep.errors import BadUtrn, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import utrn
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.axdr import Data
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.electricity.state import State

__all__ = [
    "BALANCE",
    "EMERGENCY_CREDIT",
    "UNITS_PER_PENNY",
    "CreditStatus",
    "PaymentMode",
    "activate_emergency_credit",
    "adjust",
    "combined_credit",
    "emergency_credit_in_use",
    "is_exhausted",
    "is_low",
    "payment_mode",
    "set_amount",
    "top_up",
]

UNITS_PER_PENNY: Final = 1000

BALANCE: Final = place("112 0-0:19.10.0.255 2")
EMERGENCY_CREDIT: Final = place("112 0-0:19.10.1.255 2")

_EMERGENCY_STATUS: Final = place("112 0-0:19.10.1.255 8")
_EMERGENCY_LIMIT: Final = place("112 0-0:19.10.1.255 9")
_EMERGENCY_THRESHOLD: Final = place("112 0-0:19.10.1.255 10")
_PAYMENT_DEBT: Final = place("113 0-0:19.20.3.255 12")
_PAYMENT_DEBT_SHARE: Final = place("113 0-0:19.20.3.255 13")
_MODE: Final = place("111 0-0:19.0.0.255 2")
_LOW_CREDIT: Final = place("111 0-0:19.0.0.255 16")
_DISABLEMENT: Final = place("21 0-0:16.0.1.255 2")
_MAXIMUM_CREDIT: Final = place("9000 0-0:94.44.2.10 2")
_MAXIMUM_BALANCE: Final = place("9000 0-0:94.44.2.20 2")

# A share of 10,000 is the whole of a top-up.
_WHOLE: Final = 10_000

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


def combined_credit(state: State) -> int:
    """The meter balance, and the emergency credit where it is in use."""
    emergency = state.number(EMERGENCY_CREDIT) if emergency_credit_in_use(state) else 0
    return state.number(BALANCE) + emergency


def is_exhausted(state: State) -> bool:
    """Whether prepaid credit is below the disablement threshold."""
    return _is_prepaid(state) and combined_credit(state) < state.amount(_DISABLEMENT)


def is_low(state: State) -> bool:
    """Whether prepaid credit is below the low credit threshold."""
    return _is_prepaid(state) and combined_credit(state) < state.number(_LOW_CREDIT)


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
    if state.number(BALANCE) > state.number(_EMERGENCY_THRESHOLD):
        raise Refused(Result.OTHER_REASON, "the meter balance is above the emergency credit threshold")
    state = state.with_number(EMERGENCY_CREDIT, state.number(_EMERGENCY_LIMIT))
    return state.with_number(_EMERGENCY_STATUS, CreditStatus.IN_USE)


def top_up(state: State, digits: Data, keys: KeyRing, supplier: Eui, device: Eui, counter: int) -> State:
    """The state after a UTRN is entered: its counter is spent and its value applied.

    ``counter`` is the Originator Counter of the Command that brought it: where the UTRN's ten bits agree
    with it, it is the UTRN's; else the nearest counter is (policy, see :meth:`Window.nearest`). A top-up is
    taken in credit mode, too (policy). Raises :class:`Refused` with the alert code for the reason.
    """
    token, full = _authentic(state, digits, keys, supplier, device, counter)
    amount = token.pence * UNITS_PER_PENNY
    if state.counters.top_ups.is_spent(full):
        raise Refused(
            _NOT_APPLIED, f"the UTRN with counter {full} was entered before", AlertCode.DUPLICATE_UTRN
        )
    if amount > state.number(_MAXIMUM_CREDIT):
        raise Refused(
            _NOT_APPLIED,
            f"{token.pence} pence are over the maximum credit threshold",
            AlertCode.CREDIT_WOULD_EXCEED,
        )
    credited = _credited(state, amount)
    if credited.number(BALANCE) > state.number(_MAXIMUM_BALANCE):
        raise Refused(
            _NOT_APPLIED, "the meter balance would exceed its maximum", AlertCode.BALANCE_WOULD_EXCEED
        )
    counters = structs.replace(credited.counters, top_ups=credited.counters.top_ups.spending(full))
    return structs.replace(credited, counters=counters)


def _is_prepaid(state: State) -> bool:
    return payment_mode(state) is PaymentMode.PREPAYMENT


def _authentic(
    state: State, digits: Data, keys: KeyRing, supplier: Eui, device: Eui, counter: int
) -> tuple[utrn.Utrn, int]:
    """The UTRN and its full counter, its MAC verified."""
    text = digits.value.decode("ascii", "replace") if isinstance(digits.value, bytes) else ""
    try:
        token = utrn.parse(text)
        full = _full_counter(state, token, counter)
        utrn.verify(token, keys, supplier, device, full)
    except BadUtrn as error:
        raise Refused(_NOT_APPLIED, str(error), AlertCode.UTRN_NOT_AUTHENTIC) from None
    except NoKey as error:
        raise Refused(_NOT_APPLIED, str(error), AlertCode.FAILED_AUTHORISATION) from None
    return token, full


def _full_counter(state: State, token: utrn.Utrn, counter: int) -> int:
    """The full counter of a UTRN that came in a Command with ``counter``."""
    nearest = state.counters.top_ups.nearest(token.truncated_counter)
    agrees = not counter & 0xFFFFFFFF and counter >> 32 & 0x3FF == token.truncated_counter
    return counter if agrees else nearest


def _credited(state: State, amount: int) -> State:
    """The state after a top-up has paid, in this order: emergency credit used, payment debt, balance."""
    if emergency_credit_in_use(state):
        owed = max(0, state.number(_EMERGENCY_LIMIT) - state.number(EMERGENCY_CREDIT))
        repaid = min(owed, amount)
        amount -= repaid
        if repaid == owed:
            state = set_amount(state, EMERGENCY_CREDIT, 0)
        else:
            state = adjust(state, EMERGENCY_CREDIT, repaid)
    share = min(amount * state.number(_PAYMENT_DEBT_SHARE) // _WHOLE, max(0, state.number(_PAYMENT_DEBT)))
    state = adjust(state, _PAYMENT_DEBT, -share)
    return adjust(state, BALANCE, amount - share)
