"""Pushes to a User's receive address: in order, one at a time, again until taken; and Alerts among them."""

from __future__ import annotations

import pytest

from doorstep.duis import DeviceAlert, Request, RequestId
from doorstep.eui import Eui
from doorstep.road.dcc.events import Answer, Push, Pushed, WanUp
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note, Remember
from tests.road.dcc.office import (
    CHF,
    ESME,
    GSME,
    MINUTE,
    NEXT_CHF,
    OPERATOR,
    SECOND,
    STRANGER,
    SUPPLIER,
    Office,
    alert,
    asked,
    forged,
    notes,
    of,
    only,
    read,
    response_to,
    sent,
    signed,
)


@pytest.fixture
def office() -> Office:
    return Office()


def code(push: Push) -> int:
    """The alert code that a push is about."""
    body = read(push.body).body
    assert isinstance(body, DeviceAlert)
    return body.alert_code


def waiting(office: Office) -> list[str]:
    """The documents that the DCC remembers to be on their way."""
    return [name for name in office.memory if name.startswith("push:")]


class TestPushes:
    def test_one_at_a_time_in_order(self, office: Office) -> None:
        first = only(office.hear(alert(code=0x8F01)), Push)
        for number in (2, 3):
            assert of(office.hear(alert(code=0x8F00 + number)), Push) == []
        second = only(office.pushed(first), Push)
        third = only(office.pushed(second, 200), Push)
        assert [code(push) for push in (first, second, third)] == [0x8F01, 0x8F02, 0x8F03]
        assert of(office.pushed(third, 299), Push) == []
        assert waiting(office) == []

    def test_users_do_not_wait_for_each_other(self, office: Office) -> None:
        pushes = [only(office.hear(alert(user=user)), Push) for user in (SUPPLIER, OPERATOR)]
        assert [push.user for push in pushes] == [SUPPLIER, OPERATOR]

    def test_what_was_taken_is_forgotten_before_the_next_is_pushed(self, office: Office) -> None:
        push = only(office.hear(alert()), Push)
        office.hear(alert(counter=501))
        assert [type(event) for event in office.pushed(push)] == [Remember, Push]

    @pytest.mark.parametrize("status", [None, 100, 199, 300, 400, 404, 500, 503])
    def test_what_is_not_taken_is_pushed_again(self, office: Office, status: int | None) -> None:
        push = only(office.hear(alert()), Push)
        heard = office.pushed(push, status)
        assert notes(heard) == ["push failed"]
        assert only(heard, Note).why == f"{SUPPLIER}: {status or 'unreachable'}"
        assert of(heard, Push) == []
        assert only(office.wait(SECOND), Push) == push

    def test_each_time_twice_as_late_up_to_five_minutes(self, office: Office) -> None:
        push = only(office.hear(alert()), Push)
        waits = []
        for _ in range(11):
            office.pushed(push, None)
            due = office.dcc.deadline()
            assert due is not None
            waits.append(due - office.now)
            assert only(office.wait(due - office.now), Push) == push
        assert waits == [SECOND * each for each in (1, 2, 4, 8, 16, 32, 64, 128, 256)] + [5 * MINUTE] * 2

    def test_once_taken_the_waits_begin_again(self, office: Office) -> None:
        push = only(office.hear(alert()), Push)
        office.hear(alert(counter=501))
        for _ in range(3):
            office.pushed(push, None)
            office.wait(MINUTE)
        after = only(office.pushed(push), Push)
        office.pushed(after, None)
        assert office.dcc.deadline() == office.now + SECOND

    def test_others_keep_their_place_behind_one_that_fails(self, office: Office) -> None:
        push = only(office.hear(alert(code=0x8F01)), Push)
        office.pushed(push, 500)
        assert of(office.hear(alert(code=0x8F02)), Push) == []
        assert code(only(office.wait(SECOND), Push)) == 0x8F01

    @pytest.mark.parametrize("name", ["", "0", "1", "2", "push:0"])
    @pytest.mark.parametrize("status", [204, 500])
    def test_word_of_a_push_that_is_not_under_way_means_nothing(
        self, office: Office, name: str, status: int
    ) -> None:
        push = only(office.hear(alert()), Push)
        office.hear(alert(counter=501))
        if name != push.push:
            assert office.take(Pushed(name, status)) == []
            assert len(waiting(office)) == 2

    def test_nor_does_the_same_word_twice(self, office: Office) -> None:
        push = only(office.hear(alert()), Push)
        office.pushed(push)
        assert office.pushed(push) == office.pushed(push, 500) == []

    def test_after_a_restart_they_go_on_in_order(self, office: Office) -> None:
        """Twelve documents, so that the names in memory are in another order than the documents."""
        for number in range(12):
            office.hear(alert(code=0x8F00 + number))
        office.memory = dict(sorted(office.memory.items()))
        again = office.restarted()
        codes = []
        push = only(again.wait(0), Push)
        while True:
            codes.append(code(push))
            following = of(again.pushed(push), Push)
            if not following:
                break
            (push,) = following
        assert codes == list(range(0x8F00, 0x8F0C))
        assert waiting(again) == []

    def test_the_answer_to_a_request_does_not_wait_for_a_push(self, office: Office) -> None:
        office.hear(alert())
        heard = office.post(asked(3))
        assert only(heard, Answer).status == 200
        assert of(heard, Push) == []


class TestAlerts:
    def test_an_alert_is_forwarded_as_it_came(self, office: Office) -> None:
        heard = office.hear(alert(counter=77, code=0x8F1C))
        assert [type(event) for event in heard] == [Remember, Push]
        push = only(heard, Push)
        document = read(push.body)
        assert push.user == SUPPLIER
        assert document.request_id is None
        assert document.response_id == RequestId(ESME, SUPPLIER, 77)
        assert document.body == DeviceAlert(0x8F1C, alert(counter=77, code=0x8F1C))

    @pytest.mark.parametrize(
        ("message", "hub"),
        [
            (alert(user=STRANGER), CHF),
            (alert(user=ESME), CHF),
            (alert(), NEXT_CHF),
            (alert(), SUPPLIER),
            (forged(alert()), CHF),
            (alert()[:-65], CHF),
        ],
        ids=["for nobody", "for a Device", "by another hub", "by no hub", "forged", "without a signature"],
    )
    def test_what_is_no_good_alert_is_not_forwarded(self, office: Office, message: bytes, hub: Eui) -> None:
        heard = office.hear(message, hub=hub)
        assert notes(heard) == ["refused"]
        assert len(heard) == 1
        assert office.memory == {}


class TestBounds:
    def test_alerts_beyond_what_may_wait_are_lost_and_noted(self) -> None:
        office = Office(DccPolicy(pushes_waiting=3))
        for counter in range(3):
            office.hear(alert(counter=counter))
        heard = office.hear(alert())
        assert notes(heard) == ["lost"]
        assert len(heard) == 1
        assert len(waiting(office)) == 3

    def test_other_users_are_not_concerned(self) -> None:
        office = Office(DccPolicy(pushes_waiting=1))
        office.hear(alert())
        assert len(of(office.hear(alert(user=OPERATOR)), Push)) == 1

    @pytest.mark.parametrize(
        "request_", [asked(1), asked(2), asked(3), signed(5), signed(6), signed(7)], ids="123567"
    )
    def test_nor_are_commands_taken_that_lead_to_more(self, request_: Request) -> None:
        office = Office(DccPolicy(pushes_waiting=1))
        push = only(office.hear(alert()), Push)
        assert office.status(request_) == 503
        office.pushed(push)
        assert office.answer(request_).code in ("I0", "I99")

    def test_responses_to_what_was_taken_are_never_lost(self) -> None:
        office = Office(DccPolicy(pushes_waiting=1))
        office.take(WanUp(CHF))
        (command,) = sent(office.post(asked(1)))
        push = only(office.hear(alert(device=GSME)), Push)
        office.hear(response_to(command))
        assert len(of(office.pushed(push), Push)) == 1
