"""What a supplier and a PPMID (or HHT) say to each other, as messages: version 1.

The relay dials the supplier's WebSocket at ``/v1/relays/<its Entity Identifier>``. Every frame is text,
one JSON object whose ``kind`` says which message it is; byte strings are base64.

========  =============================================  ===========================================
from      message                                        then
========  =============================================  ===========================================
relay     ``hello`` {version}                            the supplier sends a challenge, or refuses
supplier  ``challenge`` {nonce}                          the relay sends its proof
relay     ``proof`` {signature}                          the supplier welcomes it, or refuses
supplier  ``welcome`` {heartbeat}, ``refused`` {why}     after a welcome the link is up; else it ends
supplier  ``deliver`` {delivery, command}                the relay takes the Command, and reports
relay     ``report`` {delivery, stage, detail, message}  nothing: a report is not acknowledged
relay     ``heartbeat`` {}                               the supplier sends one back
========  =============================================  ===========================================

The relay sends a heartbeat every so many seconds as the welcome says; whoever hears nothing for three
times as long ends the link. A Command is handed over as the bytes that the DCC returned. A delivery
that is handed over again is not sent again: the relay repeats its last report, which is how a report
that was lost with a link comes after all.

A message with a field that is missing, unknown, too long or of another type is not of this version, and
ends the link. Nothing in version 1 ever changes; what comes later has another number.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from doorstep.errors import DecodeError, EncodeError

__all__ = [
    "MAX_FRAME",
    "PATH",
    "STAGES",
    "VERSION",
    "Challenge",
    "Deliver",
    "FromRelay",
    "FromSupplier",
    "Heartbeat",
    "Hello",
    "Proof",
    "Refused",
    "Report",
    "Welcome",
    "clipped",
    "encode",
    "from_relay",
    "from_supplier",
]

VERSION: Final = 1
PATH: Final = "/v1/relays/"

MAX_MESSAGE: Final = 0xFFFF
"""Bytes of the largest Command or Response: no GBCS message comes near."""
MAX_NAME: Final = 128
"""Characters of a delivery's name."""
MAX_TEXT: Final = 500
"""Characters of a detail, which a person reads."""
MAX_FRAME: Final = 100_000
"""Bytes of the largest frame: a message of 65,535 bytes in base64, and everything else."""

STAGES: Final = ("accepted", "received", "effect", "refused", "unanswered", "response")
"""How far a relay knows a delivery to have come: see :class:`doorstep.road.ppmid.events.Stage`."""

Name = Annotated[str, Meta(max_length=MAX_NAME)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
GbcsMessage = Annotated[bytes, Meta(max_length=MAX_MESSAGE)]

M = TypeVar("M")


class _Message(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag=str.lower):
    """What all messages share: their class, in lower case, is their ``kind``."""


class Hello(_Message, frozen=True):
    """The relay is here, and speaks this version."""

    version: int


class Challenge(_Message, frozen=True):
    """What the relay is to sign, 32 bytes: see :mod:`doorstep.service.proof`."""

    nonce: Annotated[bytes, Meta(min_length=32, max_length=32)]


class Proof(_Message, frozen=True):
    """The signature, 64 bytes."""

    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class Welcome(_Message, frozen=True):
    """The link is up; ``heartbeat`` is the number of seconds between the relay's heartbeats."""

    heartbeat: Annotated[float, Meta(gt=0, le=3600)]


class Refused(_Message, frozen=True):
    """The link is not to be, and why."""

    why: Text


class Deliver(_Message, frozen=True):
    """A Command to put into the tunnel; ``delivery`` is the supplier's name for this errand."""

    delivery: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    command: Annotated[bytes, Meta(min_length=1, max_length=MAX_MESSAGE)]


class Report(_Message, frozen=True):
    """How far a delivery has come, one of :data:`STAGES`; ``message`` is what the home sent back.

    ``delivery`` is empty where what came back answers none that the relay remembers.
    """

    delivery: Name
    stage: Annotated[str, Meta(pattern=rf"\A({'|'.join(STAGES)})\Z")]
    detail: Text = ""
    message: GbcsMessage = b""


class Heartbeat(_Message, frozen=True):
    """Still here."""


FromRelay = Hello | Proof | Report | Heartbeat
FromSupplier = Challenge | Welcome | Refused | Deliver | Heartbeat

_ENCODER: Final = msgspec.json.Encoder()
_FROM_RELAY: Final[msgspec.json.Decoder[FromRelay]] = msgspec.json.Decoder(FromRelay)
_FROM_SUPPLIER: Final[msgspec.json.Decoder[FromSupplier]] = msgspec.json.Decoder(FromSupplier)


def encode(message: FromRelay | FromSupplier) -> str:
    """The frame of a message; raises :class:`EncodeError` for one that no frame holds."""
    frame = _ENCODER.encode(message)
    # Decoding is where the limits stand, so what goes out is held against them as well.
    try:
        (_FROM_RELAY if isinstance(message, FromRelay) else _FROM_SUPPLIER).decode(frame)
    except (msgspec.MsgspecError, ValueError) as error:
        raise EncodeError(type(message).__name__.lower(), str(error)) from None
    return frame.decode()


def from_relay(frame: str | bytes) -> FromRelay:
    """The message in a frame that a relay sent; raises :class:`DecodeError`."""
    return _decode(_FROM_RELAY, frame)


def from_supplier(frame: str | bytes) -> FromSupplier:
    """The message in a frame that the supplier sent; raises :class:`DecodeError`."""
    return _decode(_FROM_SUPPLIER, frame)


def clipped(text: str, length: int = MAX_TEXT) -> str:
    """A text for a person, no longer than a frame takes."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _decode(decoder: msgspec.json.Decoder[M], frame: str | bytes) -> M:
    if isinstance(frame, bytes):
        raise DecodeError("relay frame", 0, "binary, where frames are text")
    if len(frame) > MAX_FRAME:
        raise DecodeError("relay frame", MAX_FRAME, f"{len(frame)} characters, over the limit")
    try:
        return decoder.decode(frame)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # The parser's own words end in the place, as a path; where they give an offset it is one of bytes.
        raise DecodeError("relay frame", 0, str(error)[:200]) from None
