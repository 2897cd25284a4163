"""What the DCC writes down, as values."""

from __future__ import annotations

from msgspec import Struct

from doorstep.duis.request_id import RequestId
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant

__all__ = ["Issued", "Kept", "Outstanding", "Queued"]


class Kept(Struct, frozen=True):
    """A request that was accepted, by its digest, and the answer that it got.

    ``pre_command`` is the digest of what a critical request was transformed into, empty for others.
    """

    request: bytes
    answer: bytes
    pre_command: bytes = b""


class Issued(Struct, frozen=True):
    """A Command that was made: which request asked for it, and whether its Response has come."""

    request: RequestId
    service_reference: str
    variant: str
    message_code: int
    answered: bool = False


class Outstanding(Struct, frozen=True):
    """A Command that the DCC keeps trying to deliver over the WAN."""

    request: RequestId
    hub: Eui
    command: bytes
    accepted: Instant


class Queued(Struct, frozen=True):
    """A document on its way to a User's receive address."""

    user: Eui
    body: bytes
