"""What a GBZ payload says of an Alert: its code, its time, and the data that some codes add.

Most Alerts say no more than code and time. Those that do have a row in :data:`TAILS`, save those of
:data:`WITH_COMPONENTS`, which carry GBZ components as a Response does.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Annotated, Final, TypeAlias

from msgspec import Struct

from doorstep.errors import EncodeError, Truncated
from doorstep.zigbee import types
from doorstep.zigbee.fields import B16, U8
from doorstep.zigbee.layout import Layout, Marked, Unknown

__all__ = [
    "TAILS",
    "WITH_COMPONENTS",
    "Alert",
    "FirmwareImage",
    "FutureDatedOutcome",
    "IntegrityIssue",
    "IntegrityIssueReason",
    "Tail",
    "UserInterfaceInput",
    "decode_alert",
]

_HEAD: Final = struct.Struct(">HI")  # alert code, time stamp
_B64: TypeAlias = Annotated[int, types.BigEndian(types.NOT_ZCL, "big-endian uint64", 8)]
_Sha256: TypeAlias = Annotated[bytes, types.Octets(types.NOT_ZCL, "SHA-256 hash", 32)]


class FutureDatedOutcome(Marked, frozen=True):
    """Which future dated command has been actioned, or has failed.

    Message Code and Originator Counter are those of the Message that brought it. The rest names the
    command in it, for each of its commands has an Alert of its own.
    """

    MARK = b"\x0e"  # 14 bytes follow

    message_code: B16
    originator_counter: _B64
    cluster: B16
    frame_control: U8
    command_id: U8


class FirmwareImage(Marked, frozen=True):
    """The hash of the firmware image that has been verified, or has failed to be."""

    MARK = b"\x09\x20"  # an octet string of 32 bytes, as DLMS writes it

    image_hash: _Sha256


class IntegrityIssueReason(IntEnum):
    """What is wrong with a meter. Numbers that are not listed here stay numbers."""

    OTHER = 0
    NON_VOLATILE_MEMORY = 1
    PROGRAM_EXECUTION = 2
    PROGRAM_STORAGE = 3
    RAM = 4
    UNEXPECTED_HARDWARE_RESET = 5
    WATCHDOG = 6
    METROLOGY_FIRMWARE_VERIFICATION = 7
    MEASUREMENT_FAULT = 8
    UNSPECIFIED = 9


class IntegrityIssue(Layout, frozen=True):
    """What is wrong with the meter, an :class:`IntegrityIssueReason`."""

    reason: B16


class UserInterfaceInput(Layout, frozen=True):
    """The number of the command that someone has entered at the Device."""

    command: B16


Tail: TypeAlias = FutureDatedOutcome | FirmwareImage | IntegrityIssue | UserInterfaceInput

TAILS: Final[Mapping[int, type[Tail]]] = MappingProxyType(
    {
        0x8161: UserInterfaceInput,  # Actioned. This row and the next are known from Wireshark alone.
        0x8162: UserInterfaceInput,  # Not actioned.
        0x81A0: IntegrityIssue,
        0x8F1C: FirmwareImage,  # Verification failed.
        0x8F66: FutureDatedOutcome,  # Actioned.
        0x8F67: FutureDatedOutcome,  # Not actioned.
        0x8F72: FirmwareImage,  # Verification succeeded.
    }
)
"""The data that follows the time stamp, by alert code."""

WITH_COMPONENTS: Final = frozenset({0x8F0A})  # Billing Data Log Updated
"""The alert codes after whose time stamp GBZ components follow."""


class Alert(Struct, frozen=True, gc=False):
    """Code and time of an Alert, in seconds since 2000-01-01 UTC, and what the code adds.

    ``tail`` is None for a bare Alert, :class:`Unknown` for data of a code that has no row in
    :data:`TAILS`. Such a payload has no components, yet states one where there is a tail and none where
    there is not; ``stated`` is the number that stands there instead, where a Device wrote another.
    """

    code: int
    timestamp: int
    tail: Tail | Unknown | None = None
    stated: int | None = None

    def __post_init__(self) -> None:
        if self.code in WITH_COMPONENTS:
            fits = self.tail is None and self.stated is None
        elif isinstance(self.tail, Unknown):
            fits = self.tail.id == self.code and self.code not in TAILS
        else:
            fits = self.tail is None or type(self.tail) is TAILS.get(self.code)
        if not fits:
            raise EncodeError("alert", f"0x{self.code:04X} does not say this: {self.tail!r:.80}")

    def count(self, components: int) -> int:
        """The number of components that the payload states, where it has ``components`` of them."""
        if self.code in WITH_COMPONENTS:
            return components
        return _usual_count(self.tail) if self.stated is None else self.stated

    def encode(self) -> bytes:
        """The bytes, from the alert code on; raises :class:`EncodeError`."""
        try:
            head = _HEAD.pack(self.code, self.timestamp)
        except struct.error:
            raise EncodeError("alert", f"code {self.code} and time {self.timestamp} do not fit") from None
        return head if self.tail is None else head + self.tail.to_bytes()


def decode_alert(content: bytes, at: int, stated: int) -> tuple[Alert, int, int]:
    """The Alert at ``at``, the position after it, and how many components follow there.

    ``stated`` is the number of components that the payload states. Raises :class:`DecodeError`.
    """
    after = at + _HEAD.size
    if len(content) < after:
        raise Truncated("alert", len(content), "the payload ends inside alert code and time stamp")
    code, timestamp = _HEAD.unpack_from(content, at)
    if code in WITH_COMPONENTS:
        return Alert(code, timestamp), after, stated
    tail: Tail | Unknown | None = None
    if after < len(content):
        layout = TAILS.get(code)
        tail = layout.from_bytes(content, after) if layout else Unknown(code, content[after:])
    kept = None if stated == _usual_count(tail) else stated
    return Alert(code, timestamp, tail, kept), len(content), 0


def _usual_count(tail: Tail | Unknown | None) -> int:
    """The number of components that Devices state for an Alert that has none of them."""
    return 0 if tail is None else 1
