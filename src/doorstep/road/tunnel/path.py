"""Between which endpoints of which Devices a tunnel runs, and the payloads that carry its frames."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters.tunneling import TUNNELING

__all__ = ["ENDPOINTS", "Path"]

ENDPOINTS: Final[Mapping[DeviceType, int]] = MappingProxyType(
    {
        DeviceType.CHF: 3,
        DeviceType.ESME: 1,
        DeviceType.GSME: 1,
        DeviceType.PPMID: 1,
        DeviceType.HCALCS: 1,
        DeviceType.SAPC: 1,
        DeviceType.HHT: 1,
    }
)
"""The endpoint of each Device's end of a tunnel. GBCS fixes none; these are one stack's and our choice."""


class Path(Struct, frozen=True):
    """The way between two Devices, seen from one of them."""

    own: Eui
    own_endpoint: int
    peer: Eui
    peer_endpoint: int

    def carrying(self, frame: bytes) -> Asdu:
        """The payload that takes a ZCL frame to the other Device."""
        return Asdu(
            self.own,
            self.peer,
            self.own_endpoint,
            self.peer_endpoint,
            TUNNELING.id,
            SMART_ENERGY,
            frame,
        )

    def leads_here(self, asdu: Asdu) -> bool:
        """Whether a payload is of the Tunneling cluster, from the other Device to this one's endpoint."""
        return (asdu.source, asdu.destination, asdu.destination_endpoint, asdu.cluster, asdu.profile) == (
            self.peer,
            self.own,
            self.own_endpoint,
            TUNNELING.id,
            SMART_ENERGY,
        )

    def back_to(self, asdu: Asdu) -> Path:
        """The path to the endpoint that a payload came from."""
        return structs.replace(self, peer_endpoint=asdu.source_endpoint)
