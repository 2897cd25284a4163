"""What a PPMID (or an HHT) hears and does, as events.

On one side is its User, the supplier, over whatever link the home has; on the other the tunnel to the
Communications Hub.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.road.device import Executed, Rejected
from doorstep.road.machine import Heard, Note, Remember, Send
from doorstep.road.ppmid.display import Display, Fuel
from doorstep.secret import repr_without

__all__ = ["Deliver", "Displayed", "PoweredOn", "PpmidEvent", "PpmidInput", "Report", "Stage"]


_LONGEST_NAME: Final = 128
_VERSION: Final = 4


class PoweredOn(Struct, frozen=True):
    """The Device starts, with whatever it remembers: unfinished deliveries go on."""


class Deliver(Struct, frozen=True):
    """The User hands over a Command: just bytes, to be tunnelled as they are.

    ``delivery`` is the User's name for it, 1 to 128 printable characters. The same delivery handed over
    again is not sent again: its last report is repeated, unless that was ``UNANSWERED``. Raises
    :class:`UsageError` for another name.
    """

    delivery: str
    command: bytes

    def __post_init__(self) -> None:
        if not 0 < len(self.delivery) <= _LONGEST_NAME or not self.delivery.isprintable():
            raise UsageError(f"a delivery's name has 1 to {_LONGEST_NAME} printable characters")


class Stage(Enum):
    """How far the PPMID knows a delivery to have come."""

    ACCEPTED = "accepted"  # written down, not yet in the tunnel
    RECEIVED = "received"  # the hub's Default Response: the bytes arrived; nothing about routing
    REFUSED = "refused"  # the PPMID or the hub's tunnel would not take it
    UNANSWERED = "unanswered"  # retries are used up and nobody answered
    EFFECT = "effect"  # what the Command does was seen on the home's network; nobody has authenticated that
    RESPONSE = "response"  # the hub tunnelled a message back (hub setting response-copy)


class Report(Struct, frozen=True):
    """Tell the User how far a delivery has come; ``message`` is what came back, with ``RESPONSE``.

    ``delivery`` is empty with a message that answers none of the deliveries that are remembered.
    """

    delivery: str
    stage: Stage
    detail: str = ""
    message: bytes = b""


class Displayed(Struct, frozen=True):
    """The display shows this from now on."""

    display: Display


class Action(Enum):
    """What can be keyed in."""

    TOP_UP = "top-up"
    EMERGENCY_CREDIT = "emergency-credit"
    ENABLE_SUPPLY = "enable-supply"


class KeyedIn(Struct, frozen=True):
    """Somebody keys something in; ``digits`` are the twenty of a top-up, which are worth their money."""

    action: Action
    fuel: Fuel
    digits: str = ""

    def __repr__(self) -> str:
        return repr_without(self, "digits")


class Result(Struct, frozen=True):
    """What became of something that was keyed in; ``succeeded`` is None where that is not known."""

    keyed: KeyedIn
    succeeded: bool | None
    words: str


class FirmwareActivated(Struct, frozen=True):
    """Other firmware runs from now on, by its version of four bytes. Raises :class:`UsageError`."""

    version: bytes

    def __post_init__(self) -> None:
        if len(self.version) != _VERSION:
            raise UsageError(f"a firmware version has {_VERSION} bytes, not {len(self.version)}")


PpmidInput = Heard | Deliver | KeyedIn | FirmwareActivated | PoweredOn
PpmidEvent = Remember | Send | Report | Displayed | Result | Executed | Rejected | Note
