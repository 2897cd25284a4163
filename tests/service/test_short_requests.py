"""Short forms of requests: values by their paths, and what is no value."""

from __future__ import annotations

import pytest

from doorstep.duis import element
from doorstep.errors import Unsupported, UsageError
from doorstep.service.short_requests import short_body


def test_a_service_without_values_is_its_empty_body() -> None:
    assert short_body("7.1", ()) == element("EnableSupply")


def test_values_make_elements_in_the_order_in_which_they_are_named() -> None:
    values = (
        "Prepayment/SuspendDebtDisabled=true",
        "Prepayment/SuspendDebtEmergency=false",
        "Prepayment/DisablementThreshold=-5",
    )
    assert short_body("1.6", values) == element(
        "UpdatePaymentMode",
        element(
            "Prepayment",
            element("SuspendDebtDisabled", "true"),
            element("SuspendDebtEmergency", "false"),
            element("DisablementThreshold", "-5"),
        ),
    )


def test_a_path_without_a_value_is_an_empty_element_and_a_value_may_hold_an_equals_sign() -> None:
    assert short_body("1.6", ("Credit",)) == element("UpdatePaymentMode", element("Credit"))
    assert short_body("2.2", ("UTRN=a=b",)) == element("TopUpDevice", element("UTRN", "a=b"))


@pytest.mark.parametrize(
    "values",
    [
        ("",),
        ("=1",),
        ("A//B=1",),
        ("/A=1",),
        ("A=1", "A=2"),
        ("A=1", "A/B=2"),
        ("A b=1",),
        ("A=\x00",),
        ("/".join("A" * 17),),
        tuple(f"A{n}=1" for n in range(10_001)),
    ],
)
def test_what_is_no_value(values: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        short_body("1.6", values)


def test_a_service_that_there_is_not() -> None:
    with pytest.raises(Unsupported):
        short_body("99.1", ())
