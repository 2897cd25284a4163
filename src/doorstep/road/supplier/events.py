"""What the supplier hears and does, as events: the DCC on one side, the homes' PPMIDs on the other."""

from __future__ import annotations

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.road.machine import Note, Remember
from doorstep.road.supplier.delivery import Delivery
from doorstep.road.supplier.orders import Order

__all__ = [
    "Answered",
    "Forget",
    "Hand",
    "Place",
    "PoweredOn",
    "Progress",
    "Pushed",
    "RelayOffline",
    "RelayOnline",
    "Reported",
    "SendRequest",
    "SupplierEvent",
    "SupplierInput",
]


class PoweredOn(Struct, frozen=True):
    """The service starts, with whatever it remembers: unfinished deliveries go on."""


class Place(Struct, frozen=True):
    """An order to deliver one Command; an order placed again under the same name changes nothing."""

    order: Order


class Forget(Struct, frozen=True):
    """Whoever follows the deliveries has kept this one, which is final: the supplier need not any more.

    An order placed under its name after that is a new order.
    """

    delivery: str


class Answered(Struct, frozen=True):
    """The gateway's answer to a :class:`SendRequest`; ``status`` is None where it could not be reached."""

    request: str
    status: int | None
    body: bytes = b""


class Pushed(Struct, frozen=True):
    """A document that the DCC posted to the receive address."""

    body: bytes


class RelayOnline(Struct, frozen=True):
    """A PPMID or HHT holds a link to the supplier."""

    relay: Eui


class RelayOffline(Struct, frozen=True):
    """The link is gone."""

    relay: Eui


class Reported(Struct, frozen=True):
    """What a PPMID says of a delivery; ``stage`` is a word of its own table (see ``road.ppmid.events``)."""

    relay: Eui
    delivery: str
    stage: str
    detail: str = ""
    message: bytes = b""


class SendRequest(Struct, frozen=True):
    """POST a signed DUIS document to the gateway at ``path``; :class:`Answered` carries the answer."""

    request: str
    path: str
    body: bytes


class Hand(Struct, frozen=True):
    """Give a Command to a PPMID over its link, as the bytes that the DCC returned."""

    relay: Eui
    delivery: str
    command: bytes


class Progress(Struct, frozen=True):
    """Something more is known of a delivery: the whole of it, as it now stands.

    After :class:`PoweredOn` every delivery is told once more, so that nobody has missed one.
    """

    delivery: Delivery


SupplierInput = PoweredOn | Place | Forget | Answered | Pushed | RelayOnline | RelayOffline | Reported
SupplierEvent = Remember | SendRequest | Hand | Progress | Note
