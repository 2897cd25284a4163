"""Orders that have a short form: a name and a few values instead of a Service Request's XML.

One row a form; the API, the shell and their help all read :data:`SHORT_FORMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.duis import xml
from doorstep.duis.element import Element, element
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.orders import DEFAULT_PATIENCE, TOP_UP_VARIANT, Order, Route, top_up_order

__all__ = ["SHORT_FORMS", "Destination", "ShortForm", "long_order", "short_order"]

_MODES: Final = ("credit", "prepayment")


class Destination(Struct, frozen=True):
    """Everything of an order but what is to be done: its name, its Device and its way there."""

    name: str
    target: Eui
    route: Route
    relay: Eui | None = None
    patience: Instant = DEFAULT_PATIENCE


class ShortForm(Struct, frozen=True):
    """One short form: its name, what it does, its Service Request Variant, and the value that it takes.

    ``value`` names the value (``mode``, ``pence``), empty where there is none; ``body`` makes the request's
    body of it.
    """

    use: str
    title: str
    variant: str
    body: Callable[[str], Element]
    value: str = ""


def short_order(use: str, value: str | None, destination: Destination) -> Order:
    """The order of a short form; raises :class:`UsageError` for a form or value that there is not."""
    form = SHORT_FORMS.get(use)
    if form is None:
        raise UsageError(f"{use[:40]!r} is not one of {', '.join(SHORT_FORMS)}")
    if form.value and value is None:
        raise UsageError(f"{use} needs {form.value}")
    if not form.value and value is not None:
        raise UsageError(f"{use} takes no value")
    body = form.body(value or "")
    if form.variant == TOP_UP_VARIANT:
        to = destination
        return top_up_order(to.name, to.target, _whole(value or ""), to.route, to.relay, to.patience)
    return _order(form.variant, body, destination)


def long_order(variant: str, document: str, destination: Destination) -> Order:
    """The order of a Service Request Variant, and its body as XML.

    Raises :class:`XmlError`, :class:`UsageError` or :class:`Unsupported`.
    """
    return _order(variant, Element.from_xml(xml.parse(document.encode())), destination)


def _order(variant: str, body: Element, to: Destination) -> Order:
    return Order(to.name, variant, to.target, body, to.route, to.relay, to.patience)


def _constant(body: Element) -> Callable[[str], Element]:
    return lambda _value: body


def _reset_balance(mode: str) -> Element:
    return element("UpdateMeterBalance", element(f"{_mode(mode)}Mode", element("ResetMeterBalance")))


def _payment_mode(mode: str) -> Element:
    if _mode(mode) == "Credit":
        return element("UpdatePaymentMode", element("Credit"))
    return element(
        "UpdatePaymentMode",
        element(
            "Prepayment",
            element("SuspendDebtDisabled", "true"),
            element("SuspendDebtEmergency", "true"),
            element("DisablementThreshold", "0"),
        ),
    )


def _top_up(pence: str) -> Element:
    _whole(pence)
    return element("TopUpDevice")  # Its UTRN comes with the counter that the order is given.


def _mode(mode: str) -> str:
    if mode not in _MODES:
        raise UsageError(f"a mode is {' or '.join(_MODES)}, not {mode[:40]!r}")
    return mode.capitalize()


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UsageError(f"an amount is a whole number of pence, not {text[:40]!r}")
    return int(text)


_FORMS: Final = (
    ShortForm("enable-supply", "switch the supply on", "7.1", _constant(element("EnableSupply"))),
    ShortForm("read-balance", "read the meter balance", "4.18", _constant(element("ReadMeterBalance"))),
    ShortForm("reset-balance", "set the meter balance to zero", "1.5", _reset_balance, "mode"),
    ShortForm("payment-mode", "change to credit or prepayment mode", "1.6", _payment_mode, "mode"),
    ShortForm("top-up", "top up by a number of pence", TOP_UP_VARIANT, _top_up, "pence"),
)

SHORT_FORMS: Final[Mapping[str, ShortForm]] = MappingProxyType({form.use: form for form in _FORMS})
"""Every short form by its name."""
