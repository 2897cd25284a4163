"""The interpreter of layouts: every word that an annotation can be written in, and what it refuses."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError, Truncated
from doorstep.eui import Eui
from doorstep.zigbee.fields import (
    I32,
    U8,
    U16,
    U24,
    U48,
    Bitmap8,
    Counted,
    Counted16,
    CountIn,
    EuiField,
    OctetString,
    Rest,
    SizedOctets,
    ToEnd,
    TypedBy,
    When,
    bit,
    equals,
    masked,
)
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import Value
from tests.zigbee.hostile import decodes_or_refuses, every_truncation


class Plain(Layout, frozen=True):
    a: U8
    b: I32
    c: U24


class Named(Layout, frozen=True):
    number: U8
    name: OctetString


class Pair(Layout, frozen=True):
    left: U8
    right: U16


class Mixed(Layout, frozen=True):
    eui: EuiField
    pairs: Counted[Pair]
    names: ToEnd[Named]


class Nibbled(Layout, frozen=True):
    count: Bitmap8
    values: Annotated[tuple[U48, ...], CountIn("count", 0x0F)]
    rest: Rest = b""


class Tail(Layout, frozen=True):
    first: U8
    second: U16 | None = None
    third: Pair | None = None


class Choosing(Layout, frozen=True):
    control: Bitmap8
    low: Annotated[U8 | None, When("control", bit(0))] = None
    both: Annotated[U8 | None, When("control", bit(0)), When("control", bit(1))] = None
    chained: Annotated[U8 | None, When("low", equals(7))] = None
    high: Annotated[SizedOctets | None, When("control", masked(0xF0, 0x10, 0x20))] = None


class Variant(Layout, frozen=True):
    status: U8
    type: Annotated[U8 | None, When("status", equals(0))] = None
    value: Annotated[Value, TypedBy("type")] = None
    change: Annotated[Value, TypedBy("type", analogue_only=True)] = None


class Many(Layout, frozen=True):
    numbers: Counted16[U24]


EUI = Eui.parse("00-DB-12-34-56-78-90-A0")

CASES: list[tuple[str, Layout]] = [
    ("01 FEFFFFFF 030000", Plain(1, -2, 3)),
    ("A09078563412DB00 00", Mixed(EUI, (), ())),
    (
        "A09078563412DB00 02 01 0200 03 0400 05 02 4142 06 00 07 FF",
        Mixed(EUI, (Pair(1, 2), Pair(3, 4)), (Named(5, b"AB"), Named(6, b""), Named(7, None))),
    ),
    ("A0", Nibbled(0xA0, ())),
    ("52 010000000000 FFFFFFFFFFFF 99", Nibbled(0x52, (1, 2**48 - 1), b"\x99")),
    ("01", Tail(1)),
    ("01 0200", Tail(1, 2)),
    ("01 0200 03 0400", Tail(1, 2, Pair(3, 4))),
    ("00", Choosing(0)),
    ("01 09", Choosing(1, 9)),
    ("03 07 08 09", Choosing(3, 7, 8, 9)),
    ("20 02 4142", Choosing(0x20, high=b"AB")),
    ("86", Variant(0x86)),
    ("00 21 DC05 0A00", Variant(0, 0x21, 1500, 10)),
    ("00 41 FF", Variant(0, 0x41, None)),
    ("00 18 80", Variant(0, 0x18, 0x80)),
    ("0200 010000 FFFFFF", Many((1, 0xFFFFFF))),
]


@pytest.mark.parametrize(("octets", "value"), CASES)
def test_both_ways(octets: str, value: Layout) -> None:
    data = bytes.fromhex(octets)
    assert type(value).from_bytes(data) == value
    assert value.to_bytes() == data
    every_truncation(type(value).from_bytes, data)


@pytest.mark.parametrize(("octets", "value"), CASES)
def test_a_part_of_a_longer_message_reads_the_same(octets: str, value: Layout) -> None:
    data = bytes.fromhex(octets)
    assert type(value).from_bytes(b"\xee" * 5 + data + b"\xee" * 3, 5, 5 + len(data)) == value


@given(st.binary(max_size=40))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    for layout in (Plain, Mixed, Nibbled, Tail, Choosing, Variant, Many):
        decodes_or_refuses(layout.from_bytes, data)


@given(st.integers(), st.integers(), st.integers())
def test_integers_fit_or_are_refused(a: int, b: int, c: int) -> None:
    value = Plain(a, b, c)
    if 0 <= a < 2**8 and -(2**31) <= b < 2**31 and 0 <= c < 2**24:
        assert Plain.from_bytes(value.to_bytes()) == value
    else:
        with pytest.raises(EncodeError, match="does not fit"):
            value.to_bytes()


def test_errors_name_the_field_and_count_from_the_start_of_the_message() -> None:
    with pytest.raises(Truncated) as cut:
        Plain.from_bytes(bytes(20), 10, 13)
    assert (cut.value.field, cut.value.offset) == ("Plain.b", 11)
    with pytest.raises(Truncated) as cut:
        Mixed.from_bytes(bytes(8) + bytes.fromhex("01 01"))
    assert (cut.value.field, cut.value.offset) == ("Pair.right", 10)


def test_an_end_beyond_the_octets_is_refused() -> None:
    with pytest.raises(Truncated) as cut:
        Nibbled.from_bytes(b"\x00", 0, 2)
    assert cut.value.offset == 1


def test_octets_left_over_are_refused() -> None:
    with pytest.raises(DecodeError, match="1 octets left over") as refused:
        Plain.from_bytes(bytes(9))
    assert refused.value.offset == 8


def test_a_count_that_promises_too_much_is_refused() -> None:
    with pytest.raises(Truncated):
        Many.from_bytes(bytes.fromhex("FFFF 010000"))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Nibbled(0x02, (1,)), "has 1 items where 2 are announced"),
        (Tail(1, None, Pair(1, 2)), "cannot follow a field that is absent"),
        (Choosing(0, low=1), "has no place here"),
        (Choosing(1), "holds a whole number"),
        (Variant(0x86, value=1), "has no place here"),
        (Variant(0, 0x48, 1), "no ZCL data type 0x48"),
        (Variant(0, 0x18, 1, 1), "has no place here"),
        (Mixed(EUI, (Named(1, b""),), ()), "holds a Pair, not Named"),  # type: ignore[arg-type]
        (Mixed(EUI, [Pair(1, 2)], ()), "holds a tuple"),  # type: ignore[arg-type]
        (Mixed(Eui(b"short"), (), ()), "holds exactly 8 octets"),
        (Nibbled(0, (), "text"), "holds octets"),  # type: ignore[arg-type]
        (Many((0,) * 65_536), "65536 does not fit"),
    ],
)
def test_a_value_that_has_no_encoding_is_refused(value: Layout, why: str) -> None:
    with pytest.raises(EncodeError, match=why):
        value.to_bytes()


class Pointless(Layout, frozen=True):
    nothing: dict[str, int]


def test_an_annotation_without_octets_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match=r"Pointless\.nothing"):
        Pointless.from_bytes(b"")
