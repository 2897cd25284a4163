"""Capture files: what is written reads back, what analysers write is read, and hostile files are refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.zigbee import zep
from doorstep.zigbee.capture import HEADER, Captured, read, record

NOW = 1_795_348_800_123
# The worked example of our own notes: the acknowledgement of a block, check included.
FRAME = bytes.fromhex(
    "618812621a413c00004802413c00001e222801100000c0000000005e05d00007fad5a0007eae05f586cbbc3b83e21386"
)
FILE = HEADER + record(FRAME, NOW) + record(FRAME[::-1], NOW + 1_000)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def pcapng(link: int, packet: bytes, order: str = "<", resolution: bytes = b"") -> bytes:
    """A section with one interface and one packet, as an analyser writes it."""
    section = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    interface = block(1, struct.pack(order + "HHI", link, 0, 0) + resolution, order)
    stamp = NOW * 1_000
    head = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(packet), len(packet))
    return section + interface + block(6, head + packet, order)


def udp(payload: bytes, port: int = zep.UDP_PORT) -> bytes:
    """An IPv4 packet that holds a datagram."""
    size = 8 + len(payload)
    header = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + size, 0, 0, 1, 17, 0, 0x7F000001, 0x7F000001)
    return header + struct.pack(">HHHH", 40_000, port, size, 0) + payload


def test_what_is_written_reads_back() -> None:
    assert list(read(FILE)) == [Captured(NOW, FRAME), Captured(NOW + 1_000, FRAME[::-1])]


def test_a_file_of_the_other_byte_order_or_of_nanoseconds_reads_the_same() -> None:
    header = struct.pack(">IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 195)
    packet = struct.pack(">IIII", NOW // 1000, NOW % 1000 * 1_000_000, len(FRAME), len(FRAME)) + FRAME
    assert list(read(header + packet)) == [Captured(NOW, FRAME)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_reads_the_same(order: str) -> None:
    assert list(read(pcapng(195, FRAME, order))) == [Captured(NOW, FRAME)]


def test_a_resolution_of_nanoseconds_is_minded() -> None:
    option = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    assert next(read(pcapng(195, FRAME, resolution=option))).at == NOW // 1_000


def test_frames_without_their_check_are_given_it() -> None:
    assert next(read(pcapng(230, FRAME[:-2]))).frame == FRAME


@pytest.mark.parametrize(
    ("link", "front"), [(1, bytes(12) + b"\x08\x00"), (101, b""), (113, bytes(14) + b"\x08\x00"), (228, b"")]
)
def test_frames_are_found_in_datagrams(link: int, front: bytes) -> None:
    datagram = zep.Data.of(FRAME, NOW, 1).to_bytes()
    assert list(read(pcapng(link, front + udp(datagram)))) == [Captured(NOW, FRAME)]


@pytest.mark.parametrize(
    "packet",
    [
        udp(zep.Data.of(FRAME, NOW, 1).to_bytes(), port=53),
        udp(b"EX\x02\x01 and no more"),
        udp(zep.Acknowledgement(1).to_bytes()),
        udp(b"")[:25],
        b"\x60" + bytes(60),
        b"",
    ],
)
def test_packets_without_a_radio_frame_are_left_out(packet: bytes) -> None:
    assert list(read(pcapng(101, packet))) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02\x03",
        HEADER[:23],
        HEADER + struct.pack("<IIII", 0, 0, 0xFFFF_FFFF, 4),
        b"\n\r\r\n" + bytes(20),
        block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + struct.pack("<III", 6, 8, 8),
        pcapng(195, FRAME)[:28] + block(6, bytes(20)),
    ],
)
def test_what_is_no_capture_file_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        list(read(data))


@pytest.mark.parametrize("whole", [FILE, pcapng(195, FRAME)], ids=["pcap", "pcapng"])
def test_a_file_that_ends_too_soon_gives_what_is_whole_and_says_so(whole: bytes) -> None:
    full = list(read(whole))
    for end in range(len(whole)):
        found = []
        try:
            for captured in read(whole[:end]):
                found.append(captured)
        except DecodeError:
            pass
        assert found == full[: len(found)]
        assert len(found) < len(full)


@given(
    st.binary(max_size=300),
    st.sampled_from([FILE, pcapng(195, FRAME), pcapng(1, FRAME)]),
    st.integers(0, 400),
)
def test_any_bytes_give_frames_or_a_refusal(noise: bytes, whole: bytes, at: int) -> None:
    data = whole[:at] + noise + whole[at + len(noise) :]
    try:
        for captured in read(data):
            assert len(captured.frame) <= len(data) + 2
        return
    except DecodeError as error:
        refusal = error
    assert 0 <= refusal.offset <= len(data)
