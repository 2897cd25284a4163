"""What an end of a tunnel tells its owner."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

__all__ = [
    "Arrived",
    "Closed",
    "Delivered",
    "FrameOut",
    "Opened",
    "Rejected",
    "TunnelEvent",
    "Undelivered",
    "Why",
]


class FrameOut(Struct, frozen=True):
    """Send this ZCL frame to the Device at the other end."""

    frame: bytes


class Opened(Struct, frozen=True):
    """Data can pass."""

    tunnel_id: int


class Closed(Struct, frozen=True):
    """Data can pass no more; what waits goes on waiting."""

    why: str


class Rejected(Struct, frozen=True):
    """The server turned down a command: ``RequestTunnel`` or ``CloseTunnel``."""

    command: str
    detail: str


class Arrived(Struct, frozen=True):
    """Data came through the tunnel.

    It comes out before the :class:`FrameOut` that confirms it, so an owner who writes it down first
    never confirms what it could forget.
    """

    data: bytes


class Delivered(Struct, frozen=True):
    """The other end confirmed the message; it says nothing of what it then does with it."""

    reference: str


class Why(Enum):
    """Why a message was not delivered."""

    UNANSWERED = "nobody answered"
    DENIED = "the other end granted no tunnel"
    NO_TUNNEL = "the tunnel was lost each time it was sent"
    REFUSED = "the other end did not take it"
    TOO_LONG = "it is longer than one transfer"
    QUEUE_FULL = "too many messages wait already"
    EXPIRED = "it waited too long for a tunnel"
    DESTROYED = "the tunnel was destroyed"


class Undelivered(Struct, frozen=True):
    """The message will not be sent again.

    After ``UNANSWERED`` the other end may have it all the same: perhaps its confirmation was lost.
    """

    reference: str
    why: Why
    detail: str = ""


TunnelEvent = FrameOut | Opened | Closed | Rejected | Arrived | Delivered | Undelivered
