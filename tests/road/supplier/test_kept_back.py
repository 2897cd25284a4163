"""A request that the DCC keeps back: acknowledged where a Command ought to be, and let go later or never."""

from __future__ import annotations

import pytest

from doorstep import duis
from doorstep.duis import LocalCommand, PreCommand
from doorstep.road.machine import Note
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Hand, Place, RelayOnline
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import (
    PPMID,
    alert_of,
    comes_to,
    command_of,
    pre_command_of,
    response_to,
    says,
)
from tests.road.supplier.rim import Rim, kinds, only, outcome, started

MINUTE = 60_000
IN_QUARANTINE = "the DCC keeps it in quarantine as 7 (ADUserThresholdBreach)"


def held(order: Order) -> tuple[Rim, duis.Request]:
    """A supplier whose first request for that order was acknowledged and no more; and the request."""
    rim = started(order)
    request = rim.request
    rim.answer(says(request, "I99"))
    return rim, request


@pytest.mark.parametrize("order", [reset(), balance()], ids=["to transform", "for a Command"])
def test_an_acknowledgement_alone_says_that_it_is_kept_back(order: Order) -> None:
    rim, _request = held(order)
    assert outcome(rim) == (State.HELD, "the DCC keeps the request back")
    assert rim.delivery().evidence is Evidence.NONE


@pytest.mark.parametrize("first", ["alert", "answer"])
def test_the_alert_gives_its_reference_whichever_comes_first(first: str) -> None:
    rim = started(balance())
    if first == "alert":
        rim.push(alert_of(1))
        rim.answer(says(rim.request, "I99"))
    else:
        rim.answer(says(rim.request, "I99"))
        rim.push(alert_of(1))
    assert outcome(rim) == (State.HELD, IN_QUARANTINE)


@pytest.mark.parametrize("order", [reset(), balance()], ids=["to transform", "for a Command"])
def test_an_alert_without_an_answer_says_that_the_dcc_has_the_request(order: Order) -> None:
    rim = started(order)
    request = rim.request
    rim.push(alert_of(1))
    rim.answer(status=None)
    rim.wait(30 * MINUTE)
    assert outcome(rim) == (State.HELD, IN_QUARANTINE)
    assert len(rim.posted) == 1
    rim.push(comes_to(request))
    if order.critical:
        rim.answer()
    assert rim.delivery().state is State.HANDED


def test_a_command_that_the_dcc_was_to_send_is_said_to_be_in_quarantine() -> None:
    rim = started(balance(route=Route.WAN))
    rim.answer()
    rim.push(alert_of(1))
    assert outcome(rim) == (State.SENT, IN_QUARANTINE)


def test_a_command_that_is_let_go_is_handed_on_as_it_came() -> None:
    rim, request = held(balance())
    rim.push(alert_of(1))
    command = command_of(request)
    (hand,) = only(rim.push(says(request, "I0", LocalCommand(command))), Hand)
    assert hand.command == command
    assert outcome(rim) == (State.HANDED, "")
    assert "ignored" in only(rim.push(says(request, "I0", LocalCommand(command))), Note)[0].what


def test_a_pre_command_that_is_let_go_is_checked_signed_and_sent() -> None:
    rim, request = held(reset())
    said = rim.push(says(request, "I0", PreCommand("4.2", pre_command_of(request))))
    assert kinds(said) == ["note signed", "remember", "commanding", "send command:one"]
    rim.answer()
    assert rim.delivery().state is State.HANDED


def test_a_pre_command_that_says_something_else_is_not_signed() -> None:
    rim, request = held(reset())
    other = duis.service_request(request.request_id, 4, duis.element("EnableSupply"))
    rim.push(says(request, "I0", PreCommand("4.2", pre_command_of(other))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert reason.startswith("not signed: ")


def test_what_is_let_go_may_come_before_the_acknowledgement() -> None:
    rim = started(reset())
    request = rim.request
    asked = rim.posted[-1]
    rim.push(says(request, "I0", PreCommand("4.2", pre_command_of(request))))
    rim.posted.append(asked)
    assert kinds(rim.answer(says(request, "I99")))[-1].startswith("note")
    assert rim.delivery().state is State.COMMANDING


def test_the_meter_s_other_commands_do_not_wait_for_it() -> None:
    rim, request = held(balance())
    rim.tell(Place(enable("two")))
    assert rim.delivery("two").state is State.TRANSFORMING
    assert rim.request.request_id.counter > request.request_id.counter


def test_what_a_later_command_has_voided_is_made_anew_once_it_is_let_go() -> None:
    """Not before: that would be to ask around the quarantine."""
    rim, request = held(balance())
    rim.tell(Place(enable("two")))
    rim.answer()
    rim.answer()
    rim.report("two", "response", message=response_to(rim.delivery("two").command))
    assert rim.delivery("two").state is State.EXECUTED
    assert rim.delivery().state is State.HELD
    assert only(rim.push(comes_to(request)), Hand) == []
    assert outcome(rim) == (State.COMMANDING, "made anew: two came first")
    assert rim.request.request_id.counter == 3
    assert kinds(rim.push(comes_to(request))) == ["note unmatched"]


@pytest.mark.parametrize("restarted", [False, True])
def test_it_fails_when_its_patience_is_over_and_what_comes_late_goes_nowhere(restarted: bool) -> None:
    rim, request = held(balance(patience=30 * MINUTE))
    rim.push(alert_of(1))
    if restarted:
        assert [kind for kind in kinds(rim.restart()) if kind.startswith("send")] == []
        rim.tell(RelayOnline(PPMID))
    rim.wait(30 * MINUTE)
    assert outcome(rim) == (State.FAILED, f"not sent in time: {IN_QUARANTINE}")
    late = rim.push(says(request, "I0", LocalCommand(command_of(request))))
    assert kinds(late) == ["note ignored"]


def test_it_goes_on_after_a_restart() -> None:
    rim, request = held(reset())
    rim.restart()
    rim.tell(RelayOnline(PPMID))
    rim.push(says(request, "I0", PreCommand("4.2", pre_command_of(request))))
    rim.answer()
    assert rim.delivery().state is State.HANDED


@pytest.mark.parametrize("signed", [True, False])
def test_that_it_came_to_nothing_is_said_and_may_not_be_true(signed: bool) -> None:
    """Such an answer need not be signed, so it must not keep what was let go from being delivered."""
    rim, request = held(balance())
    rim.push(says(request, "E20", signed=signed))
    state, reason = outcome(rim)
    assert state is State.HELD
    assert reason.startswith("the DCC let it go, and says E20")
    rim.push(says(request, "I0", LocalCommand(command_of(request))))
    assert rim.delivery().state is State.HANDED


def test_a_command_is_not_taken_of_which_nothing_was_signed() -> None:
    rim, request = held(reset())
    said = rim.push(says(request, "I0", LocalCommand(command_of(request))))
    assert kinds(said) == ["note heard"]
    assert rim.delivery().state is State.HELD


def passed(order: Order, by: Order) -> tuple[Rim, duis.Request]:
    """A supplier that has handed the second Command over while the first request is kept back."""
    rim, request = held(order)
    rim.tell(Place(by))
    rim.answer()
    if by.critical:
        rim.answer()
    assert rim.delivery("two").state is State.HANDED
    return rim, request


@pytest.mark.parametrize("order", [balance(), reset()], ids=["Local Command", "Pre-Command"])
def test_what_a_command_on_its_way_may_have_voided_is_made_anew_once_it_is_let_go(order: Order) -> None:
    """The meter may have executed it, and where there is no WAN its Response may be days away."""
    rim, request = passed(order, enable("two"))
    assert only(rim.push(comes_to(request)), Hand) == []
    assert rim.delivery().reason == "made anew: two came first"
    assert rim.request.request_id.counter == rim.delivery().counter == 3


def test_what_a_command_on_its_way_has_made_out_of_date_is_not_handed_on() -> None:
    rim, request = passed(balance(), balance("two"))
    assert only(rim.push(comes_to(request)), Hand) == []
    assert outcome(rim) == (State.FAILED, "out of date: two came first")


def test_a_command_that_has_not_left_yet_lets_what_is_let_go_keep_its_counter() -> None:
    rim, request = held(balance())
    rim.tell(Place(enable("two")))
    assert len(only(rim.push(comes_to(request)), Hand)) == 1
    assert rim.delivery().counter == 1


def test_a_top_up_keeps_its_counter_whatever_has_passed_it() -> None:
    rim, request = passed(top_up(), enable("two"))
    assert len(only(rim.push(comes_to(request)), Hand)) == 1
    assert rim.delivery().counter == request.request_id.counter
