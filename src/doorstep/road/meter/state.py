"""What any meter must not forget, beside what every Device must not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

from msgspec import structs

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.device import DeviceState
from doorstep.road.device.firmware import Firmware
from doorstep.road.meter.logs import EMPTY, Logs

__all__ = ["MeterState"]


class MeterState(DeviceState, frozen=True, kw_only=True):
    """The firmware, the Devices of the home that the meter is joined to with their types, and the logs.

    ``pending`` are the future-dated instructions, each with when it is ``due``, in the order in which they
    were asked for; what else one of them is, each kind of meter says for itself.
    """

    firmware: Firmware = Firmware()
    joined: Mapping[Eui, int] = MappingProxyType({})
    logs: Logs = EMPTY
    pending: tuple[Any, ...] = ()

    def next_due(self) -> Instant | None:
        """When the next instruction that waits is due, or None."""
        return min((one.due for one in self.pending), default=None)

    def taking_due(self, now: Instant) -> tuple[Self, tuple[Any, ...]]:
        """The state without the instructions that are due at ``now``, and those, in the order asked for."""
        due = tuple(one for one in self.pending if one.due <= now)
        return structs.replace(self, pending=tuple(one for one in self.pending if one.due > now)), due

    def with_firmware(self, firmware: Firmware) -> Self:
        """The state in which another firmware runs."""
        return structs.replace(self, firmware=firmware)
