"""The Devices that a radio knows: their short addresses, the link keys shared with them, and how far
their frame counters have come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.road.machine import Memory
from doorstep.secret import Secret, repr_without
from doorstep.zigbee.mac import Capability

__all__ = ["Neighbour", "Neighbours"]

_PREFIX: Final = "han/neighbour/"


class Neighbour(msgspec.Struct, kw_only=True):
    """One Device. Counters are the last that were heard, -1 for none.

    ``network_heard`` is the counter of its network frames, ``install_heard`` of what the key of its (or
    our) install code protected, ``link_heard`` of what ``link_key`` protects.
    """

    eui: Eui
    short: int | None = None
    capability: int = int(Capability.RECEIVER_ON_WHEN_IDLE)
    link_key: Secret | None = None
    network_heard: int = -1
    install_heard: int = -1
    link_heard: int = -1
    written: int = -1

    @property
    def sleeps(self) -> bool:
        """Whether its receiver is off while it has nothing to say, so that its parent holds frames."""
        return not self.capability & Capability.RECEIVER_ON_WHEN_IDLE

    def share(self, key: bytes) -> None:
        """Use another link key from now on, of which no frame has been heard."""
        self.link_key = Secret(key)
        self.link_heard = -1


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """A neighbour as it is remembered."""

    short: int | None
    capability: int
    link_key: bytes | None
    network_heard: int
    install_heard: int
    link_heard: int

    def __repr__(self) -> str:
        return repr_without(self, "link_key")


class Neighbours:
    """All neighbours of one radio, at most ``most``."""

    def __init__(self, most: int, memory: Memory) -> None:
        self._most = most
        self._by_eui: dict[Eui, Neighbour] = {}
        self._by_short: dict[int, Neighbour] = {}
        for name, data in memory.items():
            if name.startswith(_PREFIX) and data is not None:
                self._restore(name, data)

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(tuple(self._by_eui.values()))

    def __len__(self) -> int:
        return len(self._by_eui)

    def of(self, eui: Eui) -> Neighbour | None:
        """The neighbour of that name."""
        return self._by_eui.get(eui)

    def at(self, short: int) -> Neighbour | None:
        """The neighbour with that short address."""
        return self._by_short.get(short)

    def meet(self, eui: Eui) -> Neighbour | None:
        """The neighbour of that name, a new one where it is not known; None where there is no room.

        Room is made by forgetting one with whom no key is shared.
        """
        known = self._by_eui.get(eui)
        if known is not None:
            return known
        if len(self._by_eui) >= self._most:
            spare = next((one for one in self._by_eui.values() if one.link_key is None), None)
            if spare is None:
                return None
            self._drop(spare)
        neighbour = self._by_eui[eui] = Neighbour(eui=eui)
        return neighbour

    def move(self, neighbour: Neighbour, short: int) -> None:
        """Give a neighbour its short address; whoever had it has none any more."""
        if neighbour.short == short:
            return
        holder = self._by_short.get(short)
        if holder is not None:
            holder.short = None
        if neighbour.short is not None:
            del self._by_short[neighbour.short]
        neighbour.short = short
        self._by_short[short] = neighbour

    def entries(self, neighbour: Neighbour) -> dict[str, bytes | None]:
        """What is to be remembered of a neighbour as it stands."""
        neighbour.written = neighbour.network_heard
        record = _Record(
            neighbour.short,
            neighbour.capability,
            None if neighbour.link_key is None else bytes(neighbour.link_key),
            neighbour.network_heard,
            neighbour.install_heard,
            neighbour.link_heard,
        )
        return {_PREFIX + neighbour.eui.hex(): msgspec.msgpack.encode(record)}

    def forget(self, eui: Eui) -> dict[str, bytes | None]:
        """Know a Device no more; gives what is to be remembered of that."""
        neighbour = self._by_eui.get(eui)
        if neighbour is None:
            return {}
        self._drop(neighbour)
        return {_PREFIX + eui.hex(): None}

    def _drop(self, neighbour: Neighbour) -> None:
        del self._by_eui[neighbour.eui]
        if neighbour.short is not None:
            del self._by_short[neighbour.short]

    def _restore(self, name: str, data: bytes) -> None:
        try:
            eui = Eui.of(bytes.fromhex(name.removeprefix(_PREFIX)))
            record = msgspec.msgpack.decode(data, type=_Record)
        except (ValueError, msgspec.DecodeError) as error:
            raise DecodeError("remembered neighbour", 0, f"{name}: {error}") from None
        neighbour = Neighbour(
            eui=eui,
            capability=record.capability,
            link_key=None if record.link_key is None else Secret(record.link_key),
            network_heard=record.network_heard,
            install_heard=record.install_heard,
            link_heard=record.link_heard,
            written=record.network_heard,
        )
        self._by_eui[eui] = neighbour
        if record.short is not None:
            self.move(neighbour, record.short)
