"""The ZCL data types, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.zigbee import types
from doorstep.zigbee.types import TYPES, DataType, Fixed, Value, data_type

VALUES: list[tuple[int, str, Value]] = [
    (0x10, "01", 1),
    (0x10, "FF", 0xFF),
    (0x18, "81", 0x81),
    (0x19, "0180", 0x8001),
    (0x1A, "010080", 0x800001),
    (0x1B, "00002000", 0x00200000),
    (0x1C, "0102030405", 0x0504030201),
    (0x1D, "010203040506", 0x060504030201),
    (0x1E, "01020304050607", 0x07060504030201),
    (0x1F, "0102030405060708", 0x0807060504030201),
    (0x20, "FF", 255),
    (0x21, "DC05", 1500),
    (0x22, "E80300", 1000),
    (0x23, "E8030000", 1000),
    (0x24, "FFFFFFFFFF", 2**40 - 1),
    (0x25, "40420F000000", 1_000_000),
    (0x26, "00000000000080", 2**55),
    (0x27, "FFFFFFFFFFFFFFFF", 2**64 - 1),
    (0x28, "80", -128),
    (0x29, "FEFF", -2),
    (0x2A, "FFFFFF", -1),
    (0x2A, "FFFF7F", 2**23 - 1),
    (0x2B, "18FCFFFF", -1000),
    (0x2C, "FEFFFFFFFF", -2),
    (0x2D, "000000000080", -(2**47)),
    (0x2E, "FFFFFFFFFFFFFF", -1),
    (0x2F, "FFFFFFFFFFFFFF7F", 2**63 - 1),
    (0x30, "02", 2),
    (0x31, "0200", 2),
    (0x41, "00", b""),
    (0x41, "03 31 32 33", b"123"),
    (0x41, "FF", None),
    (0x42, "02 C3A9", "é".encode()),
    (0x42, "FF", None),
    (0x43, "0300 313233", b"123"),
    (0x44, "FFFF", None),
    (0xE0, "0C1E0000", bytes([12, 30, 0, 0])),
    (0xE1, "7201FFFF", bytes([114, 1, 255, 255])),
    (0xE2, "804A371C", 0x1C374A80),
    (0xF0, "A2000000005E05D0", Eui.parse("D0-05-5E-00-00-00-00-A2")),
    (0xF1, "000102030405060708090A0B0C0D0E0F", bytes(range(16))),
]


@pytest.mark.parametrize(("identifier", "octets", "value"), VALUES)
def test_both_ways(identifier: int, octets: str, value: Value) -> None:
    row = TYPES[identifier]
    data = bytes.fromhex(octets)
    assert row.read("value", b"\xee" + data + b"\xee", 1, 1 + len(data)) == (value, 1 + len(data))
    assert row.write("value", value) == data
    for size in range(len(data)):
        with pytest.raises(Truncated):
            row.read("value", data, 0, size)


def test_every_type_has_a_value_above() -> None:
    assert {identifier for identifier, _, _ in VALUES} == set(TYPES)


@pytest.mark.parametrize("row", TYPES.values(), ids=lambda row: row.name)
def test_nothing_is_made_of_what_does_not_fit(row: DataType) -> None:
    for wrong in ("text", 1.5, -(2**63) - 1, 2**64, b"\x00" * 70_000):
        with pytest.raises(EncodeError):
            row.write("value", wrong)


@given(st.binary(max_size=20))
def test_fixed_types_hold_every_pattern(data: bytes) -> None:
    for row in TYPES.values():
        if isinstance(row, Fixed) and len(data) >= row.size:
            value, at = row.read("value", data, 0, len(data))
            assert at == row.size
            assert row.write("value", value) == data[: row.size]


def test_the_longest_string_is_one_short_of_the_invalid_one() -> None:
    assert types.OCTET_STRING.write("text", b"x" * 254)[0] == 254
    with pytest.raises(EncodeError, match="255 octets"):
        types.OCTET_STRING.write("text", b"x" * 255)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(DecodeError, match="0x48") as refused:
        data_type(0x48, "value", 7)
    assert refused.value.offset == 7


def test_which_types_are_analogue() -> None:
    assert types.UINT48.analogue
    assert types.INT32.analogue
    assert types.UTC_TIME.analogue
    assert not types.BITMAP8.analogue
    assert not types.ENUM8.analogue
    assert not types.OCTET_STRING.analogue
    assert not types.BOOLEAN.analogue
