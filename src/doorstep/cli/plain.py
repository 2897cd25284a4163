"""GBCS messages as plain values: dictionaries, lists, text and numbers, ready for JSON or a tree."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec
from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs import Message, Unparsed
from doorstep.gbcs.payloads.axdr import BitString, Data
from doorstep.gbcs.payloads.dlms import Obis

__all__ = ["plain_message"]


def plain_message(message: Message) -> dict[str, Any]:
    """A message as plain values. Byte strings are hex; enumerations are their names in small letters."""
    use_case = message.use_case
    header = _fields(message.header)
    header["message_code"] = f"0x{message.header.message_code:04X}"
    return {
        "use_case": use_case.label if use_case is not None else None,
        "title": use_case.title if use_case is not None else None,
        "header": header,
        "form": message.form.value,
        "payload": _payload(message),
        "signature": message.signature.hex() or None,
        "mac": message.mac.hex() or None,
    }


def _payload(message: Message) -> dict[str, Any]:
    if isinstance(message.payload, Unparsed):
        return {"unparsed": message.payload.data.hex()}
    return {"kind": type(message.payload).__name__, **_fields(message.payload)}


def _fields(value: Struct) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in msgspec.structs.fields(value)}


def _plain(value: Any) -> Any:
    # What has a form of its own that people read comes before what it is made of.
    if isinstance(value, Eui | Obis):
        return str(value)
    if isinstance(value, Data):
        return {value.tag.name.lower(): _plain(value.value)}
    if isinstance(value, BitString):
        return {"bits": value.length, "data": value.data.hex()}
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Struct):
        return _fields(value)
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
