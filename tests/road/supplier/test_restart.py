"""A crash at any moment loses nothing: what was said was written down before, the rest is said again."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import duis, gbcs
from doorstep.road.supplier.delivery import FINAL, Evidence, State
from doorstep.road.supplier.events import (
    Answered,
    Hand,
    Place,
    PoweredOn,
    Pushed,
    RelayOnline,
    Reported,
    SendRequest,
    SupplierEvent,
    SupplierInput,
)
from doorstep.road.supplier.machine import Supplier
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import (
    CONFIG,
    DCC,
    KEYS,
    PPMID,
    alert_of,
    answer_to,
    comes_to,
    command_of,
    request_in,
    response_to,
    says,
)
from tests.road.supplier.rim import Rim, kinds, only


class Crash(Exception):
    """The supplier's process is gone."""


class World(Rim):
    """The supplier with a DCC and a PPMID that do their part at once, and a crash now and then.

    A crash comes just before or just after an event is performed; what was on its way to the supplier is lost
    with it, but for what the DCC pushes, which it keeps until it was taken.
    """

    def __init__(self, *orders: Order, crashes: tuple[tuple[int, bool], ...] = ()) -> None:
        super().__init__()
        self.orders = orders
        self.crashes = deque(crashes)
        self.performed = 0
        self.coming: deque[SupplierInput] = deque()
        self.pushes: deque[Pushed] = deque()
        self.ppmid: dict[str, bytes] = {}
        self.returned: list[bytes] = []
        self.documents: dict[tuple[str, int], set[bytes]] = {}

    def run(self) -> None:
        """Go on until nothing is left to do."""
        self._start()
        for _ in range(500):
            try:
                if not self._step():
                    return
            except Crash:
                self._start()
        raise AssertionError("it does not come to an end")

    def perform(self, event: SupplierEvent) -> None:
        self.performed += 1
        at, before = self.crashes[0] if self.crashes else (0, False)
        crash = self.performed == at
        if crash and before:
            self._fall()
        super().perform(event)
        if isinstance(event, SendRequest):
            self._posted(event)
        elif isinstance(event, Hand):
            self._handed(event)
        if crash:
            self._fall()

    def _fall(self) -> None:
        self.crashes.popleft()
        self.coming.clear()
        raise Crash

    def _start(self) -> None:
        """Start from memory; the caller places its orders again, and the PPMID connects."""
        self.supplier = Supplier(CONFIG, KEYS, self.policy, dict(self.memory))
        self.coming.extend([PoweredOn(), *map(Place, self.orders), RelayOnline(PPMID)])

    def _step(self) -> bool:
        if self.coming:
            self.tell(self.coming.popleft())
        elif self.pushes:
            self.tell(self.pushes[0])
            self.pushes.popleft()
        elif (due := self.supplier.deadline()) is not None:
            self.wait(max(0, due - self.now))
        else:
            return False
        return True

    def _posted(self, post: SendRequest) -> None:
        """The DCC answers; what goes over the WAN is executed and the Response pushed, once."""
        request = request_in(post.body)
        first = (str(request.request_id), request.command_variant) not in self.documents
        bodies = self.documents.setdefault((str(request.request_id), request.command_variant), set())
        bodies.add(post.body)
        self.coming.append(Answered(post.request, 200, answer_to(request)))
        if first and request.command_variant in (1, 3, 5, 7):
            command = command_of(request)
            if request.command_variant in (3, 7):
                self.pushes.append(Pushed(says(request, "I0", duis.LocalCommand(command))))
            self.pushes.append(Pushed(says(request, "I0", duis.GbcsPayload(response_to(command)))))
        if request.command_variant == 8:
            self.returned.append(request.body.bytes_of("DeviceGBCSResponse"))

    def _handed(self, hand: Hand) -> None:
        """The PPMID knows deliveries by name; given one twice, it repeats what it has to say."""
        kept = self.ppmid.setdefault(hand.delivery, hand.command)
        assert kept == hand.command
        response = response_to(kept)
        for stage, message in (("accepted", b""), ("received", b""), ("response", response)):
            self.coming.append(Reported(PPMID, hand.delivery, stage, "", message))


ORDERS = {
    "critical by PPMID": reset(),
    "not critical by PPMID": balance(),
    "critical over the WAN": reset(route=Route.WAN),
    "not critical over the WAN": balance(route=Route.WAN),
    "critical by both": reset(route=Route.BOTH),
    "top-up by PPMID": top_up(),
}


def check(world: World) -> None:
    """Everything was executed and proved, and no RequestID ever stood for two things."""
    for order in world.orders:
        delivery = world.delivery(order.name)
        assert (delivery.state, delivery.evidence) == (State.EXECUTED, Evidence.RESPONSE)
        if order.route is Route.PPMID:
            assert delivery.command == world.ppmid[order.name]
            assert delivery.response in world.returned
    assert all(len(bodies) == 1 for bodies in world.documents.values())
    counters = [world.delivery(order.name).counter for order in world.orders]
    assert len(set(counters)) == len(counters)


def events_of(*orders: Order) -> int:
    world = World(*orders)
    world.run()
    check(world)
    return world.performed


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("kind", ORDERS)
def test_a_crash_at_any_event_loses_nothing(kind: str, before: bool) -> None:
    order = ORDERS[kind]
    for place in range(1, events_of(order) + 1):
        world = World(order, crashes=((place, before),))
        world.run()
        assert not world.crashes
        check(world)


class Keeping(World):
    """The same with a DCC that keeps every request back, alerts, and then lets it go."""

    def _posted(self, post: SendRequest) -> None:
        request = request_in(post.body)
        name = request.request_id
        if request.command_variant == 8:
            super()._posted(post)
            return
        known = self.documents.setdefault((str(name), request.command_variant), set())
        if not known:
            self.pushes.append(Pushed(alert_of(name.counter, len(self.documents))))
            self.pushes.append(Pushed(comes_to(request)))
        known.add(post.body)
        self.coming.append(Answered(post.request, 200, says(request, "I99")))


KEPT = ("critical by PPMID", "not critical by PPMID", "top-up by PPMID")


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("kind", KEPT)
def test_nor_does_a_crash_while_the_dcc_keeps_a_request_back(kind: str, before: bool) -> None:
    order = ORDERS[kind]
    whole = Keeping(order)
    whole.run()
    check(whole)
    for place in range(1, whole.performed + 1):
        world = Keeping(order, crashes=((place, before),))
        world.run()
        assert not world.crashes
        check(world)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 25), st.booleans()), max_size=6))
def test_nor_do_many_with_several_orders_kept_back(gaps: list[tuple[int, bool]]) -> None:
    place, crashes = 0, []
    for gap, before in gaps:
        place += gap
        crashes.append((place, before))
    world = Keeping(*MIXED, crashes=tuple(crashes))
    world.run()
    for order in MIXED:
        # One may have been passed by a later one, and be made anew: it is executed all the same.
        assert world.delivery(order.name).state is State.EXECUTED
    assert all(len(bodies) == 1 for bodies in world.documents.values())


MIXED = (reset("a"), balance("b"), top_up("c"), enable("d"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 25), st.booleans()), max_size=6))
def test_nor_do_many_crashes_with_several_orders(gaps: list[tuple[int, bool]]) -> None:
    place, crashes = 0, []
    for gap, before in gaps:
        place += gap
        crashes.append((place, before))
    world = World(*MIXED, crashes=tuple(crashes))
    world.run()
    check(world)


def test_the_dcc_sees_a_returned_response_again_rather_than_never() -> None:
    world = World(reset())
    world.run()
    last = world.performed
    seen = set()
    for place in range(1, last + 1):
        again = World(reset(), crashes=((place, False),))
        again.run()
        seen.add(len(again.returned))
        assert again.returned
    assert seen == {1, 2}


def test_after_a_restart_everybody_is_told_how_every_delivery_stands() -> None:
    world = World(*MIXED)
    world.run()
    said = world.restart()
    assert kinds(said) == ["executed"] * 4


@pytest.mark.parametrize("kind", ORDERS)
def test_a_restart_goes_on_from_every_state(kind: str) -> None:
    """Without a crash in between an event: what a start does with each state that is written down."""
    order = ORDERS[kind]
    rim = Rim()
    rim.tell(Place(order))
    states = []
    while rim.delivery().state not in FINAL:
        states.append(rim.delivery().state)
        before = rim.delivery()
        said = rim.restart()
        assert rim.delivery() == before
        if before.state in (State.TRANSFORMING, State.COMMANDING):
            assert len(only(said, SendRequest)) == 1
            rim.answer()
        elif before.state is State.WAITING:
            assert only(said, SendRequest) == []
            rim.tell(RelayOnline(PPMID))
        else:
            response = response_to(rim.delivery().command or command_of(rim.request))
            rim.push(says(rim.request, "I0", duis.GbcsPayload(response)))
    assert rim.delivery().state is State.EXECUTED
    assert len(states) == len(set(states)) >= 2


def test_patience_goes_on_through_a_restart() -> None:
    rim = Rim()
    rim.tell(Place(balance(route=Route.WAN, patience=10_000)))
    rim.answer()
    rim.wait(6_000)
    rim.restart()
    rim.wait(3_999)
    assert rim.delivery().state is State.SENT
    rim.wait(1)
    assert rim.delivery().state is State.UNKNOWN


def test_after_a_restart_an_error_does_not_prove_that_nothing_was_sent() -> None:
    rim = Rim()
    rim.tell(Place(balance(route=Route.WAN)))
    rim.restart()
    rim.answer(says(rim.request, "E4"))
    assert rim.delivery().state is State.UNKNOWN


def test_the_command_that_is_handed_after_a_restart_is_the_same_bytes() -> None:
    rim = Rim()
    rim.tell(Place(reset()))
    rim.answer()
    command = command_of(rim.request)
    rim.answer()
    rim.restart()
    (hand,) = only(rim.tell(RelayOnline(PPMID)), Hand)
    assert hand.command == command
    assert gbcs.decode(hand.command).header.business_target_id == reset().target


def test_a_response_that_waited_to_be_returned_is_returned_after_a_restart() -> None:
    rim = Rim()
    rim.tell(RelayOnline(PPMID))
    rim.tell(Place(balance()))
    rim.answer()
    rim.report("one", "response", message=response_to(rim.delivery().command))
    document = rim.posted[-1]
    assert only(rim.restart(), SendRequest) == [document]
    assert rim.request.request_id.target == DCC
    rim.answer()
    assert only(rim.restart(), SendRequest) == []
