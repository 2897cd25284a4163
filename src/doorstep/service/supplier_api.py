"""What the supplier's API takes and gives, as the models that its OpenAPI document is made of."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import iso
from doorstep.road.supplier.delivery import FINAL, Delivery
from doorstep.road.supplier.orders import DEFAULT_PATIENCE, Order, Route
from doorstep.service.short_orders import Destination, long_order, short_order
from doorstep.street import StreetPlan

__all__ = ["DeliveryOut", "OrderIn", "RelayOut", "Trouble", "delivery_out", "order_of"]

_Eui = Annotated[str, Field(max_length=23, examples=["D0-05-5E-01-00-01-00-E5"])]


class OrderIn(BaseModel):
    """An order for one delivery.

    What is to be done: either a short form (`use`, and `value` where it takes one) or a Service Request
    Variant and its body as XML (`variant`, `body`). To whom: either a `home` of the street, whose
    electricity meter is meant, or a `target`, and a `relay` where the route is local.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str | None, Field(max_length=128, description="Yours, unique for ever")] = None
    use: Annotated[str | None, Field(max_length=40, examples=["enable-supply"])] = None
    value: Annotated[str | None, Field(max_length=40, examples=["prepayment", "1000"])] = None
    variant: Annotated[str | None, Field(max_length=10, examples=["7.1"])] = None
    body: Annotated[str | None, Field(max_length=100_000)] = None
    home: Annotated[str | None, Field(max_length=64, examples=["1", "home 1"])] = None
    target: _Eui | None = None
    route: Literal["wan", "ppmid", "hht", "both"] = "ppmid"
    relay: _Eui | None = None
    patience_seconds: Annotated[float, Field(gt=0, le=31_536_000)] = DEFAULT_PATIENCE / 1000


class StepOut(BaseModel):
    """What was known of a delivery from `changed` on."""

    changed: str
    state: str
    evidence: str
    reason: str


class DeliveryOut(BaseModel):
    """A delivery as it stands, and its steps so far. Byte strings are hex; times are ISO 8601."""

    name: str
    target: str
    route: str
    relay: str | None
    variant: str
    use_case: str
    message_code: int | None
    counter: int
    state: str
    final: bool
    evidence: str
    reason: str
    placed: str
    changed: str
    command: str
    response: str
    utrn: str
    steps: list[StepOut]


class RelayOut(BaseModel):
    """A PPMID or HHT that holds a link."""

    relay: str


class Trouble(BaseModel):
    """Why something was not done."""

    error: str


def order_of(asked: OrderIn, street: StreetPlan) -> Order:
    """The order that is meant; raises a :class:`~doorstep.errors.DoorstepError` where none can be."""
    to = _destination(asked, street)
    if asked.use is not None and asked.variant is None and asked.body is None:
        return short_order(asked.use, asked.value, to)
    if asked.variant is not None and asked.body is not None and asked.use is None and asked.value is None:
        return long_order(asked.variant, asked.body, to)
    raise UsageError("an order has either use (and value), or variant and body")


def delivery_out(steps: Sequence[Delivery]) -> DeliveryOut:
    """A delivery for the API, given as it was after each step."""
    delivery = steps[-1]
    return DeliveryOut(
        name=delivery.name,
        target=str(delivery.target),
        route=delivery.route,
        relay=str(delivery.relay) if delivery.relay is not None else None,
        variant=delivery.variant,
        use_case=delivery.use_case,
        message_code=delivery.message_code,
        counter=delivery.counter,
        state=delivery.state.value,
        final=delivery.state in FINAL,
        evidence=delivery.evidence.value,
        reason=delivery.reason,
        placed=iso(delivery.placed),
        changed=iso(delivery.changed),
        command=delivery.command.hex(),
        response=delivery.response.hex(),
        utrn=delivery.utrn,
        steps=list(map(_step, steps)),
    )


def _step(delivery: Delivery) -> StepOut:
    return StepOut(
        changed=iso(delivery.changed),
        state=delivery.state.value,
        evidence=delivery.evidence.value,
        reason=delivery.reason,
    )


def _destination(asked: OrderIn, street: StreetPlan) -> Destination:
    route = Route(asked.route)
    name = asked.name if asked.name is not None else f"{asked.use or asked.variant}-{secrets.token_hex(4)}"
    patience = int(asked.patience_seconds * 1000)
    relay = Eui.parse(asked.relay) if asked.relay is not None else None
    if asked.home is not None and asked.target is None:
        home = street.home(asked.home)
        if relay is None and route.local:
            relay = home.eui("HHT" if route is Route.HHT else "PPMID")
        return Destination(name, home.eui("ESME"), route, relay, patience)
    if asked.target is not None and asked.home is None:
        return Destination(name, Eui.parse(asked.target), route, relay, patience)
    raise UsageError("an order has either home or target")
