"""Radio frames: every form that ZigBee uses, with its check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.zigbee import mac
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.mac import BROADCAST, Frame, FrameType
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

CHILD = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")

FRAMES: list[tuple[str, Frame]] = [
    (
        "6188 11 621A 0000 413C 4802",
        Frame.of(
            *(FrameType.DATA, 0x11, b"\x48\x02"),
            pan=0x1A62,
            destination=0x0000,
            source=0x3C41,
            ack_request=True,
        ),
    ),
    (
        "4188 12 621A FFFF 413C 0802",
        Frame.of(FrameType.DATA, 0x12, b"\x08\x02", pan=0x1A62, destination=BROADCAST, source=0x3C41),
    ),
    ("0200 11", Frame.of(FrameType.ACKNOWLEDGEMENT, 0x11)),
    ("1200 11", Frame.of(FrameType.ACKNOWLEDGEMENT, 0x11, frame_pending=True)),
    (
        "0308 01 FFFF FFFF 07",
        Frame.of(FrameType.COMMAND, 1, b"\x07", pan=BROADCAST, destination=BROADCAST),
    ),
    (
        "0080 02 621A 0000 FFCF 00 00 00 22 84 C0000000005E05D0 FFFFFF 00",
        Frame.of(
            FrameType.BEACON, 2, mac.Beacon.of(HUB, permit_joining=True).to_bytes(), pan=0x1A62, source=0
        ),
    ),
    (
        "23C8 03 621A 0000 FFFF A2000000005E05D0 01 8E",
        Frame.of(
            *(FrameType.COMMAND, 3, b"\x01\x8e"),
            pan=0x1A62,
            destination=0,
            source=CHILD,
            source_pan=BROADCAST,
            ack_request=True,
        ),
    ),
    (
        "63C8 04 621A 0000 A2000000005E05D0 04",
        Frame.of(FrameType.COMMAND, 4, b"\x04", pan=0x1A62, destination=0, source=CHILD, ack_request=True),
    ),
    (
        "63CC 05 621A A2000000005E05D0 C0000000005E05D0 02 413C 00",
        Frame.of(
            *(FrameType.COMMAND, 5, b"\x02\x41\x3c\x00"),
            pan=0x1A62,
            destination=CHILD,
            source=HUB,
            ack_request=True,
        ),
    ),
    (
        "6388 06 621A 0000 413C 04",
        Frame.of(FrameType.COMMAND, 6, b"\x04", pan=0x1A62, destination=0, source=0x3C41, ack_request=True),
    ),
    (
        "01C8 07 FFFF FFFF 621A A2000000005E05D0 0B00",
        Frame.of(
            *(FrameType.DATA, 7, b"\x0b\x00"),
            pan=BROADCAST,
            destination=BROADCAST,
            source=CHILD,
            source_pan=0x1A62,
        ),
    ),
    (
        "21CC 08 621A C0000000005E05D0 621A A2000000005E05D0",
        Frame.of(
            *(FrameType.DATA, 8),
            pan=0x1A62,
            destination=HUB,
            source=CHILD,
            source_pan=0x1A62,
            ack_request=True,
        ),
    ),
]


@pytest.mark.parametrize(("octets", "frame"), FRAMES)
def test_both_ways(octets: str, frame: Frame) -> None:
    data = bytes.fromhex(octets)
    on_air = frame.to_bytes()
    assert on_air[:-2] == data
    assert Frame.from_bytes(on_air) == frame
    assert every_truncation(Frame.from_bytes, on_air) == 0


def test_the_check_of_a_known_frame() -> None:
    # The sixth datagram of the worked example, of which the last two octets are the check.
    frame = bytes.fromhex(
        "618815621a413c00004802413c00001e252803100000c0000000005e05d00066b2355080403f02dc8e662e2bf35f73"
        "03764f543937f18aed00da75c926590d650f3210"
    )
    assert Frame.from_bytes(frame).to_bytes()[-2:] == b"\x32\x10"


def test_acknowledgement() -> None:
    frame = FRAMES[0][1]
    assert frame.wants_acknowledgement
    assert frame.acknowledgement() == Frame.of(FrameType.ACKNOWLEDGEMENT, 0x11)
    assert frame.acknowledgement(frame_pending=True).to_bytes()[:3] == bytes.fromhex("1200 11")
    assert not frame.acknowledgement().wants_acknowledgement


def test_a_wrong_check_is_refused() -> None:
    on_air = bytearray(FRAMES[0][1].to_bytes())
    on_air[4] ^= 1
    with pytest.raises(DecodeError, match="check is wrong"):
        Frame.from_bytes(bytes(on_air))
    with pytest.raises(Truncated):
        Frame.from_bytes(b"\x00")


def test_the_radio_carries_127_octets() -> None:
    def data(size: int) -> Frame:
        return Frame.of(FrameType.DATA, 1, bytes(size), pan=1, destination=2, source=3)

    assert len(data(116).to_bytes()) == 127
    with pytest.raises(EncodeError, match="1 octets too long"):
        data(117).to_bytes()
    with pytest.raises(DecodeError, match="128 octets"):
        Frame.from_bytes(bytes(128))


@pytest.mark.parametrize(
    ("octets", "command"),
    [
        ("01 80", mac.AssociationRequest(mac.Capability.ALLOCATE_ADDRESS)),
        ("02 413C 00", mac.AssociationResponse(0x3C41, 0)),
        ("04", mac.DataRequest()),
        ("07", mac.BeaconRequest()),
    ],
)
def test_commands(octets: str, command: Layout) -> None:
    data = bytes.fromhex(octets)
    assert mac.COMMANDS.from_bytes(data) == command
    assert mac.COMMANDS.to_bytes(command) == data


def test_a_closed_network_says_so() -> None:
    assert mac.Beacon.of(HUB, permit_joining=False).to_bytes()[:2] == bytes.fromhex("FF4F")


@given(st.binary(max_size=140))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    decodes_or_refuses(Frame.from_bytes, data)
    decodes_or_refuses(mac.Beacon.from_bytes, data)


@given(st.binary(min_size=2, max_size=125))
def test_any_octets_with_a_check_decode_and_come_back_or_are_refused(data: bytes) -> None:
    check = 0
    for octet in data:
        for bit in range(8):
            check = check >> 1 ^ (0x8408 if (check ^ octet >> bit) & 1 else 0)
    decodes_or_refuses(Frame.from_bytes, data + check.to_bytes(2, "little"))


@pytest.mark.parametrize(
    ("octets", "destination"),
    [
        ("6188 11 621A 0000 413C 4802", (0x1A62, 0x0000)),
        ("4188 11 621A FFFF 413C 4802", (0x1A62, 0xFFFF)),
        ("63CC 11 621A A2000000005E05D0 C0000000005E05D0 02", (0x1A62, Eui.parse("D0055E00000000A2"))),
        ("0080 11 621A 0000 FFCF", None),
        ("0200 11", None),
        ("6188 11 621A 00", None),
        ("63CC 11 621A A200", None),
        ("61", None),
        ("", None),
    ],
)
def test_the_address_filter_reads_no_more_than_the_destination(
    octets: str, destination: tuple[int, int | Eui] | None
) -> None:
    assert mac.destination_of(bytes.fromhex(octets)) == destination


@pytest.mark.parametrize(
    ("octets", "is_one"), [("0200 11", True), ("1200 11", True), ("6188", False), ("", False)]
)
def test_an_acknowledgement_is_known_by_its_type(octets: str, is_one: bool) -> None:
    assert mac.is_acknowledgement(bytes.fromhex(octets)) is is_one
