"""The gateway does not answer: how often it is asked, and what is known when it is given up."""

from __future__ import annotations

import pytest

from doorstep.road.supplier.delivery import State
from doorstep.road.supplier.events import Answered, Place, SendRequest
from doorstep.road.supplier.orders import Order, Route
from doorstep.road.supplier.policy import Policy
from tests.road.supplier.orders import balance, reset
from tests.road.supplier.parties import (
    says,
)
from tests.road.supplier.rim import Rim, kinds, only, outcome, started


def test_a_request_is_posted_again_with_longer_and_longer_waits() -> None:
    rim = Rim(Policy(attempts=6, first_retry=1_000, longest_retry=5_000))
    rim.tell(Place(reset()))
    document = rim.posted[0].body
    waits = []
    for _ in range(5):
        assert only(rim.answer(status=None), SendRequest) == []
        due = rim.supplier.deadline()
        assert due is not None
        waits.append(due - rim.now)
        (again,) = only(rim.wait(due - rim.now), SendRequest)
        assert (again.request, again.body) == ("transform:one", document)
    assert waits == [1_000, 2_000, 4_000, 5_000, 5_000]
    rim.answer(status=None)
    assert outcome(rim) == (State.FAILED, "gateway unreachable")
    assert rim.supplier.deadline() is None


@pytest.mark.parametrize("order", [reset(), balance(), reset(route=Route.WAN), reset(route=Route.BOTH)])
def test_an_answer_to_a_later_attempt_is_as_good_as_any(order: Order) -> None:
    rim = started(order)
    rim.answer(status=None)
    rim.wait(rim.policy.first_retry)
    rim.answer()
    assert rim.delivery().state in (State.COMMANDING, State.HANDED)


def give_up(rim: Rim, status: int | None) -> None:
    for _ in range(rim.policy.attempts):
        rim.answer(status=status)
        rim.wait(rim.policy.longest_retry)


@pytest.mark.parametrize(
    ("route", "status", "state"),
    [
        (Route.PPMID, None, State.FAILED),
        (Route.HHT, None, State.FAILED),
        (Route.WAN, 503, State.FAILED),
        (Route.BOTH, 503, State.FAILED),
        # The DCC may have had the request, and may be sending the Command: that nobody can rule out.
        (Route.WAN, None, State.UNKNOWN),
        (Route.BOTH, None, State.UNKNOWN),
    ],
)
def test_a_gateway_that_stays_away_is_given_up(route: Route, status: int | None, state: State) -> None:
    rim = started(balance(route=route))
    give_up(rim, status)
    assert rim.delivery().state is state
    assert rim.delivery().reason.startswith("gateway unreachable")
    assert len(rim.posted) == rim.policy.attempts
    assert rim.supplier.deadline() is None


def test_an_error_after_a_lost_answer_does_not_prove_that_nothing_was_sent() -> None:
    rim = started(balance(route=Route.WAN))
    rim.answer(status=None)
    rim.wait(rim.policy.first_retry)
    rim.answer(says(rim.request, "E4"))
    assert rim.delivery().state is State.UNKNOWN


def test_a_signed_pre_command_is_posted_again_as_the_same_document() -> None:
    rim = started(reset())
    rim.answer()
    first = rim.posted[-1]
    rim.answer(status=500)
    (again,) = only(rim.wait(rim.policy.first_retry), SendRequest)
    assert again == first


@pytest.mark.parametrize("status", [301, 400, 405, 413])
def test_a_request_that_the_gateway_will_not_look_at_fails_at_once(status: int) -> None:
    rim = started(balance())
    rim.answer(b"", status)
    assert outcome(rim) == (State.FAILED, f"the gateway answered HTTP {status}")


def test_an_answer_that_nobody_waits_for_is_ignored() -> None:
    rim = started(balance())
    for name in ("command:two", "transform:one", "return:one", "one", "", "x:one"):
        assert kinds(rim.tell(Answered(name, 200, b""))) == ["note ignored"]
    rim.answer()
    before = rim.delivery()
    assert kinds(rim.answer()) == ["note ignored"]
    assert rim.delivery() == before
