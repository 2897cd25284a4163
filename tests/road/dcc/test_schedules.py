"""Schedules: made, read, deleted; the reads that the DCC asks for, and what it pushes of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.duis import DccAlert, Element, Request, RequestId, element
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant, from_iso, iso
from doorstep.road.dcc.events import DccEvent, Push, WanUp
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.schedules import read_schedule, scheduled_body
from tests.road.dcc.office import (
    CHF,
    DAY,
    DCC,
    ESME,
    GSME,
    HOUR,
    NEIGHBOUR,
    NOW,
    OPERATOR,
    STRANGER,
    SUPPLIER,
    Office,
    asked,
    content_of,
    of,
    only,
    read,
    response_to,
    sent,
)

MIDNIGHT = from_iso("2026-11-24T00:00:00Z")


def details(
    *,
    device: Eui = ESME,
    frequency: str = "Daily",
    start: str = "2026-11-01",
    end: str = "",
    time: str = "",
    service: str = "4.6",
    variant: str = "4.6.1",
    name: str = "DSPRetrieveImportDailyReadLog",
) -> Element:
    """What a User writes: by default the log of yesterday, every midnight."""
    period = (
        element("StartDateOffset", "-1"),
        element("StartTime", "00:00:00.00Z"),
        element("EndDateOffset", "0"),
        element("EndTime", "00:00:00.00Z"),
    )
    return element(
        "CreateSchedule",
        element("ScheduleFrequency", frequency),
        element("ScheduleStartDate", start),
        *([element("ScheduleEndDate", end)] if end else []),
        *([element("ScheduleExecutionStartTime", time)] if time else []),
        element("DSPScheduledServiceReference", service),
        element("DSPScheduledServiceReferenceVariant", variant),
        element("DeviceID", str(device)),
        element(name, *(period if "Log" in name else ())),
    )


def create(counter: int = 1, *, originator: Eui = SUPPLIER, **fields: Any) -> Request:
    return asked(8, counter, details(**fields), originator=originator, target=DCC)


def about(name: str, counter: int, *what: Element, originator: Eui = SUPPLIER) -> Request:
    return asked(8, counter, element(name, *what), originator=originator, target=DCC)


def number(value: int) -> Element:
    return element("DSPScheduleID", str(value))


def asked_for(events: Iterable[DccEvent]) -> list[bytes]:
    """The Commands that were sent, each once however often."""
    return list(dict.fromkeys(sent(events)))


@pytest.fixture
def office() -> Office:
    office = Office()
    office.take(WanUp(CHF))
    return office


class TestCreate:
    def test_it_is_answered_with_a_number_of_its_own(self, office: Office) -> None:
        answers = [content_of(office.answer(create(counter))) for counter in (1, 2)]
        assert answers == [number(1), number(2)]

    def test_the_device_is_asked_at_each_time_and_not_before(self, office: Office) -> None:
        office.answer(create())
        assert sent(office.wait(MIDNIGHT - NOW - 1)) == []
        reads = asked_for(office.wait(1) + office.wait(DAY) + office.wait(DAY))
        headers = [gbcs.decode(one).header for one in reads]
        assert {header.message_code for header in headers} == {0x0033}
        # The broker asks, under its own counter, and says for whom.
        assert {header.business_originator_id for header in headers} == {DCC}
        assert {header.supplementary_remote_party_id for header in headers} == {SUPPLIER}
        assert [header.originator_counter for header in headers] == [1, 2, 3]

    def test_the_response_is_pushed_with_the_schedule_s_number(self, office: Office) -> None:
        office.answer(create())
        (command,) = sent(office.wait(MIDNIGHT - NOW))
        response = response_to(command)
        push = only(office.hear(response), Push)
        document = read(push.body)
        assert push.user == SUPPLIER
        assert document.request_id is None
        assert document.response_id == RequestId(ESME, SUPPLIER, 1)
        content = content_of(document)
        assert isinstance(content, Element)
        assert content.name == "DSPScheduledMessage"
        assert content.bytes_of("GBCSPayload") == response
        assert content.text_of("DSPScheduleID") == "1"

    def test_a_read_that_cannot_be_delivered_is_told_with_its_number(self) -> None:
        office = Office()
        office.answer(create(end="2026-11-24"))
        pushes = of(office.wait(MIDNIGHT - NOW + 7 * DAY), Push)
        body = read(pushes[0].body).body
        assert isinstance(body, DccAlert)
        assert body.alert.name == "CommandFailure"
        assert body.alert.text_of("DSPScheduleID") == "1"

    def test_it_survives_a_restart_and_what_was_missed_is_not_made_up_for(self, office: Office) -> None:
        office.answer(create())
        office.now = MIDNIGHT + 3 * DAY + HOUR
        again = office.restarted()
        first = asked_for(again.wait(0) + again.take(WanUp(CHF)))
        assert len(first) == 1
        assert asked_for(again.wait(22 * HOUR)) == first
        assert len(set(asked_for(again.wait(HOUR))) - set(first)) == 1
        assert content_of(again.answer(create(2))) == number(2)

    def test_a_read_of_a_users_own_under_the_same_counter_is_another(self, office: Office) -> None:
        office.answer(create())
        (read_by_dcc,) = sent(office.wait(MIDNIGHT - NOW))
        (read_by_user,) = sent(office.post(asked(1, 1)))
        assert len(of(office.hear(response_to(read_by_user)), Push)) == 1
        heard = office.wait(HOUR)
        assert read_by_dcc in sent(heard)
        assert read_by_user not in sent(heard)

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"device": STRANGER}, "E19"),
            ({"device": GSME}, "E4"),
            ({"service": "4.6", "variant": "4.6.2", "name": "DSPRetrieveExportDailyReadLog"}, "E2"),
            ({"device": CHF}, "E11"),
        ],
    )
    def test_what_may_not_be_asked_for_once_may_not_be_scheduled(
        self, office: Office, fields: dict[str, Any], code: str
    ) -> None:
        assert office.code(create(1, **fields)) == code

    def test_one_that_makes_no_sense_is_refused(self, office: Office) -> None:
        assert office.status(create(service="4.8")) == 400

    def test_there_is_room_for_so_many(self) -> None:
        office = Office(DccPolicy(schedules_most=1))
        office.answer(create())
        assert office.status(create(2)) == 503
        assert office.answer(create(2, device=NEIGHBOUR)).code == "I0"


class TestReadAndDelete:
    def test_one_is_read_as_it_was_written(self, office: Office) -> None:
        office.answer(create())
        content = content_of(office.answer(about("ReadSchedule", 2, number(1))))
        assert isinstance(content, Element)
        assert content.child("DSPSchedules/DSPScheduleDetails").children == details().children

    def test_all_of_a_device_are_read(self, office: Office) -> None:
        for counter, device in enumerate((ESME, NEIGHBOUR, ESME), 1):
            office.answer(create(counter, device=device))
        which = element("DeviceID", str(ESME))
        content = content_of(office.answer(about("ReadSchedule", 9, which)))
        assert isinstance(content, Element)
        assert [one.text_of("DSPScheduleID") for one in content.children] == ["1", "3"]

    def test_what_is_deleted_is_asked_for_no_more(self, office: Office) -> None:
        office.answer(create())
        assert office.code(about("DeleteSchedule", 2, number(1))) == "I99"
        assert sent(office.wait(3 * DAY)) == []
        assert office.restarted().dcc.deadline() is None

    @pytest.mark.parametrize("name", ["ReadSchedule", "DeleteSchedule"])
    def test_somebody_else_s_are_as_good_as_none(self, office: Office, name: str) -> None:
        office.answer(create())
        for which in (number(1), number(7), element("DeviceID", str(ESME))):
            theirs = about(name, 1, which, originator=OPERATOR)
            assert office.code(theirs) == "E19"
        assert len(asked_for(office.wait(DAY))) == 1


class TestWhenTheDeviceGoes:
    def test_its_schedules_go_too_and_their_users_are_told(self, office: Office) -> None:
        office.answer(create())
        gone = about("DecommissionDevice", 2, element("DeviceID", str(ESME)))
        push = only(office.post(gone), Push)
        body = read(push.body).body
        assert isinstance(body, DccAlert)
        assert body.alert == element("DSPScheduleRemoval", element("DeviceID", str(ESME)), number(1))
        assert sent(office.wait(3 * DAY)) == []


def times(frequency: str, start: str, count: int, *, time: str = "", since: Instant = NOW) -> list[str]:
    """When a schedule is due, one time after the other."""
    found: list[str] = []
    now = since
    for _ in range(count):
        due = read_schedule(SUPPLIER, details(frequency=frequency, start=start, time=time), now).due
        assert due is not None
        found.append(iso(due)[:16])
        now = due
    return found


class TestRecurrence:
    def test_daily_at_a_time(self) -> None:
        assert times("Daily", "2026-01-01", 2, time="06:30:00Z") == ["2026-11-24T06:30", "2026-11-25T06:30"]

    def test_weekly_on_the_day_of_its_start(self) -> None:
        assert times("Weekly", "2026-11-20", 2) == ["2026-11-27T00:00", "2026-12-04T00:00"]

    def test_monthly_on_the_last_day_of_a_month_that_is_too_short(self) -> None:
        assert times("Monthly", "2026-08-31", 5) == [
            "2026-11-30T00:00",
            "2026-12-31T00:00",
            "2027-01-31T00:00",
            "2027-02-28T00:00",
            "2027-03-31T00:00",
        ]

    def test_the_longer_ones(self) -> None:
        assert times("Quarterly", "2026-01-15", 2) == ["2027-01-15T00:00", "2027-04-15T00:00"]
        assert times("Half-Yearly", "2026-01-15", 2) == ["2027-01-15T00:00", "2027-07-15T00:00"]
        assert times("Yearly", "2024-02-29", 3) == [
            "2027-02-28T00:00",
            "2028-02-29T00:00",
            "2029-02-28T00:00",
        ]

    def test_one_that_begins_later(self) -> None:
        assert times("Daily", "2027-03-01", 2) == ["2027-03-01T00:00", "2027-03-02T00:00"]

    def test_one_that_has_ended(self) -> None:
        assert read_schedule(SUPPLIER, details(end="2026-11-23"), NOW).due is None
        assert read_schedule(SUPPLIER, details(end="2026-11-24"), NOW).due == MIDNIGHT

    @given(
        st.sampled_from(["Daily", "Weekly", "Monthly", "Quarterly", "Half-Yearly", "Yearly"]),
        st.dates(date(2001, 1, 1), date(2060, 1, 1)),
        st.integers(NOW - 400 * DAY, NOW + 9000 * DAY),
    )
    def test_each_time_is_the_first_after_the_last(self, frequency: str, start: date, now: int) -> None:
        schedule = details(frequency=frequency, start=start.isoformat())
        first = read_schedule(SUPPLIER, schedule, now).due
        assert first is not None
        assert first > now
        # Nothing lies between: asked a moment before it is due, it is still that one.
        assert read_schedule(SUPPLIER, schedule, first - 1).due == first

    def test_the_period_that_is_read_ends_on_the_day_of_the_read(self) -> None:
        schedule = read_schedule(SUPPLIER, details(time="06:00:00Z"), NOW)
        assert schedule.due is not None
        period = scheduled_body(schedule, schedule.due).child("ReadLogPeriod")
        assert period.text_of("StartDateTime") == "2026-11-23T00:00:00.000Z"
        assert period.text_of("EndDateTime") == "2026-11-24T00:00:00.000Z"
