"""GET, GET-RESPONSE and PUT."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.zigbee import gsme
from doorstep.zigbee.clusters.tunneling import TUNNELING, TransferData
from doorstep.zigbee.zcl import Direction


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ("01", gsme.Get()),
        ("02 00", gsme.GetResponse()),
        ("02 03 DD00", gsme.GetResponse(3, b"\xdd\x00")),
        ("03 DF09", gsme.Put(b"\xdf\x09")),
    ],
)
def test_both_ways(data: str, form: gsme.Form) -> None:
    assert gsme.from_bytes(bytes.fromhex(data)) == form
    assert gsme.to_bytes(form) == bytes.fromhex(data)


def test_get_and_nothing_waiting_as_frames() -> None:
    ask = TUNNELING.frame(TransferData(1, gsme.to_bytes(gsme.Get())), Direction.TO_SERVER, sequence=8)
    assert ask.to_bytes() == bytes.fromhex("01 08 02 0100 01")
    nothing = TransferData(1, gsme.to_bytes(gsme.GetResponse()))
    answer = TUNNELING.frame(nothing, Direction.TO_CLIENT, sequence=9)
    assert answer.to_bytes() == bytes.fromhex("09 09 01 0100 0200")


@pytest.mark.parametrize("data", ["", "00", "04", "DD00", "01 00", "02"])
def test_what_is_none_of_the_three_is_refused(data: str) -> None:
    with pytest.raises(DecodeError):
        gsme.from_bytes(bytes.fromhex(data))


@given(st.binary(max_size=10))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    try:
        form = gsme.from_bytes(data)
    except DecodeError:
        return
    assert gsme.to_bytes(form) == data
