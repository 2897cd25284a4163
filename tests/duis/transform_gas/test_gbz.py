"""The words of the GBZ rows: where fields come from, and what is refused on the way."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.duis.transform import Known
from doorstep.duis.transform.gbz import (
    LATEST,
    NEVER,
    NOW,
    Place,
    activation,
    by_index,
    code,
    count,
    decimal,
    each,
    event,
    minutes,
    moment,
    nth,
    number,
    publication,
    read,
    send,
    several,
    since,
    text,
)
from doorstep.errors import EncodeError, Unsupported, XmlError
from doorstep.gbcs.payloads.gbz import Component
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.clusters.calendar import DayScheduleEntry
from doorstep.zigbee.clusters.prepayment import (
    ConsumerTopUpResponse,
    GetTopUpLog,
    SetLowCreditWarningLevel,
)
from doorstep.zigbee.zcl import ReadAttributes
from tests.duis.transform_gas.bodies import BROKER, CLOCK, asked, indexed, leaves
from tests.duis.transform_gas.bodies import NOW as CLOCK_2000


def place(*children: Element, clock: int = CLOCK) -> Place:
    """A place at the body of a request that may be future-dated, with these children."""
    body = element("UpdatePaymentMode", *children)
    return Place(body, asked(body), Known(BROKER, clock=clock))


class TestParts:
    def test_reading_is_a_general_command_to_the_server(self) -> None:
        (sent,) = read(METERING, "Divisor", "SupplyStatus")(place())
        assert sent.component(3) == Component(0x0702, 0x00, 3, 0x00, ReadAttributes((0x0302, 0x0014)))

    def test_a_command_goes_to_the_side_that_takes_it(self) -> None:
        (to_server,) = send(PREPAYMENT, SetLowCreditWarningLevel, 5)(place())
        (to_client,) = send(PREPAYMENT, ConsumerTopUpResponse, 0, 1, source=2, credit_remaining=3)(place())
        assert (to_server.component(0).frame_control, to_server.component(0).command_id) == (0x01, 0x09)
        assert (to_client.component(0).frame_control, to_client.component(0).command_id) == (0x09, 0x03)

    def test_a_from_date_time_stands_beside_the_command(self) -> None:
        part = since(event, send(PREPAYMENT, GetTopUpLog, latest_end_time=0, number_of_records=5))
        (sent,) = part(place())
        assert sent.component(0).from_date_time == CLOCK_2000

    def test_a_part_for_each_element_reads_from_that_element(self) -> None:
        part = each("All/One", send(PREPAYMENT, SetLowCreditWarningLevel, number("Level")))
        ones = (element("One", *leaves(Level=level)) for level in (7, 8))
        assert [sent.command for sent in part(place(element("All", *ones)))] == [
            SetLowCreditWarningLevel(7),
            SetLowCreditWarningLevel(8),
        ]
        assert list(part(place(element("All")))) == []
        with pytest.raises(XmlError, match="All"):
            list(part(place()))


class TestTimes:
    def test_the_event_is_the_clock(self) -> None:
        assert event(place()) == CLOCK_2000
        assert event(place(clock=CLOCK + 1999)) == CLOCK_2000 + 1
        with pytest.raises(EncodeError, match="UTC time"):
            event(place(clock=0))

    @pytest.mark.parametrize(
        ("date", "activated", "published"),
        [
            (None, NOW, NOW),
            ("2030-01-15T09:00:00Z", 948013200, 948013200),
            ("3000-12-31T00:00:00Z", NEVER, LATEST),
        ],
    )
    def test_a_command_takes_effect(self, date: str | None, activated: int, published: int) -> None:
        here = place(*(leaves(ExecutionDateTime=date) if date else ()))
        assert (activation(here), publication(here)) == (activated, published)

    @pytest.mark.parametrize(
        "date",
        [
            "1999-12-31T23:59:59Z",
            "2000-01-01T00:00:00Z",  # would say "now"
            "2136-02-07T06:28:14Z",  # would cancel what is published
            "2136-02-07T06:28:15Z",  # would cancel
            "2500-01-01T00:00:00Z",
            "2030-01-15T09:00:00.500Z",
        ],
    )
    def test_an_execution_time_that_cannot_be_said_is_refused(self, date: str) -> None:
        here = place(*leaves(ExecutionDateTime=date))
        for source in (activation, publication):
            with pytest.raises((Unsupported, EncodeError)):
                source(here)

    def test_a_moment_beyond_32_bits_is_the_latest(self) -> None:
        moments = {
            "2014-12-01T00:00:00Z": 470707200,
            "2136-02-07T06:28:14Z": LATEST,
            "3000-12-31T00:00:00Z": LATEST,
        }
        for date, seconds in moments.items():
            assert moment("At")(place(*leaves(At=date))) == seconds

    @pytest.mark.parametrize(
        ("time", "expected"),
        [("00:00:00", 0), ("08:30:00.00Z", 510), ("23:59:00Z", 1439), ("00:30:00+01:00", 1410)],
    )
    def test_a_time_of_day(self, time: str, expected: int) -> None:
        assert minutes("At")(place(*leaves(At=time))) == expected

    @pytest.mark.parametrize("time", ["", "8:30:00", "24:00:01", "08:30", "noon", "08:30:01", "08:30:00.5Z"])
    def test_what_is_no_minute_of_a_day_is_refused(self, time: str) -> None:
        with pytest.raises((XmlError, Unsupported), match="At"):
            minutes("At")(place(*leaves(At=time)))


class TestValues:
    def test_a_number_has_an_origin_and_may_be_left_out(self) -> None:
        year = number("Year", default=0xFF, origin=1900)
        assert year(place(*leaves(Year=2015))) == 115
        assert year(place()) == 0xFF
        with pytest.raises(XmlError, match="2155 stands for an element left out"):
            year(place(*leaves(Year=2155)))
        with pytest.raises(XmlError, match="Year"):
            number("Year")(place())

    @pytest.mark.parametrize(
        ("digits", "expected"),
        [("0", 0), ("1.02264", 102264), (" 40.0 ", 4000000), ("6.168000", 616800), ("7.", 700000)],
    )
    def test_a_decimal_counts_its_smallest_unit(self, digits: str, expected: int) -> None:
        assert decimal("Factor", 5)(place(*leaves(Factor=digits))) == expected

    @pytest.mark.parametrize("digits", ["", "-1", "1.000001", "1e3", "1,5", ".", "٣"])
    def test_what_is_no_such_decimal_is_refused(self, digits: str) -> None:
        with pytest.raises(XmlError, match="Factor"):
            decimal("Factor", 5)(place(*leaves(Factor=digits)))

    def test_a_code_stands_for_a_word(self) -> None:
        period = code("Period", {"HOURLY": 0, "DAILY": 1})
        assert period(place(*leaves(Period="DAILY"))) == 1
        with pytest.raises(XmlError, match="HOURLY or DAILY"):
            period(place(*leaves(Period="WEEKLY")))

    def test_a_text_is_of_ascii_characters(self) -> None:
        assert text("Name")(place(*leaves(Name=" E-ON "))) == b" E-ON "
        with pytest.raises(XmlError, match="ASCII"):
            text("Name")(place(*leaves(Name="Gäs")))


class TestElementsOfWhichThereAreSeveral:
    def test_they_stand_in_the_order_of_their_index(self) -> None:
        shuffled = (element("Price", str(price), index=index) for index, price in ((10, 1), (9, 2), (1, 3)))
        here = place(element("Matrix", *shuffled))
        assert by_index(here, "Matrix/Price") == ((1, 3), (9, 2), (10, 1))
        assert nth("Matrix/Price", 9)(here) == 2
        assert count("Matrix/Price")(here) == 3

    @pytest.mark.parametrize("index", [0, 3])
    def test_an_index_that_is_not_there_is_refused(self, index: int) -> None:
        with pytest.raises(XmlError, match=f"0 elements Day have the index {index}"):
            nth("Day", index)(place(*indexed("Day", 1, 2)))

    def test_an_index_that_is_there_twice_is_refused(self) -> None:
        with pytest.raises(XmlError, match="2 elements Day have the index 1"):
            nth("Day", 1)(place(*indexed("Day", 1), *indexed("Day", 2)))

    @pytest.mark.parametrize(
        "child", [element("Day", "1"), element("Day", "1", index="first"), element("Day", "one", index=1)]
    )
    def test_an_element_that_is_not_counted_is_refused(self, child: Element) -> None:
        with pytest.raises(XmlError, match="Day"):
            by_index(place(child), "Day")

    def test_several_make_layouts(self) -> None:
        entries = several("Entry", DayScheduleEntry, start=number("Start"), tier=2)
        here = place(*(element("Entry", *leaves(Start=start)) for start in (0, 480)))
        assert entries(here) == (DayScheduleEntry(0, 2), DayScheduleEntry(480, 2))
