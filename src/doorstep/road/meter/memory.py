"""A meter's state as entries to remember, and back.

=====================  ======================================================================
key                    value
=====================  ======================================================================
``counter/<role>``     the Execution Counter of a Remote Party Role, 8 bytes
``top-ups/<which>``    a window of counters: its floor, then those spent, 8 bytes each
``register/<place>``   a register's value in A-XDR; only those that ever changed
``pending``            the pending activations, 35 bytes each
``own-counter``        the Device's own Originator Counter, 8 bytes
``unsent/<number>``    a finished message that the hub has not confirmed
=====================  ======================================================================

All integers are big-endian. Entries with other keys are left alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from msgspec import structs

from doorstep.errors import DecodeError, EncodeError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Role
from doorstep.gbcs.payloads.axdr import decode_data, encode_data
from doorstep.road.machine import Memory
from doorstep.road.meter.activations import ACTIVATIONS
from doorstep.road.meter.counters import Counters, Window
from doorstep.road.meter.objects import Place, place
from doorstep.road.meter.registers import REGISTERS
from doorstep.road.meter.state import Pending, State

__all__ = ["changes", "remembered"]

_U64: Final = struct.Struct(">Q")
_PENDING: Final = struct.Struct(">q9s8sHQ")  # due, place, originator, Message Code, counter


def changes(before: State, after: State) -> dict[str, bytes | None]:
    """The entries that turn the memory of ``before`` into that of ``after``, None for one to forget."""
    old, new = before.counters, after.counters
    entries: dict[str, bytes | None] = {}
    for role, counter in new.executed.items():
        if old.executed.get(role) != counter:
            entries[f"counter/{role.name}"] = _U64.pack(counter)
    if old.commands != new.commands:
        entries["top-ups/commands"] = _window(new.commands)
    if old.top_ups != new.top_ups:
        entries["top-ups/entered"] = _window(new.top_ups)
    for where, data in after.registers.items():
        # What was not written is the very same object, which is quicker to see than that it is equal.
        if before.registers.get(where) is not data:
            entries[f"register/{where}"] = encode_data(data)
    if before.pending != after.pending:
        entries["pending"] = b"".join(_pending(one) for one in after.pending)
    if before.own_counter != after.own_counter:
        entries["own-counter"] = _U64.pack(after.own_counter)
    for number in before.unsent.keys() - after.unsent.keys():
        entries[f"unsent/{number}"] = None
    for number in after.unsent.keys() - before.unsent.keys():
        entries[f"unsent/{number}"] = after.unsent[number]
    return entries


def remembered(initial: State, memory: Memory) -> State:
    """``initial`` with everything that ``memory`` holds put over it.

    Raises :class:`DecodeError`, which names the key, for an entry that is not as :func:`changes` made it.
    """
    state = initial
    for key, value in memory.items():
        kind, _, name = key.partition("/")
        reader = _READERS.get(kind)
        if reader is None or value is None:
            continue
        try:
            state = reader(state, name, value)
        except (struct.error, ValueError, KeyError, IndexError, DecodeError, EncodeError) as error:
            raise DecodeError(f"memory entry {key!r}", 0, f"{type(error).__name__}: {error}") from None
    return state


# -- one reader a kind of entry ----------------------------------------------------------------------


def _read_counter(state: State, name: str, value: bytes) -> State:
    executed: Mapping[Role, int] = {**state.counters.executed, Role[name]: _integer(value)}
    return structs.replace(state, counters=structs.replace(state.counters, executed=executed))


def _read_window(state: State, name: str, value: bytes) -> State:
    floor, *spent = (counter for (counter,) in _U64.iter_unpack(value))
    window = Window(floor, tuple(spent))
    counters = state.counters
    if name == "commands":
        changed: Counters = structs.replace(counters, commands=window)
    else:
        changed = structs.replace(counters, top_ups=window)
    return structs.replace(state, counters=changed)


def _read_register(state: State, name: str, value: bytes) -> State:
    where = place(name)
    data, end = decode_data(value, 0)
    if end != len(value) or not REGISTERS[where].shape.fits(data):
        raise DecodeError("register", end, f"{value[:20].hex()} is no value of it")
    return state.holding(where, data)


def _read_pending(state: State, _name: str, value: bytes) -> State:
    pending = tuple(
        Pending(due, Place.from_bytes(where), Eui(originator), code, counter)
        for due, where, originator, code, counter in _PENDING.iter_unpack(value)
    )
    if not all(one.place in ACTIVATIONS for one in pending):
        raise DecodeError("pending", 0, "it names what is no activation attribute")
    return structs.replace(state, pending=pending)


def _read_own_counter(state: State, _name: str, value: bytes) -> State:
    return structs.replace(state, own_counter=_integer(value))


def _read_unsent(state: State, name: str, value: bytes) -> State:
    unsent = {**state.unsent, int(name): value}
    return structs.replace(state, unsent=dict(sorted(unsent.items())))


_READERS: Final[dict[str, Callable[[State, str, bytes], State]]] = {
    "counter": _read_counter,
    "top-ups": _read_window,
    "register": _read_register,
    "pending": _read_pending,
    "own-counter": _read_own_counter,
    "unsent": _read_unsent,
}


def _integer(value: bytes) -> int:
    number: int = _U64.unpack(value)[0]
    return number


def _window(window: Window) -> bytes:
    return b"".join(_U64.pack(counter) for counter in (window.floor, *window.spent))


def _pending(one: Pending) -> bytes:
    return _PENDING.pack(one.due, bytes(one.place), one.originator, one.message_code, one.counter)
