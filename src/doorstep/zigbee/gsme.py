"""The three forms of data in the tunnel between a gas meter (GSME) and the Communications Hub.

A GSME sleeps, so the hub cannot push to it: it asks for what is waiting (GET), is answered with one
GBCS Message and the number of those still waiting (GET-RESPONSE), and hands over its own (PUT). All
other Devices' tunnels carry bare GBCS Messages.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from doorstep.errors import DecodeError, Truncated
from doorstep.zigbee.fields import U8, Rest
from doorstep.zigbee.layout import Layout

__all__ = ["Form", "Get", "GetResponse", "Put", "from_bytes", "to_bytes"]


class Get(Layout, frozen=True):
    """GSME to hub: give me the next message."""


class GetResponse(Layout, frozen=True):
    """Hub to GSME: one message, empty where none is waiting, and how many remain after it."""

    remaining: U8 = 0
    message: Rest = b""


class Put(Layout, frozen=True):
    """GSME to hub: a Response, an Alert, or a block of one."""

    message: Rest


Form: TypeAlias = Get | GetResponse | Put

_FORMS: Final[dict[int, type[Form]]] = {0x01: Get, 0x02: GetResponse, 0x03: Put}
_PREFIXES: Final = {form: prefix for prefix, form in _FORMS.items()}


def from_bytes(data: bytes) -> Form:
    """Read the data of one transfer; raises :class:`DecodeError`."""
    if not data:
        raise Truncated("form", 0, "a GSME's tunnel never carries nothing")
    form = _FORMS.get(data[0])
    if form is None:
        raise DecodeError("form", 0, f"0x{data[0]:02X} is none of GET, GET-RESPONSE and PUT")
    return form.from_bytes(data, 1)


def to_bytes(form: Form) -> bytes:
    """The data of one transfer, prefix first."""
    return bytes((_PREFIXES[type(form)],)) + form.to_bytes()
