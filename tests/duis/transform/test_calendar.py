"""Dates, times, days and schedules: from the words of DUIS to the bytes of COSEM, written by hand."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.duis.element import Element, element
from doorstep.duis.transform.calendar import (
    DATE,
    EVERY_DAY,
    SPECIAL_DAY,
    TIME,
    SpecialDays,
    Switching,
    date,
    number_of,
    schedule,
    special_days,
    week_days,
)
from doorstep.errors import InputError, XmlError
from doorstep.gbcs.payloads.axdr import BitString, Data, encode_data
from tests.duis.transform.made import branch

ANY = {name: branch(f"{name}/NonSpecified{name}") for name in ("Year", "Month", "DayOfMonth", "DayOfWeek")}


def day(**fields: str | int) -> Element:
    """A date with every field left open that is not given."""
    given = {name: branch(f"{name}/Specified{name}", str(value)) for name, value in fields.items()}
    return element("Date", *{**ANY, **given}.values())


def marked(name: str, mark: str) -> Element:
    return element("Date", *{**ANY, name: branch(f"{name}/{mark}")}.values())


def pattern(value: Data) -> str:
    assert isinstance(value.value, BitString)
    digits = "".join(f"{byte:08b}" for byte in value.value.data)
    assert "1" not in digits[value.value.length :]
    return digits[: value.value.length]


DATES = [
    (day(), "FFFFFFFFFF"),
    (day(Year=2015, Month="04", DayOfMonth="03"), "07DF0403FF"),
    (day(Month=12, DayOfMonth=25), "FFFF0C19FF"),
    (day(DayOfWeek=1), "FFFFFFFF01"),
    (day(DayOfWeek=7), "FFFFFFFF07"),
    (marked("DayOfMonth", "LastDayOfMonth"), "FFFFFFFEFF"),
    (marked("DayOfMonth", "SecondLastDayOfMonth"), "FFFFFFFDFF"),
]


@pytest.mark.parametrize(("value", "expected"), DATES, ids=[expected for _value, expected in DATES])
def test_a_date_may_leave_fields_open(value: Element, expected: str) -> None:
    assert date(value).hex().upper() == expected


@pytest.mark.parametrize(
    "fields",
    [{"Year": 2013}, {"Month": 0}, {"Month": 13}, {"DayOfMonth": 32}, {"DayOfWeek": 8}, {"Year": ""}],
)
def test_what_is_no_date_is_refused(fields: dict[str, int | str]) -> None:
    with pytest.raises(XmlError, match=f"Specified{next(iter(fields))}"):
        date(day(**fields))


def test_a_date_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(XmlError, match="DayOfWeek"):
        date(element("Date", *list(ANY.values())[:3]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014-10-27Z", "07DE0A1BFF"),
        ("2015-03-28", "07DF031CFF"),
        ("2015-03-28+00:00", "07DF031CFF"),
        ("65535-04-29Z", "FFFF041DFF"),
    ],
)
def test_a_plain_date(text: str, expected: str) -> None:
    assert DATE.read(text).hex().upper() == expected


@pytest.mark.parametrize(
    "text", ["", "27-10-2014", "2014-13-01Z", "2014-00-01Z", "65536-01-01Z", "2014-10-27+01:00"]
)
def test_what_is_no_plain_date(text: str) -> None:
    with pytest.raises(InputError, match="not a date"):
        DATE.read(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:00.00Z", "00000000"),
        ("09:30:00", "091E0000"),
        ("23:59:59.9Z", "173B3B5A"),
        ("01:02:03.456Z", "0102032D"),
        ("12:34:56+00:00", "0C223800"),
        ("12:34:56.70-00:00", "0C223846"),
    ],
)
def test_a_time_of_day(text: str, expected: str) -> None:
    assert TIME.read(text).hex().upper() == expected


@pytest.mark.parametrize(
    "text", ["", "24:00:00Z", "12:60:00Z", "12:00:60Z", "12:00", "12:00:00+01:00", "٠١:٠٢:٠٣"]
)
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(InputError, match="not a time of day"):
        TIME.read(text)


@given(
    st.binary(min_size=4, max_size=4).filter(
        lambda time: time[0] < 24 and max(time[1:3]) < 60 and time[3] < 100
    )
)
def test_times_come_back_as_they_were(time: bytes) -> None:
    assert TIME.read(TIME.render(time)) == time


@given(st.dates())
def test_dates_come_back_as_they_were(value: object) -> None:
    text = f"{value}Z"
    assert DATE.render(DATE.read(text)) == text


@given(st.text())
def test_hostile_text_has_the_right_size_or_is_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert len(TIME.read(text)) == 4
    with contextlib.suppress(InputError):
        assert len(DATE.read(text)) == 5


def days_of_week(*names: str) -> Element:
    entries = (branch("DayOfWeekApplicability/DayOfWeekID", name) for name in names)
    return element("Schedule", element("DaysOfWeekApplicability", *entries))


@pytest.mark.parametrize(
    ("schedule_entry", "expected"),
    [
        (days_of_week("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"), "1111100"),
        (days_of_week("Sunday", "Saturday"), "0000011"),
        (days_of_week(), "0000000"),
        (element("Schedule"), "0000000"),
    ],
)
def test_days_of_the_week_start_with_monday(schedule_entry: Element, expected: str) -> None:
    assert pattern(week_days(schedule_entry)) == expected


def test_a_day_that_no_week_has_is_refused() -> None:
    with pytest.raises(XmlError, match="day of the week"):
        week_days(days_of_week("Caturday"))


def test_special_days_have_their_number_twice() -> None:
    days = special_days([(1, day(Month=7, DayOfMonth=29)), (2, day(Month=8, DayOfMonth=25))])
    assert encode_data(days.data).hex().upper() == (
        "0102 0203 120001 0905FFFF071DFF 1101 0203 120002 0905FFFF0819FF 1102".replace(" ", "")
    )


def test_switchings_choose_special_days_by_their_number() -> None:
    days = SpecialDays(dict.fromkeys(range(1, 6), b""))
    assert pattern(days.chosen([1, 2, 5])) == "11001"
    assert pattern(days.chosen([])) == "00000"
    assert pattern(SpecialDays({}).chosen([])) == ""
    with pytest.raises(XmlError, match="no special day 6"):
        days.chosen([6])


def test_a_number_that_two_special_days_have_is_refused() -> None:
    with pytest.raises(XmlError, match="two special days 3"):
        special_days([(3, day()), (3, day())])


@pytest.mark.parametrize("number", ["0", "21", "", "one"])
def test_what_is_no_number_of_a_special_day(number: str) -> None:
    with pytest.raises(XmlError, match="index"):
        number_of(element("SpecialDay", index=number), "index", SPECIAL_DAY)


def test_a_number_that_is_missing_is_named() -> None:
    with pytest.raises(XmlError, match="no attribute index"):
        number_of(element("SpecialDay"), "index", SPECIAL_DAY)


def test_a_schedule_numbers_its_entries() -> None:
    """Number, enabled, script, selector, time, validity window, days, special days, first and last date."""
    switching = Switching(
        "0-0:10.0.103.255",
        0x0101,
        bytes.fromhex("06000000"),
        EVERY_DAY,
        SpecialDays({}).chosen([]),
        bytes.fromhex("07DF0615FF"),
        bytes.fromhex("FFFFFFFFFF"),
    )
    entry = "03FF 090600000A0067FF 120101 090406000000 12FFFF 0407FE 0400 090507DF0615FF 0905FFFFFFFFFF"
    expected = f"0102 020A 120007 {entry} 020A 120008 {entry}".replace(" ", "")
    assert encode_data(schedule([switching, switching], first=7)).hex().upper() == expected
