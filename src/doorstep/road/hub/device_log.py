"""The CHF Device Log: which Devices may communicate on the home's network, and what each one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from msgspec import Struct, structs

from doorstep.errors import DecodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.secret import repr_without
from doorstep.zigbee.keys import hashed_link_key

__all__ = ["CAPACITY", "HISTORY", "DeviceLog", "Entry"]

CAPACITY: Final = 16
HISTORY: Final = 15
_KEY_SIZES: Final = (0, 16)
_THE_HUB_ITSELF: Final = (DeviceType.CHF, DeviceType.GPF)


class Entry(Struct, frozen=True):
    """One Device that the log lists, or listed.

    ``device_type`` is None until it is known. ``link_key`` is the key that it joins with, 16 bytes or
    none; ``earlier_key`` the one that it joined with when it was last listed. ``key_hash`` is the hash of
    the Trust Centre link key that came of joining, 16 bytes or none; the radio keeps that key itself. A
    Device that is ``restored`` knew another hub, and may join this one at any time.
    """

    eui: Eui
    device_type: DeviceType | None = None
    link_key: bytes = b""
    earlier_key: bytes = b""
    joined: bool = False
    restored: bool = False
    key_hash: bytes = b""

    @property
    def hashed_link_key(self) -> bytes:
        """What the hub says of the link key to others: its hash, or nothing where there is none.

        Until key establishment has made another, that is the key that it joins with (a choice).
        """
        return self.key_hash or (hashed_link_key(self.link_key) if self.link_key else b"")

    def joining_with(self, link_key: bytes) -> Entry:
        """The Device when it has to join with this key, whatever it had before."""
        return structs.replace(self, link_key=link_key, joined=False, key_hash=b"")

    def on_network(self, key_hash: bytes) -> Entry:
        """The Device when it has joined; its key is as it was where the hash is not told."""
        return structs.replace(self, joined=True, key_hash=key_hash or self.key_hash)

    def __repr__(self) -> str:
        kind = self.device_type.value if self.device_type else "unknown"
        return f"<{kind} {self.eui}{', joined' if self.joined else ''}>"


_Fields = tuple[bytes, DeviceType | None, bytes, bytes, bool, bool, bytes]


class _Record(Struct, frozen=True):
    """What is written down of a log."""

    entries: tuple[_Fields, ...]
    historic: tuple[_Fields, ...]

    def __repr__(self) -> str:
        return repr_without(self, "entries", "historic")


class DeviceLog(Struct, frozen=True):
    """The log and the historic log, as one value; a change makes a new one.

    The log holds 16 Devices at most, beside the hub's own CHF and GPF. The historic log holds the last
    15 that were removed, oldest first; an HHT never enters it.
    """

    entries: tuple[Entry, ...] = ()
    historic: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, devices: Iterable[tuple[Eui, DeviceType]]) -> DeviceLog:
        """A log of these Devices, which have joined."""
        log = cls()
        for eui, device_type in devices:
            log = log.adding(eui, device_type)
        return log

    @classmethod
    def restored(cls, devices: Iterable[tuple[Eui, bytes]]) -> DeviceLog:
        """A log of Devices that knew another hub: each may join with the hash of the key that it had there.

        Raises :class:`UsageError` where there are too many.
        """
        log = cls()
        for eui, hashed_key in devices:
            log = log._with(Entry(eui, None, hashed_key, restored=True, key_hash=hashed_key))
        return log

    @classmethod
    def from_bytes(cls, data: bytes) -> DeviceLog:
        """The log that :meth:`to_bytes` wrote down; raises :class:`DecodeError`."""
        try:
            record = msgspec.msgpack.decode(data, type=_Record)
        except msgspec.DecodeError as error:
            raise DecodeError("CHF Device Log", 0, str(error)) from None
        return cls(tuple(map(_entry, record.entries)), tuple(map(_entry, record.historic)))

    def to_bytes(self) -> bytes:
        """The form in which a hub remembers it, doorstep's own."""
        record = _Record(tuple(map(_fields, self.entries)), tuple(map(_fields, self.historic)))
        return msgspec.msgpack.encode(record)

    def find(self, eui: Eui) -> Entry | None:
        """The Device's entry, or None where the log does not list it."""
        return next((entry for entry in self.entries if entry.eui == eui), None)

    def device_type(self, eui: Eui) -> DeviceType | None:
        """What the Device is; None where the log does not list it, or does not know."""
        entry = self.find(eui)
        return entry.device_type if entry else None

    @property
    def others(self) -> tuple[Entry, ...]:
        """The entries without the hub's own two: what the hub tells others of its log."""
        return tuple(entry for entry in self.entries if entry.device_type not in _THE_HUB_ITSELF)

    @property
    def told(self) -> tuple[tuple[Eui, bytes], ...]:
        """What a backup of the log says of it: the Devices, and the hashes of their link keys."""
        return tuple((entry.eui, entry.hashed_link_key) for entry in self.others)

    def adding(self, eui: Eui, device_type: DeviceType) -> DeviceLog:
        """The log with a Device added that has joined; unchanged where it is listed already.

        Raises :class:`UsageError` where the log is full.
        """
        return self._with(Entry(eui, device_type, joined=True))

    def registering(self, eui: Eui, link_key: bytes) -> DeviceLog:
        """The log with a Device added that shall join with ``link_key``; unchanged where it is listed.

        One that the historic log knows may join with the key that it had, too; what it is, it is asked
        anew. Raises :class:`UsageError` where the log is full.
        """
        known = next((entry for entry in self.historic if entry.eui == eui), None)
        if known is None:
            return self._with(Entry(eui, None, link_key))
        return self._with(Entry(eui, None, link_key, known.link_key))

    def removing(self, eui: Eui) -> DeviceLog:
        """The log without a Device; unchanged where it is not listed."""
        gone = tuple(entry for entry in self.entries if entry.eui == eui)
        kept = tuple(entry for entry in self.entries if entry.eui != eui)
        remembered = tuple(entry for entry in gone if entry.device_type is not DeviceType.HHT)
        return DeviceLog(kept, (*self.historic, *remembered)[-HISTORY:])

    def changing(self, eui: Eui, change: Callable[[Entry], Entry]) -> DeviceLog:
        """The log with a Device's entry changed; unchanged where it is not listed."""
        entries = tuple(change(entry) if entry.eui == eui else entry for entry in self.entries)
        return structs.replace(self, entries=entries)

    def _with(self, new: Entry) -> DeviceLog:
        if self.find(new.eui) is not None:
            return self
        if new.device_type not in _THE_HUB_ITSELF and len(self.others) >= CAPACITY:
            raise UsageError(f"the CHF Device Log is full: {CAPACITY} Devices")
        historic = tuple(entry for entry in self.historic if entry.eui != new.eui)
        return DeviceLog((*self.entries, new), historic)


def _fields(entry: Entry) -> _Fields:
    keys = entry.link_key, entry.earlier_key
    return bytes(entry.eui), entry.device_type, *keys, entry.joined, entry.restored, entry.key_hash


def _entry(fields: _Fields) -> Entry:
    eui, device_type, link_key, earlier_key, joined, restored, key_hash = fields
    if any(len(key) not in _KEY_SIZES for key in (link_key, earlier_key, key_hash)):
        raise DecodeError("CHF Device Log", 0, "a link key has 16 bytes, and so has its hash")
    return Entry(Eui.of(eui), device_type, link_key, earlier_key, joined, restored, key_hash)
