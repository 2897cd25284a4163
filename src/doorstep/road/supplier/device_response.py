"""A Device's Response as a value: authenticated, opened, and what it says became of the Command."""

from __future__ import annotations

from msgspec import Struct

from doorstep.duis import RequestId
from doorstep.errors import VerificationError
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, Message, Payload, decode
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.outcome import failure, is_readable
from doorstep.road.supplier.correlate import codes_of
from doorstep.road.supplier.outcome import answered_counter, authenticate

__all__ = ["DeviceResponse", "read_device_response"]


class DeviceResponse(Struct, frozen=True):
    """A Response that a Device made and nobody changed.

    ``data`` are its bytes as they came, ``payload`` what it says with nothing left encrypted. ``failure`` is
    the first part of the Command that failed and why, None where all went well.
    """

    data: bytes
    message: Message
    payload: Payload
    failure: str | None


def read_device_response(
    data: bytes, request: RequestId, variant: str, user: Eui, keys: KeyRing, *, vouched: bool
) -> DeviceResponse:
    """The Response to the Command of a request, whose Service Reference Variant is ``variant``.

    ``vouched`` says that it came in a document that the DCC signed: see
    :func:`~doorstep.road.supplier.outcome.authenticate`. Raises :class:`VerificationError` where it is not
    authentic or answers something else, :class:`NoKey` where that cannot be told or what is encrypted not
    be read, and :class:`DecodeError` for bytes that are no message or say what doorstep cannot read.
    """
    message = decode(data)
    header = message.header
    if header.business_originator_id != request.target or answered_counter(header, user) != request.counter:
        raise VerificationError(f"the Response does not answer {request}")
    if header.message_code not in codes_of(variant):
        raise VerificationError(f"Message Code 0x{header.message_code:04X} is no use case of {variant}")
    authenticate(message, keys, user, vouched=vouched)
    payload = opened(message, keys)
    if not is_readable(payload):
        raise VerificationError("the authenticated Response cannot be read")
    return DeviceResponse(data, message, payload, failure(payload))
