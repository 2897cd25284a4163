"""Device objects (ZDO): who is there, what a Device can do, and how the network is managed.

A command is the payload of an APS data frame between endpoints 0, in profile 0; the frame's cluster
is the command's identifier. The transaction sequence number comes first, and a response repeats it.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

import msgspec

from doorstep.zigbee import types
from doorstep.zigbee.fields import (
    U8,
    U16,
    Bitmap8,
    Bitmap16,
    Counted,
    Enum8,
    EuiField,
    SizedOctets,
    When,
    equals,
)
from doorstep.zigbee.layout import Layout, Numbered, Unknown

__all__ = [
    "Status",
    "Message",
    "COMMANDS",
    "NwkAddressRequest",
    "NwkAddressResponse",
    "IeeeAddressRequest",
    "IeeeAddressResponse",
    "NodeDescriptorRequest",
    "NodeDescriptorResponse",
    "NodeDescriptor",
    "LogicalType",
    "SimpleDescriptorRequest",
    "SimpleDescriptorResponse",
    "SimpleDescriptor",
    "ActiveEndpointsRequest",
    "ActiveEndpointsResponse",
    "MatchDescriptorRequest",
    "MatchDescriptorResponse",
    "DeviceAnnounce",
    "BindRequest",
    "BindResponse",
    "LeaveRequest",
    "LeaveResponse",
    "PermitJoiningRequest",
    "PermitJoiningResponse",
]


class Status(enum.IntEnum):
    """What became of a request."""

    SUCCESS = 0x00
    INVALID_REQUEST = 0x80
    DEVICE_NOT_FOUND = 0x81
    INVALID_ENDPOINT = 0x82
    NOT_ACTIVE = 0x83
    NOT_SUPPORTED = 0x84
    TIMEOUT = 0x85
    NO_MATCH = 0x86
    NOT_PERMITTED = 0x8B
    TABLE_FULL = 0x8C
    NOT_AUTHORIZED = 0x8D


_SUCCESS: Final = When("status", equals(Status.SUCCESS))


class NwkAddressRequest(Layout, frozen=True):
    """Ask for the short address of a Device."""

    eui: EuiField
    request_type: Enum8 = 0
    start_index: U8 = 0


class NwkAddressResponse(Layout, frozen=True):
    """A Device's two addresses."""

    status: Enum8
    eui: EuiField
    short_address: U16


class IeeeAddressRequest(Layout, frozen=True):
    """Ask for the Entity Identifier behind a short address."""

    short_address: U16
    request_type: Enum8 = 0
    start_index: U8 = 0


class IeeeAddressResponse(Layout, frozen=True):
    """A Device's two addresses."""

    status: Enum8
    eui: EuiField
    short_address: U16


class LogicalType(enum.IntEnum):
    """The lowest bits of the first octet of a node descriptor."""

    COORDINATOR = 0
    ROUTER = 1
    END_DEVICE = 2


class NodeDescriptor(Layout, frozen=True):
    """What a Device is on the network. Transfer sizes are in octets of a whole application payload."""

    type_and_flags: Bitmap8
    band: Bitmap8
    capability: Bitmap8
    manufacturer: U16
    maximum_buffer_size: U8
    maximum_incoming_transfer_size: U16
    server_mask: Bitmap16
    maximum_outgoing_transfer_size: U16
    descriptor_capability: Bitmap8

    @classmethod
    def of(cls, logical_type: LogicalType, capability: int, manufacturer: int, server_mask: int = 0) -> Self:
        """The descriptor of a Device on 2.4 GHz that takes transfers of 1,500 octets."""
        return cls(logical_type, 0x40, capability, manufacturer, 0x52, 1500, server_mask, 1500, 0)


class NodeDescriptorRequest(Layout, frozen=True):
    """Ask what a Device is."""

    short_address: U16


class NodeDescriptorResponse(Layout, frozen=True):
    """What a Device is."""

    status: Enum8
    short_address: U16
    descriptor: Annotated[NodeDescriptor | None, _SUCCESS] = None


class SimpleDescriptor(Layout, frozen=True):
    """What one endpoint does: the clusters that it serves, and those that it is a client of."""

    endpoint: U8
    profile: U16
    device_id: U16
    device_version: Bitmap8
    server_clusters: Counted[U16]
    client_clusters: Counted[U16]


class SimpleDescriptorRequest(Layout, frozen=True):
    """Ask what an endpoint does."""

    short_address: U16
    endpoint: U8


class SimpleDescriptorResponse(Layout, frozen=True):
    """What an endpoint does: a :class:`SimpleDescriptor` as octets, none where the status is not success."""

    status: Enum8
    short_address: U16
    descriptor: SizedOctets = b""


class ActiveEndpointsRequest(Layout, frozen=True):
    """Ask which endpoints a Device has."""

    short_address: U16


class ActiveEndpointsResponse(Layout, frozen=True):
    """The endpoints of a Device."""

    status: Enum8
    short_address: U16
    endpoints: Counted[U8] = ()


class MatchDescriptorRequest(Layout, frozen=True):
    """Ask which endpoints serve one of some clusters, or are clients of one of others.

    To find a tunnel's server: ``server_clusters`` with Tunneling alone.
    """

    short_address: U16
    profile: U16
    server_clusters: Counted[U16]
    client_clusters: Counted[U16] = ()


class MatchDescriptorResponse(Layout, frozen=True):
    """The endpoints that match; none with status success, or with NO_MATCH, means the same."""

    status: Enum8
    short_address: U16
    endpoints: Counted[U8] = ()


class DeviceAnnounce(Layout, frozen=True):
    """A Device has joined, or come back."""

    short_address: U16
    eui: EuiField
    capability: Bitmap8


class BindRequest(Layout, frozen=True):
    """Send what one endpoint has to say in a cluster to another Device's endpoint."""

    source: EuiField
    source_endpoint: U8
    cluster: U16
    address_mode: Enum8
    destination: EuiField
    destination_endpoint: U8


class BindResponse(Layout, frozen=True):
    """Whether the binding is made."""

    status: Enum8


class LeaveRequest(Layout, frozen=True):
    """Have a Device leave; a zero EUI stands for the receiver itself."""

    eui: EuiField
    flags: Bitmap8 = 0


class LeaveResponse(Layout, frozen=True):
    """Whether it will."""

    status: Enum8


class PermitJoiningRequest(Layout, frozen=True):
    """Let Devices join for some seconds; 0 ends it."""

    duration: U8
    trust_centre_significance: U8 = 1


class PermitJoiningResponse(Layout, frozen=True):
    """Whether they may."""

    status: Enum8


COMMANDS: Final = Numbered(
    "ZDO command",
    {
        0x0000: NwkAddressRequest,
        0x0001: IeeeAddressRequest,
        0x0002: NodeDescriptorRequest,
        0x0004: SimpleDescriptorRequest,
        0x0005: ActiveEndpointsRequest,
        0x0006: MatchDescriptorRequest,
        0x0013: DeviceAnnounce,
        0x0021: BindRequest,
        0x0034: LeaveRequest,
        0x0036: PermitJoiningRequest,
        0x8000: NwkAddressResponse,
        0x8001: IeeeAddressResponse,
        0x8002: NodeDescriptorResponse,
        0x8004: SimpleDescriptorResponse,
        0x8005: ActiveEndpointsResponse,
        0x8006: MatchDescriptorResponse,
        0x8021: BindResponse,
        0x8034: LeaveResponse,
        0x8036: PermitJoiningResponse,
    },
)
"""The commands by the cluster that stands for them."""


class Message(msgspec.Struct, frozen=True):
    """A command with its transaction sequence number, the payload of a frame in ``cluster``."""

    sequence: int
    command: Layout | Unknown

    @property
    def cluster(self) -> int:
        return COMMANDS.number(self.command)

    @classmethod
    def from_bytes(cls, cluster: int, data: bytes) -> Self:
        """Read the payload of a frame; raises :class:`DecodeError`."""
        sequence = types.read_octets("Message.sequence", data, 0, len(data), 1)[0]
        return cls(sequence, COMMANDS.decode(cluster, data, 1))

    def to_bytes(self) -> bytes:
        """The payload; raises :class:`EncodeError`."""
        return types.UINT8.write("Message.sequence", self.sequence) + self.command.to_bytes()
