"""One application payload between two Devices, whatever carries it."""

from __future__ import annotations

from typing import ClassVar, Final

from doorstep.zigbee.fields import U8, U16, EuiField, Rest
from doorstep.zigbee.layout import Marked

__all__ = ["Asdu", "SMART_ENERGY", "ZDO_PROFILE"]

SMART_ENERGY: Final = 0x0109
"""The profile of all application traffic in a GB home."""
ZDO_PROFILE: Final = 0x0000
"""The profile of device discovery and management, always between endpoints 0."""


class Asdu(Marked, frozen=True):
    """An APS service data unit with its addresses: who says what to whom.

    ``payload`` is a ZCL frame, or a ZDO command where the profile is :data:`ZDO_PROFILE`. Devices
    are named by Entity Identifier; short network addresses belong to the radio below.

    As octets it is a datagram of doorstep's own, for links that carry whole payloads and need no radio
    frames: ``44 53 01`` (two letters and a version), then the fields in order.
    """

    MARK: ClassVar[bytes] = b"DS\x01"

    source: EuiField
    destination: EuiField
    source_endpoint: U8
    destination_endpoint: U8
    cluster: U16
    profile: U16
    payload: Rest
