"""The clusters of a GB home, one file each: commands as layouts, and tables that give them numbers."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.clusters.basic import BASIC
from doorstep.zigbee.clusters.calendar import CALENDAR
from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.clusters.device_management import DEVICE_MANAGEMENT
from doorstep.zigbee.clusters.events import EVENTS
from doorstep.zigbee.clusters.keep_alive import KEEP_ALIVE
from doorstep.zigbee.clusters.key_establishment import KEY_ESTABLISHMENT
from doorstep.zigbee.clusters.messaging import MESSAGING
from doorstep.zigbee.clusters.metering import METERING
from doorstep.zigbee.clusters.ota import OTA_UPGRADE
from doorstep.zigbee.clusters.prepayment import PREPAYMENT
from doorstep.zigbee.clusters.price import PRICE
from doorstep.zigbee.clusters.time import TIME
from doorstep.zigbee.clusters.tunneling import TUNNELING

__all__ = [
    "Attribute",
    "Cluster",
    "Command",
    "CLUSTERS",
    "BASIC",
    "CALENDAR",
    "DEVICE_MANAGEMENT",
    "EVENTS",
    "KEEP_ALIVE",
    "KEY_ESTABLISHMENT",
    "MESSAGING",
    "METERING",
    "OTA_UPGRADE",
    "PREPAYMENT",
    "PRICE",
    "TIME",
    "TUNNELING",
]

CLUSTERS: Final[dict[int, Cluster]] = {
    cluster.id: cluster
    for cluster in (
        BASIC,
        TIME,
        OTA_UPGRADE,
        KEEP_ALIVE,
        PRICE,
        METERING,
        MESSAGING,
        TUNNELING,
        PREPAYMENT,
        CALENDAR,
        DEVICE_MANAGEMENT,
        EVENTS,
        KEY_ESTABLISHMENT,
    )
}
"""Every cluster by its identifier."""
