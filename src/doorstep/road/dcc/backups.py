"""The Device Logs that hubs and gas proxies have sent to the DCC, to be restored on another (SRV 8.12).

A CHF sends its Device Log whenever it changes in an Alert of CS14, a GPF its own in one of GCS62. Both are to
the Access Control Broker, whose MAC key alone proves them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct

from doorstep.duis.request import Request
from doorstep.duis.simple_type import EUI
from doorstep.duis.transform import HubLog
from doorstep.duis.transform.joining import LOG_NUMBERS
from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload, names
from doorstep.gbcs.payloads.asn1.devices import DeviceLogBackupAlert
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.payloads.dlms import DataNotification
from doorstep.gbcs.times import Instant, from_cosem_date_time
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Memory

__all__ = ["Backups", "GpfLog", "Taken", "backup_of", "listed_by", "replaced"]

GpfLog = tuple[tuple[Eui, DeviceType], ...]
"""What is in a GPF's Device Log: each Device, and what kind it is."""

_PAN: Final = 8
_KEY_HASH: Final = 16
_KINDS: Final = {number: kind for kind, number in LOG_NUMBERS.items()}


class Taken(Struct, frozen=True):
    """One backup: when its Device says that it was taken, and the log of a CHF or of a GPF."""

    at: Instant
    hub: HubLog | None = None
    gpf: GpfLog | None = None


def replaced(request: Request) -> Eui | None:
    """The hub or gas proxy whose Device Log a request wants restored on its target, None for any other."""
    path = _OLD.get(request.service_reference_variant)
    return request.body.value_of(path, EUI) if path is not None else None


_OLD: Final = {"8.12.1": "OldCHFID", "8.12.2": "OldGPFID"}


class Backups:
    """The latest backup of each hub and of each gas proxy."""

    def __init__(self, most: int, memory: Memory) -> None:
        self._taken: Book[Taken] = Book("device log:", Taken, memory, most)

    def keep(self, device: Eui, taken: Taken) -> Entries:
        """Keep a backup, unless there is a later one of the same Device, which an old Alert does not undo."""
        name = str(device)
        before = self._taken.find(name)
        return self._taken.write(name, taken) if before is None or before.at <= taken.at else {}

    def find(self, device: Eui) -> Taken | None:
        """The latest backup of a hub or a gas proxy, if it has sent one."""
        return self._taken.find(str(device))


def backup_of(alert: Message) -> Taken | None:
    """The backup that an Alert carries, None where it is about something else.

    Raises :class:`DecodeError` for one whose log is none.
    """
    read = _READERS.get(alert.header.message_code)
    return read(alert.payload) if read is not None else None


def _of_hub(payload: Any) -> Taken:
    """CS14: the time, the extended PAN identifier, and of each Device the hash of its link key."""
    if not isinstance(payload, DataNotification):
        raise _no_log()
    body: Any = payload.body.value
    try:
        _code, _stamp, log = body
        time, extended_pan, listed = _values(log)
        devices = tuple(_values(entry) for entry in listed)
        link_keys = tuple((Eui.of(eui), key) for eui, key in devices)
        at = from_cosem_date_time(time)
    except (AttributeError, TypeError, ValueError):
        raise _no_log() from None
    hashes = all(isinstance(key, bytes) and len(key) in (0, _KEY_HASH) for _eui, key in link_keys)
    if at is None or not hashes or not isinstance(extended_pan, bytes) or len(extended_pan) != _PAN:
        raise _no_log()
    return Taken(at, hub=HubLog(extended_pan, link_keys))


def listed_by(log: Data) -> tuple[Eui, ...]:
    """The Devices that a Device Log names which a hub is given (CCS03): a network, and its Devices."""
    _extended_pan, listed = _values(log)
    return tuple(Eui.of(_values(entry)[0]) for entry in listed)


def _values(structure: Any) -> tuple[Any, ...]:
    return tuple(part.value for part in structure.value)


def _of_gpf(payload: Any) -> Taken:
    """GCS62: the time, and of each Device what kind it is."""
    if not isinstance(payload, Asn1Payload) or not isinstance(payload.value, DeviceLogBackupAlert):
        raise _no_log()
    said = payload.value
    try:
        entries = tuple(
            (one.device_identifier, _KINDS[names.DeviceType(one.device_type)])
            for one in said.device_log_entries
        )
    except (KeyError, ValueError):
        raise _no_log() from None
    return Taken(int(said.backup_date_time.timestamp()) * 1000, gpf=entries)


def _no_log() -> DecodeError:
    return DecodeError("backup", 0, "this is no Device Log")


_READERS: Final[Mapping[int, Callable[[Any], Taken]]] = MappingProxyType({0x0018: _of_hub, 0x00B2: _of_gpf})
"""The Alerts that carry a Device Log, by Message Code: CS14 and GCS62."""
