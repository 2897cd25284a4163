"""What every Device remembers, as entries, and back.

=====================  ======================================================================
key                    value
=====================  ======================================================================
``cell/<role>``        the party in a trust anchor cell, 8 bytes
``peer/<identifier>``  nothing: the Device of the home with that Entity Identifier is trusted
``counter/<sender>``   the Execution Counter of a Remote Party Role, or of a Device of the
                       same home by its Entity Identifier, 8 bytes
``top-ups/<which>``    a window of counters: its floor, then those spent, 8 bytes each
``own-counter``        the Device's own Originator Counter, 8 bytes
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
from doorstep.gbcs.keys import Role
from doorstep.road.device.cells import Cells
from doorstep.road.device.counters import Counters, Sender, Window
from doorstep.road.device.state import DeviceState
from doorstep.road.machine import Memory

__all__ = ["READERS", "Entries", "Reader", "changes", "remembered"]

S = TypeVar("S", bound=DeviceState)

Entries = dict[str, bytes | None]
"""What to remember, by key; None for what to forget."""

Reader = Callable[[Any, str, bytes], Any]
"""The state, with what an entry holds put into it, from the rest of the entry's key and its value."""

_U64: Final = struct.Struct(">Q")


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


def _read_peer(state: S, name: str, _value: bytes) -> S:
    peers = state.cells.peers | {Eui.parse(name)}
    return structs.replace(state, cells=structs.replace(state.cells, peers=peers))


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
    entries |= {f"peer/{peer}": b"" for peer in after.peers - before.peers}
    return entries | {f"peer/{peer}": None for peer in before.peers - after.peers}


def _integer(value: bytes) -> int:
    number: int = _U64.unpack(value)[0]
    return number


def _window(window: Window) -> bytes:
    return b"".join(_U64.pack(counter) for counter in (window.floor, *window.spent))


def _sender_name(sender: Sender) -> str:
    return sender.name if isinstance(sender, Role) else str(sender)


def _sender(name: str) -> Sender:
    return Role[name] if name in Role.__members__ else Eui.parse(name)
