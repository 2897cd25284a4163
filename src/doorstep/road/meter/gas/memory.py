"""A gas meter's state as entries to remember, and back: those that every meter has, and these.

=========================  ==================================================================
key                        value
=========================  ==================================================================
``attribute/<attribute>``  an attribute's value as ZCL writes it; only those that ever changed
``published/<slot>``       a command that was published: cluster, then its ZCL frame
``pending``                the pending commands: due, originator, Message Code, counter,
                           cluster, length, ZCL frame
=========================  ==================================================================

Integers are big-endian but inside of what ZCL writes. Entries with other keys are left alone.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.gbz import Component
from doorstep.road.device.clusters import Attr
from doorstep.road.machine import Memory
from doorstep.road.meter import memory as base
from doorstep.road.meter.gas.attributes import ATTRIBUTES
from doorstep.road.meter.gas.commands import COMMANDS
from doorstep.road.meter.gas.schedule import instruction_of
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.zcl import Direction, Frame

__all__ = ["changes", "remembered"]

_CLUSTER: Final = struct.Struct(">H")
_PENDING: Final = struct.Struct(">Q8sHQHH")  # due, originator, Message Code, counter, cluster, length


def changes(before: GasState, after: GasState) -> base.Entries:
    """The entries that turn the memory of ``before`` into that of ``after``, None for one to forget."""
    entries = base.changes(before, after)
    for attribute, value in after.attributes.items():
        if before.attributes.get(attribute) != value:
            entries[f"attribute/{attribute}"] = attribute.type.write(str(attribute), value)
    for slot in before.published.keys() - after.published.keys():
        entries[f"published/{slot}"] = None
    for slot, command in after.published.items():
        if before.published.get(slot) is not command:
            entries[f"published/{slot}"] = _published(command)
    if before.pending != after.pending:
        entries["pending"] = b"".join(map(_pending, after.pending))
    return entries


def remembered(initial: GasState, memory: Memory) -> GasState:
    """``initial`` with everything that ``memory`` holds put over it.

    Raises :class:`DecodeError`, which names the key, for an entry that is not as :func:`changes` made it.
    """
    return base.remembered(initial, memory, _READERS)


def _read_attribute(state: GasState, name: str, value: bytes) -> GasState:
    cluster, identifier = (int(part, 16) for part in name.split())
    attribute = Attr(cluster, identifier)
    if attribute not in ATTRIBUTES:
        raise KeyError(name)
    read, end = attribute.type.read(name, value, 0, len(value))
    if end != len(value):
        raise DecodeError(name, end, f"{len(value) - end} bytes are left over")
    return state.holding({attribute: read})


def _read_published(state: GasState, slot: str, value: bytes) -> GasState:
    (cluster,) = _CLUSTER.unpack_from(value)
    command = CLUSTERS[cluster].command_in(Frame.from_bytes(value, _CLUSTER.size))
    if not isinstance(command, Command):
        raise DecodeError(slot, _CLUSTER.size, "it is no command that has a row")
    return state.publishing(slot, command)


def _read_pending(state: GasState, _name: str, value: bytes) -> GasState:
    found, at = [], 0
    while at < len(value):
        due, originator, code, counter, cluster, length = _PENDING.unpack_from(value, at)
        at += _PENDING.size
        frame = Frame.from_bytes(value, at, at + length)
        at += length
        component = Component.of_frame(cluster, frame)
        row = COMMANDS[type(component.command)]  # type: ignore[index]  # KeyError says that it is none.
        if not row.dated:
            raise DecodeError("pending", at, "it names a command that is never for later")
        found.append(Pending(due, instruction_of(component), component, Eui(originator), code, counter))
    return structs.replace(state, pending=tuple(found))


_READERS: Final[Mapping[str, base.Reader]] = MappingProxyType(
    {
        **base.READERS,
        "attribute": _read_attribute,
        "published": _read_published,
        "pending": _read_pending,
    }
)


def _published(command: Command) -> bytes:
    for cluster in CLUSTERS.values():
        for direction in Direction:
            if type(command) in cluster.commands(direction).values():
                frame = cluster.frame(command, direction, sequence=0)
                return _CLUSTER.pack(cluster.id) + frame.to_bytes()
    raise AssertionError(f"{type(command).__name__} is of no cluster")


def _pending(one: Pending) -> bytes:
    frame = one.component.frame.to_bytes()
    head = _PENDING.pack(
        one.due, one.originator, one.message_code, one.counter, one.component.cluster, len(frame)
    )
    return head + frame
