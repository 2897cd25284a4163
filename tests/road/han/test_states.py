"""The table of joining, and radios in any state with any input: nothing raises, everything stays bounded."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from doorstep.eui import Eui
from doorstep.road.han.config import HanPolicy, Role
from doorstep.road.han.events import Expel, Permit, PoweredOn, Received
from doorstep.road.han.states import JOINING, Action, Event, State
from doorstep.road.machine import Send
from doorstep.zigbee import aps, mac, nwk
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.clusters import BASIC, KEY_ESTABLISHMENT, TUNNELING
from doorstep.zigbee.security import seal
from tests.road.han.home import (
    GAS,
    HUB,
    METER,
    NETWORK,
    PPMID,
    RadioHome,
    device_config,
    hub_config,
    link_key,
    payload,
)

EVERYBODY = (HUB, METER, PPMID, GAS)


# -- the table ----------------------------------------------------------------------------------------


def test_the_table_uses_every_state_event_and_action() -> None:
    assert {state for state, _event in JOINING} == set(State)
    assert {event for _state, event in JOINING} == set(Event)
    assert {action for _state, actions in JOINING.values() for action in actions} == set(Action)


def test_every_state_is_reached_and_none_is_a_dead_end() -> None:
    after = {
        state: {row[0] for (before, _event), row in JOINING.items() if before is state} for state in State
    }
    reached, todo = set(), [State.OFF]
    while todo:
        state = todo.pop()
        reached.add(state)
        todo += after[state] - reached
    assert reached == set(State)
    for state in set(State) - {State.JOINED}:
        assert (state, Event.OVERDUE) in JOINING or state is State.OFF, f"{state} waits for ever"


def test_who_was_told_that_a_device_joined_is_told_that_it_left() -> None:
    for (before, _event), (after, actions) in JOINING.items():
        assert (Action.TELL_JOINED in actions) == (after is State.JOINED and before is not State.JOINED)
        assert (Action.TELL_LEFT in actions) == (before is State.JOINED and after is not State.JOINED)


# -- any state with any input ----------------------------------------------------------------------------

POLICY = HanPolicy(
    neighbours=6, waiting=3, waiting_in_all=6, held_frames=3, remembered=8, counter_step=5, heard_step=4
)
DEVICES = st.sampled_from(EVERYBODY)
CLUSTERS = st.sampled_from([TUNNELING.id, BASIC.id, KEY_ESTABLISHMENT.id, 0x0013, 0x0702, 0xFFFF])


def reachable(before: State, after: State) -> bool:
    """Whether the table leads from one state to the other, in any number of steps or none."""
    seen, todo = {before}, [before]
    while todo:
        state = todo.pop()
        new = {row[0] for (at, _event), row in JOINING.items() if at is state} - seen
        seen |= new
        todo += new
    return after in seen or after is State.OFF


class Radios(RuleBasedStateMachine):
    """A home whose air is in the hands of somebody who replays, changes and makes up frames."""

    @initialize()
    def begin(self) -> None:
        devices = [device_config(METER), device_config(PPMID), device_config(GAS, Role.SLEEPY)]
        self.home = RadioHome([hub_config(METER, PPMID, GAS), *devices], policy=POLICY)
        self.states = {eui: self.home.radio(eui).state for eui in EVERYBODY}

    @rule(seconds=st.sampled_from([0.02, 0.3, 2, 10, 60]))
    def time_passes(self, seconds: float) -> None:
        self.home.run(seconds)

    @rule(eui=DEVICES)
    def switched_off_and_on(self, eui: Eui) -> None:
        self.home.make(eui)
        self.states[eui] = State.OFF
        self.home.take(eui, PoweredOn())

    @rule(eui=DEVICES)
    def switched_on_again(self, eui: Eui) -> None:
        self.states[eui] = State.OFF
        self.home.take(eui, PoweredOn())

    @rule(eui=DEVICES)
    def everything_forgotten(self, eui: Eui) -> None:
        self.home.memories[eui].clear()
        self.switched_off_and_on(eui)

    @rule(source=DEVICES, destination=DEVICES, cluster=CLUSTERS, size=st.integers(0, 1_600))
    def send(self, source: Eui, destination: Eui, cluster: int, size: int) -> None:
        self.home.take(source, Send(payload(source, destination, bytes(size), cluster)))

    @rule(eui=DEVICES, other=st.binary(min_size=8, max_size=8), minutes=st.none() | st.integers(0, 3))
    def permit(self, eui: Eui, other: bytes, minutes: int | None) -> None:
        until = None if minutes is None else self.home.world.now + minutes * 60_000
        for admitted in (eui, Eui(other)):
            self.home.take(HUB, Permit(admitted, link_key(eui), until))

    @rule(eui=DEVICES, by=DEVICES)
    def expel(self, eui: Eui, by: Eui) -> None:
        self.home.take(by, Expel(eui))

    @rule(eui=DEVICES, back=st.integers(1, 200))
    def replay(self, eui: Eui, back: int) -> None:
        if self.home.frames:
            self.home.take(eui, Received(self.home.frames[-min(back, len(self.home.frames))]))

    @rule(eui=DEVICES, back=st.integers(1, 60), at=st.integers(0, 126), bit=st.integers(0, 7))
    def change(self, eui: Eui, back: int, at: int, bit: int) -> None:
        """One bit is another one, and the frame check is made right again."""
        if self.home.frames:
            frame = bytearray(self.home.frames[-min(back, len(self.home.frames))][:-2])
            frame[at % len(frame)] ^= 1 << bit
            self.home.take(eui, Received(bytes(frame) + mac.check(bytes(frame))))

    @rule(eui=DEVICES, noise=st.binary(max_size=125))
    def noise(self, eui: Eui, noise: bytes) -> None:
        self.home.take(eui, Received(noise))
        self.home.take(eui, Received(noise + mac.check(noise)))

    @rule(
        to=DEVICES,
        name=DEVICES,
        inner=st.binary(max_size=80),
        command=st.booleans(),
        counter=st.integers(0, 2**32 - 1),
    )
    def member(self, to: Eui, name: Eui, inner: bytes, command: bool, counter: int) -> None:
        """Somebody who has the network key says anything at all in anybody's name."""
        place = self.home.radio(to)._air.membership
        if place is None:
            return
        kind = nwk.FrameType.COMMAND if command else nwk.FrameType.DATA
        auxiliary = Auxiliary.of(KeyId.NETWORK, counter, name, 0)
        packet = nwk.Frame.of(kind, place.short, 0 if name == HUB else 0x1234, 1, inner, auxiliary=auxiliary)
        octets = seal(packet, NETWORK.key).to_bytes()
        frame = mac.Frame.of(
            mac.FrameType.DATA, 1, octets, pan=NETWORK.pan, destination=place.short, source=1
        )
        self.home.take(to, Received(frame.to_bytes()))

    @rule(to=DEVICES, cluster=CLUSTERS, profile=st.sampled_from([0, 0x0109]), inner=st.binary(max_size=60))
    def member_with_a_payload(self, to: Eui, cluster: int, profile: int, inner: bytes) -> None:
        data = aps.Frame.data(1, 1, cluster, profile, 7, inner)
        self.member(to, PPMID, data.to_bytes(), False, 2**32 - 2)

    @invariant()
    def states_move_by_the_table(self) -> None:
        if not hasattr(self, "home"):
            return
        for eui in (METER, PPMID, GAS):
            after = self.home.radio(eui).state
            assert reachable(self.states[eui], after)
            self.states[eui] = after

    @invariant()
    def everything_is_bounded(self) -> None:
        if not hasattr(self, "home"):
            return
        for eui in EVERYBODY:
            radio = self.home.radio(eui)
            assert len(radio._neighbours) <= POLICY.neighbours
            assert len(radio._outgoing) <= POLICY.waiting_in_all + POLICY.neighbours
            assert len(radio._air._held) <= POLICY.held_frames * POLICY.neighbours
            assert len(radio._reception._incoming._recent) <= POLICY.remembered
            assert len(radio._reception._incoming._receiving) <= POLICY.neighbours
            assert len(radio.dropped) < 60
            names = [name for name, value in self.home.memories[eui].items() if value is not None]
            assert len(names) <= POLICY.neighbours + 3

    @invariant()
    def nobody_hears_what_nobody_sent(self) -> None:
        """Application payloads are the ones that radios sent, whatever is made up at network level."""
        if not hasattr(self, "home"):
            return
        for eui in EVERYBODY:
            for asdu in self.home.heard(eui):
                assert asdu.cluster in (BASIC.id,) or set(asdu.payload) <= {0}


TestRadios = Radios.TestCase
TestRadios.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
