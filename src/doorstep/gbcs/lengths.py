"""Lengths as GBCS writes them: one byte below 0x80, else ``81 nn`` or ``82 hh ll``, shortest form only."""

from __future__ import annotations

from doorstep.errors import DecodeError, EncodeError, Truncated

__all__ = ["decode_length", "encode_length"]

_LARGEST = 0xFFFF


def encode_length(length: int) -> bytes:
    """The encoding of a length of 0 to 65,535 bytes; raises :class:`EncodeError` beyond that."""
    if length < 0x80:
        return bytes((length,))
    if length <= 0xFF:
        return bytes((0x81, length))
    if length <= _LARGEST:
        return bytes((0x82, length >> 8, length & 0xFF))
    raise EncodeError("length", f"{length} bytes do not fit a two-byte length")


def decode_length(data: bytes, pos: int, field: str) -> tuple[int, int]:
    """The length at ``pos`` and the position after it.

    Raises :class:`DecodeError` for a form that is not the shortest, so that a value has one encoding
    and comes back as the same bytes.
    """
    try:
        first = data[pos]
        if first < 0x80:
            return first, pos + 1
        if first == 0x81:
            length, after, least = data[pos + 1], pos + 2, 0x80
        elif first == 0x82:
            length, after, least = data[pos + 1] << 8 | data[pos + 2], pos + 3, 0x100
        else:
            raise DecodeError(field, pos, f"0x{first:02X} does not start a length")
    except IndexError:
        raise Truncated(field, len(data), "the message ends inside a length") from None
    if length < least:
        raise DecodeError(field, pos, f"{length} is not in its shortest form")
    return length, after
