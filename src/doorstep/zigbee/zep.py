"""ZEP version 2: radio frames over UDP, in the form that network analysers read.

All its numbers are most significant octet first. One datagram carries one frame.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Self

from doorstep.zigbee.fields import B16, B32, U8, SizedOctets
from doorstep.zigbee.layout import Marked
from doorstep.zigbee.types import NOT_ZCL, Octets

__all__ = ["UDP_PORT", "Acknowledgement", "Data"]

UDP_PORT: Final = 17754

_NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900, from which NTP time counts, to 1970."""
_WITH_FCS: Final = 1
"""The mode of frames that end with their own check."""
_RESERVED: Final = bytes(10)


class Data(Marked, frozen=True):
    """One radio frame, its check included, with the time at which it was sent.

    ``device_id`` tells apart those that capture; ``crc_mode`` 1 says that the frame ends with its check,
    and then ``link_quality`` is not looked at. ``seconds`` and ``fraction`` (of 2^32) are NTP time.
    """

    MARK: ClassVar[bytes] = b"EX\x02\x01"

    channel: U8
    device_id: B16
    crc_mode: U8
    link_quality: U8
    seconds: B32
    fraction: B32
    sequence: B32
    reserved: Annotated[bytes, Octets(NOT_ZCL, "reserved octets", 10)]
    frame: SizedOctets

    @classmethod
    def of(cls, frame: bytes, now: int, sequence: int, *, channel: int = 11, device_id: int = 1) -> Self:
        """The datagram of a frame that is sent ``now``, in milliseconds since 1970."""
        seconds, milliseconds = divmod(now, 1000)
        fraction = (milliseconds << 32) // 1000
        ntp = seconds + _NTP_EPOCH & 0xFFFF_FFFF
        return cls(channel, device_id, _WITH_FCS, 0xFF, ntp, fraction, sequence, _RESERVED, frame)


class Acknowledgement(Marked, frozen=True):
    """A datagram has arrived. Nobody has to send this, and nobody waits for it."""

    MARK: ClassVar[bytes] = b"EX\x02\x02"

    sequence: B32
