"""One block of a General Block Transfer: a piece of a long message, with a header by which it is routed.

======================  =======  ===================================================================
field                   bytes    value
======================  =======  ===================================================================
tag, transaction-id     11       ``DD 09``, CRA Flag and Originator Counter, as in the whole message
system-titles           18       ``08`` and eight bytes, of originator and recipient
date-time               1        ``00``
other-information       3        ``02`` and the Message Code
key-info                1        ``00``
length                  1 to 3   of all that follows
security header         5        ``11 00000000``; yet no MAC follows
general-block-transfer  6        ``E0``, block control, block number, number of the block acknowledged
block data              1 + n    length and bytes; none in an acknowledgement
======================  =======  ===================================================================

The second byte tells a block from a message with a MAC, which has ``00`` there.
"""

from __future__ import annotations

import struct
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.lengths import decode_length, encode_length

__all__ = [
    "MOST_BLOCKS",
    "OVERHEAD",
    "Block",
    "acknowledgement",
    "decode_block",
    "is_block",
    "routing_header",
]

_START: Final = b"\xdd\x09"
_FRONT: Final = struct.Struct(">BBBQB8sB8sBBHB")
_SECURITY_HEADER: Final = bytes.fromhex("1100000000")
_TRANSFER: Final = struct.Struct(">5sBBHH")  # security header, E0, block control, number, acknowledged
_TRANSFER_TAG: Final = 0xE0

# Block control.
_LAST: Final = 0x80
_STREAMING: Final = 0x40
LARGEST_WINDOW: Final = 0x3F
"""What the window in a block control can be at most: six bits."""

_LONGEST_LENGTH: Final = 3
OVERHEAD: Final = _FRONT.size + _LONGEST_LENGTH + _TRANSFER.size + _LONGEST_LENGTH
"""The most bytes that a block adds to its data."""

MOST_BLOCKS: Final = 0xFFFF
"""What a block number can count to."""

# Which kind of message an acknowledgement is, by what it acknowledges. A choice: routing is by this flag,
# so whatever acknowledges a Command has to look like what a Device answers, and the rest as what it is sent.
_ACKNOWLEDGED_BY: Final = {Cra.COMMAND: Cra.RESPONSE, Cra.RESPONSE: Cra.COMMAND, Cra.ALERT: Cra.COMMAND}


class Block(Struct, frozen=True):
    """One block, or an acknowledgement, which is a block without data.

    ``header`` says of the whole message what routing needs: see :func:`routing_header`. Blocks count
    from 1. ``acknowledged`` is the last number up to which its sender has every block of the other side;
    ``window`` (0 to 63) how many blocks it takes before it acknowledges; ``streaming`` says that the
    window goes on after this block.
    """

    header: GroupingHeader
    number: int
    data: bytes
    last: bool = False
    streaming: bool = False
    window: int = 0
    acknowledged: int = 0

    def __post_init__(self) -> None:
        if self.header.date_time or self.header.supplementary_remote_party_id is not None:
            raise EncodeError("routing header", "it has neither date-time nor supplementary fields")
        for field, value, least, most in (
            ("block number", self.number, 1 if self.data else 0, MOST_BLOCKS),
            ("block number acknowledged", self.acknowledged, 0, MOST_BLOCKS),
            ("window", self.window, 0, LARGEST_WINDOW),
        ):
            if not least <= value <= most:
                raise EncodeError(field, f"{value} is outside {least} to {most}")

    @property
    def is_acknowledgement(self) -> bool:
        """Whether it only says what has arrived."""
        return not self.data

    def __bytes__(self) -> bytes:
        header = self.header
        front = _FRONT.pack(
            *_START,
            header.cra,
            header.originator_counter,
            8,
            header.business_originator_id,
            8,
            header.business_target_id,
            0,
            2,
            header.message_code,
            0,
        )
        control = (_LAST if self.last else 0) | (_STREAMING if self.streaming else 0) | self.window
        transfer = _TRANSFER.pack(_SECURITY_HEADER, _TRANSFER_TAG, control, self.number, self.acknowledged)
        rest = transfer + encode_length(len(self.data)) + self.data
        return front + encode_length(len(rest)) + rest


def routing_header(header: GroupingHeader) -> GroupingHeader:
    """What blocks repeat of a message's header: all but its date-time and supplementary fields."""
    return GroupingHeader(
        header.cra,
        header.originator_counter,
        header.business_originator_id,
        header.business_target_id,
        header.message_code,
    )


def acknowledgement(header: GroupingHeader, received: int) -> Block:
    """What says that the blocks of the message with this header have arrived up to number ``received``.

    It goes back to the message's originator and asks for the block after that one.
    """
    back = GroupingHeader(
        _ACKNOWLEDGED_BY[header.cra],
        header.originator_counter,
        header.business_target_id,
        header.business_originator_id,
        header.message_code,
    )
    return Block(back, 1, b"", last=True, acknowledged=received)


def is_block(data: bytes) -> bool:
    """Whether these bytes begin as a block does, and not as a message."""
    return data[:2] == _START


def decode_block(data: bytes) -> Block:
    """Read a block; raises :class:`DecodeError`."""
    try:
        tag, n_id, cra, counter, n_from, sender, n_to, target, n_time, n_other, code, n_key = (
            _FRONT.unpack_from(data)
        )
    except struct.error:
        raise Truncated("routing header", len(data), "the block ends inside it") from None
    for field, offset, found, wanted in (
        ("general-ciphering", 0, tag, _START[0]),
        ("transaction-id", 1, n_id, _START[1]),
        ("originator-system-title", 11, n_from, 8),
        ("recipient-system-title", 20, n_to, 8),
        ("date-time", 29, n_time, 0),
        ("other-information", 30, n_other, 2),
        ("key-info", 33, n_key, 0),
    ):
        if found != wanted:
            raise DecodeError(field, offset, f"0x{found:02X} where 0x{wanted:02X} belongs")
    if cra not in _CRA:
        raise DecodeError("CRA Flag", 2, f"0x{cra:02X} is none of Command, Response, Alert")
    header = GroupingHeader(_CRA[cra], counter, Eui(sender), Eui(target), code)
    start = _announced(data, _FRONT.size, "ciphered-service length")
    if len(data) < start + _TRANSFER.size:
        raise Truncated("general-block-transfer", len(data), "the block ends inside it")
    security, transfer, control, number, acknowledged = _TRANSFER.unpack_from(data, start)
    if security != _SECURITY_HEADER:
        raise DecodeError("security header", start, f"{security.hex()} is not {_SECURITY_HEADER.hex()}")
    start += len(_SECURITY_HEADER)
    if transfer != _TRANSFER_TAG:
        raise DecodeError("general-block-transfer", start, f"0x{transfer:02X} where 0xE0 belongs")
    piece = data[_announced(data, start + _TRANSFER.size - len(_SECURITY_HEADER), "block data") :]
    if piece and not number:
        raise DecodeError("block number", start + 2, "blocks count from 1")
    last, streaming = bool(control & _LAST), bool(control & _STREAMING)
    return Block(header, number, piece, last, streaming, control & LARGEST_WINDOW, acknowledged)


_CRA: Final = {int(flag): flag for flag in Cra}


def _announced(data: bytes, at: int, field: str) -> int:
    """Where that begins whose length stands at ``at``; it fills the rest of ``data``, no less and no more."""
    length, start = decode_length(data, at, field)
    if start + length != len(data):
        kind = Truncated if start + length > len(data) else DecodeError
        raise kind(field, at, f"{length} bytes are announced, {len(data) - start} follow")
    return start
