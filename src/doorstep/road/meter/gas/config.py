"""What a gas meter is and what it knows of others, and the choices that are its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import EncodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.device.cells import Cells
from doorstep.road.device.clusters import Attr
from doorstep.road.device.firmware import Firmware
from doorstep.road.meter.gas.attributes import ATTRIBUTES
from doorstep.road.meter.gas.commands import COMMANDS, Fault
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.types import Value

__all__ = ["GsmeConfig", "WakePolicy"]

_MINUTE: Final = 60_000
_LISTENING: Final = 20_000


class GsmeConfig(Struct, frozen=True, kw_only=True):
    """One gas meter: its identifier, the hub on its HAN, and the parties and PPMIDs that it trusts.

    ``initial`` are attribute values, and ``published`` commands, that differ from those of a meter fresh
    from the factory. ``faults`` are attributes and commands that are broken. Raises
    :class:`UsageError` for an attribute or command that no such meter has, and for a value that is not of
    its type.
    """

    eui: Eui
    cells: Cells
    hub: Eui
    firmware: Firmware = Firmware()
    initial: Mapping[Attr, Value] = MappingProxyType({})
    published: Mapping[str, Command] = MappingProxyType({})
    faults: frozenset[Fault] = frozenset()

    def __post_init__(self) -> None:
        for attribute, value in self.initial.items():
            if attribute not in ATTRIBUTES:
                raise UsageError(f"a gas meter has no attribute {attribute}")
            try:
                attribute.type.write(str(attribute), value)
            except EncodeError as error:
                raise UsageError(str(error)) from None
        for fault in self.faults:
            if fault not in ATTRIBUTES and fault not in COMMANDS and type(fault) not in COMMANDS:
                raise UsageError(f"a gas meter has no {fault} that could be broken")


class WakePolicy(Struct, frozen=True, kw_only=True):
    """When a gas meter is awake; times in milliseconds. Raises :class:`UsageError` for what cannot work."""

    interval: Instant = 30 * _MINUTE
    """The standard's: about how long it sleeps. It wakes at multiples of this after it was switched on."""

    listening: Instant = _LISTENING
    """A choice: how long it stays awake after the last thing that it sent or heard."""

    @classmethod
    def every(cls, interval: Instant) -> WakePolicy:
        """Another interval; one so short that it would never sleep leaves it half of that to listen."""
        return cls(interval=interval, listening=min(_LISTENING, interval // 2))

    def __post_init__(self) -> None:
        if not 0 < self.listening < self.interval:
            raise UsageError("a gas meter listens for some time, and for less than it sleeps")
