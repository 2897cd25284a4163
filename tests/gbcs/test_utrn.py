"""UTRNs: the two reference samples' digits, the check digit, and what a meter must refuse."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import BadUtrn, EncodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs import utrn
from doorstep.gbcs.keys import KeyRing, KeyUsage, MemoryKeyStore
from doorstep.gbcs.utrn import Utrn, ValueClass

SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")


def ring(*names: tuple[Eui, KeyUsage]) -> KeyRing:
    wanted = names or ((SUPPLIER, KeyUsage.PREPAYMENT_TOP_UP), (METER, KeyUsage.KEY_AGREEMENT))
    return KeyRing(
        MemoryKeyStore(
            {name: ec.derive_private_key(100 + i, ec.SECP256R1()) for i, name in enumerate(wanted)}
        )
    )


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        # The two top-ups whose contents the crypto digest publishes.
        ("73946144332040217315", Utrn(3, ValueClass.POUNDS, 10, 0x9CD029E3)),
        ("73950067887105178605", Utrn(6, ValueClass.PENCE, 1250, 0xFF674C64)),
    ],
)
def test_published_samples(digits: str, expected: Utrn) -> None:
    assert utrn.parse(digits) == expected
    assert str(expected) == digits


def test_the_amount_is_in_pence() -> None:
    assert Utrn(0, ValueClass.POUNDS, 10, 0).pence == 1000
    assert Utrn(0, ValueClass.PENCE, 1250, 0).pence == 1250


@pytest.mark.parametrize("digit", range(20))
@pytest.mark.parametrize("change", range(1, 10))
def test_every_mistyped_digit_is_noticed(digit: int, change: int) -> None:
    digits = list("73946144332040217315")
    digits[digit] = str((int(digits[digit]) + change) % 10)
    with pytest.raises(BadUtrn):
        utrn.parse("".join(digits))


@pytest.mark.parametrize("place", range(19))
def test_every_swap_of_neighbours_is_noticed(place: int) -> None:
    digits = list("73950067887105178605")
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    if digits[place] != digits[place + 1]:
        with pytest.raises(BadUtrn):
            utrn.parse("".join(digits))


@pytest.mark.parametrize(
    "text", ["", "7" * 19, "7" * 21, "7394614433204021731x", " 7394614433204021731", "٧" * 20, "-" * 20]
)
def test_what_is_not_twenty_digits_is_refused(text: str) -> None:
    with pytest.raises(BadUtrn):
        utrn.parse(text)


@pytest.mark.parametrize("number", [0, 7394156990786306047, 7394156990786306048 + (1 << 57), 10**19 - 1])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    digits = f"{number:019}"
    with pytest.raises(BadUtrn, match="range"):
        utrn.parse(digits + utrn.check_digit(digits))


def test_value_classes_that_are_not_in_use_are_refused() -> None:
    digits = str(7394156990786306048 + (2 << 45))
    with pytest.raises(BadUtrn, match="value class 2"):
        utrn.parse(digits + utrn.check_digit(digits))


@given(
    st.integers(0, 2**32 - 1).map(lambda n: n << 32), st.integers(0, 8191), st.sampled_from(list(ValueClass))
)
def test_what_is_issued_parses_and_verifies(counter: int, value: int, value_class: ValueClass) -> None:
    keys = ring()
    issued = utrn.issue(keys, SUPPLIER, METER, counter, value, value_class)
    assert utrn.parse(str(issued)) == issued
    utrn.verify(issued, keys, SUPPLIER, METER, counter)


def test_another_value_device_or_counter_is_not_authentic() -> None:
    keys = ring()
    issued = utrn.issue(keys, SUPPLIER, METER, 5 << 32, 10, ValueClass.POUNDS)
    dearer = Utrn(issued.truncated_counter, issued.value_class, 11, issued.mac)
    with pytest.raises(BadUtrn, match="not authentic"):
        utrn.verify(dearer, keys, SUPPLIER, METER, 5 << 32)
    with pytest.raises(BadUtrn, match="another counter"):
        utrn.verify(issued, keys, SUPPLIER, METER, 6 << 32)
    with pytest.raises(BadUtrn, match="not authentic"):
        utrn.verify(issued, keys, SUPPLIER, METER, (5 + 1024) << 32)
    other = Eui.parse("D0-05-5E-01-00-02-00-E5")
    keys = ring((SUPPLIER, KeyUsage.PREPAYMENT_TOP_UP), (other, KeyUsage.KEY_AGREEMENT))
    with pytest.raises(BadUtrn, match="not authentic"):
        utrn.verify(issued, keys, SUPPLIER, other, 5 << 32)


@pytest.mark.parametrize("value", [-1, 8192])
def test_a_value_that_does_not_fit_is_not_issued(value: int) -> None:
    with pytest.raises(EncodeError, match="top-up value"):
        utrn.issue(ring(), SUPPLIER, METER, 1 << 32, value, ValueClass.PENCE)


@pytest.mark.parametrize("counter", [1, (1 << 32) + 1, 1 << 64, -(1 << 32)])
def test_a_counter_that_cannot_travel_is_not_issued(counter: int) -> None:
    with pytest.raises(EncodeError, match="Originator Counter"):
        utrn.issue(ring(), SUPPLIER, METER, counter, 1, ValueClass.PENCE)


def test_the_ordinary_key_agreement_key_does_not_do() -> None:
    keys = ring((SUPPLIER, KeyUsage.KEY_AGREEMENT), (METER, KeyUsage.DIGITAL_SIGNATURE))
    with pytest.raises(NoKey):
        utrn.issue(keys, SUPPLIER, METER, 1 << 32, 1, ValueClass.PENCE)
