"""PPMIDs come and go, and say what they know; more than that is not taken from them."""

from __future__ import annotations

import pytest

from doorstep import duis
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Hand, Place, RelayOffline, RelayOnline
from doorstep.road.supplier.orders import Route
from tests.road.supplier.orders import balance, reset
from tests.road.supplier.parties import (
    METER,
    PPMID,
    STRANGER,
    response_to,
    says,
)
from tests.road.supplier.rim import Rim, handed, kinds, only, outcome, started


def test_a_command_waits_for_its_relay() -> None:
    rim = started(reset(), online=False)
    rim.answer()
    assert kinds(rim.answer()) == ["remember", "waiting"]
    assert not only(rim.wait(3_600_000), Hand)
    assert kinds(rim.tell(RelayOnline(PPMID))) == ["remember", "handed", "hand one"]


def test_another_relay_does_not_do() -> None:
    rim = started(reset(), online=False)
    rim.answer()
    rim.answer()
    assert rim.tell(RelayOnline(METER)) == []
    assert rim.delivery().state is State.WAITING


@pytest.mark.parametrize("stage", ["", "accepted", "received"])
def test_after_a_lost_link_the_same_delivery_is_handed_again(stage: str) -> None:
    """It is the same to the PPMID, which repeats what it reported last."""
    rim = started(reset())
    rim.answer()
    (first,) = only(rim.answer(), Hand)
    if stage:
        rim.report("one", stage)
    before = rim.delivery()
    rim.tell(RelayOffline(PPMID))
    assert only(rim.wait(3_600_000), Hand) == []
    assert only(rim.tell(RelayOnline(PPMID)), Hand) == [first]
    assert rim.delivery() == before


def test_what_is_not_acknowledged_is_handed_again_while_the_link_is_there() -> None:
    rim = started(reset())
    rim.answer()
    (first,) = only(rim.answer(), Hand)
    assert only(rim.wait(rim.policy.hand_again - 1), Hand) == []
    assert only(rim.wait(1), Hand) == [first]
    assert only(rim.wait(3 * rim.policy.hand_again), Hand) == [first] * 3
    rim.report("one", "accepted")
    assert only(rim.wait(3 * rim.policy.hand_again), Hand) == []


def test_a_relay_that_comes_online_gets_its_commands_in_the_order_of_their_counters() -> None:
    rim = Rim()
    for name in ("zulu", "alpha", "mike"):
        rim.tell(Place(balance(name)))
        rim.answer()
    said = rim.tell(RelayOnline(PPMID))
    assert [hand.delivery for hand in only(said, Hand)] == ["zulu", "alpha", "mike"]


def test_a_finished_delivery_is_not_handed_again() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer()
    rim.report("one", "response", message=response_to(rim.delivery().command))
    rim.tell(RelayOffline(PPMID))
    assert rim.tell(RelayOnline(PPMID)) == []


# -- what it reports -----------------------------------------------------------------------------------------


def test_a_refusal_of_the_ppmid_is_the_outcome() -> None:
    rim = handed(reset())
    rim.report("one", "refused", "no tunnel")
    assert outcome(rim) == (State.REFUSED, "the PPMID refused it: no tunnel")
    assert rim.supplier.deadline() is None


def test_when_nobody_answers_the_ppmid_the_outcome_is_unknown_and_never_done() -> None:
    rim = handed(reset())
    rim.report("one", "accepted")
    rim.report("one", "unanswered")
    assert outcome(rim) == (State.UNKNOWN, "nobody answered the PPMID")
    assert rim.delivery().evidence is Evidence.HANDED


@pytest.mark.parametrize("stage", ["refused", "unanswered"])
def test_a_copy_that_the_ppmid_cannot_bring_leaves_the_one_over_the_wan(stage: str) -> None:
    rim = handed(reset(route=Route.BOTH))
    rim.report("one", stage)
    assert rim.delivery().state is State.SENT
    rim.push(says(rim.request, "I0", duis.GbcsPayload(response_to(rim.delivery().command))))
    assert rim.delivery().state is State.EXECUTED


@pytest.mark.parametrize("stage", ["accepted", "received", "refused", "unanswered"])
def test_another_relay_s_word_moves_nothing(stage: str) -> None:
    rim = handed(reset())
    before = rim.delivery()
    assert kinds(rim.report("one", stage, relay=STRANGER)) == ["note ignored"]
    assert rim.delivery() == before


@pytest.mark.parametrize(("name", "stage"), [("two", "received"), ("one", "vanished"), ("", "")])
def test_a_report_of_nothing_known_is_noted(name: str, stage: str) -> None:
    rim = handed(reset())
    assert kinds(rim.report(name, stage)) == ["note ignored"]


def test_reports_out_of_order_and_twice_take_nothing_back() -> None:
    rim = handed(reset())
    rim.report("one", "received")
    before = rim.delivery()
    for stage in ("accepted", "received", "refused", "unanswered"):
        rim.report("one", stage)
    assert rim.delivery() == before


def test_a_report_after_the_wait_is_over_is_evidence_but_decides_nothing() -> None:
    rim = handed(reset())
    rim.report("one", "unanswered")
    rim.report("one", "received")
    delivery = rim.delivery()
    assert (delivery.state, delivery.evidence) == (State.UNKNOWN, Evidence.RECEIVED)
