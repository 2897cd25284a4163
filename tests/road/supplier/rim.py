"""A rim for tests: performs what the supplier asks for, keeps what is to be remembered, and checks the order.

What it checks at every event is what a real rim relies on: nothing is said that is not written down.
"""

from __future__ import annotations

from typing import TypeVar

from doorstep import duis
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing
from doorstep.road.machine import Note, Remember
from doorstep.road.supplier.book import Book
from doorstep.road.supplier.delivery import Delivery, State
from doorstep.road.supplier.events import (
    Answered,
    Hand,
    Place,
    PoweredOn,
    Progress,
    Pushed,
    RelayOnline,
    Reported,
    SendRequest,
    SupplierEvent,
    SupplierInput,
)
from doorstep.road.supplier.machine import Supplier
from doorstep.road.supplier.orders import Order, Route
from doorstep.road.supplier.policy import Policy
from tests.published import valid
from tests.road.supplier.parties import (
    CONFIG,
    KEYS,
    NOW,
    PPMID,
    SUPPLIER,
    answer_to,
    command_of,
    request_in,
    says,
)

Said = TypeVar("Said", bound=SupplierEvent)


class Rim:
    """One supplier, its memory, and the time. What it said last is in ``said``."""

    def __init__(self, policy: Policy | None = None, keys: KeyRing = KEYS) -> None:
        self.policy = policy or Policy()
        self.keys = keys
        self.now = NOW
        self.memory: dict[str, bytes] = {}
        self.posted: list[SendRequest] = []
        self.said: list[SupplierEvent] = []
        self.supplier = Supplier(CONFIG, keys, self.policy)

    def tell(self, event: SupplierInput) -> list[SupplierEvent]:
        """Let something happen; what the supplier does about it."""
        self.supplier.receive(event, self.now)
        return self._perform()

    def wait(self, milliseconds: int) -> list[SupplierEvent]:
        """Let time pass, waking the supplier whenever it wants to be."""
        until, said = self.now + milliseconds, []
        while (due := self.supplier.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            self.supplier.on_deadline(self.now)
            said += self._perform()
        self.now, self.said = until, said
        return said

    def restart(self) -> list[SupplierEvent]:
        """Lose everything but what is remembered, and start again."""
        self.supplier = Supplier(CONFIG, self.keys, self.policy, dict(self.memory))
        return self.tell(PoweredOn())

    def answer(self, body: bytes | None = None, status: int | None = 200) -> list[SupplierEvent]:
        """Answer the last request: as a DCC that finds nothing wrong, unless told otherwise."""
        post = self.posted[-1]
        if body is None:
            body = answer_to(request_in(post.body)) if status == 200 else b""
        return self.tell(Answered(post.request, status, body))

    def push(self, body: bytes) -> list[SupplierEvent]:
        return self.tell(Pushed(body))

    def report(
        self, delivery: str, stage: str, detail: str = "", message: bytes = b"", relay: Eui = PPMID
    ) -> list[SupplierEvent]:
        return self.tell(Reported(relay, delivery, stage, detail, message))

    @property
    def request(self) -> duis.Request:
        """The request that was posted last."""
        return request_in(self.posted[-1].body)

    def delivery(self, name: str = "one") -> Delivery:
        delivery = self.supplier.delivery(name)
        assert delivery is not None
        return delivery

    def perform(self, event: SupplierEvent) -> None:
        """Do one thing that the supplier wants done."""
        if isinstance(event, Remember):
            for key, value in event.entries.items():
                if value is None:
                    self.memory.pop(key, None)
                else:
                    self.memory[key] = value
        elif isinstance(event, SendRequest):
            self._check_request(event)
            self.posted.append(event)
        elif isinstance(event, Hand):
            kept = self._kept(event.delivery)
            assert kept is not None
            assert kept.command == event.command
        elif isinstance(event, Progress):
            assert self._kept(event.delivery.name) == event.delivery

    def _perform(self) -> list[SupplierEvent]:
        self.said = []
        while (event := self.supplier.next_event()) is not None:
            self.perform(event)
            self.said.append(event)
        return self.said

    def _kept(self, name: str) -> Delivery | None:
        record = Book(self.memory).find(name)
        return record.delivery if record else None

    def _check_request(self, event: SendRequest) -> None:
        """The order and a counter not under the one that goes out are written down."""
        name = request_in(valid(event.body)).request_id
        kept = self._kept(event.request.partition(":")[2])
        assert kept is not None
        assert int(self.memory[f"counter/{SUPPLIER}/{name.target}"]) >= name.counter
        if name.target == kept.target:
            assert kept.counter == name.counter


def kinds(events: list[SupplierEvent]) -> list[str]:
    """What was said, in words: the type, and for progress the state, for a note what it is about."""
    words = []
    for event in events:
        match event:
            case Progress(delivery=delivery):
                words.append(delivery.state.value)
            case Note(what=what):
                words.append(f"note {what}")
            case SendRequest(request=request):
                words.append(f"send {request}")
            case Hand(delivery=name):
                words.append(f"hand {name}")
            case Remember():
                words.append("remember")
    return words


def only(events: list[SupplierEvent], kind: type[Said]) -> list[Said]:
    """Those of one type."""
    return [event for event in events if isinstance(event, kind)]


def started(order: Order, *, online: bool = True) -> Rim:
    """A supplier with that order, and its PPMID online or not."""
    rim = Rim()
    if online:
        rim.tell(RelayOnline(PPMID))
    rim.tell(Place(order))
    return rim


def handed(order: Order) -> Rim:
    """A supplier that has just handed the Command of that order to the PPMID."""
    rim = started(order)
    rim.answer()
    if order.critical:
        rim.answer()
    if order.route is Route.BOTH:
        rim.push(says(rim.request, "I0", duis.LocalCommand(command_of(rim.request))))
    assert rim.delivery(order.name).state is State.HANDED
    return rim


def outcome(rim: Rim, name: str = "one") -> tuple[State, str]:
    """Where a delivery stands, and why."""
    delivery = rim.delivery(name)
    return delivery.state, delivery.reason
