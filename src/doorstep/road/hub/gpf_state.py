"""What the Gas Proxy Function keeps: the gas meter's configuration as Commands have set it, and its log.

What the meter itself reports is in the mirror (:mod:`.mirror`), which is filled anew at its next wake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct, structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1.names import DeviceType as LoggedType
from doorstep.gbcs.times import Instant
from doorstep.road.device import READERS, DeviceState
from doorstep.road.device.memory import Reader
from doorstep.road.hub.store import Entries
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.layout import Unknown
from doorstep.zigbee.zcl import Direction

__all__ = ["GPF_READERS", "GPF_LOG_CAPACITY", "GpfState", "Published", "Slot", "gpf_changes"]

GPF_LOG_CAPACITY: Final = 16
"""A choice: as many Devices as the CHF Device Log holds."""


class Slot(Struct, frozen=True, order=True):
    """A place for what one kind of command says, of the cluster's server to its clients.

    ``purpose`` keeps apart what the cluster itself does not: the calendar of a tariff and that of friendly
    credit. ``str`` gives ``tariff 0707 00``.
    """

    purpose: str
    cluster: int
    command: int

    @classmethod
    def parse(cls, text: str) -> Slot:
        """Read what ``str`` gives; raises :class:`ValueError` for anything else."""
        purpose, cluster, command = text.split(" ")
        return cls(purpose, int(cluster, 16), int(command, 16))

    def __str__(self) -> str:
        return f"{self.purpose} {self.cluster:04X} {self.command:02X}"


class Published(Struct, frozen=True):
    """The commands that one Command put into a slot, and from when on they are in force."""

    start: Instant
    commands: tuple[Command, ...]


class GpfState(DeviceState, frozen=True, kw_only=True):
    """The tapped configuration and the GPF Device Log; a change makes a new one.

    A slot holds what is in force, and at most one that is for later. ``alert_owed``: the log has changed, and
    no Alert that is written down says so.
    """

    published: Mapping[Slot, tuple[Published, ...]] = MappingProxyType({})
    devices: tuple[tuple[Eui, LoggedType], ...] = ()
    alert_owed: bool = False

    def with_devices(self, devices: tuple[tuple[Eui, LoggedType], ...]) -> GpfState:
        """The state with another log; an Alert is owed with a change of it."""
        owed = self.alert_owed or devices != self.devices
        return structs.replace(self, devices=devices, alert_owed=owed)

    def publishing(self, slot: Slot, new: Published, now: Instant) -> GpfState:
        """The state in which ``new`` is in the slot, in place of what was for later, and of what it ends."""
        in_force = [one for one in self.published.get(slot, ()) if one.start <= now][-1:]
        kept = () if new.start <= now else tuple(in_force)
        return structs.replace(self, published={**self.published, slot: (*kept, new)})

    def cancelling(self, slot: Slot, now: Instant) -> GpfState:
        """The state in which nothing is for later in the slot."""
        kept = tuple(one for one in self.published.get(slot, ()) if one.start <= now)
        return structs.replace(self, published={**self.published, slot: kept})

    def in_force(self, slot: Slot, now: Instant) -> Published:
        """What holds at ``now``; no commands where nothing was published."""
        begun = [one for one in self.published.get(slot, ()) if one.start <= now]
        return begun[-1] if begun else Published(now, ())


def gpf_changes(before: GpfState, after: GpfState) -> Entries:
    """What is to be remembered of a change, beyond what all Devices have."""
    entries: Entries = {
        f"published/{slot}": _pack(slot, published)
        for slot, published in after.published.items()
        if before.published.get(slot) != published
    }
    if before.devices != after.devices:
        entries["devices/"] = b"".join(bytes(eui) + bytes((kind,)) for eui, kind in after.devices)
    if before.alert_owed != after.alert_owed:
        entries["alert-owed"] = b"" if after.alert_owed else None
    return entries


_Record = list[tuple[Instant, list[bytes]]]


def _pack(slot: Slot, published: Iterable[Published]) -> bytes:
    record = [(one.start, [command.to_bytes() for command in one.commands]) for one in published]
    return msgspec.msgpack.encode(record)


def _read_published(state: GpfState, name: str, value: bytes) -> GpfState:
    slot = Slot.parse(name)
    try:
        record = msgspec.msgpack.decode(value, type=_Record)
    except msgspec.DecodeError as error:
        raise DecodeError("published commands", 0, str(error)) from None
    found = tuple(Published(start, tuple(_command(slot, data) for data in sent)) for start, sent in record)
    return structs.replace(state, published={**state.published, slot: found})


def _command(slot: Slot, data: bytes) -> Command:
    command = CLUSTERS[slot.cluster].decode(Direction.TO_CLIENT, slot.command, data)
    if isinstance(command, Unknown):
        raise DecodeError("published command", 0, f"{slot} is no command of a server")
    return command


_LOG_ENTRY: Final = 9


def _read_devices(state: GpfState, _name: str, value: bytes) -> GpfState:
    if len(value) % _LOG_ENTRY:
        raise DecodeError("GPF Device Log", 0, f"{len(value)} bytes are no entries")
    entries = (value[at : at + _LOG_ENTRY] for at in range(0, len(value), _LOG_ENTRY))
    return structs.replace(state, devices=tuple((Eui(one[:8]), LoggedType(one[8])) for one in entries))


def _read_alert_owed(state: GpfState, _name: str, _value: bytes) -> GpfState:
    return structs.replace(state, alert_owed=True)


GPF_READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {**READERS, "published": _read_published, "devices": _read_devices, "alert-owed": _read_alert_owed}
)
"""The readers of what a GPF remembers."""
