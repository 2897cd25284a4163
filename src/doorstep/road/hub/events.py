"""What a Communications Hub hears and does, as events.

In: its home's network, the WAN, and what happens to the box itself. Out: the same two sides, what it
has to remember, and notes for its own event log. :class:`Routed` says what the routing rule made of
each message, ``Executed`` and ``Rejected`` what the hub's own Functions made of theirs; no real hub says
these aloud, but they let a bench see it.
"""

from __future__ import annotations

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Executed, Rejected
from doorstep.road.han.events import Describe, Described, Expel, Joined, Left, Permit
from doorstep.road.hub.routing import Decision, Source
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.secret import repr_without

__all__ = [
    "FirmwareActivated",
    "FromWan",
    "HhtPresented",
    "HubEvent",
    "HubInput",
    "ImageReceived",
    "Listed",
    "PoweredOn",
    "Routed",
    "ToWan",
    "Unlisted",
    "WanDown",
    "WanTook",
    "WanUp",
]


class FromWan(Struct, frozen=True):
    """A Remote Party Message that arrived over the WAN."""

    message: bytes


class WanUp(Struct, frozen=True):
    """The WAN is there: what was held for it may go."""


class WanDown(Struct, frozen=True):
    """The WAN is gone: what is for it is held."""


class PoweredOn(Struct, frozen=True):
    """The hub starts; the 60 minutes in which a Hand-Held Terminal may join begin."""


class HhtPresented(Struct, frozen=True):
    """A Hand-Held Terminal shows its Entity Identifier and install code by inter-PAN.

    The code is without its check, and left out where the terminal is on the network already.
    """

    eui: Eui
    install_code: bytes = b""

    def __repr__(self) -> str:
        return repr_without(self, "install_code")


class ImageReceived(Struct, frozen=True):
    """A firmware image for the hub itself has come over the WAN: the SHA-256 hash over it, its version."""

    hash: bytes
    version: int


class Listed(Struct, frozen=True):
    """A Device was put in the CHF Device Log (CCS01) and has joined."""

    eui: Eui
    device_type: DeviceType


class Unlisted(Struct, frozen=True):
    """A Device was taken out of the CHF Device Log (CCS02)."""

    eui: Eui


class FirmwareActivated(Struct, frozen=True):
    """New firmware runs from now on; it may bring the changed rule of GBCS 10.8.2."""

    version: int


class WanTook(Struct, frozen=True):
    """The WAN has taken the message of that reference, and the hub need not keep it."""

    reference: str


class ToWan(Struct, frozen=True):
    """Send a Remote Party Message over the WAN; :class:`WanTook` says that it was taken.

    Without that it comes out again, after a time and when the WAN comes back.
    """

    message: bytes
    reference: str


class Routed(Struct, frozen=True):
    """What the rule made of a message that the hub received."""

    message: bytes
    source: Source
    sender: Eui | None
    decision: Decision


HubInput = (
    Heard
    | FromWan
    | WanUp
    | WanDown
    | WanTook
    | PoweredOn
    | HhtPresented
    | Listed
    | Unlisted
    | Joined
    | Left
    | Described
    | ImageReceived
    | FirmwareActivated
)
HubEvent = Remember | Send | ToWan | Permit | Expel | Describe | Note | Routed | Executed | Rejected
