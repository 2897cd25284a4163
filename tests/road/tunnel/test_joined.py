"""Both ends joined: whatever is lost or doubled on the way, each message arrives once, in order."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.road.tunnel import (
    Arrived,
    Delivered,
    End,
    FrameOut,
    TunnelClient,
    TunnelPolicy,
    TunnelServer,
    Undelivered,
)
from doorstep.road.tunnel.states import State
from doorstep.zigbee.zcl import Frame
from tests.road.tunnel.wires import exchange

LATENCY = 40


class Line:
    """A client and a server with a line between them, in virtual time.

    ``copies`` says how many times the n-th frame on the line arrives: 0 is a loss, 2 a double.
    """

    def __init__(self, copies: Callable[[int], int], policy: TunnelPolicy | None = None) -> None:
        self.client, self.server = TunnelClient(policy), TunnelServer(policy)
        self.now = 0
        self.frames = 0
        self.arrived: dict[End, list[bytes]] = {self.client: [], self.server: []}
        self.outcomes: list[Delivered | Undelivered] = []
        self._copies = copies
        self._on_the_way: list[tuple[int, int, End, bytes]] = []

    def run(self, until: int) -> None:
        """Let time pass, from one thing that is due to the next."""
        while True:
            self._drain(self.client, self.server)
            self._drain(self.server, self.client)
            dues = [end.deadline() for end in (self.client, self.server)]
            dues.append(self._on_the_way[0][0] if self._on_the_way else None)
            due = min((due for due in dues if due is not None), default=until)
            if due >= until:
                self.now = until
                return
            self.now = due
            while self._on_the_way and self._on_the_way[0][0] <= due:
                _due, _count, end, data = heapq.heappop(self._on_the_way)
                end.receive(Frame.from_bytes(data), self.now)
            self.client.on_deadline(self.now)
            self.server.on_deadline(self.now)

    def _drain(self, end: End, other: End) -> None:
        while (event := end.next_event()) is not None:
            if isinstance(event, FrameOut):
                for copy in range(self._copies(self.frames)):
                    due = self.now + LATENCY * (1 + copy)
                    heapq.heappush(self._on_the_way, (due, self.frames * 10 + copy, other, event.frame))
                self.frames += 1
            elif isinstance(event, Arrived):
                self.arrived[end].append(event.data)
            elif isinstance(event, Delivered | Undelivered):
                self.outcomes.append(event)


def test_both_directions_without_faults() -> None:
    client, server = TunnelClient(), TunnelServer()
    client.send("there", b"\xdd there", 0)
    server.send("back", b"\xdf back", 0)
    tells = exchange(client, server)
    assert Arrived(b"\xdd there") in tells[server]
    assert Delivered("there") in tells[client]
    assert Arrived(b"\xdf back") in tells[client]
    assert Delivered("back") in tells[server]


@pytest.mark.parametrize("fault", [0, 2], ids=["lost", "doubled"])
@pytest.mark.parametrize("which", range(10))
def test_any_one_frame_may_be_lost_or_doubled(which: int, fault: int) -> None:
    line = Line(lambda number: fault if number == which else 1)
    line.client.send("one", b"one", 0)
    line.client.send("two", b"two", 0)
    line.server.send("three", b"three", 0)
    line.run(120_000)
    assert line.arrived == {line.server: [b"one", b"two"], line.client: [b"three"]}
    assert {outcome.reference for outcome in line.outcomes if isinstance(outcome, Delivered)} == {
        "one",
        "two",
        "three",
    }


@given(st.lists(st.sampled_from([0, 1, 1, 1, 2]), max_size=60), st.integers(1, 5), st.integers(0, 3))
def test_what_is_confirmed_has_arrived_and_nothing_arrives_twice(
    faults: list[int], there: int, back: int
) -> None:
    line = Line(lambda number: faults[number] if number < len(faults) else 1)
    for number in range(there):
        line.client.send(f"there {number}", f"there {number}".encode(), 0)
    for number in range(back):
        line.server.send(f"back {number}", f"back {number}".encode(), 0)
    line.run(5 * 3_600_000)
    arrived = line.arrived[line.server] + line.arrived[line.client]
    assert len(arrived) == len(set(arrived))
    assert line.arrived[line.server] == sorted(line.arrived[line.server])
    for outcome in line.outcomes:
        if isinstance(outcome, Delivered):
            assert outcome.reference.encode() in arrived
    outcomes = [outcome.reference for outcome in line.outcomes]
    assert len(outcomes) == len(set(outcomes))
    assert line.client.waiting == 0
    assert len(outcomes) == there + back - line.server.waiting


def test_a_client_that_starts_anew_gets_its_tunnel_back() -> None:
    line = Line(lambda _number: 1)
    line.client.send("one", b"one", 0)
    line.run(1_000)
    line.client = TunnelClient()
    line.arrived[line.client] = []
    line.client.send("one", b"one", line.now)
    line.run(2_000)
    # A client that has forgotten what it sent sends it again, and the server cannot know better.
    assert line.arrived[line.server] == [b"one", b"one"]


def test_a_server_that_starts_anew_is_asked_anew_and_sent_the_data_again() -> None:
    line = Line(lambda _number: 1)
    line.client.send("one", b"one", 0)
    line.run(1_000)
    line.server = TunnelServer()
    line.arrived[line.server] = []
    line.client.send("two", b"two", line.now)
    line.run(2_000)
    assert line.arrived[line.server] == [b"two"]
    assert line.outcomes[-1] == Delivered("two")


def test_silence_ends_in_an_outcome_for_every_message() -> None:
    line = Line(lambda _number: 0)
    for number in range(3):
        line.client.send(str(number), b"x", 0)
    line.run(80_000)
    assert [outcome.reference for outcome in line.outcomes] == ["0", "1", "2"]
    assert all(isinstance(outcome, Undelivered) for outcome in line.outcomes)


def test_a_tunnel_that_nobody_uses_lives_on_by_renewals() -> None:
    line = Line(lambda _number: 1)
    line.client.open(0)
    week = 7 * 24 * 3_600_000
    line.run(week)
    assert (line.client.state, line.server.state) == (State.OPEN, State.OPEN)
    assert line.frames < 100
    line.server.send("back", b"back", line.now)
    line.run(week + 1_000)
    assert line.arrived[line.client] == [b"back"]


def test_more_messages_than_there_are_sequence_numbers() -> None:
    line = Line(lambda _number: 1, TunnelPolicy(queue=1_000))
    messages = [str(number).encode() for number in range(600)]
    for message in messages:
        line.client.send(message.decode(), message, 0)
    line.run(600_000)
    assert line.arrived[line.server] == messages
