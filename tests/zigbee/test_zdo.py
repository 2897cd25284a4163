"""Device objects: every command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.zigbee import zdo
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.zdo import Message
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")

SIMPLE = zdo.SimpleDescriptor(1, 0x0109, 0x0500, 1, (0x0704, 0x0800), (0x0800,))
SIMPLE_OCTETS = "01 0901 0005 01 02 0407 0008 01 0008"

COMMANDS: list[tuple[int, str, Layout]] = [
    (0x0000, "A2000000005E05D0 00 00", zdo.NwkAddressRequest(PPMID)),
    (0x8000, "00 A2000000005E05D0 413C", zdo.NwkAddressResponse(0, PPMID, 0x3C41)),
    (0x0001, "413C 00 00", zdo.IeeeAddressRequest(0x3C41)),
    (0x8001, "81 A2000000005E05D0 413C", zdo.IeeeAddressResponse(0x81, PPMID, 0x3C41)),
    (0x0002, "413C", zdo.NodeDescriptorRequest(0x3C41)),
    (
        0x8002,
        "00 413C 02 40 80 5D11 52 DC05 0000 DC05 00",
        zdo.NodeDescriptorResponse(
            0, 0x3C41, zdo.NodeDescriptor.of(zdo.LogicalType.END_DEVICE, 0x80, 0x115D)
        ),
    ),
    (0x8002, "81 413C", zdo.NodeDescriptorResponse(zdo.Status.DEVICE_NOT_FOUND, 0x3C41)),
    (0x0004, "413C 01", zdo.SimpleDescriptorRequest(0x3C41, 1)),
    (
        0x8004,
        f"00 413C 0E {SIMPLE_OCTETS}",
        zdo.SimpleDescriptorResponse(0, 0x3C41, bytes.fromhex(SIMPLE_OCTETS)),
    ),
    (0x8004, "82 413C 00", zdo.SimpleDescriptorResponse(zdo.Status.INVALID_ENDPOINT, 0x3C41)),
    (0x0005, "413C", zdo.ActiveEndpointsRequest(0x3C41)),
    (0x8005, "00 413C 02 01 03", zdo.ActiveEndpointsResponse(0, 0x3C41, (1, 3))),
    (0x0006, "0000 0901 01 0407 00", zdo.MatchDescriptorRequest(0, 0x0109, (0x0704,))),
    (0x8006, "00 0000 01 03", zdo.MatchDescriptorResponse(0, 0, (3,))),
    (0x8006, "00 0000 00", zdo.MatchDescriptorResponse(0, 0)),
    (0x0013, "413C A2000000005E05D0 8E", zdo.DeviceAnnounce(0x3C41, PPMID, 0x8E)),
    (
        0x0021,
        "A2000000005E05D0 01 0207 03 C0000000005E05D0 02",
        zdo.BindRequest(PPMID, 1, 0x0702, 3, HUB, 2),
    ),
    (0x8021, "8C", zdo.BindResponse(zdo.Status.TABLE_FULL)),
    (0x0034, "0000000000000000 20", zdo.LeaveRequest(Eui(bytes(8)), 0x20)),
    (0x8034, "00", zdo.LeaveResponse(0)),
    (0x0036, "B4 01", zdo.PermitJoiningRequest(180)),
    (0x8036, "8D", zdo.PermitJoiningResponse(zdo.Status.NOT_AUTHORIZED)),
]


@pytest.mark.parametrize(("cluster", "payload", "command"), COMMANDS)
def test_both_ways(cluster: int, payload: str, command: Layout) -> None:
    octets = b"\x07" + bytes.fromhex(payload)
    message = Message(7, command)
    assert message.cluster == cluster
    assert message.to_bytes() == octets
    assert Message.from_bytes(cluster, octets) == message
    every_truncation(lambda data: Message.from_bytes(cluster, data), octets)


def test_every_command_has_a_case() -> None:
    assert {cluster for cluster, _, _ in COMMANDS} == set(zdo.COMMANDS.rows)


def test_simple_descriptor_both_ways() -> None:
    assert SIMPLE.to_bytes() == bytes.fromhex(SIMPLE_OCTETS)
    assert zdo.SimpleDescriptor.from_bytes(SIMPLE.to_bytes()) == SIMPLE


def test_a_node_descriptor_has_13_octets() -> None:
    assert len(zdo.NodeDescriptor.of(zdo.LogicalType.COORDINATOR, 0x8E, 0).to_bytes()) == 13


def test_unknown_commands_stay_octets() -> None:
    message = Message.from_bytes(0x0038, b"\x01\x02\x03")
    assert message == Message(1, Unknown(0x0038, b"\x02\x03"))
    assert message.to_bytes() == b"\x01\x02\x03"
    assert message.cluster == 0x0038
    with pytest.raises(DecodeError):
        Message.from_bytes(0x0038, b"")


@given(st.sampled_from(sorted(zdo.COMMANDS.rows)), st.binary(max_size=40))
def test_any_octets_decode_and_come_back_or_are_refused(cluster: int, data: bytes) -> None:
    decodes_or_refuses(lambda octets: Message.from_bytes(cluster, octets), data)
    decodes_or_refuses(zdo.SimpleDescriptor.from_bytes, data)
