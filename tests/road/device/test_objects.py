"""Names of attributes, and the types that values are checked against."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError, EncodeError
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag
from doorstep.gbcs.payloads.dlms import Obis
from doorstep.road.device.objects import Place, Shape, array, place, structure

ENUM = Shape(Tag.ENUM)
LONG = Shape(Tag.LONG)
DATE_TIME = Shape(Tag.OCTET_STRING, size=12)


def test_a_place_is_nine_bytes_and_a_line_of_text() -> None:
    balance = Place(112, Obis.parse("0-0:19.10.0.255"), 2)
    assert place("112 0-0:19.10.0.255 2") == balance
    assert str(balance) == "112 0-0:19.10.0.255 2"
    assert bytes(balance) == bytes.fromhex("0070 0000130A00FF 02")
    assert Place.from_bytes(bytes.fromhex("00700000130A00FF02")) == balance


@pytest.mark.parametrize("size", [0, 8, 10])
def test_a_place_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(DecodeError, match="9 bytes"):
        Place.from_bytes(bytes(size))


def test_text_with_a_wrong_obis_code_is_refused() -> None:
    with pytest.raises(EncodeError):
        place("112 0-0:19.10.0 2")


@pytest.mark.parametrize(
    ("shape", "data", "fits"),
    [
        (ENUM, Data(Tag.ENUM, 5), True),
        (ENUM, Data(Tag.UNSIGNED, 5), False),
        (DATE_TIME, Data(Tag.OCTET_STRING, bytes(12)), True),
        (DATE_TIME, Data(Tag.OCTET_STRING, bytes(11)), False),
        (Shape(Tag.OCTET_STRING), Data(Tag.OCTET_STRING, bytes(40)), True),
        (structure(ENUM, LONG), Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1), Data(Tag.LONG, 2))), True),
        (structure(ENUM, LONG), Data(Tag.STRUCTURE, (Data(Tag.LONG, 2), Data(Tag.ENUM, 1))), False),
        (structure(ENUM, LONG), Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1),)), False),
        (array(LONG), Data(Tag.ARRAY, ()), True),
        (array(LONG), Data(Tag.ARRAY, (Data(Tag.LONG, 1), Data(Tag.LONG, 2))), True),
        (array(LONG), Data(Tag.ARRAY, (Data(Tag.LONG, 1), Data(Tag.ENUM, 2))), False),
        (array(LONG), Data(Tag.STRUCTURE, (Data(Tag.LONG, 1),)), False),
        (array(array(LONG)), Data(Tag.ARRAY, (Data(Tag.ARRAY, (Data(Tag.ENUM, 1),)),)), False),
        (Shape(Tag.ARRAY), Data(Tag.ARRAY, (Data(Tag.ENUM, 1), Data(Tag.LONG, 1))), True),
        (Shape(Tag.BIT_STRING), Data(Tag.BIT_STRING, BitString(3, b"\xe0")), True),
    ],
)
def test_what_fits_a_type(shape: Shape, data: Data, fits: bool) -> None:
    assert shape.fits(data) is fits


def test_a_blank_value_fits_its_type() -> None:
    shape = structure(
        ENUM, DATE_TIME, array(LONG), Shape(Tag.BIT_STRING), structure(LONG), Shape(Tag.NULL_DATA)
    )
    assert shape.fits(shape.blank)
    assert structure(ENUM, DATE_TIME).blank == Data(
        Tag.STRUCTURE, (Data(Tag.ENUM, 0), Data(Tag.OCTET_STRING, bytes(12)))
    )
