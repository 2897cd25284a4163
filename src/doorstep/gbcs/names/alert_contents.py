"""What a DLMS Alert says after its code and time, by alert code.

The facts lay down future dated outcomes; the rest is read from reference Alerts of each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from doorstep.eui import Eui
from doorstep.gbcs.names.cosem_items import DEVICE_LOG_BACKUP, Item
from doorstep.gbcs.names.cosem_objects import OBJECTS, PROTECTED_DATA
from doorstep.gbcs.names.readings import bits, date_time, eui, member, quantity, text
from doorstep.gbcs.payloads.dlms import Obis
from doorstep.gbcs.payloads.gbz_alerts import IntegrityIssueReason
from doorstep.gbcs.usecases import label

__all__ = ["ALERT_CONTENTS"]

_BILLING_DATA_LOG: Final = Obis.parse("0-0:43.2.2.255")


def _octets(size: int, words: Callable[[bytes], str]) -> Callable[[Any], str]:
    """A reading of octets of just that many bytes."""
    return lambda value: words(value) if isinstance(value, bytes) and len(value) == size else ""


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big")


def _command(octets: bytes) -> str:
    """Message Code and Originator Counter of a Command."""
    return f"{label(_number(octets[:2]))}, counter {_number(octets[2:10])}"


def _outcome(octets: bytes) -> str:
    """A Command, and the attribute of which this Alert says what became of it."""
    name = Obis(octets[12:18])
    known = OBJECTS.get(name)
    place = f"{_number(octets[10:12])} {name} {octets[18]}"
    return f"{_command(octets[:10])}: {f'{known.name} ({place})' if known else place}"


def _discarded(octets: bytes) -> str:
    """Who sent a message to whom, its CRA Flag and its counter."""
    return f"from {Eui(octets[:8])} to {Eui(octets[8:16])}, counter {_number(octets[17:])}"


_OUTCOME: Final = (Item("what was dated", _octets(19, _outcome)),)
_REASON: Final = member(IntegrityIssueReason)
_INTEGRITY: Final = (Item("reason", _octets(2, lambda octets: _REASON(_number(octets)))),)
_IMAGE: Final = (Item("hash of the image"),)
_DEVICE: Final = (Item("device", eui),)

ALERT_CONTENTS: Final[Mapping[int, tuple[Item, ...]]] = MappingProxyType(
    {
        0x81A0: _INTEGRITY,
        0x8F0A: (Item("entries", items=PROTECTED_DATA[_BILLING_DATA_LOG].items),),
        0x8F12: (Item("device log", items=DEVICE_LOG_BACKUP.items),),
        0x8F1C: _IMAGE,
        0x8F20: _DEVICE,
        0x8F26: (Item("change", items=(Item("channel", bits), Item("trigger"))),),
        0x8F2C: (Item("message", _octets(25, _discarded)),),
        0x8F2D: _DEVICE,
        0x8F66: _OUTCOME,
        0x8F67: _OUTCOME,
        0x8F72: _IMAGE,
        0x8F85: (Item("Command", _octets(10, _command)),),
        0x8F86: (
            Item("controller"),
            Item("from", date_time),
            Item("until", date_time),
            Item("level", quantity("%")),
        ),
        0x8F87: (Item("controller"), Item("reason")),
        0x8F88: (Item("operational data", text),),
    }
)
"""The items of an Alert's elements after the time stamp."""
