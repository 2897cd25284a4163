"""Orders that can be carried out, and those that nobody could."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep.duis import element
from doorstep.errors import UsageError
from doorstep.gbcs.utrn import ValueClass
from doorstep.road.supplier.orders import Order, Route, top_up_order, value_of
from tests.road.supplier.orders import RESET
from tests.road.supplier.parties import METER, PPMID


@pytest.mark.parametrize(
    ("route", "critical", "number"),
    [
        (Route.WAN, False, 1),
        (Route.WAN, True, 5),
        (Route.PPMID, False, 2),
        (Route.PPMID, True, 6),
        (Route.HHT, False, 2),
        (Route.HHT, True, 6),
        (Route.BOTH, False, 3),
        (Route.BOTH, True, 7),
    ],
)
def test_the_route_decides_the_command_variant(route: Route, critical: bool, number: int) -> None:
    assert route.command_variant(critical) == number


FINE: dict[str, Any] = {
    "name": "one",
    "variant": "1.5",
    "target": METER,
    "body": RESET,
    "route": Route.PPMID,
    "relay": PPMID,
}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": ""}, "printable"),
        ({"name": "x" * 129}, "128"),
        ({"name": "a\nb"}, "printable"),
        ({"variant": "1.6"}, "the body of 1.6 is UpdatePaymentMode"),
        ({"relay": None}, "needs a relay"),
        ({"route": Route.BOTH, "relay": None}, "needs a relay"),
        ({"route": Route.WAN}, "the WAN needs no relay"),
        ({"patience": 0}, "patience"),
        ({"pence": 100}, "pence"),
        ({"variant": "8.2", "body": element("ReadInventory")}, "makes no Command"),
        ({"variant": "8.1.1", "body": element("CommissionDeviceSynchroniseClock")}, "may not go by ppmid"),
        ({"variant": "8.12.1", "body": element("RestoreHANDeviceLog")}, "a hub takes no Command for itself"),
        ({"variant": "2.2", "body": element("TopUpDevice")}, "needs a UTRN"),
        (
            {"variant": "2.2", "body": element("TopUpDevice", element("UTRN", "1")), "pence": 5},
            "without a UTRN",
        ),
        ({"variant": "2.2", "body": element("TopUpDevice"), "pence": 8_201}, "8201 pence"),
    ],
)
def test_an_order_that_nobody_could_carry_out_is_refused(changes: dict[str, Any], why: str) -> None:
    assert Order(**FINE).name == "one"
    with pytest.raises(UsageError, match=why):
        Order(**FINE | changes)


def test_an_engineer_may_bring_a_hub_its_own_command() -> None:
    order = Order(**FINE | {"variant": "8.12.1", "body": element("RestoreHANDeviceLog"), "route": Route.HHT})
    assert order.route.local


@pytest.mark.parametrize(
    ("pence", "value", "value_class"),
    [
        (1, 1, ValueClass.PENCE),
        (1250, 1250, ValueClass.PENCE),
        (8191, 8191, ValueClass.PENCE),
        (8200, 82, ValueClass.POUNDS),
        (819_100, 8191, ValueClass.POUNDS),
    ],
)
def test_an_amount_is_carried_in_pence_or_in_pounds(pence: int, value: int, value_class: ValueClass) -> None:
    assert value_of(pence) == (value, value_class)
    assert top_up_order("one", METER, pence, Route.WAN).pence == pence


@pytest.mark.parametrize("pence", [0, -1, -100, 8192, 8250, 819_101, 819_200])
def test_an_amount_that_no_utrn_holds_is_refused(pence: int) -> None:
    with pytest.raises(UsageError, match="top-up"):
        top_up_order("one", METER, pence, Route.WAN)
