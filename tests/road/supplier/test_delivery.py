"""The one table of how a delivery moves: what it allows, what it does not; evidence never goes down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.road.supplier.delivery import (
    FINAL,
    TRANSITIONS,
    Delivery,
    Event,
    Evidence,
    State,
    moved,
    stronger,
)
from tests.road.supplier.parties import METER, PPMID

BY_A_RESPONSE = (Event.EXECUTED, Event.REFUSED, Event.UNREADABLE)
STRENGTH = [
    Evidence.NONE,
    Evidence.ISSUED,
    Evidence.HANDED,
    Evidence.RECEIVED,
    Evidence.EFFECT,
    Evidence.RESPONSE,
]


def at(state: State, evidence: Evidence = Evidence.NONE) -> Delivery:
    return Delivery("one", METER, "ppmid", "1.5", PPMID, 1, state, evidence, placed=100, changed=100)


@given(st.lists(st.sampled_from(Event), max_size=40))
def test_evidence_never_goes_down(events: list[Event]) -> None:
    delivery = at(State.PLACED)
    for event in events:
        after = moved(delivery, event, 200) or delivery
        assert STRENGTH.index(after.evidence) >= STRENGTH.index(delivery.evidence)
        delivery = after


@given(st.lists(st.sampled_from(Event), max_size=40))
def test_a_final_delivery_is_moved_by_nothing_but_better_evidence(events: list[Event]) -> None:
    delivery = at(State.PLACED)
    for event in events:
        after = moved(delivery, event, 200) or delivery
        if delivery.state in FINAL and after.state is not delivery.state:
            assert after.evidence is Evidence.RESPONSE
            assert delivery.evidence is not Evidence.RESPONSE
        delivery = after


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("state", [State.EXECUTED, State.REFUSED, State.UNKNOWN])
def test_nothing_moves_what_a_response_has_settled(state: State, event: Event) -> None:
    assert moved(at(state, Evidence.RESPONSE), event, 200) is None


@pytest.mark.parametrize("event", BY_A_RESPONSE)
def test_only_a_response_executes_and_a_response_is_the_best_evidence(event: Event) -> None:
    rows = [(state, after) for (state, on), after in TRANSITIONS.items() if on is event]
    assert rows
    assert all(evidence is Evidence.RESPONSE for _state, (_after, evidence) in rows)
    assert not any(
        after is State.EXECUTED
        for (_state, on), (after, _evidence) in TRANSITIONS.items()
        if on not in BY_A_RESPONSE
    )


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED, State.REFUSED])
def test_a_late_response_corrects_what_was_believed(state: State) -> None:
    executed = moved(at(state, Evidence.ISSUED), Event.EXECUTED, 200)
    assert executed is not None
    assert (executed.state, executed.evidence, executed.changed) == (State.EXECUTED, Evidence.RESPONSE, 200)


def test_what_is_not_in_the_table_does_not_move_a_delivery() -> None:
    for state in State:
        for event in Event:
            assert (moved(at(state), event, 200) is not None) is ((state, event) in TRANSITIONS)


def test_nobody_is_refused_or_unknown_before_the_command_can_have_left() -> None:
    before = (State.PLACED, State.TRANSFORMING)
    assert {after for (state, _), (after, _) in TRANSITIONS.items() if state in before} == {
        State.TRANSFORMING,
        State.COMMANDING,
        State.HELD,
        State.FAILED,
    }


def test_what_the_ppmid_has_never_ends_as_if_nothing_had_left() -> None:
    for state in (State.HANDED, State.RECEIVED, State.SENT):
        assert (state, Event.STOPPED) not in TRANSITIONS
        assert TRANSITIONS[state, Event.LOST][0] is State.UNKNOWN


def test_every_state_can_be_reached() -> None:
    reached = {State.PLACED}
    for _ in State:
        reached |= {after for (state, _), (after, _) in TRANSITIONS.items() if state in reached}
    assert reached == set(State)


def test_an_event_that_says_nothing_new_changes_nothing() -> None:
    handed = moved(at(State.HANDED), Event.ACCEPTED, 200)
    assert handed is not None
    assert moved(handed, Event.ACCEPTED, 300) is handed


def test_a_reason_stays_until_there_is_another() -> None:
    sent = moved(at(State.COMMANDING), Event.SENDING, 200, "why")
    assert sent is not None
    handed = moved(sent, Event.HAND, 300)
    assert handed is not None
    assert handed.reason == "why"


@pytest.mark.parametrize("one", Evidence)
@pytest.mark.parametrize("other", Evidence)
def test_the_stronger_of_two(one: Evidence, other: Evidence) -> None:
    assert stronger(one, other) is STRENGTH[max(STRENGTH.index(one), STRENGTH.index(other))]
