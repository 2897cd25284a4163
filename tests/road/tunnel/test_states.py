"""The two tables: whole, and the only thing that moves an end, whatever happens to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from doorstep.road.tunnel import (
    Delivered,
    End,
    Slots,
    TunnelClient,
    TunnelPolicy,
    TunnelServer,
    Undelivered,
)
from doorstep.road.tunnel.end import Turn
from doorstep.road.tunnel.states import CLIENT, SERVER, Action, Event, State, Table
from doorstep.zigbee.clusters.tunneling import TUNNELING
from doorstep.zigbee.zcl import Direction, Frame
from tests.road.tunnel.wires import frame as frame_from
from tests.road.tunnel.wires import said

TABLES = {"client": CLIENT, "server": SERVER}
CLIENT_STATES = set(State)
SERVER_STATES = {State.CLOSED, State.OPEN}
CLIENT_EVENTS = set(Event) - {Event.ASKED, Event.ASKED_IN_VAIN, Event.CLOSE, Event.IDLE}
SERVER_EVENTS = {
    Event.WANTED,
    Event.DESTROYED,
    Event.ASKED,
    Event.ASKED_IN_VAIN,
    Event.CLOSE,
    Event.IDLE,
    Event.DATA,
    Event.TAKEN,
    Event.REJECTED,
    Event.LOST,
    Event.GONE,
    Event.UNHEARD,
}


@pytest.mark.parametrize(
    ("table", "states", "events"),
    [(CLIENT, CLIENT_STATES, CLIENT_EVENTS), (SERVER, SERVER_STATES, SERVER_EVENTS)],
    ids=["client", "server"],
)
def test_a_table_speaks_of_its_own_states_and_events_alone(
    table: Table, states: set[State], events: set[Event]
) -> None:
    assert {state for state, _event in table} == states
    assert {event for _state, event in table} == events
    assert {state for state, _actions in table.values()} == states


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_wanting_and_destroying_are_possible_everywhere(table: Table) -> None:
    for state in {state for state, _event in table}:
        assert (state, Event.WANTED) in table
        assert table[state, Event.DESTROYED][0] is State.CLOSED
        assert Action.FAIL_ALL in table[state, Event.DESTROYED][1]


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_leaving_an_open_state_always_forgets_the_tunnel(table: Table) -> None:
    carries = {State.OPEN, State.RENEWING}
    for (before, _event), (after, actions) in table.items():
        assert (Action.LEAVE in actions) == (before in carries and after not in carries)


def test_every_action_is_in_a_table() -> None:
    used = {action for table in TABLES.values() for _state, actions in table.values() for action in actions}
    assert used == set(Action)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_an_event_without_a_row_changes_nothing(state: State, event: Event) -> None:
    for end, table in ((TunnelClient(), CLIENT), (TunnelServer(), SERVER)):
        if (state, event) not in table:
            end.state = state
            end._step(Turn(event, 0))
            assert end.state is state
            assert said(end) == []
            assert end.deadline() is None


ids = st.sampled_from([0, 0, 1, 0xFFFF])
statuses = st.sampled_from([0, 1, 2, 3, 4, 0x7E, 0x80, 0x8B, 0xFF])
sequences = st.integers(0, 255)
directions = st.sampled_from(Direction)
octets = st.binary(max_size=12)


@st.composite
def cluster_frames(draw: st.DrawFn) -> Frame:
    """A frame with a payload that may well be right for its command."""
    direction = draw(directions)
    command = draw(st.integers(0, 8))
    tunnel_id = draw(ids).to_bytes(2, "little")
    payload = draw(
        st.one_of(
            octets,
            st.just(bytes.fromhex("06FFFF00DC05")),
            st.just(bytes.fromhex("00FFFF01DC05")),
            st.just(tunnel_id),
            statuses.map(lambda status: tunnel_id + bytes((status,))),
            statuses.map(lambda status: tunnel_id + bytes((status,)) + b"\xdc\x05"),
            octets.map(lambda data: tunnel_id + data),
        )
    )
    return Frame.of_cluster(
        command, payload, sequence=draw(sequences), direction=direction, quiet=draw(st.booleans())
    )


@st.composite
def frames_of_any_kind(draw: st.DrawFn) -> Frame:
    """A frame that may be profile-wide, of a reserved type or a manufacturer's, with any payload."""
    control = draw(st.integers(0, 0x1F))
    manufacturer = draw(st.integers(0, 0xFFFF)) if control & 0x04 else None
    return Frame(control, manufacturer, draw(sequences), draw(st.integers(0, 0x12)), draw(octets))


any_frames = cluster_frames() | frames_of_any_kind()


class AnyEnd(RuleBasedStateMachine):
    """An end among a peer that says anything at all, in any order."""

    table: Table
    outward: Direction

    def make(self) -> End:
        raise NotImplementedError

    @initialize()
    def start(self) -> None:
        self.policy = TunnelPolicy(queue=3, maximum_transfer=20, tunnel_ids=2)
        self.end = self.make()
        self.now = 0
        self.sent = 0
        self.frames: list[Frame] = []
        self.over: set[str] = set()

    def moves(self, before: State) -> set[State]:
        """Where one row leads from a state, and the second row of an action that wants the tunnel anew."""
        one = {after for (state, _event), (after, _actions) in self.table.items() if state is before}
        return (
            one | {before} | ({State.REQUESTING} if State.CLOSED in one and self.table is CLIENT else set())
        )

    def after(self, before: State) -> None:
        assert self.end.state in self.moves(before)
        for item in said(self.end):
            if isinstance(item, str):
                frame = frame_from(item)
                if frame.cluster_specific:
                    assert frame.direction is self.outward
                    TUNNELING.command_in(frame)
                self.frames = [*self.frames[-9:], frame]
            elif isinstance(item, Delivered | Undelivered):
                assert item.reference not in self.over, "an outcome is told once"
                self.over.add(item.reference)

    @rule(size=st.integers(0, 25))
    def send(self, size: int) -> None:
        before = self.end.state
        self.sent += 1
        self.end.send(f"message {self.sent}", bytes(size), self.now)
        self.after(before)

    @rule()
    def open(self) -> None:
        before = self.end.state
        self.end.open(self.now)
        self.after(before)

    @rule(frame=any_frames)
    def hear_anything(self, frame: Frame) -> None:
        before = self.end.state
        self.end.receive(frame, self.now)
        self.after(before)

    @rule(which=st.integers(-10, -1), status=statuses)
    def hear_a_default_response(self, which: int, status: int) -> None:
        if len(self.frames) >= -which:
            before = self.end.state
            self.end.receive(self.frames[which].default_response(status), self.now)
            self.after(before)

    @rule(later=st.integers(0, 70_000_000))
    def let_time_pass(self, later: int) -> None:
        self.now += later
        before = self.end.state
        due = self.end.deadline()
        if due is not None and due <= self.now:
            self.end.on_deadline(self.now)
            # Several rows may have been due at once, so only the states are known.
            assert self.end.state in {state for state, _event in self.table}
            self.after(self.end.state)
        else:
            assert self.end.state is before

    @rule()
    def come_to_the_deadline(self) -> None:
        due = self.end.deadline()
        if due is not None:
            self.let_time_pass(max(0, due - self.now))
            following = self.end.deadline()
            assert following is None or following > self.now, "an end that is always due would never rest"

    @precondition(lambda self: self.sent > 8)
    @rule()
    def destroy(self) -> None:
        before = self.end.state
        self.end.destroy(self.now)
        self.after(before)
        assert self.end.state is State.CLOSED
        assert self.end.waiting == 0
        assert self.end.deadline() is None
        assert len(self.over) == self.sent, "each message has had its outcome"

    @invariant()
    def holds_little(self) -> None:
        if hasattr(self, "end"):
            assert self.end.waiting <= self.policy.queue + 1
            assert self.end.waiting == self.sent - len(self.over)


class AnyClient(AnyEnd):
    table = CLIENT
    outward = Direction.TO_SERVER

    def make(self) -> End:
        return TunnelClient(self.policy)

    @rule(tunnel_id=st.integers(0, 1), status=st.sampled_from([0, 0, 0, 1, 2, 3]))
    def answer_the_request(self, tunnel_id: int, status: int) -> None:
        asked = [frame for frame in self.frames if frame.cluster_specific and frame.command == 0x00]
        if asked:
            before = self.end.state
            payload = bytes((tunnel_id, 0, status, 0xDC, 0x05))
            self.end.receive(
                Frame.of_cluster(0x00, payload, sequence=asked[-1].sequence, direction=Direction.TO_CLIENT),
                self.now,
            )
            self.after(before)


class AnyServer(AnyEnd):
    table = SERVER
    outward = Direction.TO_CLIENT

    def make(self) -> End:
        return TunnelServer(self.policy, Slots(2))

    @rule(sequence=sequences)
    def ask(self, sequence: int) -> None:
        before = self.end.state
        payload = bytes.fromhex("06FFFF00DC05")
        self.end.receive(
            Frame.of_cluster(0x00, payload, sequence=sequence, direction=Direction.TO_SERVER), self.now
        )
        self.after(before)


TestAnyClient = AnyClient.TestCase
TestAnyServer = AnyServer.TestCase


@given(st.lists(any_frames, max_size=20))
def test_nothing_that_is_not_a_request_is_granted_a_tunnel(frames: list[Frame]) -> None:
    server = TunnelServer()
    for frame in frames:
        asks = frame.cluster_specific and (frame.direction, frame.command) == (Direction.TO_SERVER, 0x00)
        if not asks:
            server.receive(frame, 0)
    assert server.state is State.CLOSED
