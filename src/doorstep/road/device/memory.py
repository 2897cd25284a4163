"""What every Device remembers, as entries, and back.

=====================  ======================================================================
key                    value
=====================  ======================================================================
``cell/<role>``        the party in a trust anchor cell, 8 bytes
``anchor/<of> <use>``    a certificate that a Command has brought, DER
``peer/<identifier>``  whether the Device of the home is trusted, one byte: a Device that was trusted
                       from the start may be so no more
``counter/<sender>``   the Execution Counter of a Remote Party Role, or of a Device of the
                       same home by its Entity Identifier, 8 bytes
``top-ups/<which>``    a window of counters: its floor, then those spent, 8 bytes each
``own-counter``        the Device's own Originator Counter, 8 bytes
``deferred/<code>``      a Command that is for later: due, originator, counter, payload
``unsent/<number>``    a finished message that the hub has not confirmed
=====================  ======================================================================

All integers are big-endian. A Device of some type adds readers of its own kinds; entries of kinds that
have no reader are left alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from msgspec import structs

from doorstep.errors import DecodeError, EncodeError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyUsage, Role
from doorstep.gbcs.payloads.asn1 import Certificate, decode
from doorstep.road.device.anchors import Anchor, checked
from doorstep.road.device.cells import Cells
from doorstep.road.device.counters import Counters, Sender, Window
from doorstep.road.device.state import Deferred, DeviceState
from doorstep.road.machine import Memory

__all__ = ["READERS", "Entries", "Reader", "changes", "remembered"]

S = TypeVar("S", bound=DeviceState)

Entries = dict[str, bytes | None]
"""What to remember, by key; None for what to forget."""

Reader = Callable[[Any, str, bytes], Any]
"""The state, with what an entry holds put into it, from the rest of the entry's key and its value."""

_TRUSTED: Final = b"\x01"
_NOT_TRUSTED: Final = b"\x00"
_U64: Final = struct.Struct(">Q")
_DEFERRED: Final = struct.Struct(">Q8sQ")  # due, originator, counter


def changes(before: DeviceState, after: DeviceState) -> Entries:
    """The entries that turn the memory of ``before`` into that of ``after``, of what all Devices have."""
    old, new = before.counters, after.counters
    entries = _cells(before.cells, after.cells)
    for sender, counter in new.executed.items():
        if old.executed.get(sender) != counter:
            entries[f"counter/{_sender_name(sender)}"] = _U64.pack(counter)
    if old.commands != new.commands:
        entries["top-ups/commands"] = _window(new.commands)
    if old.top_ups != new.top_ups:
        entries["top-ups/entered"] = _window(new.top_ups)
    for anchor, certificate in after.anchors.items():
        if before.anchors.get(anchor) != certificate:
            entries[_anchor_name(anchor)] = bytes(certificate)
    entries |= {_anchor_name(anchor): None for anchor in before.anchors.keys() - after.anchors.keys()}
    for one in before.deferred:
        if one not in after.deferred:
            entries[f"deferred/{one.message_code:04X}"] = None
    for one in after.deferred:
        if one not in before.deferred:
            head = _DEFERRED.pack(one.due, one.originator, one.counter)
            entries[f"deferred/{one.message_code:04X}"] = head + one.content
    if before.own_counter != after.own_counter:
        entries["own-counter"] = _U64.pack(after.own_counter)
    for number in before.unsent.keys() - after.unsent.keys():
        entries[f"unsent/{number}"] = None
    for number in after.unsent.keys() - before.unsent.keys():
        entries[f"unsent/{number}"] = after.unsent[number]
    return entries


def remembered(initial: S, memory: Memory, readers: Mapping[str, Reader]) -> S:
    """``initial`` with everything that ``memory`` holds put over it, by the ``readers`` of its kinds.

    Raises :class:`DecodeError`, which names the key, for an entry that its reader does not understand.
    """
    state = initial
    for key, value in memory.items():
        kind, _, name = key.partition("/")
        reader = readers.get(kind)
        if reader is None or value is None:
            continue
        try:
            state = reader(state, name, value)
        except (struct.error, ValueError, KeyError, IndexError, InputError, EncodeError) as error:
            raise DecodeError(f"memory entry {key!r}", 0, f"{type(error).__name__}: {error}") from None
    return state


# -- one reader a kind of entry ----------------------------------------------------------------------


def _read_cell(state: S, name: str, value: bytes) -> S:
    parties = {**state.cells.parties, Role[name]: Eui.of(value)}
    return structs.replace(state, cells=structs.replace(state.cells, parties=parties))


def _read_peer(state: S, name: str, value: bytes) -> S:
    peer = frozenset((Eui.parse(name),))
    peers = state.cells.peers - peer if value == _NOT_TRUSTED else state.cells.peers | peer
    return structs.replace(state, cells=structs.replace(state.cells, peers=peers))


def _read_anchor(state: S, name: str, value: bytes) -> S:
    holder, _, usage = name.partition(" ")
    anchor = _sender(holder), KeyUsage(usage)
    return structs.replace(state, anchors={**state.anchors, anchor: checked(Certificate(value))})


def _read_deferred(state: S, name: str, value: bytes) -> S:
    due, originator, counter = _DEFERRED.unpack_from(value)
    one = Deferred(due, int(name, 16), Eui(originator), counter, value[_DEFERRED.size :])
    decode(one.content, one.message_code, Cra.COMMAND)
    return structs.replace(state, deferred=(*state.deferred, one))


def _read_counter(state: S, name: str, value: bytes) -> S:
    executed: Mapping[Sender, int] = {**state.counters.executed, _sender(name): _integer(value)}
    return structs.replace(state, counters=structs.replace(state.counters, executed=executed))


def _read_window(state: S, name: str, value: bytes) -> S:
    floor, *spent = (counter for (counter,) in _U64.iter_unpack(value))
    window = Window(floor, tuple(spent))
    counters = state.counters
    if name == "commands":
        changed: Counters = structs.replace(counters, commands=window)
    else:
        changed = structs.replace(counters, top_ups=window)
    return structs.replace(state, counters=changed)


def _read_own_counter(state: S, _name: str, value: bytes) -> S:
    return structs.replace(state, own_counter=_integer(value))


def _read_unsent(state: S, name: str, value: bytes) -> S:
    unsent = {**state.unsent, int(name): value}
    return structs.replace(state, unsent=dict(sorted(unsent.items())))


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "cell": _read_cell,
        "anchor": _read_anchor,
        "deferred": _read_deferred,
        "peer": _read_peer,
        "counter": _read_counter,
        "top-ups": _read_window,
        "own-counter": _read_own_counter,
        "unsent": _read_unsent,
    }
)
"""The readers of the entries that every Device has."""


def _cells(before: Cells, after: Cells) -> Entries:
    entries: Entries = {
        f"cell/{role.name}": party for role, party in after.parties.items() if before.party(role) != party
    }
    entries |= {f"peer/{peer}": _TRUSTED for peer in after.peers - before.peers}
    return entries | {f"peer/{peer}": _NOT_TRUSTED for peer in before.peers - after.peers}


def _integer(value: bytes) -> int:
    number: int = _U64.unpack(value)[0]
    return number


def _window(window: Window) -> bytes:
    return b"".join(_U64.pack(counter) for counter in (window.floor, *window.spent))


def _anchor_name(anchor: Anchor) -> str:
    holder, usage = anchor
    return f"anchor/{_sender_name(holder)} {usage.value}"


def _sender_name(sender: Sender) -> str:
    return sender.name if isinstance(sender, Role) else str(sender)


def _sender(name: str) -> Sender:
    return Role[name] if name in Role.__members__ else Eui.parse(name)
