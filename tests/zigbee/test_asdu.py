"""The datagram form of an application payload."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from tests.zigbee.hostile import decodes_or_refuses, every_truncation

PPMID = Eui.parse("D0-05-5E-00-00-00-00-A2")
HUB = Eui.parse("D0-05-5E-00-00-00-00-C0")

ASDU = Asdu(PPMID, HUB, 1, 3, 0x0704, SMART_ENERGY, bytes.fromhex("01070006FFFF00DC05"))
DATAGRAM = bytes.fromhex("445301 A2000000005E05D0 C0000000005E05D0 01 03 0407 0901 01070006FFFF00DC05")


def test_both_ways() -> None:
    assert ASDU.to_bytes() == DATAGRAM
    assert Asdu.from_bytes(DATAGRAM) == ASDU
    assert Asdu.from_bytes(b"\x00" + DATAGRAM, 1) == ASDU


def test_a_cut_datagram_is_refused_up_to_the_payload() -> None:
    payload = len(ASDU.payload)
    assert every_truncation(Asdu.from_bytes, DATAGRAM) == payload


@pytest.mark.parametrize("data", [b"", b"DS", b"DS\x02" + DATAGRAM[3:], b"EX\x02\x01" + DATAGRAM[4:]])
def test_other_datagrams_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="begin 44 53 01"):
        Asdu.from_bytes(data)


@given(st.binary(max_size=60))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    decodes_or_refuses(Asdu.from_bytes, data)
    decodes_or_refuses(Asdu.from_bytes, b"DS\x01" + data)
