"""The Unique Transaction Reference Number: a top-up as twenty decimal digits (GBCS 14).

Inside are 64 bits, the PTUT: ten bits of the Originator Counter, the value, and the last 32 bits of a
MAC that the supplier's prepayment key makes for one Device.
"""

from __future__ import annotations

from enum import IntEnum
from hmac import compare_digest
from typing import Final

from msgspec import Struct

from doorstep.errors import BadUtrn, EncodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, KeyUsage
from doorstep.gbcs.protection import derive_key, gmac

__all__ = ["Utrn", "ValueClass", "check_digit", "issue", "parse", "verify"]

_OFFSET: Final = 7394156990786306048  # what makes a PPTD of every PTUT a number of 19 digits
_CRA_COMMAND: Final = b"\x01"
_MAX_VALUE: Final = 0x1FFF
_HELD_COUNTERS: Final = 1 << 10

# A Verhoeff check digit: the standard tables, read from the left and starting at permutation row 4.
_DIHEDRAL: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTATION: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)
_CHECK_DIGIT: Final = "1267583094"
_FIRST_ROW: Final = 4


class ValueClass(IntEnum):
    """The unit of a top-up's value."""

    PENCE = 0
    POUNDS = 1


class Utrn(Struct, frozen=True):
    """What twenty digits say before anything is proved of them.

    ``truncated_counter`` is the low 10 bits of the Originator Counter's upper half, ``value`` counts
    pence or pounds, ``mac`` is the truncated MAC as a 32-bit number.
    """

    truncated_counter: int
    value_class: ValueClass
    value: int
    mac: int

    @property
    def pence(self) -> int:
        """The amount, in pence."""
        return self.value * (100 if self.value_class is ValueClass.POUNDS else 1)

    def __repr__(self) -> str:
        # Whoever knows the MAC beside the rest can write the digits down.
        return f"<a UTRN of {self.pence} pence>"

    def __str__(self) -> str:
        digits = str(_OFFSET + (self.upper_half << 32 | self.mac))
        return digits + check_digit(digits)

    @property
    def upper_half(self) -> int:
        """The upper 32 bits of the PTUT, which the MAC covers."""
        return self.truncated_counter << 15 | self.value_class << 13 | self.value


def check_digit(digits: str) -> str:
    """The check digit of the nineteen digits of a PPTD."""
    state = 0
    for place, digit in enumerate(digits):
        permuted = _PERMUTATION[(_FIRST_ROW + place) % 8][int(digit)]
        state = int(_DIHEDRAL[state][int(permuted)])
    return _CHECK_DIGIT[state]


def parse(text: str) -> Utrn:
    """Read twenty digits; raises :class:`BadUtrn` for a wrong form, check digit or range."""
    if len(text) != 20 or not text.isascii() or not text.isdigit():
        raise BadUtrn("a UTRN is twenty decimal digits")
    if check_digit(text[:19]) != text[19]:
        raise BadUtrn("the check digit of the UTRN is wrong: a digit was mistyped")
    ptut = int(text[:19]) - _OFFSET
    if not 0 <= ptut < 1 << 57:
        raise BadUtrn("the number is out of the range of UTRNs")
    value_class = ptut >> 45 & 0b11
    if value_class not in (ValueClass.PENCE, ValueClass.POUNDS):
        raise BadUtrn(f"value class {value_class} is not in use")
    return Utrn(ptut >> 47, ValueClass(value_class), ptut >> 32 & _MAX_VALUE, ptut & 0xFFFFFFFF)


def issue(
    keys: KeyRing, supplier: Eui, device: Eui, counter: int, value: int, value_class: ValueClass
) -> Utrn:
    """The UTRN of one top-up; raises :class:`NoKey` or :class:`EncodeError`.

    Only ten bits of ``counter`` travel, so its low half must be zero, as that of every top-up Command
    in the reference set is.
    """
    if not 0 <= value <= _MAX_VALUE:
        raise EncodeError("top-up value", f"{value} is outside 0 to {_MAX_VALUE}")
    if not 0 <= counter < 1 << 64:
        raise EncodeError("Originator Counter", f"{counter} does not fit 64 bits")
    if counter & 0xFFFFFFFF:
        raise EncodeError("Originator Counter", f"{counter} has a low half that a UTRN cannot carry")
    bare = Utrn(counter >> 32 & (_HELD_COUNTERS - 1), value_class, value, 0)
    return Utrn(bare.truncated_counter, value_class, value, _mac(keys, supplier, device, counter, bare))


def verify(utrn: Utrn, keys: KeyRing, supplier: Eui, device: Eui, counter: int) -> None:
    """Check the truncated MAC for the full ``counter``; raises :class:`BadUtrn` or :class:`NoKey`."""
    if counter >> 32 & (_HELD_COUNTERS - 1) != utrn.truncated_counter:
        raise BadUtrn("the UTRN carries another counter")
    expected = _mac(keys, supplier, device, counter, utrn)
    if not compare_digest(expected.to_bytes(4, "big"), utrn.mac.to_bytes(4, "big")):
        raise BadUtrn(f"the UTRN is not authentic for {device}")


def _mac(keys: KeyRing, supplier: Eui, device: Eui, counter: int, utrn: Utrn) -> int:
    secret = keys.shared_secret(supplier, device, KeyUsage.PREPAYMENT_TOP_UP)
    if secret is None:
        raise NoKey(f"no prepayment key agreement keys are held for {supplier} and {device}")
    transaction_id = _CRA_COMMAND + counter.to_bytes(8, "big")
    key = derive_key(secret, supplier, transaction_id, device)
    covered = supplier + device + transaction_id + utrn.upper_half.to_bytes(4, "big")
    # A message keeps the first 12 bytes of a tag, a UTRN the last 4 of all 16.
    return int.from_bytes(gmac(key, supplier, covered)[-4:], "big")
