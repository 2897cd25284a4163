"""Network (NWK) frames: from one Device to another, over other Devices where need be.

Devices have short addresses here. All but the one frame that brings the network key to a joining
Device are protected with that key; see :mod:`doorstep.zigbee.security`.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

from doorstep.eui import Eui
from doorstep.zigbee.auxiliary import Auxiliary
from doorstep.zigbee.fields import (
    U8,
    U16,
    Bitmap8,
    Bitmap16,
    Counted,
    CountIn,
    Enum8,
    EuiField,
    Rest,
    When,
    bit,
)
from doorstep.zigbee.layout import Layout, Numbered

__all__ = [
    "Frame",
    "FrameType",
    "SourceRoute",
    "COORDINATOR",
    "ALL_DEVICES",
    "RECEIVERS_ON",
    "ROUTERS",
    "RADIUS",
    "COMMANDS",
    "RouteRequest",
    "RouteReply",
    "NetworkStatus",
    "Leave",
    "RouteRecord",
    "RejoinRequest",
    "RejoinResponse",
    "LinkStatus",
    "LinkStatusEntry",
    "EndDeviceTimeoutRequest",
    "EndDeviceTimeoutResponse",
]

COORDINATOR: Final = 0x0000
"""The short address of the Communications Hub."""
ALL_DEVICES: Final = 0xFFFF
RECEIVERS_ON: Final = 0xFFFD
"""The broadcast address of Devices that do not sleep."""
ROUTERS: Final = 0xFFFC
RADIUS: Final = 30
"""How often a frame may be passed on; commands between neighbours have 1."""


class FrameType(enum.IntEnum):
    """Bits 0 and 1 of the frame control."""

    DATA = 0
    COMMAND = 1
    INTER_PAN = 3


_FRAME_TYPE: Final = 0x0003
_VERSION: Final = 2 << 2
_DISCOVER_ROUTE: Final = 1 << 6
_SECURITY: Final = 1 << 9
_DESTINATION_EUI: Final = 1 << 11
_SOURCE_EUI: Final = 1 << 12


class SourceRoute(Layout, frozen=True):
    """The relays that a frame shall take, and which of them has it."""

    count: U8
    index: U8
    relays: Annotated[tuple[U16, ...], CountIn("count")]


class Frame(Layout, frozen=True):
    """A network frame. With an auxiliary header, the payload is ciphertext and its MIC until it is opened."""

    frame_control: Bitmap16
    destination: U16
    source: U16
    radius: U8
    sequence: U8
    destination_eui: Annotated[EuiField | None, When("frame_control", bit(11))] = None
    source_eui: Annotated[EuiField | None, When("frame_control", bit(12))] = None
    multicast: Annotated[Bitmap8 | None, When("frame_control", bit(8))] = None
    source_route: Annotated[SourceRoute | None, When("frame_control", bit(10))] = None
    auxiliary: Annotated[Auxiliary | None, When("frame_control", bit(9))] = None
    payload: Rest = b""

    @classmethod
    def of(
        cls,
        frame_type: FrameType,
        destination: int,
        source: int,
        sequence: int,
        payload: bytes,
        *,
        radius: int = RADIUS,
        auxiliary: Auxiliary | None = None,
        destination_eui: Eui | None = None,
        source_eui: Eui | None = None,
        discover_route: bool = True,
    ) -> Self:
        """A frame whose control says what it holds. Broadcasts discover no route."""
        control = frame_type | _VERSION
        control |= _DISCOVER_ROUTE if discover_route and destination < ROUTERS else 0
        control |= 0 if auxiliary is None else _SECURITY
        control |= 0 if destination_eui is None else _DESTINATION_EUI
        control |= 0 if source_eui is None else _SOURCE_EUI
        return cls(
            control,
            destination,
            source,
            radius,
            sequence,
            destination_eui,
            source_eui,
            auxiliary=auxiliary,
            payload=payload,
        )

    @property
    def is_command(self) -> bool:
        """Whether the payload, once opened, is one of :data:`COMMANDS`."""
        return self.frame_control & _FRAME_TYPE == FrameType.COMMAND


class RouteRequest(Layout, frozen=True):
    """Ask all routers for the way to a Device."""

    options: Bitmap8
    identifier: U8
    destination: U16
    path_cost: U8
    destination_eui: Annotated[EuiField | None, When("options", bit(5))] = None


class RouteReply(Layout, frozen=True):
    """The way to a Device."""

    options: Bitmap8
    identifier: U8
    originator: U16
    responder: U16
    path_cost: U8
    originator_eui: Annotated[EuiField | None, When("options", bit(4))] = None
    responder_eui: Annotated[EuiField | None, When("options", bit(5))] = None


class NetworkStatus(Layout, frozen=True):
    """A frame could not be passed on, or another thing is wrong with the network."""

    status: Enum8
    destination: U16


class Leave(Layout, frozen=True):
    """The sender leaves or, with the request bit, the receiver shall.

    Options: 40 request, 20 and rejoin, 80 with all children.
    """

    options: Bitmap8


class RouteRecord(Layout, frozen=True):
    """The relays that a frame has taken."""

    relays: Counted[U16]


class RejoinRequest(Layout, frozen=True):
    """A Device that knows the network key comes back."""

    capability: Bitmap8


class RejoinResponse(Layout, frozen=True):
    """The short address of a Device that came back."""

    address: U16
    status: Enum8


class LinkStatusEntry(Layout, frozen=True):
    """How well a neighbour is heard."""

    address: U16
    cost: Bitmap8


class LinkStatus(Layout, frozen=True):
    """How well neighbours are heard. Options: their number, and 20 for the first, 40 for the last part."""

    options: Bitmap8
    neighbours: Annotated[tuple[LinkStatusEntry, ...], CountIn("options", 0x1F)] = ()


class EndDeviceTimeoutRequest(Layout, frozen=True):
    """How long a parent shall keep a child that does not poll; 8 stands for 256 minutes."""

    timeout: Enum8
    configuration: Bitmap8 = 0


class EndDeviceTimeoutResponse(Layout, frozen=True):
    """Whether the parent will, and how it wants to hear from the child."""

    status: Enum8
    parent_information: Bitmap8


COMMANDS: Final = Numbered(
    "network command",
    {
        0x01: RouteRequest,
        0x02: RouteReply,
        0x03: NetworkStatus,
        0x04: Leave,
        0x05: RouteRecord,
        0x06: RejoinRequest,
        0x07: RejoinResponse,
        0x08: LinkStatus,
        0x0B: EndDeviceTimeoutRequest,
        0x0C: EndDeviceTimeoutResponse,
    },
)
"""The network commands, which are the payload of command frames, by identifier."""
