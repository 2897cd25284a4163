"""What any meter remembers, as entries, and back: those that every Device has, and these.

=======================  ====================================================================
key                      value
=======================  ====================================================================
``firmware/running``     the version, then of the image that waits its hash and its version
``joined/<identifier>``  the type of a Device that the meter is joined to, one byte; FF for one
                         to which it is joined no more
``log/<name> <slot>``    an entry of a log, see :class:`~doorstep.road.meter.logs.Entry`; the
                         slot is its number, modulo the log's room
=======================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1.names import DeviceType
from doorstep.road.device import memory as device
from doorstep.road.device.firmware import Firmware
from doorstep.road.device.memory import Entries, Reader, remembered
from doorstep.road.meter.logs import Entry, Log
from doorstep.road.meter.state import MeterState

__all__ = ["READERS", "Entries", "Reader", "changes", "remembered"]

S = TypeVar("S", bound=MeterState)

_GONE: Final = b"\xff"
_VERSION: Final = 4
_IMAGE: Final = _VERSION + 32


def changes(before: MeterState, after: MeterState) -> Entries:
    """The entries that turn the memory of ``before`` into that of ``after``, of what all meters have."""
    entries = device.changes(before, after)
    firmware = after.firmware
    if before.firmware != firmware:
        entries["firmware/running"] = firmware.version + firmware.image_hash + firmware.image_version
    for eui, kind in after.joined.items():
        if before.joined.get(eui) != kind:
            entries[f"joined/{eui}"] = bytes((kind,))
    entries |= {f"joined/{eui}": _GONE for eui in before.joined.keys() - after.joined.keys()}
    for log in Log:
        entries |= _logged(log, before.logs.of(log), after.logs.of(log))
    return entries


def _logged(log: Log, before: tuple[Entry, ...], after: tuple[Entry, ...]) -> Entries:
    """The slots of a log that hold another entry than before, or none any more."""
    if before is after:
        return {}
    old, new = ({one.number % log.room: one for one in held} for held in (before, after))
    entries: Entries = {_slot(log, slot): None for slot in old.keys() - new.keys()}
    return entries | {_slot(log, at): one.to_bytes() for at, one in new.items() if old.get(at) is not one}


def _slot(log: Log, slot: int) -> str:
    return f"log/{log.name} {slot}"


def _read_entry(state: S, name: str, value: bytes) -> S:
    entry, (log, _slot) = Entry.from_bytes(value), name.split()
    return structs.replace(state, logs=state.logs.holding(Log[log], entry))


def _read_firmware(state: S, _name: str, value: bytes) -> S:
    if len(value) not in (_VERSION, _IMAGE, _IMAGE + _VERSION):
        raise DecodeError("firmware", 0, f"{len(value)} bytes are no version and image")
    firmware = Firmware(value[:_VERSION], value[_VERSION:_IMAGE], value[_IMAGE:])
    return structs.replace(state, firmware=firmware)


def _read_joined(state: S, name: str, value: bytes) -> S:
    (kind,), eui = value, Eui.parse(name)
    others = {other: held for other, held in state.joined.items() if other != eui}
    joined = others if value == _GONE else {**others, eui: DeviceType(kind)}
    return structs.replace(state, joined=joined)


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {**device.READERS, "firmware": _read_firmware, "joined": _read_joined, "log": _read_entry}
)
"""The readers of the entries that every meter has."""
