"""A meter's state as entries to remember, and back: those that every meter has, and these.

=====================  ======================================================================
key                    value
=====================  ======================================================================
``register/<place>``   a register's value in A-XDR; only those that ever changed
``pending``            the pending activations, 35 bytes each
=====================  ======================================================================

All integers are big-endian. Entries with other keys are left alone.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import decode_data, encode_data
from doorstep.road.device.objects import Place, place
from doorstep.road.machine import Memory
from doorstep.road.meter import memory as base
from doorstep.road.meter.electricity.activations import ACTIVATIONS
from doorstep.road.meter.electricity.registers import REGISTERS
from doorstep.road.meter.electricity.state import Pending, State

__all__ = ["changes", "remembered"]

_PENDING: Final = struct.Struct(">q9s8sHQ")  # due, place, originator, Message Code, counter


def changes(before: State, after: State) -> base.Entries:
    """The entries that turn the memory of ``before`` into that of ``after``, None for one to forget."""
    entries = base.changes(before, after)
    for where, data in after.registers.items():
        # What was not written is the very same object, which is quicker to see than that it is equal.
        if before.registers.get(where) is not data:
            entries[f"register/{where}"] = encode_data(data)
    if before.pending != after.pending:
        entries["pending"] = b"".join(_pending(one) for one in after.pending)
    return entries


def remembered(initial: State, memory: Memory) -> State:
    """``initial`` with everything that ``memory`` holds put over it.

    Raises :class:`DecodeError`, which names the key, for an entry that is not as :func:`changes` made it.
    """
    return base.remembered(initial, memory, _READERS)


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


_READERS: Final[Mapping[str, base.Reader]] = MappingProxyType(
    {**base.READERS, "register": _read_register, "pending": _read_pending}
)


def _pending(one: Pending) -> bytes:
    return _PENDING.pack(one.due, bytes(one.place), one.originator, one.message_code, one.counter)
