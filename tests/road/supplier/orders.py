"""Orders that the tests place."""

from __future__ import annotations

from typing import Any

from doorstep.duis import element
from doorstep.eui import Eui
from doorstep.road.supplier.orders import Order, Route, top_up_order
from tests.road.supplier.parties import METER, PPMID

RESET = element("UpdateMeterBalance", element("PrepaymentMode", element("ResetMeterBalance")))
ADJUST = element("UpdateMeterBalance", element("CreditMode", element("AdjustMeterBalance", "-1500")))


def _order(name: str, variant: str, body: Any, route: Route, target: Eui, **more: Any) -> Order:
    relay = None if route is Route.WAN else PPMID
    return Order(name, variant, target, body, route, relay, **more)


def reset(name: str = "one", route: Route = Route.PPMID, target: Eui = METER, **more: Any) -> Order:
    """A critical order, SRV 1.5: ECS04b, three components."""
    return _order(name, "1.5", RESET, route, target, **more)


def enable(name: str = "one", route: Route = Route.PPMID, target: Eui = METER, **more: Any) -> Order:
    """A critical order, SRV 7.1: ECS42."""
    return _order(name, "7.1", element("EnableSupply"), route, target, **more)


def balance(name: str = "one", route: Route = Route.PPMID, target: Eui = METER, **more: Any) -> Order:
    """An order that is not critical, SRV 4.18: ECS82."""
    return _order(name, "4.18", element("ReadMeterBalance"), route, target, **more)


def top_up(name: str = "one", pence: int = 1250, route: Route = Route.PPMID, target: Eui = METER) -> Order:
    return top_up_order(name, target, pence, route, None if route is Route.WAN else PPMID)
