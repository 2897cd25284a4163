"""The Grouping Header: who says what to whom, in clear, at the front of every GBCS message.

It is the DLMS *general-signing* header. Together with the two Entity Identifiers, the CRA Flag and
the Originator Counter are the Message Identifier that anti-replay rests on.
"""

from __future__ import annotations

from enum import IntEnum
from struct import Struct as Layout
from struct import error as StructError  # noqa: N812 - the standard library's own lower-case name
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.lengths import decode_length, encode_length

__all__ = ["Cra", "GroupingHeader", "decode_header"]

_TAG: Final = 0xDF
_FRONT: Final = Layout(">BBBQB8sB8sB")  # up to and including the length of date-time
_CODE: Final = Layout(">H")
_U64: Final = Layout(">Q")
_TRANSACTION_ID: Final = Layout(">BQ")
_U64_MAX: Final = 2**64 - 1
_OTHER_SIZES: Final = (2, 10, 18, 26)


class Cra(IntEnum):
    """CRA Flag: which of the three kinds a message is."""

    COMMAND = 1
    RESPONSE = 2
    ALERT = 3


_CRA: Final = {int(flag): flag for flag in Cra}


class GroupingHeader(Struct, frozen=True, gc=False):
    """The fields of one Grouping Header.

    ``date_time`` is a 12-byte COSEM date-time, present in the Responses of some Use Cases, else empty.
    The supplementary fields are the *other information* after the Message Code: the real User, where
    the Access Control Broker speaks on its behalf; the Device's own counter, in a Response with
    encrypted data; the User's Key Agreement certificate, in a Command that asks for such data.
    """

    cra: Cra
    originator_counter: int
    business_originator_id: Eui
    business_target_id: Eui
    message_code: int
    date_time: bytes = b""
    supplementary_remote_party_id: Eui | None = None
    supplementary_remote_party_counter: int | None = None
    supplementary_originator_counter: int | None = None
    supplementary_certificate: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.originator_counter <= _U64_MAX:
            raise EncodeError("Originator Counter", f"{self.originator_counter} does not fit 64 bits")
        if not 0 <= self.message_code <= 0xFFFF:
            raise EncodeError("Message Code", f"{self.message_code} does not fit 16 bits")
        if len(self.date_time) not in (0, 12):
            raise EncodeError("date-time", f"12 bytes or none, not {len(self.date_time)}")

    @property
    def transaction_id(self) -> bytes:
        """CRA Flag and Originator Counter, the nine bytes that key derivation takes."""
        return _TRANSACTION_ID.pack(self.cra, self.originator_counter)

    @property
    def other_information(self) -> bytes:
        """Message Code and whatever supplementary fields follow it."""
        parts = [_CODE.pack(self.message_code)]
        if self.supplementary_remote_party_id is not None:
            parts.append(self.supplementary_remote_party_id)
            for counter in (self.supplementary_remote_party_counter, self.supplementary_originator_counter):
                if counter is None:
                    break
                parts.append(_U64.pack(counter))
            parts.append(self.supplementary_certificate)
        return b"".join(parts)

    def encode(self, content_length: int) -> bytes:
        """The header in front of ``content_length`` bytes of payload, from its ``DF`` tag on."""
        other = self.other_information
        return b"".join(
            (
                _FRONT.pack(
                    _TAG,
                    9,
                    self.cra,
                    self.originator_counter,
                    8,
                    self.business_originator_id,
                    8,
                    self.business_target_id,
                    len(self.date_time),
                ),
                self.date_time,
                encode_length(len(other)),
                other,
                encode_length(content_length),
            )
        )


def decode_header(data: bytes, pos: int = 0) -> tuple[GroupingHeader, int, int]:
    """The Grouping Header at ``pos``, the position of its payload and the payload's length in bytes.

    The length is as the header states it; whether the message holds that much is for the caller to
    check. Raises :class:`DecodeError` with the offset in ``data``.
    """
    try:
        tag, n_id, cra, counter, n_from, sender, n_to, target, n_time = _FRONT.unpack_from(data, pos)
    except StructError:
        raise Truncated("Grouping Header", len(data), "the message ends inside it") from None
    if tag != _TAG or n_id != 9 or n_from != 8 or n_to != 8:
        raise _bad_front(tag, n_id, n_from, n_to, pos)
    flag = _CRA.get(cra)
    if flag is None:
        raise DecodeError("CRA Flag", pos + 2, f"0x{cra:02X} is none of Command, Response, Alert")
    after = pos + _FRONT.size
    date_time = b""
    if n_time:
        if n_time != 12:
            raise DecodeError("date-time", after - 1, f"12 bytes or none, not {n_time}")
        date_time = data[after : after + 12]
        after += 12
    n_other, start = decode_length(data, after, "other-information")
    if n_other not in _OTHER_SIZES and not (n_other > 18 and flag is Cra.COMMAND):
        raise DecodeError("other-information", start, f"no message has {n_other} bytes of it")
    after = start + n_other
    if len(data) < after:
        raise Truncated("other-information", len(data), f"{n_other} bytes are announced at offset {start}")
    length, content = decode_length(data, after, "content length")
    if n_other == 2:
        header = GroupingHeader(
            flag, counter, Eui(sender), Eui(target), data[start] << 8 | data[start + 1], date_time
        )
    else:
        header = GroupingHeader(
            flag, counter, Eui(sender), Eui(target), *_other(data[start:after], flag, date_time)
        )
    return header, content, length


def _other(
    other: bytes, cra: Cra, date_time: bytes
) -> tuple[int, bytes, Eui | None, int | None, int | None, bytes]:
    """Read other-information of more than a Message Code; the values follow the header's field order."""
    size = len(other)
    (code,) = _CODE.unpack_from(other, 0)
    party = Eui(other[2:10])
    party_counter = _U64.unpack_from(other, 10)[0] if size >= 18 else None
    if cra is Cra.COMMAND:
        # In a Command the rest is the User's certificate, not a third counter as Wireshark assumes:
        # the reference Commands show it.
        return code, date_time, party, party_counter, None, other[18:]
    own_counter = _U64.unpack_from(other, 18)[0] if size == 26 else None
    return code, date_time, party, party_counter, own_counter, b""


def _bad_front(tag: int, n_id: int, n_from: int, n_to: int, pos: int) -> DecodeError:
    for field, offset, found, wanted in (
        ("Grouping Header", 0, tag, _TAG),
        ("transaction-id", 1, n_id, 9),
        ("originator-system-title", 11, n_from, 8),
        ("recipient-system-title", 20, n_to, 8),
    ):
        if found != wanted:
            return DecodeError(field, pos + offset, f"0x{found:02X} where 0x{wanted:02X} belongs")
    raise AssertionError("called for a header whose front is right")
