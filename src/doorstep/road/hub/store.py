"""Messages that wait in the hub, written down while they do."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Final

import msgspec
from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Memory

__all__ = ["Entries", "Held", "Store"]

Entries = dict[str, bytes | None]
"""What to remember."""

_DIGITS: Final = 16


class Held(Struct, frozen=True):
    """One message that waits.

    ``name`` is its key in the memory, ``device`` the Device whose queue it is in, ``sender`` the Device
    whose tunnel it came by, None for the WAN.
    """

    name: str
    device: Eui
    sender: Eui | None
    since: Instant
    message: bytes


class _Record(Struct, frozen=True):
    """What is written down of a :class:`Held`, whose name is the key."""

    device: bytes
    sender: bytes | None
    since: Instant
    message: bytes


class Store:
    """A queue for each Device. Every change gives the entries to remember.

    At most ``limit`` messages from one sender wait for one Device. What any operation costs does not
    depend on how much is or was held. Raises :class:`DecodeError` for a memory that no store has written.
    """

    def __init__(self, shelf: str, limit: int, memory: Memory) -> None:
        self._prefix = f"{shelf}:"
        self._limit = limit
        self._held: dict[str, Held] = {}
        self._queues: dict[Eui, OrderedDict[str, None]] = {}
        self._counts: Counter[tuple[Eui, Eui | None]] = Counter()
        self._next = 0
        for name in sorted(name for name in memory if name.startswith(self._prefix)):
            if (data := memory[name]) is not None:
                self._put(_unpack(name, data))
                self._next = _number(name, self._prefix) + 1

    def __len__(self) -> int:
        return len(self._held)

    def add(
        self, device: Eui, sender: Eui | None, message: bytes, now: Instant
    ) -> tuple[Held, Entries] | None:
        """Put a message behind the others; None where its sender has too many there already."""
        if self._counts[device, sender] >= self._limit:
            return None
        name = f"{self._prefix}{self._next:0{_DIGITS}}"
        self._next += 1
        held = Held(name, device, sender, now, message)
        self._put(held)
        record = _Record(bytes(device), sender and bytes(sender), now, message)
        return held, {name: msgspec.msgpack.encode(record)}

    def drop(self, name: str) -> Entries:
        """Take a message out; harmless where it is gone already."""
        held = self._held.pop(name, None)
        if held is None:
            return {}
        queue = self._queues[held.device]
        del queue[name]
        if not queue:
            del self._queues[held.device]
        self._counts[held.device, held.sender] -= 1
        if not self._counts[held.device, held.sender]:
            del self._counts[held.device, held.sender]
        return {name: None}

    def named(self, name: str) -> Held | None:
        """The message of that name, while it waits."""
        return self._held.get(name)

    def first(self, device: Eui) -> Held | None:
        """The message that has waited longest in a Device's queue."""
        queue = self._queues.get(device)
        return self._held[next(iter(queue))] if queue else None

    def count(self, device: Eui) -> int:
        """How many messages are in a Device's queue."""
        return len(self._queues.get(device, ()))

    def of(self, device: Eui) -> list[Held]:
        """A Device's queue, in order."""
        return [self._held[name] for name in self._queues.get(device, ())]

    def all(self) -> list[Held]:
        """All messages, in the order in which they came."""
        return list(self._held.values())

    def _put(self, held: Held) -> None:
        self._held[held.name] = held
        self._queues.setdefault(held.device, OrderedDict())[held.name] = None
        self._counts[held.device, held.sender] += 1


def _number(name: str, prefix: str) -> int:
    digits = name.removeprefix(prefix)
    if not digits.isdecimal():
        raise DecodeError("remembered message", 0, f"{name!r} is no name of one")
    return int(digits)


def _unpack(name: str, data: bytes) -> Held:
    try:
        record = msgspec.msgpack.decode(data, type=_Record)
    except msgspec.DecodeError as error:
        raise DecodeError("remembered message", 0, str(error)) from None
    sender = None if record.sender is None else Eui.of(record.sender)
    return Held(name, Eui.of(record.device), sender, record.since, record.message)
