"""Keep-Alive 0x0025: how often a Device makes sure that the hub is still there."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.clusters.cluster import Attribute, Cluster
from doorstep.zigbee.types import UINT8, UINT16

__all__ = ["KEEP_ALIVE", "BASE_MINUTES", "JITTER_SECONDS"]

BASE_MINUTES: Final = 10
"""Default of TCKeepAliveBase: a Device reads it again within this time."""
JITTER_SECONDS: Final = 300
"""Default of TCKeepAliveJitter: the most that a Device adds, so that not all read at once."""

KEEP_ALIVE: Final = Cluster(
    0x0025,
    "Keep-Alive",
    attributes=(
        Attribute(0x0000, "TCKeepAliveBase", UINT8),
        Attribute(0x0001, "TCKeepAliveJitter", UINT16),
    ),
)
