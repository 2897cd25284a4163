"""The supplier: from an order to an outcome, by whichever route, with every step written down first."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import msgspec

from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, utrn
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Memory, Stop
from doorstep.road.supplier.book import Record
from doorstep.road.supplier.delivery import FINAL, Delivery, Event, Evidence, State, moved
from doorstep.road.supplier.desk import Alarm, Desk
from doorstep.road.supplier.events import (
    Answered,
    Forget,
    Place,
    PoweredOn,
    Progress,
    Pushed,
    RelayOffline,
    RelayOnline,
    Reported,
    SupplierEvent,
    SupplierInput,
)
from doorstep.road.supplier.exchange import Exchange
from doorstep.road.supplier.gateway import SupplierConfig
from doorstep.road.supplier.orders import Order, value_of
from doorstep.road.supplier.policy import Policy
from doorstep.road.supplier.posts import Errand, Posts
from doorstep.road.supplier.relays import RESPONSE, Relays
from doorstep.road.supplier.responses import Responses
from doorstep.road.supplier.sequencer import void_after

__all__ = ["Supplier"]

_NOTHING: Final[Memory] = MappingProxyType({})
_DEFAULT_POLICY: Final = Policy()


class Supplier(Stop[SupplierEvent]):
    """One supplier's deliveries, as a machine.

    It is made of what it remembers and given :class:`PoweredOn`, then whatever happens. Raises
    :class:`DecodeError` where the memory is not its own.
    """

    def __init__(
        self,
        config: SupplierConfig,
        keys: KeyRing,
        policy: Policy = _DEFAULT_POLICY,
        memory: Memory = _NOTHING,
    ) -> None:
        super().__init__()
        self._desk = Desk(config, keys, policy, memory, self._out)
        self._posts = Posts(self._desk)
        self._relays = Relays(self._desk)
        self._responses = Responses(self._desk)
        self._exchange = Exchange(self._desk, self._posts, self._relays, self._response, self._overtaken)
        self._hearing: dict[type, Callable[[Any, Instant], None]] = {
            PoweredOn: self._powered_on,
            Place: self._place,
            Forget: self._forget,
            Answered: self._exchange.answered,
            Pushed: self._exchange.pushed,
            RelayOnline: lambda event, now: self._relays.online(event.relay, now),
            RelayOffline: lambda event, _now: self._relays.offline(event.relay),
            Reported: self._reported,
        }
        self._waking: dict[Alarm, Callable[[Record, Instant], None]] = {
            Alarm.PATIENCE: self._out_of_patience,
            Alarm.REQUEST: lambda record, _now: self._posts.post_again(record, Alarm.REQUEST),
            Alarm.RETURN: lambda record, _now: self._posts.post_again(record, Alarm.RETURN),
            Alarm.HAND: self._relays.hand_again,
        }

    def receive(self, event: SupplierInput, now: Instant) -> None:
        """Take one event at time ``now``."""
        self._hearing[type(event)](event, now)
        self._exchange.serve(now)

    def deadline(self) -> Instant | None:
        """When :meth:`on_deadline` is wanted, or None."""
        return self._desk.alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
        for name, alarm in self._desk.alarms.due(now):
            record = self._desk.book.find(name)
            if record is not None:
                self._waking[alarm](record, now)
        self._exchange.serve(now)

    def delivery(self, name: str) -> Delivery | None:
        """How the delivery of that name stands, None where there is none."""
        record = self._desk.book.find(name)
        return record.delivery if record else None

    def would_void(self, order: Order) -> tuple[Delivery, ...]:
        """The undelivered ones that would no longer count, were this order executed before them."""
        return () if order.top_up else self._void_after(order.target)

    # -- orders -------------------------------------------------------------------------------------------

    def _powered_on(self, _event: PoweredOn, now: Instant) -> None:
        for record in self._desk.book:
            self._out.put(Progress(record.delivery))
            self._desk.watch(record)
            if record.delivery.state is State.PLACED:
                self._desk.next_in_line.append(record.order.target)
            self._posts.resume(record)
        # The crash may have come between a Response and what follows from it for earlier Commands.
        for record in self._desk.book:
            if record.delivery.settled:
                self._replace_void(record, now)

    def _place(self, event: Place, now: Instant) -> None:
        order = event.order
        known = self._desk.book.find(order.name)
        if known is not None:
            same = "placed again" if known.order == order else "the name of another order; not placed"
            self._desk.note("ignored", f"{order.name}: {same}")
            return
        delivery = Delivery(
            name=order.name,
            target=order.target,
            route=order.route.value,
            variant=order.variant,
            relay=order.relay,
            counter=0,
            state=State.PLACED,
            evidence=Evidence.NONE,
            placed=now,
            changed=now,
        )
        void = self.would_void(order)
        if void:
            names = ", ".join(delivery.name for delivery in void[:5])
            self._desk.note("voids", f"{order.name}, if executed first, voids {len(void)}: {names}")
        self._begin(Record(order, delivery), now)

    def _begin(self, record: Record, now: Instant) -> None:
        """Give an order its counter, write both down, and let it wait for its turn at the DCC."""
        order, delivery, trouble = record.order, record.delivery, ""
        try:
            counter = self._desk.counters.take(order.target, top_up=order.top_up)
            delivery = msgspec.structs.replace(delivery, counter=counter)
            if order.pence is not None:
                delivery = msgspec.structs.replace(delivery, utrn=self._issue(order, counter))
        except DoorstepError as error:
            trouble = str(error)
        record = record.with_delivery(delivery)
        self._desk.save(record, order.target)
        self._out.put(Progress(delivery))
        self._desk.watch(record)
        if trouble:
            self._desk.move(record, Event.STOPPED, now, trouble)
        self._desk.next_in_line.append(order.target)

    def _issue(self, order: Order, counter: int) -> str:
        assert order.pence is not None
        value, value_class = value_of(order.pence)
        desk = self._desk
        return str(utrn.issue(desk.keys, desk.config.eui, order.target, counter, value, value_class))

    def _forget(self, event: Forget, _now: Instant) -> None:
        record = self._desk.book.find(event.delivery)
        if record is None or record.delivery.state not in FINAL or record.returning is not None:
            self._desk.note("ignored", f"{event.delivery[:80]}: nothing that can be forgotten")
            return
        self._desk.strike(event.delivery)

    def _out_of_patience(self, record: Record, now: Instant) -> None:
        delivery = record.delivery
        out_of_hand = delivery.state in _OUT_OF_HAND or (
            delivery.state is State.COMMANDING and record.order.route.wan
        )
        event, reason = (
            (Event.LOST, "no Response in time") if out_of_hand else (Event.STOPPED, "not sent in time")
        )
        if delivery.state is State.HELD:
            reason = f"{reason}: {delivery.reason}"
        if delivery.evidence is Evidence.EFFECT:
            reason = f"{reason}; {delivery.reason}"  # What was seen is all that is known.
        self._desk.move(record, event, now, reason)

    # -- Responses ----------------------------------------------------------------------------------------

    def _reported(self, event: Reported, now: Instant) -> None:
        if event.stage == RESPONSE:
            self._response(event.message, now, local=True)
        else:
            self._relays.reported(event, now)

    def _response(self, data: bytes, now: Instant, *, local: bool = False) -> None:
        settled = self._responses.take(data, now, local=local)
        if settled is None:
            return
        if settled.returning is not None:
            self._posts.post(settled, Errand.RETURN)
        self._replace_void(settled, now)

    def _replace_void(self, settled: Record, now: Instant) -> None:
        """See to the earlier Commands that the Device will not take any more.

        One that never left is made anew, unless what was executed is of the same service: then it is out of
        date, and to execute it after all would undo the later one. One that did leave may have been executed
        in time, so that it goes on waiting for its Response. One that the DCC keeps back is not asked for
        again before it is let go, since that would be to ask around the quarantine.
        """
        if settled.order.top_up:
            return
        by, counter = settled.delivery.name, settled.delivery.counter
        for delivery in self._void_after(settled.delivery.target, counter):
            record = self._desk.book.find(delivery.name)
            assert record is not None
            if delivery.state is not State.WAITING:
                self._desk.note("void", f"{delivery.name} may be void: {by} came first")
            else:
                self._overtaken(record, settled.delivery, now)

    def _overtaken(self, record: Record, by: Delivery, now: Instant) -> None:
        """End a delivery that is out of date after the other; make any other one anew."""
        if record.order.variant == by.variant:
            self._desk.move(record, Event.STOPPED, now, f"out of date: {by.name} came first")
        else:
            self._make_anew(record, f"made anew: {by.name} came first", now)

    def _make_anew(self, record: Record, reason: str, now: Instant) -> None:
        """Place an order again in place of its void Command, in one write: there is no state in between."""
        placed = moved(record.delivery, Event.VOIDED, now, reason, command=b"")
        assert placed is not None
        self._begin(Record(record.order, placed), now)

    def _void_after(self, target: Eui, counter: int | None = None) -> tuple[Delivery, ...]:
        """The Device's deliveries that an execution of ``counter``, or of any later one, would void."""
        deliveries = (record.delivery for record in self._desk.book.open_for(target))
        return void_after(deliveries, _AFTER_ALL if counter is None else counter)


_AFTER_ALL: Final = 1 << 64
_OUT_OF_HAND: Final = (State.SENT, State.HANDED, State.RECEIVED)
