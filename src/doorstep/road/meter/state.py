"""What any meter must not forget, beside what every Device must not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from msgspec import structs

from doorstep.eui import Eui
from doorstep.road.device import DeviceState
from doorstep.road.device.firmware import Firmware
from doorstep.road.meter.logs import EMPTY, Logs

__all__ = ["MeterState"]


class MeterState(DeviceState, frozen=True, kw_only=True):
    """The firmware, the Devices of the home that the meter is joined to with their types, and the logs."""

    firmware: Firmware = Firmware()
    joined: Mapping[Eui, int] = MappingProxyType({})
    logs: Logs = EMPTY

    def with_firmware(self, firmware: Firmware) -> Self:
        """The state in which another firmware runs."""
        return structs.replace(self, firmware=firmware)
