"""GBCS messages in what carries them: a DUIS document, a tunnel frame, or nothing at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from doorstep.cli.inputs import from_text, naming, read
from doorstep.errors import DoorstepError, InputError, UsageError
from doorstep.gbcs import Message, decode
from doorstep.zigbee.clusters.tunneling import TUNNELING, TransferData
from doorstep.zigbee.zcl import Frame

__all__ = ["carriers", "message_in", "with_messages"]

_MESSAGE_STARTS = (0xDD, 0xDF)


def with_messages(files: Iterable[Path], use: Callable[[Path, bytes, Message], None]) -> bool:
    """Let every file's message be used, with the file's own bytes; say on standard error which hold none.

    Whether all of them held one.
    """
    usable = True
    for path in files:
        try:
            with naming(path):
                data = _bytes_of(read(path))
                message = decode(message_in(data))
        except DoorstepError as error:
            usable = False
            print(f"doorstep: {error}", file=sys.stderr)
        else:
            use(path, data, message)
    return usable


def message_in(data: bytes) -> bytes:
    """The GBCS message that a DUIS document or a tunnel frame carries, or the bytes themselves.

    Raises :class:`InputError` for a document or frame that carries none.
    """
    if _is_document(data):
        return _in_document(data)[1]
    return data if _is_message(data) else _in_frame(data)[1]


def carriers(data: bytes) -> tuple[str, ...]:
    """What lies around the message, outermost first, a line each."""
    if _is_document(data):
        return (_in_document(data)[0],)
    return () if _is_message(data) else (_in_frame(data)[0],)


def _bytes_of(raw: bytes) -> bytes:
    """A document or frame as it is, and what is written as hex or base64 as bytes."""
    if _is_document(raw):
        return raw
    try:
        return from_text(raw)
    except UsageError:
        # A frame as bytes: its frame control says "cluster specific", from the client or the server.
        if raw[:1] in (b"\x01", b"\x09"):
            return raw
        raise


def _is_document(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def _is_message(data: bytes) -> bool:
    return not data or data[0] in _MESSAGE_STARTS


def _in_document(data: bytes) -> tuple[str, bytes]:
    from doorstep.duis import parse_request, parse_response, xml

    root = xml.parse(data)
    if xml.local_name(root) == "Request":
        request = parse_request(root)
        words = (
            f"DUIS request {request.request_id}: CV{request.command_variant}, "
            f"SRV {request.service_reference_variant} {request.body.name}"
        )
        payload = request.gbcs_payload
        if payload is None and request.body.has("DeviceGBCSResponse"):
            payload = request.body.bytes_of("DeviceGBCSResponse")
    else:
        response = parse_response(root)
        content = getattr(response.body, "content", response.body)
        words = f"DUIS response {response.code} to {response.request_id or 'no request'}"
        payload = getattr(content, "payload", None)
    if payload is None:
        raise InputError(f"{words}: it carries no GBCS message")
    return words, payload


def _in_frame(data: bytes) -> tuple[str, bytes]:
    frame = Frame.from_bytes(data)
    command = TUNNELING.command_in(frame) if frame.cluster_specific else None
    if not isinstance(command, TransferData):
        raise InputError(f"0x{data[0]:02X} starts no GBCS message, and no TransferData of a tunnel either")
    words = f"TransferData on tunnel {command.tunnel_id}, sequence {frame.sequence}"
    message = command.data
    if not _is_message(message):
        from doorstep.zigbee import gsme

        framed = gsme.from_bytes(message)
        words += f", {type(framed).__name__} of a GSME"
        message = getattr(framed, "message", b"")
    return words, message
