"""The content of a message, in one of three languages, as values.

The first bytes after the Grouping Header say which: ``01 09`` GBZ; ``D9``, ``DA`` or ``0F`` DLMS
COSEM; anything else is ASN.1 DER, whose meaning depends on the Message Code and the CRA Flag.
"""

from __future__ import annotations

from msgspec import Struct

from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.payloads import asn1, dlms, gbz

__all__ = ["Payload", "Unparsed", "decode_payload", "encode_payload"]


class Unparsed(Struct, frozen=True):
    """Content that no rule reads: kept whole, so that it comes back as the same bytes."""

    data: bytes

    def encode(self) -> bytes:
        """The bytes as they came."""
        return self.data


Payload = (
    dlms.AccessRequest
    | dlms.AccessResponse
    | dlms.DataNotification
    | gbz.GbzPayload
    | asn1.Asn1Payload
    | Unparsed
)


def decode_payload(content: bytes, header: GroupingHeader) -> Payload:
    """The value of a message's content. Raises :class:`DecodeError`, offsets counted from ``content``."""
    decoder = dlms.DECODERS.get(content[0]) if content else None
    if decoder is not None:
        return decoder(content)
    if content[:2] == gbz.PROFILE:
        return gbz.decode(content, header)
    if header.message_code in asn1.CODES:
        return asn1.decode(content, header.message_code, header.cra)
    return Unparsed(content)


def encode_payload(payload: Payload) -> bytes:
    """The bytes of a payload; raises :class:`EncodeError` for a value out of range."""
    return payload.encode()
