"""Basic 0x0000: what a Device is."""

from __future__ import annotations

from typing import Final

from doorstep.zigbee.clusters.cluster import Attribute, Cluster
from doorstep.zigbee.types import CHARACTER_STRING, ENUM8, UINT8

__all__ = ["BASIC", "MIRROR_CAPACITY"]

MIRROR_CAPACITY: Final = 0x01
"""The PhysicalEnvironment of an endpoint that can mirror one more meter."""

BASIC: Final = Cluster(
    0x0000,
    "Basic",
    attributes=(
        Attribute(0x0000, "ZCLVersion", UINT8),
        Attribute(0x0001, "ApplicationVersion", UINT8),
        Attribute(0x0002, "StackVersion", UINT8),
        Attribute(0x0003, "HWVersion", UINT8),
        Attribute(0x0004, "ManufacturerName", CHARACTER_STRING),
        Attribute(0x0005, "ModelIdentifier", CHARACTER_STRING),
        Attribute(0x0006, "DateCode", CHARACTER_STRING),
        Attribute(0x0007, "PowerSource", ENUM8),
        Attribute(0x0011, "PhysicalEnvironment", ENUM8),
    ),
)
