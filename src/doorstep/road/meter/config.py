"""What a meter is and knows of others, and the choices that the standard leaves or our facts leave open."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs import gbt
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device.cells import Cells
from doorstep.road.device.objects import Place
from doorstep.road.meter.methods import METHODS
from doorstep.road.meter.registers import REGISTERS

__all__ = ["MeterConfig", "MeterPolicy"]


class MeterConfig(Struct, frozen=True, kw_only=True):
    """One meter: its identifier and type, the hub on its HAN, and the parties that it trusts.

    ``initial`` are register values that differ from those of a meter fresh from the factory. ``faults``
    are attributes and methods whose hardware is broken: a component that names one fails with
    hardware-fault, which is how a bench makes a Command fail half-way. Raises :class:`UsageError` for a
    place that no such meter has, and for a value that is not of its type.
    """

    eui: Eui
    cells: Cells
    hub: Eui
    device_type: DeviceType = DeviceType.ESME
    initial: Mapping[Place, Data] = MappingProxyType({})
    faults: frozenset[Place] = frozenset()

    def __post_init__(self) -> None:
        for place, data in self.initial.items():
            if place not in REGISTERS or not REGISTERS[place].shape.fits(data):
                raise UsageError(f"{data.tag.name.lower()} is no value of a register {place}")
        for place in self.faults:
            if place not in REGISTERS and place not in METHODS:
                raise UsageError(f"a meter has no {place} that could be broken")


class MeterPolicy(Struct, frozen=True, kw_only=True):
    """The choices. Raises :class:`UsageError` where there is no room for a single entry."""

    check_non_critical: bool = True
    """Whether SME.C.NC Commands, too, must have a higher Originator Counter than the last."""

    keep_partial: bool = True
    """Whether components before the one that failed keep their effect."""

    security_log: int = 100
    """How many of the last rejections the Security Log holds; it is not remembered."""

    unsent: int = 32
    """How many finished messages wait for the hub to confirm them; a further one drops the oldest."""

    blocks: gbt.Policy = gbt.Policy(asks=3)
    """How long Commands are put together. The meter asks for blocks that it misses; whether that reaches
    anyone is the hub's to say."""

    def __post_init__(self) -> None:
        if self.security_log < 1 or self.unsent < 1:
            raise UsageError("a meter's Security Log and its messages for the hub need room for one at least")
