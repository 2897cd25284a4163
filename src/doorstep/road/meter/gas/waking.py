"""When a gas meter is awake, and what it does then: one table of states, events and actions."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final

__all__ = ["WAKING", "Action", "Event", "State"]


class State(Enum):
    """What the meter is doing."""

    ASLEEP = "it hears nothing"
    REPORTING = "it has reported to its mirror and waits for the flags"
    FETCHING = "it has asked for a message"
    LISTENING = "it is done, and hears for a while yet"


class Event(Enum):
    """What happens to it."""

    WOKEN = "it is time, and there is a mirror"
    WOKEN_ALONE = "it is time, and no mirror is known"
    FLAGGED = "the mirror says that a message waits"
    UNFLAGGED = "the mirror says that none does"
    MORE = "a message came, and others remain"
    LAST = "a message came, or none was there, and none remains"
    QUIET = "nothing was sent or heard for as long as it listens"


class Action(Enum):
    """What it does about that."""

    REPORT = "report attributes"
    REPORT_CHANGES = "report them again where Commands have changed them since"
    REQUEST_MIRROR = "ask for a mirror"
    FORGET_MIRROR = "take it that there is no mirror any more"
    GET = "ask for the next message"


_ROWS: Final[dict[tuple[State, Event], tuple[State, tuple[Action, ...]]]] = {
    (State.REPORTING, Event.FLAGGED): (State.FETCHING, (Action.GET,)),
    (State.REPORTING, Event.UNFLAGGED): (State.LISTENING, ()),
    (State.REPORTING, Event.QUIET): (State.ASLEEP, (Action.FORGET_MIRROR,)),
    (State.FETCHING, Event.MORE): (State.FETCHING, (Action.GET,)),
    (State.FETCHING, Event.LAST): (State.LISTENING, (Action.REPORT_CHANGES,)),
    (State.FETCHING, Event.QUIET): (State.ASLEEP, ()),
    # Answers that come late: to a report after the meter had gone on, to a GET that was given up.
    (State.LISTENING, Event.FLAGGED): (State.FETCHING, (Action.GET,)),
    (State.LISTENING, Event.MORE): (State.FETCHING, (Action.GET,)),
    (State.LISTENING, Event.QUIET): (State.ASLEEP, ()),
}

WAKING: Final = MappingProxyType(
    _ROWS
    | {(state, Event.WOKEN): (State.REPORTING, (Action.REPORT,)) for state in State}
    | {
        # Without a mirror nobody says whether a message waits, so the meter asks at every wake.
        (state, Event.WOKEN_ALONE): (State.FETCHING, (Action.REQUEST_MIRROR, Action.GET))
        for state in State
    }
)
"""The state that follows an event, and what is done; an event without a row changes nothing."""
