"""Commands on their way over the WAN: retries, hubs that come and go, Responses, and giving up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import DccAlert, GbcsPayload, Request, RequestId
from doorstep.road.dcc.events import Answer, DccEvent, Push, ToWan, WanDown, WanTook, WanUp
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note, Remember
from tests.road.dcc.office import (
    CHF,
    DAY,
    ESME,
    EVERYBODY,
    HOUR,
    MINUTE,
    NEIGHBOUR,
    NEXT_CHF,
    NOW,
    SECOND,
    SUPPLIER,
    Office,
    alert,
    asked,
    content_of,
    forged,
    local_command,
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
    office = Office()
    office.take(WanUp(CHF))
    return office


def counters(events: Iterable[DccEvent]) -> list[int]:
    """The Originator Counters of what was sent."""
    return [gbcs.peek(message).originator_counter for message in sent(events)]


def command_of_the_meter(response: bytes) -> bytes:
    """What a Device may sign, but has no right to send."""
    message = gbcs.decode(response)
    header = replace(message.header, cra=gbcs.Cra.COMMAND)
    return bytes(gbcs.sign(gbcs.build(header, message.payload), EVERYBODY))


class TestRetries:
    def test_each_comes_twice_as_late_up_to_an_hour(self, office: Office) -> None:
        office.post(asked(1))
        times = []
        for _ in range(9):
            due = office.dcc.deadline()
            assert due is not None
            times.append(due - NOW)
            assert len(sent(office.wait(due - office.now))) == 1
        doubling = [MINUTE * each for each in (1, 3, 7, 15, 31, 63)]
        assert times == [*doubling, *(doubling[-1] + HOUR * more for more in (1, 2, 3))]

    def test_the_bytes_are_the_same_each_time(self, office: Office) -> None:
        (first,) = sent(office.post(asked(1)))
        assert set(sent(office.wait(DAY))) == {first}

    def test_nothing_is_sent_to_a_hub_that_cannot_be_reached(self, office: Office) -> None:
        office.take(WanDown(CHF))
        assert sent(office.post(asked(1))) == []
        assert sent(office.wait(6 * DAY)) == []

    def test_nor_does_the_dcc_wake_for_it(self, office: Office) -> None:
        office.take(WanDown(CHF))
        office.post(asked(1))
        assert office.dcc.deadline() == NOW + 7 * DAY

    def test_when_the_hub_comes_all_is_sent_at_once_in_order(self) -> None:
        office = Office()
        for counter in (8, 9, 10, 11):
            office.post(asked(1, counter))
        office.wait(HOUR)
        assert counters(office.take(WanUp(CHF))) == [8, 9, 10, 11]

    def test_also_after_a_restart(self) -> None:
        """Ten is after nine, though as a name in memory it comes before."""
        office = Office()
        for counter in (8, 9, 10, 11):
            office.post(asked(1, counter))
        office.memory = dict(sorted(office.memory.items()))
        assert counters(office.restarted().take(WanUp(CHF))) == [8, 9, 10, 11]

    def test_each_hub_gets_its_own(self) -> None:
        office = Office()
        office.post(asked(1, 1))
        office.post(asked(1, 1, target=NEIGHBOUR))
        heard = office.take(WanUp(NEXT_CHF))
        assert only(heard, ToWan).hub == NEXT_CHF
        assert gbcs.peek(only(heard, ToWan).message).business_target_id == NEIGHBOUR

    def test_a_hub_that_comes_again_gets_it_again(self, office: Office) -> None:
        office.post(asked(1))
        office.wait(10 * SECOND)
        office.take(WanDown(CHF))
        assert len(sent(office.take(WanUp(CHF)))) == 1

    def test_a_hub_that_nobody_knows_gets_nothing(self, office: Office) -> None:
        office.post(asked(1))
        assert sent(office.take(WanUp(ESME))) == []
        assert office.take(WanDown(ESME)) == []


class TestResponses:
    @pytest.mark.parametrize("request_", [asked(1, 10), signed(5, 10)], ids=["not critical", "critical"])
    def test_it_is_pushed_to_the_user(self, office: Office, request_: Request) -> None:
        (command,) = sent(office.post(request_))
        response = response_to(command)
        heard = office.hear(response)
        assert [type(event) for event in heard] == [Remember, Push]
        push = only(heard, Push)
        assert push.user == SUPPLIER
        document = read(push.body)
        assert document.code == "I0"
        assert document.request_id == RequestId(SUPPLIER, ESME, 10)
        assert document.response_id == RequestId(ESME, SUPPLIER, 10)
        assert content_of(document) == GbcsPayload(response)

    def test_it_ends_sending(self, office: Office) -> None:
        (command,) = sent(office.post(asked(1)))
        office.pushed(only(office.hear(response_to(command)), Push))
        assert office.dcc.deadline() is None
        assert office.take(WanUp(CHF)) == []

    def test_it_is_pushed_once(self, office: Office) -> None:
        (command,) = sent(office.post(asked(1)))
        office.pushed(only(office.hear(response_to(command)), Push))
        heard = office.hear(response_to(command))
        assert notes(heard) == ["repeated"]
        assert len(heard) == 1
        assert only(heard, Note).about == response_to(command)

    def test_also_after_a_restart(self, office: Office) -> None:
        (command,) = sent(office.post(asked(1)))
        office.pushed(only(office.hear(response_to(command)), Push))
        assert notes(office.restarted().hear(response_to(command))) == ["repeated"]

    def test_it_may_come_before_the_wan_was_ever_used(self, office: Office) -> None:
        """A Command for Local Delivery: its Response leaves by the WAN, if there is one."""
        command = local_command(office.answer(signed(6, 10)))
        document = read(only(office.hear(response_to(command)), Push).body)
        assert document.request_id == RequestId(SUPPLIER, ESME, 10)

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda command: b"",
            lambda command: command,
            lambda command: response_to(command)[:-1],
            lambda command: response_to(command, counter=11),
            lambda command: forged(response_to(command)),
            lambda command: command_of_the_meter(response_to(command)),
            lambda command: response_to(command, code=0x0069),
        ],
        ids=[
            "nothing",
            "a Command",
            "cut",
            "to another Command",
            "forged",
            "a Command of the meter",
            "of another use case",
        ],
    )
    def test_what_is_no_good_response_changes_nothing(
        self, office: Office, wrong: Callable[[bytes], bytes]
    ) -> None:
        (command,) = sent(office.post(signed(5, 10)))
        heard = office.hear(wrong(command))
        assert notes(heard) == ["refused"]
        assert len(heard) == 1
        assert len(sent(office.wait(MINUTE))) == 1
        assert len(of(office.hear(response_to(command)), Push)) == 1

    def test_a_hub_speaks_for_its_own_home_only(self, office: Office) -> None:
        (command,) = sent(office.post(asked(1)))
        heard = office.hear(response_to(command), hub=NEXT_CHF)
        assert notes(heard) == ["refused"]
        assert only(heard, Note).why == f"from the WAN: {NEXT_CHF} is not the hub of {ESME}"

    def test_a_device_answers_its_own_commands_only(self, office: Office) -> None:
        office.post(asked(1))
        for_the_neighbour = local_command(Office().answer(asked(2, target=NEIGHBOUR)))
        assert notes(office.hear(response_to(for_the_neighbour), hub=NEXT_CHF)) == ["refused"]


class TestGivingUp:
    def test_the_user_is_told_when_the_time_is_over(self, office: Office) -> None:
        office.post(asked(1, 10))
        office.wait(7 * DAY - 1)
        heard = office.wait(1)
        assert [type(event) for event in heard] == [Note, Remember, Push]
        assert notes(heard) == ["gave up"]
        alert = read(only(heard, Push).body)
        assert alert.request_id is None
        assert isinstance(alert.body, DccAlert)
        assert alert.body.code == "N12"
        assert alert.body.alert.name == "CommandFailure"
        assert alert.body.alert.text_of("CommandRequestID") == f"{SUPPLIER}:{ESME}:10"
        assert alert.body.alert.text_of("DeviceID") == str(ESME)

    def test_and_nothing_is_sent_any_more(self, office: Office) -> None:
        office.post(asked(1))
        push = only(office.wait(7 * DAY), Push)
        office.pushed(push)
        assert office.dcc.deadline() is None
        assert office.take(WanUp(CHF)) == []

    def test_a_late_response_is_pushed_all_the_same(self, office: Office) -> None:
        (command,) = sent(office.post(asked(1)))
        office.pushed(only(office.wait(7 * DAY), Push))
        assert len(of(office.hear(response_to(command)), Push)) == 1

    def test_a_restart_gives_no_new_lifetime(self) -> None:
        office = Office()
        office.post(asked(1))
        office.wait(6 * DAY)
        again = office.restarted()
        heard = again.wait(DAY - SECOND)
        assert notes(heard) == ["gave up"]

    def test_it_is_remembered_with_the_alert(self, office: Office) -> None:
        office.post(asked(1))
        entries = only(office.wait(7 * DAY), Remember).entries
        assert [name.partition(":")[0] for name in entries] == ["push", "wan"]
        assert entries[f"wan:{SUPPLIER}:{ESME}:1"] is None


class TestBounds:
    def test_no_more_commands_are_taken_than_may_be_on_their_way(self) -> None:
        office = Office(DccPolicy(wan_outstanding=2))
        assert [office.code(asked(1, counter)) for counter in (1, 2)] == ["I99", "I99"]
        heard = office.post(asked(1, 3))
        assert only(heard, Answer).status == 503
        assert of(heard, Remember) == []
        assert sum(name.startswith("wan:") for name in office.memory) == 2

    def test_those_that_do_not_go_there_are(self) -> None:
        office = Office(DccPolicy(wan_outstanding=0))
        assert office.answer(asked(2, 1)).code == "I0"
        assert office.status(signed(7, 2)) == 503
        assert office.answer(signed(6, 2)).code == "I0"

    def test_a_response_makes_room(self) -> None:
        office = Office(DccPolicy(wan_outstanding=1))
        office.take(WanUp(CHF))
        (command,) = sent(office.post(asked(1, 1)))
        assert office.status(asked(1, 2)) == 503
        office.hear(response_to(command))
        assert office.code(asked(1, 2)) == "I99"

    def test_a_request_that_was_taken_is_answered_again_even_so(self) -> None:
        office = Office(DccPolicy(wan_outstanding=1))
        office.code(asked(1, 1))
        assert office.code(asked(1, 1)) == "I99"


class TestTaken:
    """A hub acknowledges what it has: from then on the Command is the hub's to deliver."""

    def test_a_command_that_was_taken_is_not_sent_again_because_the_wan_comes_back(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        (sending,) = of(office.post(asked(1, 10)), ToWan)
        office.take(WanTook(CHF, sending.reference))
        office.take(WanDown(CHF))
        assert sent(office.take(WanUp(CHF))) == []
        assert sent(office.wait(HOUR - SECOND)) == []
        assert sent(office.wait(SECOND)) == [sending.message]

    def test_it_is_given_up_in_the_end_all_the_same(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        (sending,) = of(office.post(asked(1, 10)), ToWan)
        office.take(WanTook(CHF, sending.reference))
        assert "gave up" in notes(office.wait(7 * DAY))

    def test_another_hub_cannot_speak_for_it(self) -> None:
        office = Office()
        office.take(WanUp(CHF))
        (sending,) = of(office.post(asked(1, 10)), ToWan)
        office.take(WanTook(NEXT_CHF, sending.reference))
        office.take(WanTook(CHF, "nothing of ours"))
        assert sent(office.take(WanUp(CHF))) == [sending.message]

    def test_no_more_is_on_its_way_to_one_hub_than_the_window_is_wide(self) -> None:
        office = Office(DccPolicy(wan_window=2))
        for counter in range(10, 15):
            office.post(asked(1, counter))
        office.post(asked(1, 10, target=NEIGHBOUR))
        sending = of(office.take(WanUp(CHF)), ToWan)
        assert [event.reference[-2:] for event in sending] == ["10", "11"]
        assert len(sent(office.take(WanUp(NEXT_CHF)))) == 1
        more = office.take(WanTook(CHF, sending[0].reference))
        assert [event.reference[-2:] for event in of(more, ToWan)] == ["12"]
        # A Response says as well that its Command has arrived.
        more = office.hear(response_to(sending[1].message))
        assert [event.reference[-2:] for event in of(more, ToWan)] == ["13"]


def test_an_alert_that_a_hub_sends_again_is_forwarded_once() -> None:
    office = Office()
    (push,) = of(office.hear(alert()), Push)
    assert notes(office.hear(alert())) == ["repeated"]
    office.pushed(push)
    again = office.restarted()
    assert notes(again.hear(alert())) == ["repeated"]
    assert len(of(again.hear(alert(counter=501)), Push)) == 1
