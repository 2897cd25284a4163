"""What the DCC hears and does, as events: HTTP on its Users' side, the WAN on the homes' side."""

from __future__ import annotations

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.road.machine import Note, Remember

__all__ = [
    "Administered",
    "Answer",
    "DccEvent",
    "DccInput",
    "Discard",
    "FromWan",
    "Posted",
    "Push",
    "Pushed",
    "Release",
    "ToWan",
    "Together",
    "WanDown",
    "WanTook",
    "WanUp",
]


class Posted(Struct, frozen=True):
    """An HTTP request at the gateway; ``exchange`` is the rim's name for it."""

    exchange: str
    method: str
    path: str
    content_type: str
    body: bytes


class Together(Struct, frozen=True):
    """HTTP requests that came while others were being served.

    They are answered as if they had come one by one; but what is to be remembered of them is so at once.
    """

    posted: tuple[Posted, ...]


class FromWan(Struct, frozen=True):
    """A message that a hub sent over the WAN."""

    hub: Eui
    message: bytes


class WanUp(Struct, frozen=True):
    """A hub can be reached over the WAN."""

    hub: Eui


class WanDown(Struct, frozen=True):
    """A hub cannot be reached over the WAN any more."""

    hub: Eui


class WanTook(Struct, frozen=True):
    """A hub has a message of :class:`ToWan` for good."""

    hub: Eui
    reference: str


class Pushed(Struct, frozen=True):
    """What came of a :class:`Push`: the User's HTTP status, None where it could not be reached."""

    push: str
    status: int | None


class Release(Struct, frozen=True):
    """Somebody who is authorised lets a request out of quarantine; ``by`` says who, for the log."""

    exchange: str
    reference: int
    by: str


class Discard(Struct, frozen=True):
    """Somebody who is authorised deletes a request that is in quarantine."""

    exchange: str
    reference: int
    by: str


class Administered(Struct, frozen=True):
    """What came of a :class:`Release` or :class:`Discard`: done, or there was nothing of that reference."""

    exchange: str
    done: bool


class Answer(Struct, frozen=True):
    """The HTTP response to one exchange."""

    exchange: str
    status: int
    body: bytes = b""


class Push(Struct, frozen=True):
    """POST a document to the User's receive address; :class:`Pushed` says what came of it."""

    push: str
    user: Eui
    body: bytes


class ToWan(Struct, frozen=True):
    """Send a message to a hub over the WAN; :class:`WanTook` says by its reference that it arrived."""

    hub: Eui
    message: bytes
    reference: str


DccInput = Posted | Together | FromWan | WanUp | WanDown | WanTook | Pushed | Release | Discard
DccEvent = Remember | Answer | Push | ToWan | Administered | Note
