"""Blocks of a General Block Transfer: both ways, every truncation, and what is no block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader
from doorstep.gbcs.block import (
    OVERHEAD,
    Block,
    acknowledgement,
    decode_block,
    is_block,
    routing_header,
)
from tests.gbcs.vectors import COMMAND_18_4, DEVICE, SUPPLIER

HEADER = GroupingHeader(Cra.COMMAND, 1, SUPPLIER, DEVICE, 0x00B3)

# gbcs-messages.md section 9, by hand, with the names of the published vector.
ROUTING = "DD 09 01 0000000000000001 08 123456789ABCDEF0 08 FFFFFFFFFFFFFFFE 00 02 00B3 00"
BLOCKS = [
    pytest.param(
        ROUTING + "0F 1100000000 E0 41 0001 0000 03 AABBCC",
        Block(HEADER, 1, b"\xaa\xbb\xcc", streaming=True, window=1),
        id="first, more to come",
    ),
    pytest.param(
        ROUTING + "0D 1100000000 E0 BF 0102 0304 01 DD",
        Block(HEADER, 0x0102, b"\xdd", last=True, window=63, acknowledged=0x0304),
        id="last",
    ),
    pytest.param(
        ROUTING + "8190 1100000000 E0 00 0002 0000 8183" + "EE" * 0x83,
        Block(HEADER, 2, b"\xee" * 0x83),
        id="two-byte lengths",
    ),
    pytest.param(
        ROUTING + "0C 1100000000 E0 80 0000 0007 00",
        Block(HEADER, 0, b"", last=True, acknowledged=7),
        id="acknowledgement",
    ),
]


@pytest.mark.parametrize(("encoded", "block"), BLOCKS)
def test_blocks_both_ways(encoded: str, block: Block) -> None:
    data = bytes.fromhex(encoded)
    assert decode_block(data) == block
    assert bytes(block) == data
    assert block.is_acknowledgement is (not block.data)
    assert is_block(data)


@pytest.mark.parametrize(("encoded", "block"), BLOCKS)
def test_a_block_is_routed_as_its_message_is(encoded: str, block: Block) -> None:
    header = gbcs.peek(bytes.fromhex(encoded))
    assert header == block.header == gbcs.peek(COMMAND_18_4)


@pytest.mark.parametrize(("encoded", "_block"), BLOCKS)
def test_a_block_is_not_taken_for_a_message(encoded: str, _block: Block) -> None:
    with pytest.raises(DecodeError, match="block of a longer message"):
        gbcs.decode(bytes.fromhex(encoded))
    assert not is_block(COMMAND_18_4)
    assert not is_block(COMMAND_18_4[14:])
    with pytest.raises(DecodeError):
        decode_block(COMMAND_18_4)


@pytest.mark.parametrize(("encoded", "_block"), BLOCKS)
def test_every_truncation_is_refused(encoded: str, _block: Block) -> None:
    data = bytes.fromhex(encoded)
    for length in range(len(data)):
        with pytest.raises(Truncated) as caught:
            decode_block(data[:length])
        assert 0 <= caught.value.offset <= length
    for length in range(2, len(data)):
        with pytest.raises(Truncated):
            gbcs.peek(data[:length])
    with pytest.raises(DecodeError):
        decode_block(data + b"\x00")


@pytest.mark.parametrize(
    ("offset", "byte", "field"),
    [
        (0, 0xDF, "general-ciphering"),
        (1, 0x00, "transaction-id"),
        (2, 0x04, "CRA Flag"),
        (11, 0x07, "originator-system-title"),
        (20, 0x09, "recipient-system-title"),
        (29, 0x0C, "date-time"),
        (30, 0x0A, "other-information"),
        (33, 0x01, "key-info"),
        (34, 0x0E, "ciphered-service length"),
        (35, 0x31, "security header"),
        (39, 0x01, "security header"),
        (40, 0xE1, "general-block-transfer"),
        (43, 0x00, "block number"),
        (46, 0x02, "block data"),
    ],
)
def test_an_error_names_the_field_and_the_offset(offset: int, byte: int, field: str) -> None:
    data = bytearray.fromhex(ROUTING + "0F 1100000000 E0 41 0001 0000 03 AABBCC")
    data[offset] = byte
    with pytest.raises(DecodeError) as caught:
        decode_block(bytes(data))
    assert caught.value.field == field
    assert 0 <= caught.value.offset <= offset


def test_a_routing_header_leaves_out_what_routing_does_not_need() -> None:
    party = Eui.parse("90-B3-D5-1F-30-03-00-00")
    full = GroupingHeader(Cra.RESPONSE, 1, DEVICE, SUPPLIER, 0x34, bytes(12), party, 7, 9)
    assert routing_header(full) == GroupingHeader(Cra.RESPONSE, 1, DEVICE, SUPPLIER, 0x34)
    for supplementary in (full, replace(full, date_time=b"")):
        with pytest.raises(EncodeError, match="routing header"):
            Block(supplementary, 1, b"\x00")


@pytest.mark.parametrize(
    ("cra", "back"),
    [(Cra.COMMAND, Cra.RESPONSE), (Cra.RESPONSE, Cra.COMMAND), (Cra.ALERT, Cra.COMMAND)],
)
def test_an_acknowledgement_goes_back_where_the_blocks_came_from(cra: Cra, back: Cra) -> None:
    asked = acknowledgement(replace(HEADER, cra=cra), 4)
    assert asked.header == GroupingHeader(back, 1, DEVICE, SUPPLIER, 0x00B3)
    assert (asked.acknowledged, asked.is_acknowledgement) == (4, True)
    assert decode_block(bytes(asked)) == asked


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": 0x10000},
        {"acknowledged": -1},
        {"acknowledged": 0x10000},
        {"window": 64},
        {"window": -1},
    ],
)
def test_blocks_that_have_no_encoding_are_not_built(change: dict[str, int]) -> None:
    with pytest.raises(EncodeError):
        replace(Block(HEADER, 1, b"\x00"), **change)


def test_the_overhead_is_that_of_the_longest_lengths() -> None:
    assert len(bytes(Block(HEADER, 1, bytes(1_000)))) == 1_000 + OVERHEAD == 1_051
    assert len(bytes(Block(HEADER, 1, b"\x00"))) == 1 + OVERHEAD - 4
    with pytest.raises(EncodeError):
        bytes(Block(HEADER, 1, bytes(0x10000)))


_U16 = st.integers(0, 0xFFFF)


@given(
    st.integers(1, 0xFFFF), st.binary(max_size=400), st.booleans(), st.booleans(), st.integers(0, 63), _U16
)
def test_any_block_comes_back(
    number: int, data: bytes, last: bool, streaming: bool, window: int, acknowledged: int
) -> None:
    block = Block(HEADER, number, data, last, streaming, window, acknowledged)
    assert decode_block(bytes(block)) == block


@given(st.binary(max_size=120))
def test_no_bytes_raise_anything_but_a_decode_error(data: bytes) -> None:
    for prefix in (b"", b"\xdd\x09", bytes.fromhex(ROUTING), bytes.fromhex(ROUTING + "0F 1100000000 E0")):
        try:
            block = decode_block(prefix + data)
        except DecodeError:
            continue
        assert bytes(block) == prefix + data
