"""Radio (IEEE 802.15.4 MAC) frames: from one Device to a neighbour, with a check at the end.

ZigBee uses few of their forms: data between short addresses, acknowledgements, beacons, and the
commands by which a Device finds a network and is given its short address.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

from doorstep.errors import DecodeError, EncodeError
from doorstep.eui import Eui
from doorstep.zigbee import types
from doorstep.zigbee.crc import crc16
from doorstep.zigbee.fields import (
    U8,
    U16,
    U24,
    Bitmap8,
    Bitmap16,
    Enum8,
    EuiField,
    Rest,
    When,
    masked,
)
from doorstep.zigbee.layout import Layout, Numbered

__all__ = [
    "Frame",
    "FrameType",
    "destination_of",
    "is_acknowledgement",
    "check",
    "BROADCAST",
    "LONGEST",
    "COMMANDS",
    "AssociationRequest",
    "AssociationResponse",
    "DataRequest",
    "BeaconRequest",
    "Beacon",
    "Capability",
]

BROADCAST: Final = 0xFFFF
"""All Devices, and all networks."""
LONGEST: Final = 127
"""The most octets of a frame, check included."""
_FCS_SIZE: Final = 2


class FrameType(enum.IntEnum):
    """Bits 0 to 2 of the frame control."""

    BEACON = 0
    DATA = 1
    ACKNOWLEDGEMENT = 2
    COMMAND = 3


_FRAME_TYPE: Final = 0x0007
_FRAME_PENDING: Final = 0x0010
_ACK_REQUEST: Final = 0x0020
_PAN_COMPRESSION: Final = 0x0040
_DESTINATION_MODE: Final = 0x0C00
_SOURCE_MODE: Final = 0xC000
_SHORT: Final = 2
_EXTENDED: Final = 3


def _destination_mode(*modes: int) -> When:
    return When("frame_control", masked(_DESTINATION_MODE, *(mode << 10 for mode in modes)))


def _source_mode(*modes: int) -> When:
    return When("frame_control", masked(_SOURCE_MODE, *(mode << 14 for mode in modes)))


class Frame(Layout, frozen=True):
    """A radio frame. Its octets end with the check; either address is short, or an EUI, or absent."""

    frame_control: Bitmap16
    sequence: U8
    destination_pan: Annotated[U16 | None, _destination_mode(_SHORT, _EXTENDED)] = None
    destination: Annotated[U16 | None, _destination_mode(_SHORT)] = None
    destination_eui: Annotated[EuiField | None, _destination_mode(_EXTENDED)] = None
    source_pan: Annotated[
        U16 | None,
        _source_mode(_SHORT, _EXTENDED),
        When("frame_control", masked(_PAN_COMPRESSION, 0)),
    ] = None
    source: Annotated[U16 | None, _source_mode(_SHORT)] = None
    source_eui: Annotated[EuiField | None, _source_mode(_EXTENDED)] = None
    payload: Rest = b""

    @classmethod
    def from_bytes(cls, data: bytes, start: int = 0, end: int | None = None) -> Self:
        """Read a frame and its check; raises :class:`DecodeError` where the check is wrong."""
        stop = len(data) if end is None else end
        if stop - start > LONGEST:
            raise DecodeError("Frame", start, f"has {stop - start} octets; the radio carries {LONGEST}")
        checked = stop - _FCS_SIZE
        found = types.read_octets("Frame.fcs", data, max(start, checked), stop, _FCS_SIZE)
        if found != check(data[start:checked]):
            raise DecodeError("Frame.fcs", checked, "the frame check is wrong")
        return super().from_bytes(data, start, checked)

    def to_bytes(self) -> bytes:
        """The octets with the check; raises :class:`EncodeError` where they are too many."""
        octets = super().to_bytes()
        if len(octets) + _FCS_SIZE > LONGEST:
            raise EncodeError("Frame.payload", f"is {len(octets) + _FCS_SIZE - LONGEST} octets too long")
        return octets + check(octets)

    @classmethod
    def of(
        cls,
        frame_type: FrameType,
        sequence: int,
        payload: bytes = b"",
        *,
        pan: int | None = None,
        destination: int | Eui | None = None,
        source: int | Eui | None = None,
        source_pan: int | None = None,
        ack_request: bool = False,
        frame_pending: bool = False,
    ) -> Self:
        """A frame whose control says what it holds.

        ``pan`` is the network of the destination, and of the source too unless ``source_pan`` is given.
        """
        control = frame_type | _mode(destination) << 10 | _mode(source) << 14
        control |= _ACK_REQUEST if ack_request else 0
        control |= _FRAME_PENDING if frame_pending else 0
        if source is not None and source_pan is None:
            if destination is None:
                source_pan = pan
            else:
                control |= _PAN_COMPRESSION
        return cls(
            control,
            sequence,
            None if destination is None else pan,
            None if isinstance(destination, Eui) else destination,
            destination if isinstance(destination, Eui) else None,
            source_pan,
            None if isinstance(source, Eui) else source,
            source if isinstance(source, Eui) else None,
            payload,
        )

    @property
    def frame_type(self) -> int:
        """A :class:`FrameType`, or one of the four numbers that are not used."""
        return self.frame_control & _FRAME_TYPE

    @property
    def wants_acknowledgement(self) -> bool:
        return bool(self.frame_control & _ACK_REQUEST)

    @property
    def frame_pending(self) -> bool:
        """Whether more waits where this frame comes from."""
        return bool(self.frame_control & _FRAME_PENDING)

    def acknowledgement(self, *, frame_pending: bool = False) -> Frame:
        """What acknowledges this frame; ``frame_pending`` tells a sleeping child to stay awake."""
        return Frame.of(FrameType.ACKNOWLEDGEMENT, self.sequence, frame_pending=frame_pending)


def destination_of(octets: bytes) -> tuple[int, int | Eui] | None:
    """The network and the address that the octets of a frame are for, without reading the rest of it.

    It is what a radio's address filter looks at. None where the frame has no destination, as a beacon
    or an acknowledgement, or ends before it.
    """
    mode = octets[1] >> 2 & 3 if len(octets) > 1 else 0
    if mode == _SHORT and len(octets) >= 7:
        return octets[3] | octets[4] << 8, octets[5] | octets[6] << 8
    if mode == _EXTENDED and len(octets) >= 13:
        return octets[3] | octets[4] << 8, Eui.from_little_endian(octets[5:13])
    return None


def is_acknowledgement(octets: bytes) -> bool:
    """Whether the octets of a frame say that it is an acknowledgement."""
    return bool(octets) and octets[0] & _FRAME_TYPE == FrameType.ACKNOWLEDGEMENT


def _mode(address: int | Eui | None) -> int:
    if address is None:
        return 0
    return _EXTENDED if isinstance(address, Eui) else _SHORT


def check(octets: bytes) -> bytes:
    """The frame check of the octets before it."""
    return crc16(octets, 0).to_bytes(_FCS_SIZE, "little")


class Capability(enum.IntFlag):
    """What a Device is, as it says when it joins."""

    ALTERNATE_COORDINATOR = 1 << 0
    ROUTER = 1 << 1
    MAINS_POWERED = 1 << 2
    RECEIVER_ON_WHEN_IDLE = 1 << 3
    HIGH_SECURITY = 1 << 6
    ALLOCATE_ADDRESS = 1 << 7


class AssociationRequest(Layout, frozen=True):
    """A Device wants to join; see :class:`Capability`."""

    capability: Bitmap8


class AssociationResponse(Layout, frozen=True):
    """The short address of a Device that may join (status 0); 1 the network is full, 2 denied."""

    address: U16
    status: Enum8


class DataRequest(Layout, frozen=True):
    """A sleeping child asks its parent for what waits."""


class BeaconRequest(Layout, frozen=True):
    """A Device asks which networks there are."""


COMMANDS: Final = Numbered(
    "MAC command",
    {
        0x01: AssociationRequest,
        0x02: AssociationResponse,
        0x04: DataRequest,
        0x07: BeaconRequest,
    },
)
"""The MAC commands, which are the payload of command frames, by identifier."""


class Beacon(Layout, frozen=True):
    """The payload of a beacon: which network this is and whether Devices may join it.

    Superframe: CFFF where the coordinator lets Devices join, 4FFF where it does not.
    """

    superframe: Bitmap16
    guaranteed_time_slots: U8
    pending_addresses: U8
    protocol: U8
    stack_profile_and_version: Bitmap8
    capacity_and_depth: Bitmap8
    extended_pan: EuiField
    transmit_offset: U24
    update_id: U8

    @classmethod
    def of(cls, extended_pan: Eui, *, permit_joining: bool) -> Self:
        """The beacon of a coordinator with room for routers and end devices."""
        superframe = 0xCFFF if permit_joining else 0x4FFF
        return cls(superframe, 0, 0, 0, 0x22, 0x84, extended_pan, 0xFF_FFFF, 0)
