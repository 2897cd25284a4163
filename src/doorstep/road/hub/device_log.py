"""The CHF Device Log: which Devices may communicate on the home's network, and what each one is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType

__all__ = ["DeviceLog", "Entry"]

CAPACITY: Final = 16
HISTORY: Final = 15


class Entry(Struct, frozen=True):
    """One Device that the log lists."""

    eui: Eui
    device_type: DeviceType


class _Record(Struct, frozen=True):
    """What is written down of a log: pairs of identifier and type."""

    entries: tuple[tuple[bytes, DeviceType], ...]
    historic: tuple[tuple[bytes, DeviceType], ...]


class DeviceLog(Struct, frozen=True):
    """The log and the historic log, as one value; a change makes a new one.

    The log holds 16 Devices at most. The historic log holds the last 15 that were removed, oldest
    first; an HHT never enters it.
    """

    entries: tuple[Entry, ...] = ()
    historic: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, devices: Iterable[tuple[Eui, DeviceType]]) -> DeviceLog:
        """A log of these Devices."""
        log = cls()
        for eui, device_type in devices:
            log = log.adding(eui, device_type)
        return log

    @classmethod
    def from_bytes(cls, data: bytes) -> DeviceLog:
        """The log that :meth:`to_bytes` wrote down; raises :class:`DecodeError`."""
        try:
            record = msgspec.msgpack.decode(data, type=_Record)
        except msgspec.DecodeError as error:
            raise DecodeError("CHF Device Log", 0, str(error)) from None
        return cls(
            tuple(Entry(Eui.of(eui), device_type) for eui, device_type in record.entries),
            tuple(Entry(Eui.of(eui), device_type) for eui, device_type in record.historic),
        )

    def to_bytes(self) -> bytes:
        """The form in which a hub remembers it, doorstep's own."""
        entries = tuple((bytes(entry.eui), entry.device_type) for entry in self.entries)
        historic = tuple((bytes(entry.eui), entry.device_type) for entry in self.historic)
        return msgspec.msgpack.encode(_Record(entries, historic))

    def device_type(self, eui: Eui) -> DeviceType | None:
        """What the Device is, or None where the log does not list it."""
        for entry in self.entries:
            if entry.eui == eui:
                return entry.device_type
        return None

    def adding(self, eui: Eui, device_type: DeviceType) -> DeviceLog:
        """The log with a Device added; unchanged where it is listed already.

        Raises :class:`UsageError` where the log is full.
        """
        if self.device_type(eui) is not None:
            return self
        if len(self.entries) >= CAPACITY:
            raise UsageError(f"the CHF Device Log is full: {CAPACITY} Devices")
        historic = tuple(entry for entry in self.historic if entry.eui != eui)
        return DeviceLog((*self.entries, Entry(eui, device_type)), historic)

    def removing(self, eui: Eui) -> DeviceLog:
        """The log without a Device; unchanged where it is not listed."""
        gone = tuple(entry for entry in self.entries if entry.eui == eui)
        kept = tuple(entry for entry in self.entries if entry.eui != eui)
        remembered = tuple(entry for entry in gone if entry.device_type is not DeviceType.HHT)
        return DeviceLog(kept, (*self.historic, *remembered)[-HISTORY:])
