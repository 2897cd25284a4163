"""ZCL frames: the header that every application message begins with, and the general commands.

A frame is profile-wide, with a general command that means the same in every cluster, or cluster
specific (:mod:`doorstep.zigbee.clusters`). A response repeats the transaction sequence number of its
request.
"""

from __future__ import annotations

import enum
from typing import Annotated, Final, Self

from doorstep.zigbee.fields import U8, U16, Bool, Enum8, Rest, ToEnd, TypedBy, When, bit, equals
from doorstep.zigbee.layout import Layout, Numbered, Unknown
from doorstep.zigbee.types import Value

__all__ = [
    "Direction",
    "Frame",
    "Status",
    "GENERAL_COMMANDS",
    "ReadAttributes",
    "ReadAttributesResponse",
    "AttributeRecord",
    "WriteAttributes",
    "AttributeReport",
    "WriteAttributesResponse",
    "WriteStatus",
    "ConfigureReporting",
    "ReportingRecord",
    "ConfigureReportingResponse",
    "ReportingStatus",
    "ReportAttributes",
    "DefaultResponse",
    "DiscoverAttributes",
    "DiscoverAttributesResponse",
    "DiscoveredAttribute",
    "Unknown",
]


class Direction(enum.IntEnum):
    """Which side of a cluster a frame goes to: bit 3 of the frame control."""

    TO_SERVER = 0
    TO_CLIENT = 1

    @property
    def opposite(self) -> Direction:
        return Direction(1 - self)


class Status(enum.IntEnum):
    """What became of a command or of one attribute. Numbers that are not listed here stay numbers."""

    SUCCESS = 0x00
    FAILURE = 0x01
    NOT_AUTHORIZED = 0x7E
    RESERVED_FIELD_NOT_ZERO = 0x7F
    MALFORMED_COMMAND = 0x80
    UNSUPPORTED_CLUSTER_COMMAND = 0x81
    UNSUPPORTED_GENERAL_COMMAND = 0x82
    INVALID_FIELD = 0x85
    UNSUPPORTED_ATTRIBUTE = 0x86
    INVALID_VALUE = 0x87
    READ_ONLY = 0x88
    INSUFFICIENT_SPACE = 0x89
    DUPLICATE_EXISTS = 0x8A
    NOT_FOUND = 0x8B
    UNREPORTABLE_ATTRIBUTE = 0x8C
    INVALID_DATA_TYPE = 0x8D
    WRITE_ONLY = 0x8F
    TIMEOUT = 0x94
    ABORT = 0x95
    INVALID_IMAGE = 0x96
    WAIT_FOR_DATA = 0x97
    NO_IMAGE_AVAILABLE = 0x98
    REQUIRE_MORE_IMAGE = 0x99
    HARDWARE_FAILURE = 0xC0
    SOFTWARE_FAILURE = 0xC1
    UNSUPPORTED_CLUSTER = 0xC3


class Frame(Layout, frozen=True):
    """A ZCL frame. ``manufacturer`` is there only in frames that a manufacturer has defined."""

    frame_control: U8
    manufacturer: Annotated[U16 | None, When("frame_control", bit(2))]
    sequence: U8
    command: U8
    payload: Rest = b""

    @classmethod
    def of_cluster(
        cls, command: int, payload: bytes, *, sequence: int, direction: Direction, quiet: bool = False
    ) -> Self:
        """A cluster-specific frame. ``quiet`` asks for no default response when all goes well."""
        return cls(_frame_control(_CLUSTER_SPECIFIC, direction, quiet), None, sequence, command, payload)

    @classmethod
    def of_general(
        cls, command: Layout | Unknown, *, sequence: int, direction: Direction, quiet: bool = False
    ) -> Self:
        """A profile-wide frame; raises :class:`EncodeError` where the command is not a general one."""
        control = _frame_control(_PROFILE_WIDE, direction, quiet)
        return cls(control, None, sequence, GENERAL_COMMANDS.number(command), command.to_bytes())

    @property
    def cluster_specific(self) -> bool:
        """Whether the command is one of the cluster's own."""
        return self.frame_control & _FRAME_TYPE == _CLUSTER_SPECIFIC

    @property
    def profile_wide(self) -> bool:
        """Whether the command is a general one."""
        return self.frame_control & _FRAME_TYPE == _PROFILE_WIDE

    @property
    def direction(self) -> Direction:
        return Direction(self.frame_control >> 3 & 1)

    @property
    def quiet(self) -> bool:
        """Whether a default response is unwanted when all went well."""
        return bool(self.frame_control & _QUIET)

    @property
    def general_command(self) -> Layout | Unknown:
        """The general command of a profile-wide frame; raises :class:`DecodeError`."""
        return GENERAL_COMMANDS.decode(self.command, self.payload)

    def default_response(self, status: int) -> Frame:
        """The answer to this frame where no other is defined, itself quiet."""
        control = _frame_control(_PROFILE_WIDE, self.direction.opposite, quiet=True)
        control |= self.frame_control & _MANUFACTURER_SPECIFIC
        response = DefaultResponse(self.command, status)
        number = GENERAL_COMMANDS.number(response)
        return Frame(control, self.manufacturer, self.sequence, number, response.to_bytes())


_FRAME_TYPE: Final = 0x03
_PROFILE_WIDE: Final = 0x00
_CLUSTER_SPECIFIC: Final = 0x01
_MANUFACTURER_SPECIFIC: Final = 0x04
_QUIET: Final = 0x10


def _frame_control(frame_type: int, direction: Direction, quiet: bool) -> int:
    return frame_type | direction << 3 | (_QUIET if quiet else 0)


class ReadAttributes(Layout, frozen=True):
    """Ask for the values of attributes."""

    attributes: ToEnd[U16]


class AttributeRecord(Layout, frozen=True):
    """One attribute's value, or the status that says why it is not there."""

    attribute: U16
    status: Enum8
    type: Annotated[U8 | None, When("status", equals(Status.SUCCESS))] = None
    value: Annotated[Value, TypedBy("type")] = None


class ReadAttributesResponse(Layout, frozen=True):
    """The attributes asked for, in the same order."""

    records: ToEnd[AttributeRecord]


class AttributeReport(Layout, frozen=True):
    """One attribute and its value, as it is reported or shall be written."""

    attribute: U16
    type: U8
    value: Annotated[Value, TypedBy("type")]


class WriteAttributes(Layout, frozen=True):
    """Set attributes to values."""

    records: ToEnd[AttributeReport]


class WriteStatus(Layout, frozen=True):
    """Success of the whole write, or one attribute that could not be written."""

    status: Enum8
    attribute: Annotated[U16 | None, When("status", bool)] = None


class WriteAttributesResponse(Layout, frozen=True):
    """A single success, or a record for each attribute that failed."""

    records: ToEnd[WriteStatus]


class ReportingRecord(Layout, frozen=True):
    """How one attribute shall be reported, or within what time its reports are awaited.

    Intervals are in seconds. ``reportable_change`` belongs to analogue types alone.
    """

    direction: Enum8
    attribute: U16
    type: Annotated[U8 | None, When("direction", equals(0))] = None
    minimum_interval: Annotated[U16 | None, When("direction", equals(0))] = None
    maximum_interval: Annotated[U16 | None, When("direction", equals(0))] = None
    reportable_change: Annotated[Value, TypedBy("type", analogue_only=True)] = None
    timeout: Annotated[U16 | None, When("direction", equals(1))] = None


class ConfigureReporting(Layout, frozen=True):
    """Ask for regular reports of attributes."""

    records: ToEnd[ReportingRecord]


class ReportingStatus(Layout, frozen=True):
    """Success of the whole configuration, or one attribute that could not be configured."""

    status: Enum8
    direction: Annotated[Enum8 | None, When("status", bool)] = None
    attribute: Annotated[U16 | None, When("status", bool)] = None


class ConfigureReportingResponse(Layout, frozen=True):
    """A single success, or a record for each attribute that failed."""

    records: ToEnd[ReportingStatus]


class ReportAttributes(Layout, frozen=True):
    """Values of attributes that the receiver has not asked for just now."""

    records: ToEnd[AttributeReport]


class DefaultResponse(Layout, frozen=True):
    """What became of a command that has no response of its own, or that went wrong."""

    command: U8
    status: Enum8


class DiscoverAttributes(Layout, frozen=True):
    """Ask which attributes there are, from one on."""

    first: U16
    maximum: U8


class DiscoveredAttribute(Layout, frozen=True):
    """An attribute and its data type."""

    attribute: U16
    type: U8


class DiscoverAttributesResponse(Layout, frozen=True):
    """Attributes in ascending order; ``complete`` where there are no more."""

    complete: Bool
    attributes: ToEnd[DiscoveredAttribute]


GENERAL_COMMANDS: Final = Numbered(
    "general command",
    {
        0x00: ReadAttributes,
        0x01: ReadAttributesResponse,
        0x02: WriteAttributes,
        0x04: WriteAttributesResponse,
        0x06: ConfigureReporting,
        0x07: ConfigureReportingResponse,
        0x0A: ReportAttributes,
        0x0B: DefaultResponse,
        0x0C: DiscoverAttributes,
        0x0D: DiscoverAttributesResponse,
    },
)
"""The general commands by identifier."""
