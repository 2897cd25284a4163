"""APS frames, acknowledgements, commands and the inter-PAN form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.eui import Eui
from doorstep.zigbee import aps
from doorstep.zigbee.aps import Delivery, Fragment, Frame, FrameType, InterPan
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.layout import Layout
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")
KEY = bytes(range(16))
WITH_EUI = Auxiliary.of(KeyId.LINK, 0x1001, PPMID)
WITHOUT_EUI = Auxiliary.of(KeyId.LINK, 0x1001)

ASKING = Frame.data(2, 1, 0x0704, 0x0109, 0x30, b"\xaa")
FIRST = Frame.data(
    *(2, 1, 0x0704, 0x0109, 0x30, b"\xaa"), auxiliary=WITH_EUI, fragment=Fragment.FIRST, block=20
)
LATER = Frame.data(
    *(2, 1, 0x0704, 0x0109, 0x30, b"\xaa"), auxiliary=WITH_EUI, fragment=Fragment.LATER, block=7
)

FRAMES: list[tuple[str, Frame]] = [
    ("40 02 0407 0901 01 30 AA", ASKING),
    ("00 02 0407 0901 01 30 AA", Frame.data(2, 1, 0x0704, 0x0109, 0x30, b"\xaa", ack_request=False)),
    (
        "60 02 0407 0901 01 30 00 01100000 AA",
        Frame.data(2, 1, 0x0704, 0x0109, 0x30, b"\xaa", auxiliary=WITHOUT_EUI),
    ),
    ("E0 02 0407 0901 01 30 01 14 20 01100000 A2000000005E05D0 AA", FIRST),
    ("E0 02 0407 0901 01 30 02 07 20 01100000 A2000000005E05D0 AA", LATER),
    ("08 00 1300 0000 00 31", Frame.data(0, 0, 0x0013, 0, 0x31, b"", delivery=Delivery.BROADCAST)),
    ("0C 3412 0407 0901 01 32", Frame(0x0C, None, 0x1234, 0x0704, 0x0109, 1, 0x32)),
    ("01 60 05", Frame.command(0x60, b"\x05")),
    (
        "21 60 30 01100000 A2000000005E05D0 AA",
        Frame.command(0x60, b"\xaa", Auxiliary.of(KeyId.KEY_TRANSPORT, 0x1001, PPMID)),
    ),
    ("02 01 0407 0901 02 30", ASKING.acknowledgement()),
    ("82 01 0407 0901 02 30 01 00 FF", FIRST.acknowledgement(0, 0xFF)),
    ("82 01 0407 0901 02 30 02 07 FE", LATER.acknowledgement(7, 0xFE)),
    ("12 60", Frame.command(0x60, b"\x05").acknowledgement()),
]

COMMANDS: list[tuple[str, Layout]] = [
    (
        f"05 01 {KEY.hex()} 07 A2000000005E05D0 C0000000005E05D0",
        aps.TransportKey(aps.KeyType.NETWORK, KEY, 7, PPMID, HUB),
    ),
    (
        f"05 04 {KEY.hex()} A2000000005E05D0 C0000000005E05D0",
        aps.TransportKey(aps.KeyType.TRUST_CENTRE_LINK, KEY, None, PPMID, HUB),
    ),
    (
        f"05 03 {KEY.hex()} A2000000005E05D0 01",
        aps.TransportKey(aps.KeyType.APPLICATION_LINK, KEY, partner=PPMID, initiator=1),
    ),
    ("06 A2000000005E05D0 413C 01", aps.UpdateDevice(PPMID, 0x3C41, 1)),
    ("07 A2000000005E05D0", aps.RemoveDevice(PPMID)),
    ("08 02 A2000000005E05D0", aps.RequestKey(aps.KeyType.APPLICATION_REQUEST, PPMID)),
    ("08 04", aps.RequestKey(aps.KeyType.TRUST_CENTRE_LINK)),
    ("09 07", aps.SwitchKey(7)),
    ("0E A2000000005E05D0 21AA", aps.Tunnel(PPMID, b"\x21\xaa")),
    (f"0F 04 A2000000005E05D0 {KEY.hex()}", aps.VerifyKey(aps.KeyType.TRUST_CENTRE_LINK, PPMID, KEY)),
    ("10 00 04 A2000000005E05D0", aps.ConfirmKey(0, aps.KeyType.TRUST_CENTRE_LINK, PPMID)),
]


@pytest.mark.parametrize(("octets", "frame"), FRAMES)
def test_frames_both_ways(octets: str, frame: Frame) -> None:
    data = bytes.fromhex(octets)
    assert Frame.from_bytes(data) == frame
    assert frame.to_bytes() == data
    assert every_truncation(Frame.from_bytes, data) == len(frame.payload)


def test_blocks_know_their_place() -> None:
    assert (FIRST.block_number, FIRST.total_blocks) == (0, 20)
    assert (LATER.block_number, LATER.total_blocks) == (7, None)
    assert (ASKING.block_number, ASKING.total_blocks) == (None, None)


def test_who_wants_an_acknowledgement() -> None:
    assert ASKING.wants_acknowledgement
    assert not ASKING.acknowledgement().wants_acknowledgement
    broadcast = Frame.data(0, 0, 0x0013, 0, 1, b"", delivery=Delivery.BROADCAST)
    assert not broadcast.wants_acknowledgement
    assert broadcast.frame_type is FrameType.DATA


@pytest.mark.parametrize(("octets", "command"), COMMANDS)
def test_commands_both_ways(octets: str, command: Layout) -> None:
    data = bytes.fromhex(octets)
    assert aps.COMMANDS.from_bytes(data) == command
    assert aps.COMMANDS.to_bytes(command) == data
    every_truncation(type(command).from_bytes, data[1:])


def test_every_command_has_a_case() -> None:
    assert {bytes.fromhex(octets)[0] for octets, _ in COMMANDS} == set(aps.COMMANDS.rows)


def test_a_key_carries_only_what_its_type_asks_for() -> None:
    with pytest.raises(EncodeError, match="partner: has no place here"):
        aps.TransportKey(aps.KeyType.NETWORK, KEY, 0, PPMID, HUB, partner=PPMID).to_bytes()
    with pytest.raises(EncodeError, match="holds exactly 16 octets"):
        aps.TransportKey(aps.KeyType.NETWORK, KEY[:15], 0, PPMID, HUB).to_bytes()


@pytest.mark.parametrize(
    ("octets", "frame"),
    [
        ("0B00 0B 0007 0901 AA", InterPan.of(Delivery.BROADCAST, 0x0700, 0x0109, b"\xaa")),
        ("0B00 03 0007 0901", InterPan.of(Delivery.UNICAST, 0x0700, 0x0109, b"")),
        ("0B00 0F 3412 0007 0901", InterPan(0x0B, 0x0F, 0x1234, 0x0700, 0x0109)),
    ],
)
def test_inter_pan_both_ways(octets: str, frame: InterPan) -> None:
    data = bytes.fromhex(octets)
    assert InterPan.from_bytes(data) == frame
    assert frame.to_bytes() == data
    every_truncation(InterPan.from_bytes, data)


def test_an_inter_pan_frame_is_no_frame_of_a_network() -> None:
    with pytest.raises(DecodeError, match="inter-PAN"):
        Frame.from_bytes(bytes.fromhex("03 0007 0901 AA"))


@given(st.binary(max_size=60))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    decodes_or_refuses(Frame.from_bytes, data)
    decodes_or_refuses(InterPan.from_bytes, data)
    for layout in aps.COMMANDS.rows.values():
        decodes_or_refuses(layout.from_bytes, data)
