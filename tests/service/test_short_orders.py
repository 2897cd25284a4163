"""Short forms: each is an order that can be carried out, and what is none is said."""

from __future__ import annotations

import pytest

from doorstep.duis import element
from doorstep.errors import DoorstepError, UsageError, XmlError
from doorstep.eui import Eui
from doorstep.road.supplier.orders import Route, top_up_order
from doorstep.service.short_orders import SHORT_FORMS, Destination, long_order, short_order

METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
PPMID = Eui.parse("D0-05-5E-01-00-01-00-BD")
TO = Destination("one", METER, Route.PPMID, PPMID, 60_000)
SR = 'xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway"'


@pytest.mark.parametrize(
    ("use", "value", "variant", "body"),
    [
        ("enable-supply", None, "7.1", element("EnableSupply")),
        ("read-balance", None, "4.18", element("ReadMeterBalance")),
        (
            "reset-balance",
            "credit",
            "1.5",
            element("UpdateMeterBalance", element("CreditMode", element("ResetMeterBalance"))),
        ),
        (
            "reset-balance",
            "prepayment",
            "1.5",
            element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance"))),
        ),
        ("payment-mode", "credit", "1.6", element("UpdatePaymentMode", element("Credit"))),
    ],
)
def test_each_short_form_is_a_service_request(
    use: str, value: str | None, variant: str, body: object
) -> None:
    order = short_order(use, value, TO)
    assert (order.variant, order.body) == (variant, body)
    assert (order.name, order.target, order.route, order.relay, order.patience) == (
        "one",
        METER,
        Route.PPMID,
        PPMID,
        60_000,
    )


def test_prepayment_mode_suspends_debt_and_keeps_the_threshold_at_nought() -> None:
    body = short_order("payment-mode", "prepayment", TO).body
    assert body.text_of("Prepayment/SuspendDebtEmergency") == "true"
    assert body.text_of("Prepayment/DisablementThreshold") == "0"


def test_a_top_up_is_for_so_many_pence() -> None:
    assert short_order("top-up", "1000", TO) == top_up_order("one", METER, 1000, Route.PPMID, PPMID, 60_000)


@pytest.mark.parametrize(
    ("use", "value", "said"),
    [
        ("dance", None, "'dance' is not one of enable-supply, read-balance"),
        ("enable-supply", "1", "enable-supply takes no value"),
        ("payment-mode", None, "payment-mode needs mode"),
        ("payment-mode", "Credit", "a mode is credit or prepayment, not 'Credit'"),
        ("top-up", None, "top-up needs pence"),
        ("top-up", "", "a whole number of pence"),
        ("top-up", "-5", "a whole number of pence"),
        ("top-up", "1.5", "a whole number of pence"),
        ("top-up", "٣", "a whole number of pence"),
        ("top-up", "9" * 5000, "a whole number of pence"),
        ("top-up", "0", "1 to 8191 pence"),
    ],
)
def test_what_is_no_short_form_is_said(use: str, value: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        short_order(use, value, TO)


def test_every_form_says_what_it_does_and_what_it_takes() -> None:
    for use, form in SHORT_FORMS.items():
        assert form.use == use
        assert form.title
        with pytest.raises(UsageError):
            short_order(use, None if form.value else "7", TO)


def test_a_body_may_be_given_as_xml() -> None:
    order = long_order("7.1", f"<sr:EnableSupply {SR}/>", TO)
    assert order.body == element("EnableSupply")
    with pytest.raises(UsageError, match=r"the body of 7\.1 is EnableSupply"):
        long_order("7.1", f"<sr:DisableSupply {SR}/>", TO)
    with pytest.raises(XmlError):
        long_order("7.1", "<EnableSupply/>", TO)
    for wrong in ("", "<", "<!DOCTYPE a []><a/>", f"<sr:EnableSupply {SR}>"):
        with pytest.raises(DoorstepError):
            long_order("7.1", wrong, TO)
    with pytest.raises(DoorstepError, match="not a Service Reference Variant"):
        long_order("99", f"<sr:EnableSupply {SR}/>", TO)
