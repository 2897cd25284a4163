"""The alert code of an Alert, wherever its payload's language puts it."""

from __future__ import annotations

from doorstep.errors import DecodeError
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.axdr import Tag
from doorstep.gbcs.payloads.dlms import DataNotification
from doorstep.gbcs.payloads.gbz import GbzPayload

__all__ = ["alert_code"]


def alert_code(message: Message) -> int:
    """The 16-bit alert code; raises :class:`DecodeError` for a payload that holds none."""
    payload = message.payload
    if isinstance(payload, DataNotification) and isinstance(payload.body.value, tuple) and payload.body.value:
        first = payload.body.value[0]
        if first.tag is Tag.LONG_UNSIGNED and isinstance(first.value, int):
            return first.value
    if isinstance(payload, GbzPayload) and payload.alert is not None:
        return payload.alert.code
    if isinstance(payload, Asn1Payload) and isinstance(
        code := getattr(payload.value, "alert_code", None), int
    ):
        return code
    raise DecodeError("alert code", 0, f"a {type(payload).__name__} holds none that is understood")
