"""The types without parts, byte by byte, and the two departures from DER that are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, IntFlag
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.gbcs.payloads.asn1.schema import Implicit, kind_of
from doorstep.gbcs.payloads.der import (
    WRITTEN_DEFAULT,
    Flags,
    GeneralizedTime,
    Integer,
    Kind,
    Notes,
    Null,
    OctetString,
    Whole,
)


class Colour(IntEnum):
    RED = 0
    GREEN = 7


class Use(IntFlag):
    SIGN = 1
    SEAL = 2
    AGREE = 16
    LATE = 256


class Point(Struct, frozen=True, kw_only=True):
    across: Annotated[int, Integer()]
    up: Annotated[int, Integer(), Implicit(1)] = 5
    label: Annotated[bytes, OctetString(), Implicit(2)] | None = None
    down: Annotated[int, Integer(), Implicit(3)]


class Line(Struct, frozen=True):
    points: tuple[Point, ...]
    ends: Annotated[tuple[Annotated[int, Integer()], ...], Implicit(0)] | None = None


NUMBER = Integer()
SMALL = Integer(maximum=300)
COLOUR = Integer.of(Colour)
USE = Flags.of(Use)
TIME = GeneralizedTime()
FOUR = OctetString(least=4, most=4)
MOMENT = datetime(2015, 1, 1, 0, 10, 30, tzinfo=UTC)


def read(kind: Kind, data: bytes) -> Any:
    value, after = kind.decode(data, 0, len(data), "it", [])
    assert after == len(data)
    return value


def write(kind: Kind, value: Any) -> bytes:
    return kind.encode(value, 0, "it", {})


@pytest.mark.parametrize(
    ("kind", "value", "data"),
    [
        (NUMBER, 0, "02 01 00"),
        (NUMBER, 127, "02 01 7F"),
        (NUMBER, 128, "02 02 00 80"),
        (NUMBER, 0x8F66, "02 03 00 8F 66"),
        (NUMBER, 2**63 - 1, "02 08 7F FF FF FF FF FF FF FF"),
        (NUMBER, 2**63, "02 09 00 80 00 00 00 00 00 00 00"),
        (NUMBER, 2**64 - 1, "02 09 00 FF FF FF FF FF FF FF FF"),
        (SMALL, 300, "02 02 01 2C"),
        (COLOUR, Colour.GREEN, "02 01 07"),
        (COLOUR, 9, "02 01 09"),
        (USE, Use(0), "03 01 00"),
        (USE, Use.SIGN, "03 02 07 80"),
        (USE, Use.AGREE, "03 02 03 08"),
        (USE, Use.SIGN | Use.AGREE, "03 02 03 88"),
        (USE, Use.LATE, "03 03 07 00 80"),
        (USE, Use.SEAL | Use.LATE, "03 03 07 40 80"),
        (TIME, MOMENT, "18 0F 32 30 31 35 30 31 30 31 30 30 31 30 33 30 5A"),
        (
            TIME,
            datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
            "18 0F 39 39 39 39 31 32 33 31 32 33 35 39 35 39 5A",
        ),
        (FOUR, b"\x01\x23\xab\xcd", "04 04 01 23 AB CD"),
        (OctetString(), b"", "04 00"),
        (Null(), None, "05 00"),
        (Whole(), bytes.fromhex("30 03 02 01 05"), "30 03 02 01 05"),
        (NUMBER.tagged(3), 0x3E9, "83 02 03 E9"),
        (kind_of(tuple[Annotated[int, NUMBER], ...]), (2, 3), "30 06 02 01 02 02 01 03"),
        (kind_of(tuple[Annotated[int, NUMBER], ...]), (), "30 00"),
        (kind_of(Annotated[None, Null()] | Annotated[int, NUMBER]), None, "05 00"),
        (kind_of(Annotated[None, Null()] | Annotated[int, NUMBER]), 5, "02 01 05"),
        (kind_of(Point), Point(across=1, down=2), "30 06 02 01 01 83 01 02"),
        (
            kind_of(Point),
            Point(across=1, up=6, label=b"\xee", down=2),
            "30 0C 02 01 01 81 01 06 82 01 EE 83 01 02",
        ),
        (
            kind_of(Line),
            Line((Point(across=1, down=2),), ends=(4, 5)),
            "30 12 30 08 30 06 02 01 01 83 01 02 A0 06 02 01 04 02 01 05",
        ),
    ],
)
def test_each_type_both_ways(kind: Kind, value: Any, data: str) -> None:
    octets = bytes.fromhex(data)
    assert read(kind, octets) == value
    assert type(read(kind, octets)) is type(value)
    assert write(kind, value) == octets


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        (NUMBER, "02 00", "0 octets"),
        (NUMBER, "02 01 80", "negative"),
        (NUMBER, "02 08 FF FF FF FF FF FF FF FF", "negative"),
        (NUMBER, "02 02 00 05", "shortest form"),
        (NUMBER, "02 09 01 00 00 00 00 00 00 00 00", "is over"),
        (NUMBER, "02 0A 00 80 00 00 00 00 00 00 00 00", "10 octets"),
        (SMALL, "02 02 01 2D", "is over 300"),
        (USE, "03 00", "no set of Use bits"),
        (USE, "03 01 07", "no set of Use bits"),
        (USE, "03 02 00 80", "no set of Use bits"),
        (USE, "03 02 07 81", "no set of Use bits"),
        (USE, "03 02 08 80", "no set of Use bits"),
        (USE, "03 02 05 20", "no set of Use bits"),
        (USE, "03 03 00 80 00", "no set of Use bits"),
        (USE, "03 04 07 00 00 80", "no set of Use bits"),
        (TIME, "18 0D 32 30 31 35 30 31 30 31 30 30 31 30 5A", "no time"),
        (TIME, "18 0F 32 30 31 35 31 33 30 31 30 30 31 30 33 30 5A", "no time"),
        (TIME, "18 0F 32 30 31 35 30 31 30 31 32 34 30 30 30 30 5A", "no time"),
        (TIME, "18 0F 32 30 31 35 30 31 30 31 30 30 31 30 36 30 5A", "no time"),
        (TIME, "18 0F 30 30 30 30 30 31 30 31 30 30 31 30 33 30 5A", "no time"),
        (TIME, "18 0F 2B 30 31 35 30 31 30 31 30 30 31 30 33 30 5A", "no time"),
        (TIME, "18 0F 32 30 31 35 30 31 30 31 30 30 31 30 33 30 7A", "no time"),
        (FOUR, "04 03 01 23 AB", "3 bytes where 4 belong"),
        (Null(), "05 01 00", "NULL with 1 bytes"),
        (NUMBER, "02 80 05", "does not start a length"),
        (NUMBER, "02 85 00 00 00 00 01 05", "does not start a length"),
        (kind_of(Point), "30 03 02 01 01", "nothing where it belongs"),
        (kind_of(Point), "30 06 02 01 01 02 01 02", "0x02 where it belongs"),
        (kind_of(Point), "30 09 02 01 01 83 01 02 84 01 00", "0x84 after its last component"),
        (kind_of(Point), "30 09 02 01 01 83 01 02 81 01 06", "0x81 after its last component"),
        (kind_of(tuple[Annotated[int, NUMBER], ...]), "30 03 04 01 02", "where an element belongs"),
    ],
)
def test_what_is_not_der_is_refused(kind: Kind, data: str, says: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(DecodeError, match=says) as refusal:
        kind.decode(octets, 0, len(octets), "it", [])
    assert 0 < refusal.value.offset <= len(octets)


@pytest.mark.parametrize("data", ["02", "02 02 05", "02 81", "02 82 01", "02 84 FF FF FF FF 01", "02 7F"])
def test_a_value_that_ends_too_soon_is_truncated(data: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(Truncated):
        NUMBER.decode(octets, 0, len(octets), "it", [])


def test_a_part_may_not_reach_beyond_what_holds_it() -> None:
    # The OCTET STRING announces three bytes; its SEQUENCE ends after two, though the buffer goes on.
    octets = bytes.fromhex("30 04 04 03 AA BB CC DD")
    with pytest.raises(Truncated) as refusal:
        kind_of(tuple[Annotated[bytes, OctetString()], ...]).decode(octets, 0, len(octets), "it", [])
    assert refusal.value.offset == 6


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (NUMBER, -1),
        (NUMBER, 2**64),
        (NUMBER, None),
        (NUMBER, "5"),
        (SMALL, 301),
        (USE, 32),
        (USE, -1),
        (USE, "SIGN"),
        (TIME, datetime(2015, 1, 1)),
        (TIME, MOMENT + timedelta(microseconds=1)),
        (TIME, "2015-01-01"),
        (FOUR, b"123"),
        (FOUR, None),
        (Null(), 0),
        (Whole(), b""),
        (Whole(), bytes.fromhex("30 03 02 01")),
        (Whole(), bytes.fromhex("30 00 00")),
        (Whole(), bytes.fromhex("31 00")),
        (kind_of(Point), (1, 2)),
        (kind_of(Point), Point(across=1, down=-2)),
        (kind_of(tuple[Annotated[int, NUMBER], ...]), [1]),
        (kind_of(Annotated[None, Null()] | Annotated[int, NUMBER]), b"no"),
    ],
)
def test_a_value_that_the_type_does_not_have_is_refused(kind: Kind, value: Any) -> None:
    with pytest.raises(EncodeError):
        write(kind, value)


def test_another_time_zone_is_written_in_utc() -> None:
    summer = datetime(2015, 6, 1, 0, 30, 0, tzinfo=timezone(timedelta(hours=1)))
    assert write(TIME, summer) == b"\x18\x0f20150531233000Z"


def test_long_contents_take_the_shortest_length() -> None:
    for size, header in ((127, "04 7F"), (128, "04 81 80"), (255, "04 81 FF"), (256, "04 82 01 00")):
        assert write(OctetString(), bytes(size)) == bytes.fromhex(header) + bytes(size)


def test_a_longer_length_than_needed_is_noted_where_its_contents_start() -> None:
    octets = bytes.fromhex("30 82 00 07 02 01 01 83 81 01 02")
    notes: Notes = []
    value, _ = kind_of(Point).decode(octets, 0, len(octets), "it", notes)
    assert value == Point(across=1, down=2)
    assert notes == [(4, 3), (10, 2)]
    # The same places, counted from the end: 7 bytes after the first, 1 after the second.
    assert kind_of(Point).encode(value, 0, "it", {7: 3, 1: 2}) == octets


def test_a_default_that_is_written_out_is_noted_where_it_ends() -> None:
    octets = bytes.fromhex("30 09 02 01 01 81 01 05 83 01 02")
    notes: Notes = []
    value, _ = kind_of(Point).decode(octets, 0, len(octets), "it", notes)
    assert value == Point(across=1, down=2)
    assert notes == [(8, WRITTEN_DEFAULT)]
    assert kind_of(Point).encode(value, 0, "it", {3: WRITTEN_DEFAULT}) == octets


def test_a_length_that_is_too_short_for_the_contents_is_refused() -> None:
    with pytest.raises(EncodeError):
        OctetString().encode(bytes(300), 0, "it", {300: 2})


@pytest.mark.parametrize(
    ("kind", "plain", "value"),
    [
        (NUMBER, 5, 5),
        (COLOUR, "green", Colour.GREEN),
        (COLOUR, 7, Colour.GREEN),
        (COLOUR, 8, 8),
        (USE, "sign|agree", Use.SIGN | Use.AGREE),
        (USE, "", Use(0)),
        (USE, 17, Use.SIGN | Use.AGREE),
        (FOUR, "01-23-ab-CD", b"\x01\x23\xab\xcd"),
        (TIME, "2015-01-01T00:10:30Z", MOMENT),
        (TIME, MOMENT, MOMENT),
        (Null(), None, None),
        (kind_of(Point), {"across": 1, "down": 2}, Point(across=1, down=2)),
        (kind_of(Line), {"points": [{"across": 1, "down": 2}]}, Line((Point(across=1, down=2),))),
        (kind_of(Line), Line([Point(across=1, down=2)]), Line((Point(across=1, down=2),))),  # type: ignore[arg-type]
        (kind_of(Annotated[int, NUMBER] | Point), {"across": 1, "down": 2}, Point(across=1, down=2)),
    ],
)
def test_plain_data_stands_for_values(kind: Kind, plain: Any, value: Any) -> None:
    taken = kind.take(plain, "it")
    assert taken == value
    assert type(taken) is type(value)


@pytest.mark.parametrize(
    ("kind", "plain", "says"),
    [
        (NUMBER, "five", "it: 'five' is str"),
        (COLOUR, "blue", "it: 'blue' is str"),
        (USE, "sing", "it: SING is no Use"),
        (USE, 4, "it: 4 is no set"),
        (FOUR, "0123", "2 bytes where 4 belong"),
        (FOUR, "xyz", "neither bytes nor hex"),
        (FOUR, 4, "neither bytes nor hex"),
        (TIME, "tomorrow", "not an ISO 8601"),
        (Whole(), "3001", "not one whole SEQUENCE"),
        (kind_of(Point), {"across": 1}, "down: Point must have it"),
        (kind_of(Point), {"across": 1, "down": 2, "left": 3}, "left: Point has no such component"),
        (kind_of(Point), 5, "it: '5' is no Point"),
        (kind_of(Line), {"points": "all"}, "points: 'all' is no list"),
        (kind_of(Annotated[int, NUMBER] | Point), "text", "none of its alternatives"),
    ],
)
def test_plain_data_that_stands_for_nothing_is_refused(kind: Kind, plain: Any, says: str) -> None:
    with pytest.raises(EncodeError, match=says):
        kind.take(plain, "it")


@pytest.mark.parametrize("annotation", [int, list[int], "Point", Annotated[int, "a note"]])
def test_what_describes_no_type_is_a_mistake_of_the_programmer(annotation: Any) -> None:
    with pytest.raises(TypeError):
        kind_of(annotation)


def test_a_choice_cannot_be_tagged() -> None:
    with pytest.raises(TypeError):
        kind_of(Annotated[Annotated[None, Null()] | Annotated[int, NUMBER], Implicit(0)])


@given(st.integers(0, 2**64 - 1))
def test_every_number_of_64_bits_comes_back(number: int) -> None:
    data = write(NUMBER, number)
    assert read(NUMBER, data) == number
    assert int.from_bytes(data[2:], "big", signed=True) == number


@given(
    st.sampled_from([NUMBER, USE, TIME, FOUR, Null(), Whole(), kind_of(Point), kind_of(Line)]), st.binary()
)
def test_any_bytes_are_read_and_come_back_or_are_refused(kind: Kind, contents: bytes) -> None:
    octets = bytes((kind.tag, len(contents) % 256)) + contents
    notes: Notes = []
    try:
        value, after = kind.decode(octets, 0, len(octets), "it", notes)
    except DecodeError:
        return
    lengths = {after - at: count for at, count in notes}
    assert kind.encode(value, 0, "it", lengths) == octets[:after]
