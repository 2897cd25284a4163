"""Time 0x000A: the clock that the Communications Hub keeps for the home."""

from __future__ import annotations

import enum
from typing import Final

from doorstep.zigbee.clusters.cluster import Attribute, Cluster
from doorstep.zigbee.types import BITMAP8, INT32, UINT32, UTC_TIME

__all__ = ["TIME", "TimeStatus"]


class TimeStatus(enum.IntFlag):
    """The attribute of that name: what the server's clock is worth."""

    MASTER = 1 << 0
    SYNCHRONISED = 1 << 1
    MASTER_FOR_ZONE_AND_DST = 1 << 2
    SUPERSEDING = 1 << 3


TIME: Final = Cluster(
    0x000A,
    "Time",
    attributes=(
        Attribute(0x0000, "Time", UTC_TIME),
        Attribute(0x0001, "TimeStatus", BITMAP8),
        Attribute(0x0002, "TimeZone", INT32),
        Attribute(0x0003, "DstStart", UINT32),
        Attribute(0x0004, "DstEnd", UINT32),
        Attribute(0x0005, "DstShift", INT32),
        Attribute(0x0006, "StandardTime", UINT32),
        Attribute(0x0007, "LocalTime", UINT32),
        Attribute(0x0008, "LastSetTime", UTC_TIME),
        Attribute(0x0009, "ValidUntilTime", UTC_TIME),
    ),
)
