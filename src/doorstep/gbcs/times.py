"""The three ways in which GBCS writes a time, and milliseconds since 1970 UTC, which doorstep reckons in.

========================  ===============================================================
COSEM date-time           12 bytes; zero and all-ones forms mean *now* and *never*
GBZ UTC time              seconds since 2000-01-01 UTC, 32 bits; 0 and 0xFFFFFFFF likewise
GeneralizedTime           ``YYYYMMDDHHMMSSZ``; 99991231235959Z means *never*
========================  ===============================================================
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

from doorstep.errors import DecodeError, EncodeError

__all__ = [
    "CANCEL",
    "IMMEDIATE",
    "ClockStatus",
    "Instant",
    "cosem_date_time",
    "from_cosem_date_time",
    "from_iso",
    "from_utc2000",
    "iso",
    "seconds_since_2000",
    "utc",
    "utc2000",
]

Instant = int
"""Milliseconds since 1970-01-01T00:00:00 UTC."""

IMMEDIATE: Final = bytes.fromhex("0000000000000000008000FF")
"""The COSEM date-time that asks for activation at once."""
CANCEL: Final = bytes.fromhex("FFFFFFFFFFFFFFFFFF8000FF")
"""The COSEM date-time that cancels what is pending."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_2000: Final = 946_684_800
_SECOND: Final = 1000


class ClockStatus(IntEnum):
    """How far a Device trusts the time it stamps."""

    RELIABLE = 0x00
    NOT_SPECIFIED = 0xFF


def cosem_date_time(instant: Instant, status: ClockStatus = ClockStatus.NOT_SPECIFIED) -> bytes:
    """The 12 bytes of a UTC time, to the second: day of week and deviation are not specified."""
    moment = utc(instant)
    return (
        moment.year.to_bytes(2, "big")
        + bytes((moment.month, moment.day, 0xFF, moment.hour, moment.minute, moment.second, 0))
        + b"\x80\x00"
        + bytes((status,))
    )


def from_cosem_date_time(data: bytes) -> Instant | None:
    """The instant of a 12-byte UTC date-time; None for :data:`IMMEDIATE` and :data:`CANCEL`.

    Raises :class:`DecodeError` for any other date-time that is not one instant.
    """
    if len(data) != 12:
        raise DecodeError("date-time", 0, f"12 bytes, not {len(data)}")
    if data in (IMMEDIATE, CANCEL):
        return None
    year, (month, day, _weekday, hour, minute, second) = int.from_bytes(data[:2], "big"), data[2:8]
    try:
        return _instant(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:
        raise DecodeError("date-time", 0, f"{data.hex()} is not a date and time") from None


def utc2000(instant: Instant) -> int:
    """Whole seconds since 2000-01-01 UTC; raises :class:`EncodeError` outside 32 bits."""
    seconds = instant // _SECOND - _EPOCH_2000
    if not 0 <= seconds <= 0xFFFFFFFF:
        raise EncodeError("UTC time", f"{iso(instant)} is not within 2000 to 2136")
    return seconds


def seconds_since_2000(instant: Instant) -> int:
    """As :func:`utc2000`, but 0, which stands for *not known*, where a clock is not set."""
    try:
        return utc2000(instant)
    except EncodeError:
        return 0


def from_utc2000(seconds: int) -> Instant:
    """The instant of a count of seconds since 2000-01-01 UTC."""
    return (seconds + _EPOCH_2000) * _SECOND


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with milliseconds, ``2026-11-23T14:20:00.000Z``."""
    return utc(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc(instant: Instant) -> datetime:
    """The instant as Python's datetime, in UTC; raises :class:`EncodeError` outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=instant)
    except OverflowError:
        raise EncodeError("date-time", f"{instant} ms since 1970 is outside the calendar") from None


def from_iso(text: str) -> Instant:
    """The instant of an ISO 8601 date and time; raises :class:`DecodeError` for anything else.

    A time without an offset is UTC, as every time on the road is.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DecodeError("date-time", 0, f"{text[:40]!r} is not an ISO 8601 date and time") from None
    return _instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _instant(moment: datetime) -> Instant:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
