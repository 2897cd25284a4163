"""Tunneling 0x0704: octets of another protocol, here GBCS Messages, between two Devices.

The client opens a tunnel; after that either end sends. The same command has an identifier one lower
when it comes from the server.
"""

from __future__ import annotations

import enum
from typing import Final

from doorstep.zigbee import types
from doorstep.zigbee.clusters.cluster import Attribute, Cluster, Command
from doorstep.zigbee.fields import U8, U16, Bool, Counted, Enum8, Rest
from doorstep.zigbee.layout import Layout

__all__ = [
    "TUNNELING",
    "GB_HRGP",
    "MANUFACTURER_NOT_USED",
    "MAXIMUM_TRANSFER_SIZE",
    "NO_TUNNEL",
    "CLOSE_TUNNEL_TIMEOUT",
    "RequestTunnelStatus",
    "TransferStatus",
    "RequestTunnel",
    "CloseTunnel",
    "TransferData",
    "TransferDataError",
    "AckTransferData",
    "ReadyData",
    "GetSupportedTunnelProtocols",
    "RequestTunnelResponse",
    "SupportedTunnelProtocolsResponse",
    "TunnelProtocol",
    "TunnelClosureNotification",
]

GB_HRGP: Final = 6
"""The protocol identifier of GBCS Messages."""
MANUFACTURER_NOT_USED: Final = 0xFFFF
MAXIMUM_TRANSFER_SIZE: Final = 1500
"""The most octets of data in one transfer that either end of a GB tunnel says it can take."""
NO_TUNNEL: Final = 0xFFFF
"""The tunnel identifier of a refusal."""
CLOSE_TUNNEL_TIMEOUT: Final = 0xFFFF
"""Default of the attribute, in seconds: how long a tunnel stays open with nothing in it."""


class RequestTunnelStatus(enum.IntEnum):
    """What a server says to a request for a tunnel."""

    SUCCESS = 0
    BUSY = 1
    NO_MORE_TUNNEL_IDS = 2
    PROTOCOL_NOT_SUPPORTED = 3
    FLOW_CONTROL_NOT_SUPPORTED = 4


class TransferStatus(enum.IntEnum):
    """Why data was not taken."""

    NO_SUCH_TUNNEL = 0
    WRONG_DEVICE = 1
    DATA_OVERFLOW = 2


class RequestTunnel(Command, frozen=True):
    """Ask the server for a tunnel; as built without arguments, for the tunnel that GB Devices use."""

    protocol: Enum8 = GB_HRGP
    manufacturer: U16 = MANUFACTURER_NOT_USED
    flow_control: Bool = 0
    maximum_incoming_transfer_size: U16 = MAXIMUM_TRANSFER_SIZE


class RequestTunnelResponse(Command, frozen=True):
    """The tunnel, or why there is none."""

    tunnel_id: U16
    status: Enum8
    maximum_incoming_transfer_size: U16 = MAXIMUM_TRANSFER_SIZE


class CloseTunnel(Command, frozen=True):
    """The client has no more use for a tunnel."""

    tunnel_id: U16


class TransferData(Command, frozen=True):
    """Data through a tunnel, from either end; its length is that of the frame."""

    tunnel_id: U16
    data: Rest


class TransferDataError(Command, frozen=True):
    """Data was not taken; ``status`` is a :class:`TransferStatus`."""

    tunnel_id: U16
    status: Enum8


class AckTransferData(Command, frozen=True):
    """Flow control, which GB Devices do not use: how many octets more may come."""

    tunnel_id: U16
    octets_left: U16


class ReadyData(Command, frozen=True):
    """Flow control, which GB Devices do not use: a halted tunnel may go on."""

    tunnel_id: U16
    octets_left: U16


class GetSupportedTunnelProtocols(Command, frozen=True):
    """Ask which protocols the server tunnels, from one place in its list on."""

    offset: U8 = 0


class TunnelProtocol(Layout, frozen=True):
    """A protocol that a server tunnels, and whose protocol it is."""

    manufacturer: U16
    protocol: Enum8


class SupportedTunnelProtocolsResponse(Command, frozen=True):
    """Protocols that the server tunnels; ``complete`` where the list ends with them."""

    complete: Bool
    protocols: Counted[TunnelProtocol]


class TunnelClosureNotification(Command, frozen=True):
    """The server has closed a tunnel, as after its timeout."""

    tunnel_id: U16


TUNNELING: Final = Cluster(
    0x0704,
    "Tunneling",
    to_server={
        0x00: RequestTunnel,
        0x01: CloseTunnel,
        0x02: TransferData,
        0x03: TransferDataError,
        0x04: AckTransferData,
        0x05: ReadyData,
        0x06: GetSupportedTunnelProtocols,
    },
    to_client={
        0x00: RequestTunnelResponse,
        0x01: TransferData,
        0x02: TransferDataError,
        0x03: AckTransferData,
        0x04: ReadyData,
        0x05: SupportedTunnelProtocolsResponse,
        0x06: TunnelClosureNotification,
    },
    attributes=(Attribute(0x0000, "CloseTunnelTimeout", types.UINT16),),
)
