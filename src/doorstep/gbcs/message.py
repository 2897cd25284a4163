"""One GBCS message: Pre-Command, Command, Response or Alert, in each of its protected forms.

========================  ==============================================================
form                      bytes
========================  ==============================================================
``MACED``                 MAC Header, Grouping Header, payload, signature or ``00``, MAC
``SIGNED``                Grouping Header, payload, ``40``, signature
``UNSIGNED``              Grouping Header, payload: a Pre-Command
``UNSIGNED_EMPTY``        the same and ``00``, as DCC Boxed from 1.4.1 sends it
========================  ==============================================================
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.gbcs.block import decode_block, is_block
from doorstep.gbcs.header import GroupingHeader, decode_header
from doorstep.gbcs.lengths import decode_length, encode_length
from doorstep.gbcs.payloads import Payload, decode_payload, encode_payload
from doorstep.gbcs.usecases import UseCase, use_case

__all__ = ["Form", "Message", "build", "decode", "mac_header", "peek"]

MAC_LENGTH: Final = 12
SIGNATURE_LENGTH: Final = 64
# No single message that the reference set or a tunnel carries comes near this; it bounds
# what hostile input can make the decoder touch.
MAX_MESSAGE: Final = 0xFFFF

_GENERAL_CIPHERING: Final = bytes.fromhex("DD000000000000")
_SECURITY_HEADER: Final = bytes.fromhex("1100000000")


class Form(Enum):
    """How a message is protected, as its outermost bytes show."""

    MACED = "maced"
    SIGNED = "signed"
    UNSIGNED = "unsigned"
    UNSIGNED_EMPTY = "unsigned-empty"


class Message(Struct, frozen=True, gc=False):
    """A whole message, made by :func:`decode` or :func:`build`.

    ``grouped`` is the encoding of ``header`` and ``payload``: a Pre-Command, and what is signed once its
    ``DF`` is dropped. ``signature`` has 64 bytes (r ‖ s) or none, ``mac`` 12 bytes or none.
    """

    header: GroupingHeader
    payload: Payload
    grouped: bytes
    form: Form
    signature: bytes = b""
    mac: bytes = b""

    @property
    def use_case(self) -> UseCase | None:
        """The row of the Message Code, or None for a code that the table does not know."""
        return use_case(self.header.message_code)

    @property
    def content(self) -> bytes:
        """The encoding of the payload alone."""
        return self.grouped[decode_header(self.grouped)[1] :]

    @property
    def authenticated(self) -> bytes:
        """Everything between security header and MAC, which the MAC covers."""
        return self.grouped + (b"\x40" + self.signature if self.signature else b"\x00")

    def __bytes__(self) -> bytes:
        if self.form is Form.MACED:
            inner = self.authenticated
            return mac_header(len(inner)) + inner + self.mac
        if self.form is Form.SIGNED:
            return self.authenticated
        return self.grouped + (b"\x00" if self.form is Form.UNSIGNED_EMPTY else b"")


def build(
    header: GroupingHeader,
    payload: Payload,
    *,
    signature: bytes = b"",
    mac: bytes = b"",
    form: Form | None = None,
) -> Message:
    """A message from its parts; the form follows from which protections are given.

    Raises :class:`EncodeError` for protections of the wrong size or a payload that has no encoding.
    """
    if len(signature) not in (0, SIGNATURE_LENGTH):
        raise EncodeError("signature", f"64 bytes or none, not {len(signature)}")
    if len(mac) not in (0, MAC_LENGTH):
        raise EncodeError("MAC", f"12 bytes or none, not {len(mac)}")
    natural = Form.MACED if mac else Form.SIGNED if signature else Form.UNSIGNED
    if form is not None and form is not natural and (natural, form) != (Form.UNSIGNED, Form.UNSIGNED_EMPTY):
        raise EncodeError("form", f"a message with these protections is {natural.value}, not {form.value}")
    content = encode_payload(payload)
    return Message(header, payload, header.encode(len(content)) + content, form or natural, signature, mac)


def decode(data: bytes) -> Message:
    """Read a whole message, payload included.

    Raises :class:`DecodeError` with the offset and the field where the bytes do not parse. Says
    nothing of whether MAC or signature hold: see :func:`doorstep.gbcs.verify`.
    """
    if len(data) > MAX_MESSAGE:
        raise DecodeError("message", MAX_MESSAGE, f"{len(data)} bytes are over the limit of {MAX_MESSAGE}")
    data = bytes(data)
    start, end, maced = _outer(data)
    header, content, length = decode_header(data, start)
    after = content + length
    if after > end:
        raise Truncated("payload", end, f"{length} bytes are announced, {end - content} are there")
    signature, form = _tail(data, after, end, maced)
    try:
        payload = decode_payload(data[content:after], header)
    except DecodeError as error:
        raise error.shifted(content) from None
    return Message(header, payload, data[start:after], form, signature, data[end:] if maced else b"")


def peek(data: bytes) -> GroupingHeader:
    """Just the Grouping Header: all that routing may look at, and no key is needed for it.

    Of a block of a General Block Transfer it is what the block repeats of it, so that blocks are routed
    as the whole message would be. Raises :class:`DecodeError`.
    """
    if is_block(data):
        return decode_block(data).header
    return decode_header(data, _outer(data)[0])[0]


def mac_header(length: int) -> bytes:
    """The MAC Header in front of ``length`` bytes that end before the MAC."""
    return _GENERAL_CIPHERING + encode_length(len(_SECURITY_HEADER) + length + MAC_LENGTH) + _SECURITY_HEADER


def _outer(data: bytes) -> tuple[int, int, bool]:
    """Where the Grouping Header starts, where the MAC (or the message) ends it, and if there is a MAC."""
    if not data:
        raise Truncated("message", 0, "it is empty")
    if data[0] == 0xDF:
        return 0, len(data), False
    if data[:7] != _GENERAL_CIPHERING:
        raise _bad_outer(data)
    length, start = decode_length(data, 7, "ciphered-service length")
    if start + length != len(data):
        kind = Truncated if start + length > len(data) else DecodeError
        raise kind(
            "ciphered-service length",
            7,
            f"{length} bytes are announced, {len(data) - start} follow",
        )
    inner = start + len(_SECURITY_HEADER)
    if length < len(_SECURITY_HEADER) + MAC_LENGTH:
        raise Truncated("ciphered-service", start, f"{length} bytes cannot hold a message")
    if data[start:inner] != _SECURITY_HEADER:
        raise DecodeError("security header", start, f"{data[start:inner].hex()} is not 1100000000")
    return inner, len(data) - MAC_LENGTH, True


def _bad_outer(data: bytes) -> DecodeError:
    """Say which byte of the MAC Header is the first that cannot be one."""
    if is_block(data):
        return DecodeError("MAC Header", 1, "0x09 begins a block of a longer message, not a whole one")
    for offset, (found, wanted) in enumerate(zip(data, _GENERAL_CIPHERING, strict=False)):
        if found != wanted:
            detail = f"0x{found:02X} starts neither a MAC Header (DD 00) nor a Grouping Header (DF)"
            if offset:
                detail = f"0x{found:02X} where a MAC Header has 0x{wanted:02X}"
            return DecodeError("MAC Header", offset, detail)
    return Truncated("MAC Header", len(data), "the message ends inside it")


def _tail(data: bytes, after: int, end: int, maced: bool) -> tuple[bytes, Form]:
    """Read what stands between payload and MAC: a signature, its empty length, or nothing."""
    rest = end - after
    if rest == SIGNATURE_LENGTH + 1 and data[after] == SIGNATURE_LENGTH:
        return data[after + 1 : end], Form.MACED if maced else Form.SIGNED
    if rest == 1 and data[after] == 0:
        return b"", Form.MACED if maced else Form.UNSIGNED_EMPTY
    if rest == 0 and not maced:
        return b"", Form.UNSIGNED
    if rest == 0:
        raise Truncated("signature length", after, "the MAC follows the payload at once")
    raise DecodeError(
        "signature length",
        after,
        f"0x{data[after]:02X} with {rest - 1} bytes after it; a signature is 00 or 40 and 64 bytes",
    )
