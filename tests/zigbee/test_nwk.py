"""Network frames and commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.zigbee import nwk
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.nwk import Frame, FrameType
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")
HEADER = Auxiliary.of(KeyId.NETWORK, 0x1001, PPMID, 0)

FRAMES: list[tuple[str, Frame]] = [
    (
        "4802 0000 413C 1E 21 28 01100000 A2000000005E05D0 00 AABB",
        Frame.of(FrameType.DATA, 0, 0x3C41, 0x21, b"\xaa\xbb", auxiliary=HEADER),
    ),
    (
        "0802 FDFF 413C 1E 22 28 01100000 A2000000005E05D0 00",
        Frame.of(FrameType.DATA, nwk.RECEIVERS_ON, 0x3C41, 0x22, b"", auxiliary=HEADER),
    ),
    ("4800 413C 0000 1E 20 21", Frame.of(FrameType.DATA, 0x3C41, 0, 0x20, b"\x21")),
    (
        "4912 0000 413C 01 23 A2000000005E05D0 28 01100000 A2000000005E05D0 00 06",
        Frame.of(
            *(FrameType.COMMAND, 0, 0x3C41, 0x23, b"\x06"),
            radius=1,
            source_eui=PPMID,
            auxiliary=HEADER,
        ),
    ),
    (
        "0818 0000 413C 1E 24 C0000000005E05D0 A2000000005E05D0",
        Frame.of(
            *(FrameType.DATA, 0, 0x3C41, 0x24, b""),
            destination_eui=HUB,
            source_eui=PPMID,
            discover_route=False,
        ),
    ),
    (
        "0804 0000 413C 1E 25 02 01 3412 7856 99",
        Frame(
            0x0408, 0, 0x3C41, 30, 0x25, source_route=nwk.SourceRoute(2, 1, (0x1234, 0x5678)), payload=b"\x99"
        ),
    ),
    ("0801 0000 413C 1E 26 05 99", Frame(0x0108, 0, 0x3C41, 30, 0x26, multicast=5, payload=b"\x99")),
]

COMMANDS: list[tuple[str, Layout]] = [
    ("01 00 07 413C 00", nwk.RouteRequest(0, 7, 0x3C41, 0)),
    ("01 20 07 413C 00 A2000000005E05D0", nwk.RouteRequest(0x20, 7, 0x3C41, 0, PPMID)),
    ("02 00 07 0000 413C 03", nwk.RouteReply(0, 7, 0, 0x3C41, 3)),
    (
        "02 30 07 0000 413C 03 C0000000005E05D0 A2000000005E05D0",
        nwk.RouteReply(0x30, 7, 0, 0x3C41, 3, HUB, PPMID),
    ),
    ("03 0A 413C", nwk.NetworkStatus(0x0A, 0x3C41)),
    ("04 40", nwk.Leave(0x40)),
    ("05 02 3412 7856", nwk.RouteRecord((0x1234, 0x5678))),
    ("06 8E", nwk.RejoinRequest(0x8E)),
    ("07 413C 00", nwk.RejoinResponse(0x3C41, 0)),
    ("08 60", nwk.LinkStatus(0x60)),
    ("08 61 413C 11", nwk.LinkStatus(0x61, (nwk.LinkStatusEntry(0x3C41, 0x11),))),
    ("0B 08 00", nwk.EndDeviceTimeoutRequest(8)),
    ("0C 00 01", nwk.EndDeviceTimeoutResponse(0, 1)),
]


@pytest.mark.parametrize(("octets", "frame"), FRAMES)
def test_frames_both_ways(octets: str, frame: Frame) -> None:
    data = bytes.fromhex(octets)
    assert Frame.from_bytes(data) == frame
    assert frame.to_bytes() == data
    assert every_truncation(Frame.from_bytes, data) == len(frame.payload)


def test_which_frames_carry_commands() -> None:
    assert [frame.is_command for _, frame in FRAMES] == [False, False, False, True, False, False, False]


@pytest.mark.parametrize(("octets", "command"), COMMANDS)
def test_commands_both_ways(octets: str, command: Layout) -> None:
    data = bytes.fromhex(octets)
    assert nwk.COMMANDS.from_bytes(data) == command
    assert nwk.COMMANDS.to_bytes(command) == data
    every_truncation(type(command).from_bytes, data[1:])


def test_every_command_has_a_case() -> None:
    assert {bytes.fromhex(octets)[0] for octets, _ in COMMANDS} == set(nwk.COMMANDS.rows)


def test_unknown_commands_stay_octets() -> None:
    assert nwk.COMMANDS.from_bytes(b"\x99\x01") == Unknown(0x99, b"\x01")
    assert nwk.COMMANDS.to_bytes(Unknown(0x99, b"\x01")) == b"\x99\x01"
    with pytest.raises(DecodeError):
        nwk.COMMANDS.from_bytes(b"")


@given(st.binary(max_size=60))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    decodes_or_refuses(Frame.from_bytes, data)
    decodes_or_refuses(Auxiliary.from_bytes, data)
    for layout in nwk.COMMANDS.rows.values():
        decodes_or_refuses(layout.from_bytes, data)
