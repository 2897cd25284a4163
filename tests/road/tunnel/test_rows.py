"""Every state with every event, caused as it is in life: the end goes where the table says, or stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doorstep.road.tunnel import End, Slots, TunnelClient, TunnelPolicy, TunnelServer
from doorstep.road.tunnel.end import Timer
from doorstep.road.tunnel.states import CLIENT, SERVER, Event, State, Table
from tests.road.tunnel.wires import REQUEST, hear, said, sent

IN_FLIGHT = (Event.TAKEN, Event.REJECTED, Event.LOST, Event.GONE, Event.UNHEARD)
LAST_TRY = (Event.GIVEN_UP, Event.GONE)

S = State


class Case:
    """An end brought to a state, and what the last frames of each kind were that it sent."""

    def __init__(self, kind: type[End], event: Event) -> None:
        tries = 1 if event in LAST_TRY else 3
        policy = TunnelPolicy(tries=tries, tunnel_ids=1)
        self.slots = Slots(1)
        self.end: End = TunnelClient(policy) if kind is TunnelClient else TunnelServer(policy, self.slots)
        self.message = event in IN_FLIGHT
        self.last: dict[str, str] = {}

    def hear(self, text: str) -> None:
        hear(self.end, text)
        self.listen()

    def answer(self, command: str, text: str) -> None:
        """Hear a frame with the sequence number of the last frame of a command."""
        self.hear(text.replace("nn", self.last.get(command, "EE")))

    def fire(self, timer: Timer) -> None:
        """The one timer, whether or not others would be due before it."""
        self.end._timers[timer](0)
        self.listen()

    def listen(self) -> None:
        for text in sent(self.end):
            if text[1] in "19":
                self.last[text[6:8]] = text[3:5]


def to_requesting(case: Case) -> None:
    case.end.send("m", b"m", 0) if case.message else case.end.open(0)
    case.listen()


def to_open(case: Case) -> None:
    to_requesting(case)
    case.answer("00", "09 nn 00 0000 00 DC05")


def to_clearing(case: Case) -> None:
    to_requesting(case)
    case.answer("00", "09 nn 00 FFFF 02 DC05")


REACH: dict[type[End], dict[State, list[Callable[[Case], None]]]] = {
    TunnelClient: {
        S.CLOSED: [],
        S.REQUESTING: [to_requesting],
        S.WAITING: [to_requesting, lambda case: case.answer("00", "09 nn 00 FFFF 01 DC05")],
        S.CLEARING: [to_clearing],
        S.REASKING: [to_clearing, lambda case: case.answer("01", "18 nn 0B 01 8B")],
        S.OPEN: [to_open],
        S.RENEWING: [to_open, lambda case: case.fire(Timer.KEEP)],
    },
    TunnelServer: {
        S.CLOSED: [lambda case: case.end.send("m", b"m", 0) if case.message else None],
        S.OPEN: [
            lambda case: case.hear(f"01 00 00 {REQUEST}"),
            lambda case: case.end.send("m", b"m", 0) if case.message else None,
            Case.listen,
        ],
    },
}

BOTH: dict[Event, Callable[[Case], None]] = {
    Event.WANTED: lambda case: case.end.open(0),
    Event.DESTROYED: lambda case: case.end.destroy(0),
    Event.UNHEARD: lambda case: case.fire(Timer.TRANSFER),
}
CAUSE: dict[type[End], dict[Event, Callable[[Case], None]]] = {
    TunnelClient: {
        **BOTH,
        Event.GRANTED: lambda case: case.answer("00", "09 nn 00 0000 00 DC05"),
        Event.BUSY: lambda case: case.answer("00", "09 nn 00 FFFF 01 DC05"),
        Event.NO_IDS: lambda case: case.answer("00", "09 nn 00 FFFF 02 DC05"),
        Event.DENIED: lambda case: case.answer("00", "09 nn 00 FFFF 03 DC05"),
        Event.SILENCE: lambda case: case.fire(Timer.ANSWER),
        Event.GIVEN_UP: lambda case: case.fire(Timer.ANSWER),
        Event.PAUSED: lambda case: case.fire(Timer.PAUSE),
        Event.CLEARED: lambda case: case.fire(Timer.CLEAR),
        Event.RENEWAL: lambda case: case.fire(Timer.KEEP),
        Event.CLOSURE: lambda case: case.hear("09 60 06 0000"),
        Event.DATA: lambda case: case.hear("09 60 01 0000 DF"),
        Event.TAKEN: lambda case: case.answer("02", "18 nn 0B 02 00"),
        Event.REJECTED: lambda case: case.answer("02", "18 nn 0B 02 89"),
        Event.LOST: lambda case: case.answer("02", "09 nn 02 0000 00"),
        Event.GONE: lambda case: case.answer("02", "09 nn 02 0000 00"),
    },
    TunnelServer: {
        **BOTH,
        Event.ASKED: lambda case: case.hear(f"01 60 00 {REQUEST}"),
        Event.ASKED_IN_VAIN: lambda case: case.hear("01 60 00 00 FFFF 00 DC05"),
        Event.CLOSE: lambda case: case.hear("01 60 01 0000"),
        Event.IDLE: lambda case: case.end.on_deadline(65_535_000),
        Event.DATA: lambda case: case.hear("01 60 02 0000 DF"),
        Event.TAKEN: lambda case: case.answer("01", "10 nn 0B 01 00"),
        Event.REJECTED: lambda case: case.answer("01", "10 nn 0B 01 89"),
        Event.LOST: lambda case: case.answer("01", "01 nn 03 0000 00"),
        Event.GONE: lambda case: case.answer("01", "01 nn 03 0000 00"),
    },
}


def every_pair() -> list[tuple[type[End], Table, State, Event]]:
    return [
        (kind, table, state, event)
        for kind, table in ((TunnelClient, CLIENT), (TunnelServer, SERVER))
        for state in REACH[kind]
        for event in CAUSE[kind]
    ]


@pytest.mark.parametrize(
    ("kind", "table", "before", "event"),
    [pytest.param(*case, id=f"{case[0].__name__}-{case[2].name}-{case[3].name}") for case in every_pair()],
)
def test_an_event_moves_the_end_as_its_row_says(
    kind: type[End], table: Table, before: State, event: Event
) -> None:
    case = Case(kind, event)
    for step in REACH[kind][before]:
        step(case)
    said(case.end)
    assert case.end.state is before
    CAUSE[kind][event](case)
    assert case.end.state is table.get((before, event), (before, ()))[0]


def test_every_row_is_among_the_pairs() -> None:
    pairs = {(id(table), state, event) for _kind, table, state, event in every_pair()}
    rows = {(id(table), *row) for table in (CLIENT, SERVER) for row in table}
    assert rows <= pairs
