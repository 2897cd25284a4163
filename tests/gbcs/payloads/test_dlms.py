"""DLMS payloads and A-XDR data: one list of cases both ways, and what hostile bytes get."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.gbcs.message import peek
from doorstep.gbcs.payloads import decode_payload, encode_payload
from doorstep.gbcs.payloads.axdr import (
    MAX_DEPTH,
    BitString,
    CompactArray,
    Data,
    Tag,
    TypeDescription,
    decode_data,
    encode_data,
)
from doorstep.gbcs.payloads.dlms import (
    AccessRequest,
    AccessResponse,
    AccessResult,
    Action,
    Component,
    DataNotification,
    Obis,
    invoke_id,
)
from tests.gbcs.vectors import COMMAND_18_4

HEADER = peek(COMMAND_18_4)
BALANCE = Obis.parse("0-0:19.10.0.255")

# (meaning, bytes), from the layouts in the standard's terms.
DATA = [
    (Data(Tag.NULL_DATA), "00"),
    (Data(Tag.BOOLEAN, 1), "0301"),
    (Data(Tag.BOOLEAN, 0xFF), "03FF"),
    (Data(Tag.BIT_STRING, BitString(3, b"\xe0")), "0403E0"),
    (Data(Tag.DOUBLE_LONG, -2), "05FFFFFFFE"),
    (Data(Tag.DOUBLE_LONG_UNSIGNED, 4294967294), "06FFFFFFFE"),
    (Data(Tag.OCTET_STRING, b"\x01\x02"), "09020102"),
    (Data(Tag.OCTET_STRING, bytes(128)), "098180" + "00" * 128),
    (Data(Tag.VISIBLE_STRING, b"ab"), "0A026162"),
    (Data(Tag.UTF8_STRING, "£".encode()), "0C02C2A3"),
    (Data(Tag.BCD, 0x12), "0D12"),
    (Data(Tag.INTEGER, -1), "0FFF"),
    (Data(Tag.LONG, -256), "10FF00"),
    (Data(Tag.UNSIGNED, 255), "11FF"),
    (Data(Tag.LONG_UNSIGNED, 51), "120033"),
    (Data(Tag.LONG64, -1), "14FFFFFFFFFFFFFFFF"),
    (Data(Tag.LONG64_UNSIGNED, 2**64 - 1), "15FFFFFFFFFFFFFFFF"),
    (Data(Tag.ENUM, 2), "1602"),
    (Data(Tag.FLOAT32, bytes.fromhex("3F800000")), "173F800000"),
    (Data(Tag.DATE, bytes.fromhex("07EA0B16FF")), "1A07EA0B16FF"),
    (Data(Tag.TIME, bytes.fromhex("0C000000")), "1B0C000000"),
    (Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1), Data(Tag.ARRAY, ()))), "020216010100"),
    (
        Data(
            Tag.COMPACT_ARRAY,
            CompactArray(
                TypeDescription(
                    Tag.STRUCTURE, 2, (TypeDescription(Tag.LONG_UNSIGNED), TypeDescription(Tag.OCTET_STRING))
                ),
                (
                    Data(Tag.STRUCTURE, (Data(Tag.LONG_UNSIGNED, 1), Data(Tag.OCTET_STRING, b"a"))),
                    Data(Tag.STRUCTURE, (Data(Tag.LONG_UNSIGNED, 2), Data(Tag.OCTET_STRING, b""))),
                ),
            ),
        ),
        "13" + "02021209" + "07" + "0001" + "0161" + "0002" + "00",
    ),
    (
        Data(
            Tag.COMPACT_ARRAY,
            CompactArray(
                TypeDescription(Tag.ARRAY, 2, (TypeDescription(Tag.UNSIGNED),)),
                (Data(Tag.ARRAY, (Data(Tag.UNSIGNED, 1), Data(Tag.UNSIGNED, 2))),),
            ),
        ),
        "13" + "01000211" + "02" + "0102",
    ),
]

PAYLOADS = [
    (
        AccessRequest(0x200003E8, (Component(Action.ACTION, 112, BALANCE, 2, Data(Tag.DOUBLE_LONG, 0)),)),
        "D9200003E8000103007000001 30A00FF02010500000000".replace(" ", ""),
    ),
    (
        AccessRequest(0x20000001, (Component(Action.GET, 112, BALANCE, 2),)),
        "D920000001000101007000001 30A00FF020100".replace(" ", ""),
    ),
    (
        AccessRequest(
            0x20000001,
            (
                Component(
                    Action.GET_WITH_SELECTION,
                    7,
                    BALANCE,
                    2,
                    selector=2,
                    selection=Data(Tag.STRUCTURE, (Data(Tag.UNSIGNED, 1),)),
                ),
            ),
        ),
        "D920000001000104000700001 30A00FF020202011101 0100".replace(" ", ""),
    ),
    (
        AccessResponse(
            0x200003E8,
            (AccessResult(Action.GET, 0, Data(Tag.DOUBLE_LONG, 250000)), AccessResult(Action.SET, 250)),
        ),
        "DA200003E80000020 50003D090000201 0002FA".replace(" ", ""),
    ),
    (
        DataNotification(
            0x200007D2, Data(Tag.STRUCTURE, (Data(Tag.LONG_UNSIGNED, 0x8F66), Data(Tag.NULL_DATA)))
        ),
        "0F200007D2000202128F6600",
    ),
]


@pytest.mark.parametrize(("value", "encoded"), DATA)
def test_data_both_ways(value: Data, encoded: str) -> None:
    data = bytes.fromhex(encoded)
    assert encode_data(value) == data
    assert decode_data(data, 0) == (value, len(data))


@pytest.mark.parametrize(("value", "encoded"), PAYLOADS)
def test_payloads_both_ways(value: AccessRequest, encoded: str) -> None:
    data = bytes.fromhex(encoded)
    assert encode_payload(value) == data
    assert decode_payload(data, HEADER) == value


@pytest.mark.parametrize(("_value", "encoded"), PAYLOADS)
def test_every_truncation_and_a_byte_too_many_are_refused(_value: AccessRequest, encoded: str) -> None:
    data = bytes.fromhex(encoded)
    for length in range(1, len(data)):
        with pytest.raises(DecodeError) as caught:
            decode_payload(data[:length], HEADER)
        assert caught.value.offset <= length
    with pytest.raises(DecodeError, match="left over"):
        decode_payload(data + b"\x00", HEADER)


@pytest.mark.parametrize(
    ("encoded", "what"),
    [
        ("D920000001010101", "date-time"),
        ("D920000001000105007000001 30A00FF020100", "access request"),
        ("D920000001000101007000001 30A00FF020200", "data list"),
        ("DA20000001000101", "request specification"),
        ("DA200000010000010001 0500", "access response"),
        ("0F20000001001C", "data"),
        ("0F200000010002FF", "length"),
        ("0F20000001000282FFFF", "count"),
        ("0F2000000100098100", "length"),
        ("0F2000000100130010", "compact-array"),
        ("0F20000001001313", "compact-array"),
    ],
)
def test_what_is_wrong_is_named(encoded: str, what: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_payload(bytes.fromhex(encoded.replace(" ", "")), HEADER)
    assert caught.value.field == what


@pytest.mark.parametrize("opening", ["0201", "0101", "130201", "1301FFFF01FFFF"])
def test_deep_structures_and_absurd_counts_end_in_an_error(opening: str) -> None:
    hostile = bytes.fromhex("0F2000000100") + bytes.fromhex(opening) * 400
    with pytest.raises(DecodeError):
        decode_payload(hostile, HEADER)


@pytest.mark.parametrize(
    "compact",
    [
        "01FFFF 01FFFF 00 01 00",  # arrays of arrays of null-data
        "0202 01FFFF00 11 02 0102",  # an array of null-data beside a number
        "02 64" + "00" * 99 + "11" + "82 0400" + "00" * 0x400,  # a thousand times a hundred values
        "00 01 00",
        "0200 01 00",
    ],
)
def test_a_compact_array_of_values_without_bytes_is_refused_at_once(compact: str) -> None:
    with pytest.raises(DecodeError, match="compact-array"):
        decode_payload(bytes.fromhex("0F2000000100 13" + compact), HEADER)


def test_nesting_up_to_the_bound_is_read() -> None:
    deep = bytes.fromhex("0201") * MAX_DEPTH + b"\x00"
    value, end = decode_data(deep, 0)
    assert end == len(deep)
    assert encode_data(value) == deep


@pytest.mark.parametrize(
    "value",
    [
        Data(Tag.UNSIGNED, 256),
        Data(Tag.LONG_UNSIGNED, -1),
        Data(Tag.DOUBLE_LONG, 2**31),
        Data(Tag.OCTET_STRING, 5),
        Data(Tag.DATE_TIME, bytes(11)),
        Data(Tag.STRUCTURE, 7),
        Data(Tag.ENUM, None),
        Data(Tag.OCTET_STRING, bytes(0x10000)),
    ],
)
def test_values_that_do_not_fit_are_not_encoded(value: Data) -> None:
    with pytest.raises(EncodeError):
        encode_data(value)


def test_a_bit_string_fills_its_bytes() -> None:
    with pytest.raises(EncodeError):
        BitString(9, b"\x00")


@pytest.mark.parametrize("text", ["0-0:19.10.0", "0-0:19.10.0.256", "a-0:1.1.1.1", "0.0.19.10.0.255", ""])
def test_what_is_no_obis_code_is_refused(text: str) -> None:
    with pytest.raises(EncodeError):
        Obis.parse(text)


@pytest.mark.parametrize("text", ["1" * 100_000, "1." * 50_000, "0-0:" + "9" * 100_000])
def test_an_error_repeats_only_the_beginning_of_what_is_no_obis_code(text: str) -> None:
    with pytest.raises(EncodeError) as refused:
        Obis.parse(text)
    assert len(str(refused.value)) < 120


@given(st.binary(min_size=6, max_size=6).map(Obis))
def test_obis_both_ways(obis: Obis) -> None:
    assert Obis.parse(str(obis)) == obis


def test_invoke_id_takes_the_low_24_bits() -> None:
    assert invoke_id(0x3E8) == 0x200003E8
    assert invoke_id(0x300000000) == 0x20000000
    assert invoke_id(2**64 - 1) == 0x20FFFFFF


@settings(max_examples=300)
@given(st.sampled_from([0xD9, 0xDA, 0x0F]), st.binary(max_size=80))
def test_no_bytes_raise_anything_but_a_decode_error(tag: int, rest: bytes) -> None:
    for data in (bytes((tag,)) + rest, bytes((tag, 0x20, 0, 0, 1, 0)) + rest):
        try:
            payload = decode_payload(data, HEADER)
        except DecodeError:
            continue
        assert encode_payload(payload) == data
