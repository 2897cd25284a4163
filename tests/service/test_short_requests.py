"""Short forms of requests: values by their paths, and what is no value."""

from __future__ import annotations

import pytest

from doorstep.duis import element
from doorstep.errors import Unsupported, UsageError
from doorstep.service.short_requests import short_body


def test_a_service_without_values_is_its_empty_body() -> None:
    assert short_body("7.1", ()) == element("EnableSupply")


PREPAYMENT = element(
    "UpdatePaymentMode",
    element(
        "Prepayment",
        element("SuspendDebtDisabled", "true"),
        element("SuspendDebtEmergency", "false"),
        element("DisablementThreshold", "-5"),
    ),
)


def test_values_stand_in_the_order_of_the_body_however_they_are_given() -> None:
    values = (
        "Prepayment/DisablementThreshold=-5",
        "Prepayment/SuspendDebtDisabled=true",
        "Prepayment/SuspendDebtEmergency=false",
    )
    assert short_body("1.6", values) == short_body("1.6", reversed(values)) == PREPAYMENT


def test_a_path_without_a_value_is_an_empty_element() -> None:
    assert short_body("1.6", ("Credit",)) == element("UpdatePaymentMode", element("Credit"))


def test_of_several_elements_each_has_its_number() -> None:
    name = "RetrieveDeviceSecurityCredentialsKRP"
    two = ("RemotePartyRole[2]=Recovery", "RemotePartyRole=Root")
    roles = (element("RemotePartyRole", "Root"), element("RemotePartyRole", "Recovery"))
    assert short_body("6.24.1", two) == element(name, *roles)
    assert short_body("6.24.1", two[:1]) == element(name, roles[1])


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (("",), "PATH=TEXT"),
        (("=1",), "PATH=TEXT"),
        (("A//B=1",), "PATH=TEXT"),
        (("/A=1",), "PATH=TEXT"),
        (("A b=1",), "PATH=TEXT"),
        (("A[0]=1",), "PATH=TEXT"),
        (("Credit=1", "Credit=2"), "given twice"),
        (("Prepayment=1", "Prepayment/DisablementThreshold=2"), "beside elements"),
        (("Credit=\x00",), "UpdatePaymentMode/Credit"),
        (("Debit",), "does not belong here"),
        ((), "UpdatePaymentMode"),
        (("Credit", "Prepayment"), "exclude each other"),
        (("Prepayment/DisablementThreshold=much",), "UpdatePaymentMode/Prepayment"),
        (("/".join("A" * 17),), "deeper than 16"),
        (tuple(f"A{n}=1" for n in range(10_001)), "more than 10000"),
    ],
)
def test_what_is_no_value_or_does_not_fit(values: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError) as refused:
        short_body("1.6", values)
    assert why in str(refused.value)


def test_a_service_that_there_is_not() -> None:
    with pytest.raises(Unsupported):
        short_body("99.1", ())


@pytest.mark.parametrize("digits", ["7394165688095080448", "739416568809508044855", "7394165688095080448x"])
def test_a_mistyped_utrn_is_not_repeated(digits: str) -> None:
    with pytest.raises(UsageError, match=f"text of {len(digits)} characters is not a UTRN") as raised:
        short_body("2.2", [f"UTRN={digits}"])
    assert digits[:10] not in str(raised.value)
