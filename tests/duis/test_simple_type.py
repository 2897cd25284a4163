"""The schema's simple types: text to value and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.duis.simple_type import (
    BASE64,
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    TEXT,
    SimpleType,
    hexadecimal,
    integer,
    matching,
    one_of,
)
from doorstep.errors import InputError

BOTH_WAYS: list[tuple[SimpleType[Any], str, object]] = [
    (TEXT, " £\n", " £\n"),
    (TEXT, "", ""),
    (INTEGER, "-128", -128),
    (integer(0, 65535), "65535", 65535),
    (BOOLEAN, "true", True),
    (BOOLEAN, "false", False),
    (BASE64, "3wkCAA==", b"\xdf\x09\x02\x00"),
    (BASE64, "", b""),
    (hexadecimal(2), "8F12", 0x8F12),
    (hexadecimal(2), "0001", 1),
    (one_of({"I0", "I99"}, "a code"), "I99", "I99"),
    (matching("[0-9]{4}", "four digits"), "0123", "0123"),
    (DATE_TIME, "1970-01-01T00:00:00.000Z", 0),
    (DATE_TIME, "2015-01-15T00:00:00.250Z", 1_421_280_000_250),
    (DATE_TIME, "3000-12-31T00:00:00.000Z", 32_535_129_600_000),
    (DATE_TIME, "1969-12-31T23:59:59.999Z", -1),
]


@pytest.mark.parametrize(("kind", "text", "value"), BOTH_WAYS)
def test_both_ways(kind: SimpleType[Any], text: str, value: object) -> None:
    assert kind.read(text) == value
    assert kind.render(value) == text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (INTEGER, " +007\n", 7),
        (BOOLEAN, "1", True),
        (BOOLEAN, "\t0 ", False),
        (BASE64, "3wkC\r\n AA==\n", b"\xdf\x09\x02\x00"),
        (hexadecimal(2), "8f12", 0x8F12),
        (DATE_TIME, "2015-01-15T00:00:00Z", 1_421_280_000_000),
        (DATE_TIME, "2015-01-15T00:00:00", 1_421_280_000_000),
        (DATE_TIME, "2015-01-15T01:00:00.00+01:00", 1_421_280_000_000),
        (DATE_TIME, "2015-01-14T18:30:00-05:30", 1_421_280_000_000),
        (DATE_TIME, "2015-01-15T00:00:00.000999999Z", 1_421_280_000_000),
        (DATE_TIME, "2015-01-15T00:00:00.5Z", 1_421_280_000_500),
    ],
)
def test_other_texts_that_are_read(kind: SimpleType[Any], text: str, value: object) -> None:
    assert kind.read(text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TEXT, "\x00"),
        (INTEGER, ""),
        (INTEGER, "1.0"),
        (INTEGER, "1_000"),
        (INTEGER, "٣"),
        (INTEGER, "9" * 5000),
        (integer(1, 9), "0"),
        (integer(1, 9), "10"),
        (BOOLEAN, "TRUE"),
        (BASE64, "3wkCAA"),
        (BASE64, "3wkCAB=="),
        (BASE64, "3wk=CAA="),
        (BASE64, "3wkCAA==="),
        (BASE64, "-_8="),
        (BASE64, "£"),
        (hexadecimal(2), "8F1"),
        (hexadecimal(2), "0x8F"),
        (hexadecimal(2), "8F123"),
        (one_of({"I0"}, "a code"), "i0"),
        (matching("[0-9]+", "digits"), "1\u00a0"),
        (DATE_TIME, "2015-01-15"),
        (DATE_TIME, "2015-13-15T00:00:00Z"),
        (DATE_TIME, "2015-02-29T00:00:00Z"),
        (DATE_TIME, "2015-01-15T00:00:60Z"),
        (DATE_TIME, "2015-01-15T00:00:00+15:00"),
        (DATE_TIME, "2015-01-15T00:00:00+01:60"),
        (DATE_TIME, "0000-01-15T00:00:00Z"),
        (DATE_TIME, "٢015-01-15T00:00:00Z"),
    ],
)
def test_texts_that_are_refused(kind: SimpleType[Any], text: str) -> None:
    with pytest.raises(InputError):
        kind.read(text)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (TEXT, "\ud800"),
        (TEXT, "\x1f"),
        (integer(0, 255), 256),
        (integer(0, 255), -1),
        (hexadecimal(2), 0x10000),
        (hexadecimal(2), -1),
        (one_of({"I0"}, "a code"), "I1"),
        (DATE_TIME, 10**18),
        (DATE_TIME, -(10**18)),
    ],
)
def test_values_that_have_no_text(kind: SimpleType[Any], value: object) -> None:
    with pytest.raises(InputError):
        kind.render(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_what_datetime_says_it_is(moment: datetime) -> None:
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert DATE_TIME.read(moment.isoformat()) == milliseconds
    assert datetime.fromisoformat(DATE_TIME.render(milliseconds)) == moment - timedelta(
        microseconds=moment.microsecond % 1000
    )


@given(st.binary())
def test_bytes_come_back(data: bytes) -> None:
    assert BASE64.read(BASE64.render(data)) == data
