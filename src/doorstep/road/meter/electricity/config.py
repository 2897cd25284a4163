"""What an electricity meter is, and what it knows of others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.axdr import Data
from doorstep.road.device.cells import Cells
from doorstep.road.device.firmware import Firmware
from doorstep.road.device.objects import Place
from doorstep.road.meter.electricity.logs import LOGS
from doorstep.road.meter.electricity.methods import METHODS
from doorstep.road.meter.electricity.protected import PROTECTED
from doorstep.road.meter.electricity.readings import READINGS
from doorstep.road.meter.electricity.registers import REGISTERS
from doorstep.road.meter.usage import NOTHING, Usage

__all__ = ["EsmeConfig"]


class EsmeConfig(Struct, frozen=True, kw_only=True):
    """One meter: its identifier, the hub on its HAN, and the parties that it trusts.

    ``initial`` are register values that differ from those of a meter fresh from the factory. ``faults``
    are attributes and methods whose hardware is broken: a component that names one fails with
    hardware-fault, which is how a bench makes a Command fail half-way. ``usage`` is what the home uses,
    ``twin`` whether the meter has a second element. Raises :class:`UsageError` for a place that no such
    meter has, and for a value that is not of its type.
    """

    eui: Eui
    cells: Cells
    hub: Eui
    firmware: Firmware = Firmware()
    initial: Mapping[Place, Data] = MappingProxyType({})
    faults: frozenset[Place] = frozenset()
    usage: Usage = NOTHING
    twin: bool = False

    def __post_init__(self) -> None:
        for place, data in self.initial.items():
            if place not in REGISTERS or not REGISTERS[place].shape.fits(data):
                raise UsageError(f"{data.tag.name.lower()} is no value of a register {place}")
        for place in self.faults:
            if not any(place in table for table in (REGISTERS, READINGS, LOGS, METHODS, PROTECTED)):
                raise UsageError(f"a meter has no {place} that could be broken")
