"""The words of mapping rows: what they take from a request, and what they refuse."""

from __future__ import annotations

import pytest

from doorstep.duis.element import element
from doorstep.duis.transform import Known
from doorstep.duis.transform.dlms import (
    EUI,
    HEX,
    NULL,
    Source,
    access_request,
    activation,
    bits,
    choice,
    decimal,
    enum,
    get,
    integer,
    moment,
    number,
    octet_string,
    put,
    select,
    text,
    together,
)
from doorstep.errors import EncodeError, Unsupported, XmlError
from doorstep.gbcs.payloads.axdr import Tag, encode_data
from tests.duis.transform.made import BROKER, NEVER, NOW, branch, request

KNOWN = Known(BROKER)


def read(source: Source, value: str, path: str = "Value") -> str:
    """The data that a source makes of a body with that value, in hexadecimal digits."""
    asked = request(element("SetRandomisedOffsetLimit", branch(path, value)))
    component = access_request((put(1, "0-0:94.44.0.1", 2, source),), asked, KNOWN, 1).components[0]
    return encode_data(component.data).hex().upper()


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        (text("Value"), "E-ON", "0904452D4F4E"),
        (text("Value", Tag.VISIBLE_STRING), " a ", "0A03206120"),
        (number(Tag.LONG_UNSIGNED, "Value"), "900", "120384"),
        (number(Tag.INTEGER, "Value"), " -1 ", "0FFF"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "1.3", "120082"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "60.00", "121770"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "7", "1202BC"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "0.050", "120005"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), ".5", "120032"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "5.", "1201F4"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "+0005.5", "120226"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "-0.0", "120000"),
        (choice("Value", {"DAILY": enum(1), "HOURLY": enum(2)}), "HOURLY", "1602"),
        (octet_string("Value", HEX), "30fF", "090230FF"),
        (octet_string("Value", EUI), "00-db-12-34-56-78-90-A0", "090800DB1234567890A0"),
        (moment("Value"), "2015-01-03T01:00:00.00Z", "090C07DF0103FF010000008000FF"),
        (moment("Value"), "2015-01-03T01:00:00+01:00", "090C07DF0103FF000000008000FF"),
        (together(Tag.STRUCTURE, integer(0), number(Tag.LONG, "Value")), "3", "02020F00100003"),
    ],
)
def test_values_are_written_as_the_row_says(source: Source, value: str, expected: str) -> None:
    assert read(source, value) == expected


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (text("Value"), "Türstufe"),
        (number(Tag.LONG_UNSIGNED, "Value"), "nine"),
        (number(Tag.LONG_UNSIGNED, "Value"), ""),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "1.234"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "-1"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "."),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "1e2"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "NaN"),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "9" * 49),
        (decimal(Tag.LONG_UNSIGNED, "Value", 2), "1,3"),
        (choice("Value", {"DAILY": enum(1)}), "daily"),
        (octet_string("Value", HEX), "3"),
        (octet_string("Value", EUI), "00-DB"),
        (moment("Value"), "2015-02-29T00:00:00Z"),
        (number(Tag.LONG_UNSIGNED, "Elsewhere"), "1"),
    ],
)
def test_a_value_that_is_wrong_or_missing_is_named(source: Source, value: str) -> None:
    with pytest.raises(XmlError, match=r"SetRandomisedOffsetLimit.*(Value|Elsewhere)"):
        read(source, value)


@pytest.mark.parametrize("value", ["-1", "65536", "9" * 49])
def test_a_number_that_its_type_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(EncodeError, match="long-unsigned"):
        read(number(Tag.LONG_UNSIGNED, "Value"), value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2030-01-15T09:00:00Z", "07EE010FFF090000008000FF"),
        ("3000-12-31T00:00:00.00Z", NEVER),
    ],
)
def test_when_values_take_effect(value: str, expected: str) -> None:
    assert read(activation, value, "ExecutionDateTime") == f"090C{expected}"


def test_values_take_effect_at_once_where_no_time_is_given() -> None:
    assert read(activation, "anything") == f"090C{NOW}"


@pytest.mark.parametrize(("source", "path"), [(activation, "ExecutionDateTime"), (moment("Value"), "Value")])
def test_a_fraction_of_a_second_is_refused_not_dropped(source: Source, path: str) -> None:
    with pytest.raises(Unsupported, match=f"{path} has a fraction of a second"):
        read(source, "2030-01-15T09:00:00.5Z", path)


@pytest.mark.parametrize(
    ("pattern", "expected"), [("", "0400"), ("110", "0403C0"), ("000000001", "04090080")]
)
def test_bits_are_written_from_the_highest(pattern: str, expected: str) -> None:
    assert encode_data(bits(pattern)).hex().upper() == expected


def test_a_part_may_select_what_to_read() -> None:
    asked = request(element("SetRandomisedOffsetLimit"))
    parts = (get(1, "0-0:94.44.0.1", 2), select(7, "0-0:99.98.0.255", 2, NULL))
    plain, selected = access_request(parts, asked, KNOWN, 0x1_0203_0405).components
    assert (plain.selector, plain.selection) == (None, None)
    assert (selected.selector, selected.selection) == (1, NULL)


def test_a_request_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(XmlError, match="SetRandomisedOffsetLimit asks for nothing"):
        access_request((), request(element("SetRandomisedOffsetLimit")), KNOWN, 1)
