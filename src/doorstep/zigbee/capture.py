"""Capture files of radio frames, as network analysers write and read them (pcap and pcapng).

::

    data = HEADER + b"".join(record(frame, now) for frame, now in ...)   # a pcap of link type 195
    for captured in read(data):
        captured.frame, captured.at

What is written is pcap with link type 195: radio frames that end with their check. What is read is pcap or
pcapng, of link types 195 and 230 (frames without their check), or of Ethernet, raw IP and Linux cooked
captures, in which frames travel as ZEP over UDP; packets that hold no radio frame are left out.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, InputError, Truncated
from doorstep.zigbee import mac, zep

__all__ = [
    "Captured",
    "HEADER",
    "LARGEST_PACKET",
    "MOST_PACKETS",
    "key_row",
    "read",
    "read_key_rows",
    "record",
]

IEEE802_15_4: Final = 195
"""The link type of radio frames that end with their check."""
IEEE802_15_4_NO_CHECK: Final = 230

LARGEST_PACKET: Final = 0x4_0000
"""The most octets of one packet in a file that is read."""
MOST_PACKETS: Final = 10_000_000
"""The most packets of one file that is read."""

_MICROSECONDS: Final = 0xA1B2_C3D4
_NANOSECONDS: Final = 0xA1B2_3C4D
_PCAPNG: Final = 0x0A0D_0D0A
_BYTE_ORDER: Final = 0x1A2B_3C4D
_SNAP_LENGTH: Final = 0x1_0000

HEADER: Final = struct.pack("<IHHiIII", _MICROSECONDS, 2, 4, 0, 0, _SNAP_LENGTH, IEEE802_15_4)
"""What a file that is written begins with."""


class Captured(Struct, frozen=True):
    """A radio frame, its check included, and when it was captured, in milliseconds since 1970."""

    at: int
    frame: bytes


def record(frame: bytes, now: int) -> bytes:
    """A frame with its check, captured ``now`` in milliseconds since 1970, as it stands in the file."""
    seconds, milliseconds = divmod(now, 1000)
    return struct.pack("<IIII", seconds, milliseconds * 1000, len(frame), len(frame)) + frame


def read(data: bytes) -> Iterator[Captured]:
    """The radio frames of a capture file, in its order.

    Raises :class:`DecodeError` where it is none, or stops making sense; frames before that were given.
    """
    packets = _pcapng(data) if data[:4] == _PCAPNG.to_bytes(4, "big") else _pcap(data)
    for number, (at, link, packet) in enumerate(packets):
        if number >= MOST_PACKETS:
            raise DecodeError("capture", 0, f"has more than {MOST_PACKETS} packets")
        frame = _LINKS.get(link, _nothing)(packet)
        if frame is not None:
            yield Captured(at, frame)


def key_row(key: bytes, kind: str) -> str:
    """A row of Wireshark's table ``zigbee_pc_keys``: a key and its kind, ``nwk`` or ``link``."""
    return f'"{key.hex()}","Normal","{kind}"\n'


def read_key_rows(text: str) -> Iterator[tuple[bytes, str]]:
    """The keys in rows of that table, with their kinds. Comments and empty lines are left out.

    Raises :class:`InputError` that names the line for what is no row.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        row = _KEY_ROW.fullmatch(line.strip())
        if row is None:
            raise InputError(f'line {number}: not a row like "<32 hex digits>","Normal","nwk"')
        octets = bytes.fromhex(row[1].replace(":", ""))
        yield (octets if row[2] == "Normal" else octets[::-1]), row[3]


_KEY_ROW: Final = re.compile(
    r'"((?:[0-9A-Fa-f]{2}:?){15}[0-9A-Fa-f]{2})" *, *"(Normal|Reverse)" *, *"([^"]*)"', re.ASCII
)


# -- files --------------------------------------------------------------------------------------------

_Packets = Iterator[tuple[int, int, bytes]]
"""The time in milliseconds since 1970, the link type and the octets of each packet."""


def _pcap(data: bytes) -> _Packets:
    order = next((order for order in "<>" if _magic(data, order) in (_MICROSECONDS, _NANOSECONDS)), None)
    if order is None:
        raise DecodeError("capture", 0, "is neither pcap nor pcapng")
    if len(data) < 24:
        raise Truncated("capture", len(data), "ends within its header")
    a_millisecond = 1_000 if _magic(data, order) == _MICROSECONDS else 1_000_000
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at < len(data):
        if at + 16 > len(data):
            raise Truncated("packet", at, "ends within its header")
        seconds, fraction, size, _original = struct.unpack_from(order + "IIII", data, at)
        yield seconds * 1000 + fraction // a_millisecond, link, _octets(data, at + 16, size)
        at += 16 + size


def _magic(data: bytes, order: str) -> int:
    return int.from_bytes(data[:4], "little" if order == "<" else "big")


def _octets(data: bytes, start: int, size: int) -> bytes:
    if size > LARGEST_PACKET:
        raise DecodeError("packet", start, f"says that it has {size} octets")
    if start + size > len(data):
        raise Truncated("packet", start, f"needs {size} octets, {len(data) - start} left")
    return data[start : start + size]


class _Interface(Struct, frozen=True):
    """One interface of a pcapng section: its link type, and how many of its units of time are a second."""

    link: int
    units: int


def _pcapng(data: bytes) -> _Packets:
    order, interfaces, at = "<", list[_Interface](), 0
    while at < len(data):
        if at + 12 > len(data):
            raise Truncated("block", at, "ends within its header")
        kind = struct.unpack_from(order + "I", data, at)[0]
        if kind == _PCAPNG:
            order, interfaces = _byte_order(data, at), []
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        if size < 12 or size % 4:
            raise DecodeError("block", at, f"cannot have {size} octets")
        if size > LARGEST_PACKET + 64:
            raise DecodeError("block", at, f"says that it has {size} octets")
        body = _octets(data, at + 8, size - 8)
        if body[-4:] != data[at + 4 : at + 8]:
            raise DecodeError("block", at, "ends with another size than it begins with")
        body = body[:-4]
        if kind == _INTERFACE_BLOCK:
            interfaces.append(_interface(body, order, at))
        elif kind == _PACKET_BLOCK:
            yield _packet(body, order, interfaces, at)
        at += size


_INTERFACE_BLOCK: Final = 1
_PACKET_BLOCK: Final = 6
_TIME_RESOLUTION: Final = 9
_MOST_INTERFACES: Final = 256


def _byte_order(data: bytes, at: int) -> str:
    mark = data[at + 8 : at + 12]
    if mark == _BYTE_ORDER.to_bytes(4, "little"):
        return "<"
    if mark == _BYTE_ORDER.to_bytes(4, "big"):
        return ">"
    raise DecodeError("section header", at + 8, "has no byte order that is known")


def _interface(body: bytes, order: str, at: int) -> _Interface:
    if len(body) < 8:
        raise Truncated("interface", at, "ends too soon")
    link = struct.unpack_from(order + "H", body)[0]
    units, option = 1_000_000, 8
    while option + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, option)
        if code == _TIME_RESOLUTION and size >= 1 and option + 4 < len(body):
            exponent = body[option + 4]
            units = 1 << (exponent & 0x7F) if exponent & 0x80 else 10 ** min(exponent, 18)
        option += 4 + size + -size % 4
        if code == 0:
            break
    return _Interface(link, units)


def _packet(body: bytes, order: str, interfaces: list[_Interface], at: int) -> tuple[int, int, bytes]:
    if len(body) < 20:
        raise Truncated("packet", at, "ends within its header")
    number, high, low, size, _original = struct.unpack_from(order + "IIIII", body)
    if number >= min(len(interfaces), _MOST_INTERFACES):
        raise DecodeError("packet", at, f"is of interface {number}, which is not described")
    interface = interfaces[number]
    milliseconds = (high << 32 | low) * 1000 // interface.units
    return milliseconds, interface.link, _octets(body, 20, size)


# -- links --------------------------------------------------------------------------------------------


def _with_check(packet: bytes) -> bytes | None:
    return packet


def _without_check(packet: bytes) -> bytes | None:
    return packet + mac.check(packet)


def _ethernet(packet: bytes) -> bytes | None:
    return _ipv4(packet[14:]) if packet[12:14] == b"\x08\x00" else None


def _cooked(packet: bytes) -> bytes | None:
    return _ipv4(packet[16:]) if packet[14:16] == b"\x08\x00" else None


def _ipv4(packet: bytes) -> bytes | None:
    """The radio frame in a UDP datagram to or from the port of ZEP."""
    if len(packet) < 20 or packet[0] >> 4 != 4 or packet[9] != 17:
        return None
    udp = packet[4 * (packet[0] & 0x0F) :]
    if len(udp) < 8:
        return None
    ports = struct.unpack_from(">HH", udp)
    size = struct.unpack_from(">H", udp, 4)[0]
    if zep.UDP_PORT not in ports or not 8 <= size <= len(udp):
        return None
    try:
        return zep.Data.from_bytes(udp[8:size]).frame
    except DecodeError:
        return None


def _nothing(_packet: bytes) -> bytes | None:
    return None


_LINKS: Final[dict[int, Callable[[bytes], bytes | None]]] = {
    1: _ethernet,
    101: _ipv4,
    113: _cooked,
    228: _ipv4,
    IEEE802_15_4: _with_check,
    IEEE802_15_4_NO_CHECK: _without_check,
}
"""What takes the radio frame out of a packet, by link type."""
