"""Bytes in JSON: hex digits, ISO 8601 where they are a time, text where they are text.

Which of these a string is can always be told from the string, and what is not quite a time (*now*,
*never*, a date with parts left open) or not quite text stays hex, so that the bytes come back as they were.
"""

from __future__ import annotations

import re
from typing import Any, Final

from doorstep.errors import DecodeError, DoorstepError, InputError
from doorstep.eui import Eui
from doorstep.gbcs import times
from doorstep.gbcs.json_form.at import At, JsonObject

__all__ = [
    "read_code",
    "read_date_time",
    "read_eui",
    "read_octets",
    "read_text",
    "read_utc2000",
    "write_code",
    "write_date_time",
    "write_text",
    "write_utc2000",
]

_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})*", re.ASCII)
_CODE: Final = re.compile(r"0x[0-9A-Fa-f]{1,16}", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_SECOND: Final = 1000

# Counts of seconds that stand for no time: now, the tariff commands' cancellation, never.
_NO_TIME: Final = (0, 0xFFFFFFFE, 0xFFFFFFFF)


def read_octets(at: At, size: int | None = None) -> bytes:
    """Bytes from hex digits, of ``size`` bytes where that is given."""
    text = at.text()
    if not _HEX.fullmatch(text):
        raise at.wrong(f"{text[:40]!r} is not pairs of hex digits")
    octets = bytes.fromhex(text)
    if size is not None and len(octets) != size:
        raise at.wrong(f"{len(octets)} bytes where {size} belong")
    return octets


def read_eui(at: At) -> Eui:
    """An Entity Identifier, ``00-DB-12-34-56-78-90-A0``."""
    try:
        return Eui.parse(at.text())
    except InputError as error:
        raise at.wrong(str(error)) from None


def write_code(value: int, digits: int) -> str:
    """A number that people know in hexadecimal, ``0x0069``."""
    return f"0x{value:0{digits}X}"


def read_code(at: At, digits: int) -> int:
    """A number written in hexadecimal, of at most that many digits."""
    text = at.text()
    if not _CODE.fullmatch(text) or len(text) > digits + 2:
        raise at.wrong(f"{text[:40]!r} is not 0x and up to {digits} hex digits")
    return int(text, 16)


# -- text ---------------------------------------------------------------------------------------


def write_text(octets: bytes) -> str | JsonObject:
    """Octets that are to be text: as text where they are UTF-8, else ``{"hex": ...}``."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return {"hex": octets.hex()}


def read_text(at: At) -> bytes:
    """The octets of what :func:`write_text` made."""
    if isinstance(at.value, str):
        return at.value.encode()
    return read_octets(at.members("hex")["hex"])


# -- times --------------------------------------------------------------------------------------


def write_date_time(octets: bytes) -> str | JsonObject:
    """Octets that may be a COSEM date-time: ISO 8601 where they are one instant, else hex.

    The clock status, where it is not *not specified*, makes it ``{"time": ..., "clock_status": ...}``.
    """
    if len(octets) == 12:
        try:
            instant = times.from_cosem_date_time(octets)
            if instant is not None and times.cosem_date_time(instant)[:-1] == octets[:-1]:
                time, status = _iso(instant), octets[-1]
                if status == times.ClockStatus.NOT_SPECIFIED:
                    return time
                return {"time": time, "clock_status": status}
        except DoorstepError:
            pass
    return octets.hex()


def read_date_time(at: At) -> bytes:
    """The octets of what :func:`write_date_time` made."""
    if isinstance(at.value, dict):
        members = at.members("time", "clock_status")
        status = members["clock_status"].integer(0, 0xFF)
        return times.cosem_date_time(_instant(members["time"]))[:-1] + bytes((status,))
    if _ISO.fullmatch(at.text()):
        return times.cosem_date_time(_instant(at))
    return read_octets(at)


def write_utc2000(seconds: int) -> str | int:
    """Seconds since 2000-01-01 UTC as ISO 8601; numbers that stand for *now* or *never* stay numbers."""
    return seconds if seconds in _NO_TIME else _iso(times.from_utc2000(seconds))


def read_utc2000(at: At) -> int:
    """The seconds of what :func:`write_utc2000` made."""
    if not isinstance(at.value, str):
        return at.integer(0, 0xFFFFFFFF)
    try:
        return times.utc2000(_instant(at))
    except DoorstepError as error:
        raise at.wrong(str(error)) from None


def _iso(instant: times.Instant) -> str:
    """ISO 8601 to the second, which is as fine as messages tell time."""
    return f"{times.iso(instant)[:-5]}Z"


def _instant(at: At) -> times.Instant:
    text: Any = at.text()
    if not _ISO.fullmatch(text):
        raise at.wrong(f"{text[:40]!r} is not a time as 2015-01-01T00:00:00Z")
    try:
        return times.from_iso(text)
    except DecodeError as error:
        raise at.wrong(error.detail) from None
