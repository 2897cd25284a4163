"""The table of waking: every state knows how to wake and how to sleep, and nothing but the table moves it."""

from __future__ import annotations

import pytest

from doorstep.errors import UsageError
from doorstep.road.meter.gas.config import WakePolicy
from doorstep.road.meter.gas.waking import WAKING, Action, Event, State


@pytest.mark.parametrize("state", State)
def test_it_wakes_from_every_state(state: State) -> None:
    assert WAKING[state, Event.WOKEN] == (State.REPORTING, (Action.REPORT,))
    assert WAKING[state, Event.WOKEN_ALONE] == (State.FETCHING, (Action.REQUEST_MIRROR, Action.GET))


@pytest.mark.parametrize("state", [one for one in State if one is not State.ASLEEP])
def test_it_falls_asleep_in_every_other(state: State) -> None:
    assert WAKING[state, Event.QUIET][0] is State.ASLEEP


def test_asleep_it_knows_nothing_but_waking() -> None:
    assert {event for state, event in WAKING if state is State.ASLEEP} == {Event.WOKEN, Event.WOKEN_ALONE}


def test_it_fetches_only_when_told_that_something_waits_or_alone() -> None:
    getting = {(state, event) for (state, event), (_next, actions) in WAKING.items() if Action.GET in actions}
    assert {event for _state, event in getting} == {Event.FLAGGED, Event.MORE, Event.WOKEN_ALONE}


@pytest.mark.parametrize("times", [{"interval": 0}, {"listening": 0}, {"interval": 10, "listening": 10}])
def test_times_that_cannot_work_are_refused(times: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        WakePolicy(**times)
