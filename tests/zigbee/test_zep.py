"""Radio frames over UDP."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.zigbee import zep
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

DATAGRAM = bytes.fromhex(
    "45580201 0B 0001 01 FF E0000001 80000000 00000007 00000000000000000000 05 0200113456"
)
NOW = (0xE0000001 - 2_208_988_800) * 1000 + 500


def test_data_both_ways() -> None:
    data = zep.Data.of(bytes.fromhex("0200113456"), NOW, 7)
    assert data.to_bytes() == DATAGRAM
    assert zep.Data.from_bytes(DATAGRAM) == data
    assert every_truncation(zep.Data.from_bytes, DATAGRAM) == 0


def test_acknowledgement_both_ways() -> None:
    octets = bytes.fromhex("45580202 00000007")
    assert zep.Acknowledgement.from_bytes(octets) == zep.Acknowledgement(7)
    assert zep.Acknowledgement(7).to_bytes() == octets
    assert every_truncation(zep.Acknowledgement.from_bytes, octets) == 0


def test_other_channels_and_capturers() -> None:
    data = zep.Data.of(b"", NOW, 1, channel=26, device_id=0x1234)
    assert data.to_bytes()[4:7] == bytes.fromhex("1A1234")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"EX\x01" + DATAGRAM[3:],
        b"EX\x02\x03" + DATAGRAM[4:],
        DATAGRAM + b"\x00",
        DATAGRAM[:-1],
    ],
)
def test_a_datagram_is_one_frame_exactly(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        zep.Data.from_bytes(octets)


@given(st.binary(max_size=60))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    for layout in (zep.Data, zep.Acknowledgement):
        decodes_or_refuses(layout.from_bytes, data)
        decodes_or_refuses(layout.from_bytes, layout.MARK + data)
