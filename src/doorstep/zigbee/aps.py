"""Application support (APS) frames: from one endpoint to another.

Data frames carry ZCL frames and ZDO commands, in blocks where they are long; acknowledgements bring
their delivery home; commands bring keys. Application data is protected with the link key of the two
Devices; see :mod:`doorstep.zigbee.security`.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

from doorstep.errors import DecodeError
from doorstep.secret import repr_without
from doorstep.zigbee.auxiliary import Auxiliary
from doorstep.zigbee.fields import (
    U8,
    U16,
    Bitmap8,
    Bitmap16,
    Bool,
    Enum8,
    EuiField,
    Key,
    Rest,
    When,
    bit,
    equals,
    masked,
)
from doorstep.zigbee.layout import Layout, Numbered

__all__ = [
    "Frame",
    "FrameType",
    "Delivery",
    "Fragment",
    "InterPan",
    "COMMANDS",
    "KeyType",
    "TransportKey",
    "UpdateDevice",
    "RemoveDevice",
    "RequestKey",
    "SwitchKey",
    "Tunnel",
    "VerifyKey",
    "ConfirmKey",
]


class FrameType(enum.IntEnum):
    """Bits 0 and 1 of the frame control."""

    DATA = 0
    COMMAND = 1
    ACKNOWLEDGEMENT = 2
    INTER_PAN = 3


class Delivery(enum.IntEnum):
    """Bits 2 and 3 of the frame control."""

    UNICAST = 0
    BROADCAST = 2
    GROUP = 3


class Fragment(enum.IntEnum):
    """The extended header: which part of a message in blocks a frame is."""

    NONE = 0
    FIRST = 1
    LATER = 2


_FRAME_TYPE: Final = 0x03
_DELIVERY: Final = 0x0C
_ACK_FORMAT: Final = 0x10
_SECURITY: Final = 0x20
_ACK_REQUEST: Final = 0x40
_EXTENDED: Final = 0x80


def _has_endpoints(control: int) -> bool:
    """Commands, and acknowledgements of commands, are for the Device as a whole."""
    frame_type = control & _FRAME_TYPE
    return frame_type == FrameType.DATA or (
        frame_type == FrameType.ACKNOWLEDGEMENT and not control & _ACK_FORMAT
    )


def _is_for_group(control: int) -> bool:
    return control & (_FRAME_TYPE | _DELIVERY) == FrameType.DATA | Delivery.GROUP << 2


def _is_for_endpoint(control: int) -> bool:
    return _has_endpoints(control) and not _is_for_group(control)


class Frame(Layout, frozen=True):
    """An APS frame. With an auxiliary header, the payload is ciphertext and its MIC until it is opened.

    ``block`` is, in the first block, how many there are; in a later one its own number; in an
    acknowledgement, the first block of the window, and bit i of ``received`` stands for the block i
    after it.
    """

    frame_control: Bitmap8
    destination_endpoint: Annotated[U8 | None, When("frame_control", _is_for_endpoint)]
    group: Annotated[U16 | None, When("frame_control", _is_for_group)]
    cluster: Annotated[U16 | None, When("frame_control", _has_endpoints)]
    profile: Annotated[U16 | None, When("frame_control", _has_endpoints)]
    source_endpoint: Annotated[U8 | None, When("frame_control", _has_endpoints)]
    counter: U8
    fragment: Annotated[Enum8 | None, When("frame_control", bit(7))] = None
    block: Annotated[U8 | None, When("fragment", equals(Fragment.FIRST, Fragment.LATER))] = None
    received: Annotated[
        Bitmap8 | None,
        When("frame_control", masked(_FRAME_TYPE, FrameType.ACKNOWLEDGEMENT)),
        When("fragment", equals(Fragment.FIRST, Fragment.LATER)),
    ] = None
    auxiliary: Annotated[Auxiliary | None, When("frame_control", bit(5))] = None
    payload: Rest = b""

    @classmethod
    def from_bytes(cls, data: bytes, start: int = 0, end: int | None = None) -> Self:
        frame = super().from_bytes(data, start, end)
        if frame.frame_type is FrameType.INTER_PAN:
            raise DecodeError("Frame.frame_control", start, "inter-PAN frames have a form of their own")
        return frame

    @classmethod
    def data(
        cls,
        destination_endpoint: int,
        source_endpoint: int,
        cluster: int,
        profile: int,
        counter: int,
        payload: bytes,
        *,
        delivery: Delivery = Delivery.UNICAST,
        ack_request: bool = True,
        auxiliary: Auxiliary | None = None,
        fragment: Fragment = Fragment.NONE,
        block: int | None = None,
    ) -> Self:
        """A data frame, or one block of a message. Only a unicast may ask for an acknowledgement."""
        control = FrameType.DATA | delivery << 2
        control |= _ACK_REQUEST if ack_request and delivery is Delivery.UNICAST else 0
        control |= 0 if auxiliary is None else _SECURITY
        control |= _EXTENDED if fragment else 0
        return cls(
            control,
            destination_endpoint,
            None,
            cluster,
            profile,
            source_endpoint,
            counter,
            fragment or None,
            block,
            auxiliary=auxiliary,
            payload=payload,
        )

    @classmethod
    def command(cls, counter: int, payload: bytes, auxiliary: Auxiliary | None = None) -> Self:
        """A command frame; the payload is one of :data:`COMMANDS`."""
        control = FrameType.COMMAND | (0 if auxiliary is None else _SECURITY)
        return cls(control, None, None, None, None, None, counter, auxiliary=auxiliary, payload=payload)

    def acknowledgement(self, window: int | None = None, received: int | None = None) -> Frame:
        """What acknowledges this frame: the endpoints swapped, the counter the same.

        For a message in blocks, ``window`` is the first block of the window that is acknowledged and
        ``received`` the bitmap of its blocks.
        """
        if self.frame_type is FrameType.COMMAND:
            control = FrameType.ACKNOWLEDGEMENT | _ACK_FORMAT
            return Frame(control, None, None, None, None, None, self.counter)
        control = FrameType.ACKNOWLEDGEMENT | (0 if window is None else _EXTENDED)
        fragment = None if window is None else Fragment.LATER if window else Fragment.FIRST
        return Frame(
            control,
            self.source_endpoint,
            None,
            self.cluster,
            self.profile,
            self.destination_endpoint,
            self.counter,
            fragment,
            window,
            received,
        )

    @property
    def frame_type(self) -> FrameType:
        return FrameType(self.frame_control & _FRAME_TYPE)

    @property
    def block_number(self) -> int | None:
        """The number of the block that this is; None where it is no block."""
        return 0 if self.fragment == Fragment.FIRST else self.block

    @property
    def total_blocks(self) -> int | None:
        """How many blocks the message has, which its first block alone says."""
        return self.block if self.fragment == Fragment.FIRST else None

    @property
    def wants_acknowledgement(self) -> bool:
        return bool(self.frame_control & _ACK_REQUEST)


class InterPan(Layout, frozen=True):
    """A frame between Devices that are not in one network, as before an HHT joins: network part and all."""

    network_control: Bitmap16
    frame_control: Bitmap8
    group: Annotated[U16 | None, When("frame_control", masked(_DELIVERY, Delivery.GROUP << 2))]
    cluster: U16
    profile: U16
    payload: Rest = b""

    @classmethod
    def of(cls, delivery: Delivery, cluster: int, profile: int, payload: bytes) -> Self:
        """A frame to one Device or, with BROADCAST, to all."""
        return cls(_INTER_PAN_STUB, FrameType.INTER_PAN | delivery << 2, None, cluster, profile, payload)


_INTER_PAN_STUB: Final = 0x000B
"""The network frame control of an inter-PAN frame, which has no more of a network header."""


class KeyType(enum.IntEnum):
    """What a key that is transported or asked for is for."""

    NETWORK = 0x01
    APPLICATION_REQUEST = 0x02
    APPLICATION_LINK = 0x03
    TRUST_CENTRE_LINK = 0x04


class TransportKey(Layout, frozen=True):
    """A key for a Device. Which fields follow the key depends on what it is for."""

    key_type: Enum8
    key: Key
    key_sequence: Annotated[U8 | None, When("key_type", equals(KeyType.NETWORK))] = None
    destination: Annotated[
        EuiField | None, When("key_type", equals(KeyType.NETWORK, KeyType.TRUST_CENTRE_LINK))
    ] = None
    source: Annotated[
        EuiField | None, When("key_type", equals(KeyType.NETWORK, KeyType.TRUST_CENTRE_LINK))
    ] = None
    partner: Annotated[EuiField | None, When("key_type", equals(KeyType.APPLICATION_LINK))] = None
    initiator: Annotated[Bool | None, When("key_type", equals(KeyType.APPLICATION_LINK))] = None

    def __repr__(self) -> str:
        return repr_without(self, "key")


class UpdateDevice(Layout, frozen=True):
    """A router tells the trust centre of a Device. Status: 0 secured rejoin, 1 unsecured join, 2 left."""

    device: EuiField
    short_address: U16
    status: Enum8


class RemoveDevice(Layout, frozen=True):
    """The trust centre has a router send a Device away."""

    target: EuiField


class RequestKey(Layout, frozen=True):
    """Ask the trust centre for a key: its own, or one for use with a partner."""

    key_type: Enum8
    partner: Annotated[EuiField | None, When("key_type", equals(KeyType.APPLICATION_REQUEST))] = None


class SwitchKey(Layout, frozen=True):
    """Use the network key of this sequence number from now on."""

    key_sequence: U8


class Tunnel(Layout, frozen=True):
    """A secured command for a Device that has no network key yet, passed on by its router."""

    destination: EuiField
    command: Rest


class VerifyKey(Layout, frozen=True):
    """The proof that the sender holds the link key it was sent."""

    key_type: Enum8
    source: EuiField
    hash: Key


class ConfirmKey(Layout, frozen=True):
    """What the trust centre makes of the proof."""

    status: Enum8
    key_type: Enum8
    destination: EuiField


COMMANDS: Final = Numbered(
    "APS command",
    {
        0x05: TransportKey,
        0x06: UpdateDevice,
        0x07: RemoveDevice,
        0x08: RequestKey,
        0x09: SwitchKey,
        0x0E: Tunnel,
        0x0F: VerifyKey,
        0x10: ConfirmKey,
    },
)
"""The APS commands, which are the payload of command frames, by identifier."""
