"""One application payload between two Devices, whatever carries it."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.eui import Eui

__all__ = ["Asdu", "SMART_ENERGY", "ZDO_PROFILE"]

SMART_ENERGY: Final = 0x0109
"""The profile of all application traffic in a GB home."""
ZDO_PROFILE: Final = 0x0000
"""The profile of device discovery and management, always between endpoints 0."""


class Asdu(Struct, frozen=True):
    """An APS service data unit with its addresses: who says what to whom.

    ``payload`` is a ZCL frame, or a ZDO command where the profile is :data:`ZDO_PROFILE`. Devices
    are named by Entity Identifier; short network addresses belong to the radio below
    (:mod:`doorstep.road.han`), which makes frames of it.
    """

    source: Eui
    destination: Eui
    source_endpoint: int
    destination_endpoint: int
    cluster: int
    profile: int
    payload: bytes

    def answer(self, payload: bytes) -> Asdu:
        """The payload that goes back to where this one came from, in its cluster."""
        return Asdu(
            self.destination,
            self.source,
            self.destination_endpoint,
            self.source_endpoint,
            self.cluster,
            self.profile,
            payload,
        )
