"""ZCL frames and general commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.zigbee import zcl
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.zcl import Direction, Frame, Unknown
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

TO_SERVER = Direction.TO_SERVER
TO_CLIENT = Direction.TO_CLIENT

GENERAL: list[tuple[int, str, Layout]] = [
    (0x00, "0100 0200 0300", zcl.ReadAttributes((1, 2, 3))),
    (
        0x01,
        "0100 00 2B E8030000 0200 00 2B 00000000 0300 00 18 01",
        zcl.ReadAttributesResponse(
            (
                zcl.AttributeRecord(1, 0, 0x2B, 1000),
                zcl.AttributeRecord(2, 0, 0x2B, 0),
                zcl.AttributeRecord(3, 0, 0x18, 1),
            )
        ),
    ),
    (
        0x01,
        "0600 86 0003 00 41 02 4142",
        zcl.ReadAttributesResponse(
            (
                zcl.AttributeRecord(6, zcl.Status.UNSUPPORTED_ATTRIBUTE),
                zcl.AttributeRecord(0x0300, 0, 0x41, b"AB"),
            )
        ),
    ),
    (0x02, "1100 30 01", zcl.WriteAttributes((zcl.AttributeReport(0x11, 0x30, 1),))),
    (0x04, "00", zcl.WriteAttributesResponse((zcl.WriteStatus(0),))),
    (
        0x04,
        "88 1100 86 1200",
        zcl.WriteAttributesResponse((zcl.WriteStatus(0x88, 0x11), zcl.WriteStatus(0x86, 0x12))),
    ),
    (
        0x06,
        "00 0000 25 3C00 1027 0A0000000000 00 1400 30 0100 FFFF 01 0100 2C01",
        zcl.ConfigureReporting(
            (
                zcl.ReportingRecord(0, 0x0000, 0x25, 60, 10_000, 10),
                zcl.ReportingRecord(0, 0x0014, 0x30, 1, 0xFFFF),
                zcl.ReportingRecord(1, 0x0001, timeout=300),
            )
        ),
    ),
    (0x07, "00", zcl.ConfigureReportingResponse((zcl.ReportingStatus(0),))),
    (0x07, "8C 00 1400", zcl.ConfigureReportingResponse((zcl.ReportingStatus(0x8C, 0, 0x14),))),
    (
        0x0A,
        "0000 25 010000000000 FEFF 30 01",
        zcl.ReportAttributes((zcl.AttributeReport(0, 0x25, 1), zcl.AttributeReport(0xFFFE, 0x30, 1))),
    ),
    (0x0B, "02 8B", zcl.DefaultResponse(2, zcl.Status.NOT_FOUND)),
    (0x0C, "0002 10", zcl.DiscoverAttributes(0x0200, 16)),
    (
        0x0D,
        "01 0100 2B 0300 18",
        zcl.DiscoverAttributesResponse(
            1, (zcl.DiscoveredAttribute(1, 0x2B), zcl.DiscoveredAttribute(3, 0x18))
        ),
    ),
]


@pytest.mark.parametrize(("identifier", "payload", "value"), GENERAL)
def test_general_commands_both_ways(identifier: int, payload: str, value: Layout) -> None:
    octets = bytes.fromhex(payload)
    frame = Frame.of_general(value, sequence=9, direction=TO_CLIENT)
    assert frame == Frame(0x08, None, 9, identifier, octets)
    assert frame.general_command == value
    every_truncation(type(value).from_bytes, octets)


def test_every_general_command_is_tested() -> None:
    assert {identifier for identifier, _, _ in GENERAL} == set(zcl.GENERAL_COMMANDS.rows)


def test_read_balance_and_its_reply() -> None:
    asked = Frame.of_general(zcl.ReadAttributes((1, 2, 3)), sequence=13, direction=TO_SERVER)
    assert asked.to_bytes() == bytes.fromhex("00 0D 00 0100 0200 0300")
    reply = Frame.from_bytes(bytes.fromhex("08 0D 01 0100 00 2B E8030000 0200 00 2B 00000000 0300 00 18 01"))
    assert reply.sequence == asked.sequence
    assert reply.direction is TO_CLIENT
    assert reply.general_command == GENERAL[1][2]


def test_default_response_goes_back_quietly() -> None:
    transfer = Frame.from_bytes(bytes.fromhex("01 40 02 0100 DD00"))
    response = transfer.default_response(zcl.Status.SUCCESS)
    assert response.to_bytes() == bytes.fromhex("18 40 0B 02 00")
    assert response.general_command == zcl.DefaultResponse(2, 0)
    from_server = Frame.from_bytes(bytes.fromhex("09 41 01 0100 DD00"))
    assert from_server.default_response(0x8B).to_bytes() == bytes.fromhex("10 41 0B 01 8B")


@pytest.mark.parametrize(
    ("control", "cluster_specific", "direction", "quiet"),
    [
        (0x00, False, TO_SERVER, False),
        (0x01, True, TO_SERVER, False),
        (0x08, False, TO_CLIENT, False),
        (0x09, True, TO_CLIENT, False),
        (0x10, False, TO_SERVER, True),
        (0x18, False, TO_CLIENT, True),
        (0x19, True, TO_CLIENT, True),
    ],
)
def test_the_bits_of_the_frame_control(
    control: int, cluster_specific: bool, direction: Direction, quiet: bool
) -> None:
    frame = Frame.from_bytes(bytes([control, 1, 2]))
    assert frame.cluster_specific is cluster_specific
    assert frame.profile_wide is not cluster_specific
    assert frame.direction is direction
    assert frame.quiet is quiet
    assert frame.manufacturer is None
    if cluster_specific:
        built = Frame.of_cluster(2, b"", sequence=1, direction=direction, quiet=quiet)
        assert built.frame_control == control


def test_manufacturer_frames_carry_their_manufacturer() -> None:
    frame = Frame.from_bytes(bytes.fromhex("05 5D11 07 00 AB"))
    assert frame == Frame(0x05, 0x115D, 7, 0, b"\xab")
    assert frame.to_bytes() == bytes.fromhex("055D110700AB")
    assert frame.default_response(0x82).manufacturer == 0x115D


def test_reserved_frame_types_are_neither_kind() -> None:
    frame = Frame.from_bytes(bytes.fromhex("03 01 02"))
    assert not frame.cluster_specific
    assert not frame.profile_wide


def test_unknown_general_commands_stay_octets() -> None:
    frame = Frame.from_bytes(bytes.fromhex("00 01 EE 0102"))
    assert frame.general_command == Unknown(0xEE, b"\x01\x02")
    assert Frame.of_general(Unknown(0xEE, b"\x01\x02"), sequence=1, direction=TO_SERVER) == frame


def test_only_general_commands_go_profile_wide() -> None:
    with pytest.raises(EncodeError, match="general command: Frame is not one"):
        Frame.of_general(Frame(0, None, 0, 0), sequence=1, direction=TO_SERVER)


def test_an_attribute_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(DecodeError, match="no ZCL data type 0x48") as refused:
        zcl.ReportAttributes.from_bytes(bytes.fromhex("0000 48 00"))
    assert refused.value.offset == 3


@given(st.binary(max_size=60))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    decodes_or_refuses(Frame.from_bytes, data)
    for layout in zcl.GENERAL_COMMANDS.rows.values():
        decodes_or_refuses(layout.from_bytes, data)


def test_directions_are_opposite() -> None:
    assert TO_SERVER.opposite is TO_CLIENT
    assert TO_CLIENT.opposite is TO_SERVER
