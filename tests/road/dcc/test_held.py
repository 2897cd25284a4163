"""Requests for later that the DCC holds: acknowledged now, sent at their time, cancelled, timed out."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.duis import Element, element, signed_pre_command
from doorstep.duis.request import Request
from doorstep.gbcs.times import Instant, from_iso, iso
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.events import Answer, Push, WanUp
from doorstep.road.dcc.inventory import Device, DeviceStatus, Inventory
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Remember
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import (
    CHF,
    DAY,
    ENABLE,
    ESME,
    HOUR,
    MINUTE,
    NEIGHBOUR,
    NOW,
    SECOND,
    USERS,
    Office,
    asked,
    content_of,
    notes,
    of,
    only,
    pre_command,
    read,
    response_to,
    sent,
    signed,
)

LATER = NOW + 3 * DAY
CANCEL = from_iso("3000-12-31T00:00:00Z")
CREDIT = element("UpdatePaymentMode", element("Credit"))


def balance(when: Instant) -> Element:
    """A read of the balance, which only the DCC can put off."""
    return element("ReadMeterBalance", element("ExecutionDateTime", iso(when)))


def dated(request: Request, when: Instant) -> Request:
    """A request that sends a Signed Pre-Command, with a date in its own body."""
    assert request.gbcs_payload is not None
    made = signed_pre_command(request, request.command_variant, request.gbcs_payload)
    date = element("ExecutionDateTime", iso(when))
    return Request(
        request_id=made.request_id,
        command_variant=made.command_variant,
        service_reference=made.service_reference,
        service_reference_variant=made.service_reference_variant,
        body=element("SignedPreCommand", date, *made.body.children),
    )


@pytest.fixture
def office() -> Office:
    office = Office()
    office.take(WanUp(CHF))
    return office


def test_it_is_acknowledged_and_sent_at_its_time_and_not_before(office: Office) -> None:
    heard = office.post(asked(1, 10, balance(LATER)))
    assert [type(event) for event in heard if isinstance(event, Remember | Answer)] == [Remember, Answer]
    assert read(only(heard, Answer).body).code == "I99"
    assert sent(heard) == sent(office.wait(LATER - NOW - 1)) == []
    (command,) = sent(office.wait(1))
    assert gbcs.decode(command).grouped == bytes(pre_command(asked(1, 10)))
    assert sent(office.wait(MINUTE - 1)) == []
    push = only(office.hear(response_to(command)), Push)
    assert read(push.body).request_id == asked(1, 10).request_id


@pytest.mark.parametrize("after", [0, HOUR, 2 * DAY])
def test_it_survives_a_restart(office: Office, after: int) -> None:
    office.post(asked(1, 10, balance(LATER)))
    office.wait(after)
    again = office.restarted()
    again.take(WanUp(CHF))
    assert sent(again.wait(LATER - again.now - 1)) == []
    assert len(sent(again.wait(1))) == 1
    assert not any(name.startswith("held:") for name in again.memory)


def test_one_whose_time_has_passed_while_the_dcc_was_down_is_sent_at_once(office: Office) -> None:
    office.post(asked(1, 10, balance(LATER)))
    office.now = LATER + DAY
    again = office.restarted()
    assert len(sent(again.wait(0) + again.take(WanUp(CHF)))) == 1


def test_a_date_that_has_passed_is_now(office: Office) -> None:
    assert len(sent(office.post(asked(1, 10, balance(NOW))))) == 1
    assert len(sent(office.post(asked(1, 11, balance(NOW - DAY))))) == 1


def test_the_same_request_again_is_answered_the_same_and_held_once(office: Office) -> None:
    first = only(office.post(asked(1, 10, balance(LATER))), Answer)
    assert only(office.post(asked(1, 10, balance(LATER))), Answer) == first
    assert len(sent(office.wait(3 * DAY))) == 1


class TestCancellation:
    def test_what_is_held_of_the_service_for_the_device_is_let_go(self, office: Office) -> None:
        office.post(asked(1, 10, balance(LATER)))
        office.post(asked(1, 11, balance(LATER + DAY)))
        assert office.code(asked(1, 12, balance(CANCEL))) == "I99"
        assert sent(office.wait(10 * DAY)) == []
        assert not any(name.startswith("held:") for name in office.memory)

    def test_nothing_else_is(self, office: Office) -> None:
        office.post(asked(1, 10, balance(LATER), target=NEIGHBOUR))
        other = element("ReadFirmwareVersion", element("ExecutionDateTime", iso(LATER)))
        office.post(asked(1, 10, other))
        assert office.code(asked(1, 11, balance(CANCEL))) == "I99"
        assert sum(name.startswith("held:") for name in office.memory) == 2

    def test_it_survives_a_restart(self, office: Office) -> None:
        office.post(asked(1, 10, balance(LATER)))
        office.post(asked(1, 12, balance(CANCEL)))
        assert office.restarted().dcc.deadline() is None

    def test_a_cancellation_of_nothing_is_acknowledged_and_sends_nothing(self, office: Office) -> None:
        heard = office.post(asked(1, 10, balance(CANCEL)))
        assert read(only(heard, Answer).body).code == "I99"
        assert sent(heard) == []


class TestTimeOut:
    def test_what_cannot_be_delivered_within_its_lifetime_is_answered_with_e30(self) -> None:
        office = Office()
        office.post(asked(1, 10, balance(LATER)))
        pushes = of(office.wait(LATER - NOW + 7 * DAY), Push)
        pushes += of(office.pushed(pushes[0]), Push)
        alert, answer = (read(push.body) for push in pushes)
        assert b"CommandFailure" in pushes[0].body
        assert (answer.code, answer.request_id) == ("E30", asked(1, 10).request_id)
        assert content_of(answer) is None
        assert alert.request_id is None

    def test_one_for_now_is_answered_with_the_alert_alone(self) -> None:
        office = Office()
        office.post(asked(1, 10))
        (push,) = of(office.wait(7 * DAY), Push)
        assert b"CommandFailure" in push.body
        assert of(office.pushed(push), Push) == []


class TestWhenItsTimeComes:
    def test_a_device_that_is_no_longer_in_use_is_said_then(self, office: Office) -> None:
        office.post(asked(1, 10, balance(LATER)))
        gone = Device(ESME, DeviceType.ESME, CHF, status=DeviceStatus.DECOMMISSIONED)
        again = Office(memory=office.memory, inventory=Inventory(USERS, [gone]), now=LATER)
        push = only(again.wait(0), Push)
        assert (read(push.body).code, read(push.body).request_id) == ("E5", asked(1, 10).request_id)
        assert not any(name.startswith("held:") for name in again.memory)

    def test_what_could_not_be_carried_out_now_is_refused_now(self, office: Office) -> None:
        body = smallest("RequestHandoverOfDCCControlledDevice")
        unmapped = element(body.name, element("ExecutionDateTime", iso(LATER)), *body.children)
        assert office.status(asked(1, 10, unmapped)) == 501
        assert office.dcc.deadline() is None

    def test_one_for_which_there_is_no_room_then_is_put_off(self) -> None:
        office = Office(DccPolicy(wan_outstanding=1))
        office.post(asked(1, 10, balance(LATER)))
        office.wait(LATER - NOW - SECOND)
        office.post(asked(1, 11))
        office.take(WanUp(CHF))
        heard = office.wait(SECOND)
        assert "put off" in notes(heard)
        (first,) = {*sent(office.said)}
        office.hear(response_to(first))
        (second,) = sent(office.wait(MINUTE))
        assert gbcs.decode(second).header.originator_counter == 10


class TestWhichRequestsMayWait:
    @pytest.mark.parametrize("variant", [2, 3])
    def test_none_for_local_delivery(self, office: Office, variant: int) -> None:
        assert office.code(asked(variant, 10, balance(LATER))) == "E12"

    def test_none_of_a_service_that_is_for_now(self, office: Office) -> None:
        assert office.code(dated(signed(5, 10, ENABLE), LATER)) == "E12"

    def test_a_signed_pre_command_with_a_date_that_the_device_holds_is_sent_now(self, office: Office) -> None:
        assert len(sent(office.post(dated(signed(5, 10, CREDIT), LATER)))) == 1

    def test_no_more_than_there_is_room_for(self) -> None:
        office = Office(DccPolicy(held_most=1))
        assert office.code(asked(1, 10, balance(LATER))) == "I99"
        assert office.status(asked(1, 11, balance(LATER))) == 503
        office.wait(LATER - NOW + SECOND)
        assert office.code(asked(1, 11, balance(LATER + DAY))) == "I99"
