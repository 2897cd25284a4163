"""A top-up on any meter: which UTRN is authentic and new, and what its value pays, in which order.

Money is counted in thousandths of a penny: the reference top-up PCS01, whose UTRN says 2,025 pence, adds
2,025,000 to a gas meter's balance.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from doorstep.errors import BadUtrn, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import utrn
from doorstep.gbcs.keys import KeyRing, Role
from doorstep.road.device import AlertCode, DeviceState, Failure
from doorstep.road.device.counters import Counters

__all__ = ["UNITS_PER_PENNY", "WHOLE", "Payment", "TopUp", "entered", "pay", "within"]

UNITS_PER_PENNY: Final = 1000

WHOLE: Final = 10_000
"""The share of a top-up that is the whole of it, as debt recovery counts shares."""


class TopUp(Struct, frozen=True):
    """A UTRN that is authentic and was never entered: its amount, and the counters in which it is spent."""

    amount: int
    pence: int
    counters: Counters


class Payment(Struct, frozen=True):
    """What a top-up pays: emergency credit used, payment debt, and what is left for the balance."""

    emergency: int
    debt: int
    balance: int


def entered(state: DeviceState, digits: bytes, keys: KeyRing, device: Eui, counter: int | None) -> TopUp:
    """The top-up that these digits are, on a meter in this state.

    ``counter`` is the Originator Counter of the Command that brought it: where the UTRN's ten bits agree
    with it, it is the UTRN's; else the nearest counter is (policy, see :meth:`Window.nearest`). Raises
    :class:`Failure` with the alert code for the reason.
    """
    supplier = state.cells.party(Role.SUPPLIER)
    if supplier is None:
        raise Failure("no supplier is known", AlertCode.FAILED_AUTHORISATION)
    try:
        token = utrn.parse(digits.decode("ascii", "replace"))
        full = _full_counter(state.counters, token, counter)
        utrn.verify(token, keys, supplier, device, full)
    except BadUtrn as error:
        raise Failure(str(error), AlertCode.UTRN_NOT_AUTHENTIC) from None
    except NoKey as error:
        raise Failure(str(error), AlertCode.FAILED_AUTHORISATION) from None
    if state.counters.top_ups.is_spent(full):
        raise Failure(f"the UTRN with counter {full} was entered before", AlertCode.DUPLICATE_UTRN)
    counters = structs.replace(state.counters, top_ups=state.counters.top_ups.spending(full))
    return TopUp(token.pence * UNITS_PER_PENNY, token.pence, counters)


def within(top_up: TopUp, balance: int, maximum_credit: int, maximum_balance: int) -> None:
    """Check a top-up against the limits, and the ``balance`` that would follow from it.

    Raises :class:`Failure` with the alert code for the limit that it passes.
    """
    if top_up.amount > maximum_credit:
        why = f"{top_up.pence} pence are over the maximum credit threshold"
        raise Failure(why, AlertCode.CREDIT_WOULD_EXCEED)
    if balance > maximum_balance:
        raise Failure("the meter balance would exceed its maximum", AlertCode.BALANCE_WOULD_EXCEED)


def pay(amount: int, emergency_owed: int, debt_share: int, debt: int) -> Payment:
    """Divide an amount: first the emergency credit that was used, then the payment debt, then the balance.

    ``debt_share`` is how much of what is left goes to the debt, in parts of :data:`WHOLE`.
    """
    emergency = min(max(0, emergency_owed), amount)
    left = amount - emergency
    repaid = min(left * debt_share // WHOLE, max(0, debt))
    return Payment(emergency, repaid, left - repaid)


def _full_counter(counters: Counters, token: utrn.Utrn, counter: int | None) -> int:
    """The full counter of a UTRN, which holds ten bits of its upper half."""
    if counter is not None and not counter & 0xFFFFFFFF and counter >> 32 & 0x3FF == token.truncated_counter:
        return counter
    return counters.top_ups.nearest(token.truncated_counter)
