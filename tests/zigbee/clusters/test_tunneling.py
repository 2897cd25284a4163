"""Tunneling: every command, and the frames that GB Devices exchange."""

from __future__ import annotations

import pytest

from doorstep.errors import EncodeError
from doorstep.zigbee.clusters import Command
from doorstep.zigbee.clusters import tunneling as t
from doorstep.zigbee.clusters.tunneling import TUNNELING
from doorstep.zigbee.zcl import Direction, Frame, Unknown
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

CASES: list[Case] = [
    (TO_SERVER, 0x00, "06 FFFF 00 DC05", t.RequestTunnel()),
    (TO_SERVER, 0x01, "0100", t.CloseTunnel(1)),
    (TO_SERVER, 0x02, "0100 DD00", t.TransferData(1, b"\xdd\x00")),
    (TO_SERVER, 0x03, "0100 02", t.TransferDataError(1, t.TransferStatus.DATA_OVERFLOW)),
    (TO_SERVER, 0x04, "0100 DC05", t.AckTransferData(1, 1500)),
    (TO_SERVER, 0x05, "0100 DC05", t.ReadyData(1, 1500)),
    (TO_SERVER, 0x06, "00", t.GetSupportedTunnelProtocols()),
    (TO_CLIENT, 0x00, "0100 00 DC05", t.RequestTunnelResponse(1, t.RequestTunnelStatus.SUCCESS)),
    (TO_CLIENT, 0x01, "0100", t.TransferData(1, b"")),
    (TO_CLIENT, 0x02, "0100 00", t.TransferDataError(1, t.TransferStatus.NO_SUCH_TUNNEL)),
    (TO_CLIENT, 0x03, "0100 0000", t.AckTransferData(1, 0)),
    (TO_CLIENT, 0x04, "0100 0100", t.ReadyData(1, 1)),
    (
        TO_CLIENT,
        0x05,
        "01 02 FFFF 06 FFFF 00",
        t.SupportedTunnelProtocolsResponse(1, (t.TunnelProtocol(0xFFFF, 6), t.TunnelProtocol(0xFFFF, 0))),
    ),
    (TO_CLIENT, 0x06, "0100", t.TunnelClosureNotification(1)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(TUNNELING, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(TUNNELING)


@pytest.mark.parametrize(
    ("command", "direction", "sequence", "octets"),
    [
        (t.RequestTunnel(), TO_SERVER, 7, "01 07 00 06FFFF00DC05"),
        (t.RequestTunnelResponse(1, 0), TO_CLIENT, 7, "09 07 00 0100 00 DC05"),
        (t.TransferData(1, b"\xdd"), TO_SERVER, 0x40, "01 40 02 0100 DD"),
        (t.TransferData(1, b"\xdd"), TO_CLIENT, 0x41, "09 41 01 0100 DD"),
        (t.CloseTunnel(1), TO_SERVER, 0x42, "01 42 01 0100"),
        (t.TunnelClosureNotification(1), TO_CLIENT, 0x43, "09 43 06 0100"),
    ],
)
def test_frames(command: Command, direction: Direction, sequence: int, octets: str) -> None:
    frame = TUNNELING.frame(command, direction, sequence=sequence)
    assert frame.to_bytes() == bytes.fromhex(octets)
    assert TUNNELING.command_in(Frame.from_bytes(bytes.fromhex(octets))) == command


def test_a_refusal_has_no_tunnel() -> None:
    refusal = t.RequestTunnelResponse(t.NO_TUNNEL, t.RequestTunnelStatus.PROTOCOL_NOT_SUPPORTED, 0)
    assert refusal.to_bytes() == bytes.fromhex("FFFF 03 0000")


def test_a_command_cannot_go_the_wrong_way() -> None:
    with pytest.raises(EncodeError, match="CloseTunnel is not a Tunneling command TO_CLIENT"):
        TUNNELING.frame(t.CloseTunnel(1), TO_CLIENT, sequence=1)


def test_unknown_commands_stay_octets() -> None:
    frame = Frame.from_bytes(bytes.fromhex("01 01 77 0102"))
    assert TUNNELING.command_in(frame) == Unknown(0x77, b"\x01\x02")
    assert TUNNELING.frame(Unknown(0x77, b"\x01\x02"), TO_SERVER, sequence=1) == frame


def test_the_timeout_is_the_only_attribute() -> None:
    timeout = TUNNELING.attribute(0x0000)
    assert timeout is not None
    assert timeout.name == "CloseTunnelTimeout"
    assert TUNNELING.attribute(0x0001) is None
    assert TUNNELING.attribute(0x0000, client=True) is None
