"""Bodies of firmware and of the WAN's coverage: Service References 11.1, 11.3, 11.4 and 12.1."""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import FIRMWARE_VERSION, PROPERTY, UPRN, device_ids, future_dated
from doorstep.duis.bodies.shape import choice, elements, one
from doorstep.duis.simple_type import base64, octets

__all__ = ["BODIES", "WAN_MATRIX"]

_IMAGE: Final = elements(
    one("FirmwareImage", base64(10_240_000)),
    one("FirmwareVersion", FIRMWARE_VERSION),
    one("DeviceIDList", device_ids(1_199_999)),
)

WAN_MATRIX: Final = elements(choice(one("UPRN", UPRN), one("PartialAddress", PROPERTY)))
"""Where the WAN's coverage is asked for."""

BODIES: Final = {
    "UpdateFirmware": _IMAGE,
    "ActivateFirmware": future_dated(one("FirmwareHash", octets(32, 32))),
    "UpdatePPMIDFirmware": _IMAGE,
    "RequestWANMatrix": WAN_MATRIX,
}
"""The shape of each body by its name."""
