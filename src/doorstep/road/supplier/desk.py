"""The supplier's desk: what every part of the machine works on, and the only way to move a delivery."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs import KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Alarms, Memory, Note, Outbox, Remember
from doorstep.road.supplier.book import Book, Record
from doorstep.road.supplier.delivery import AT_THE_DCC, FINAL, Event, moved
from doorstep.road.supplier.events import Progress, SupplierEvent
from doorstep.road.supplier.gateway import SupplierConfig
from doorstep.road.supplier.policy import Policy
from doorstep.road.supplier.sequencer import Sequencers

__all__ = ["Alarm", "Desk"]


class Alarm(Enum):
    """What a delivery may have to be woken for."""

    PATIENCE = "its patience is over"
    REQUEST = "its request is to be posted again"
    RETURN = "its Response is to be returned to the DCC again"
    HAND = "its Command is to be handed to the PPMID again"


class Desk:
    """Book, counters, alarms and outgoing events, and the rules by which they change together.

    ``next_in_line`` holds the Devices for which the DCC may be asked for another Command.
    """

    def __init__(
        self,
        config: SupplierConfig,
        keys: KeyRing,
        policy: Policy,
        memory: Memory,
        out: Outbox[SupplierEvent],
    ) -> None:
        self.config = config
        self.keys = keys
        self.policy = policy
        self.book = Book(memory)
        self.counters = Sequencers(config.eui, memory, policy.counter_floor)
        self.alarms: Alarms[tuple[str, Alarm]] = Alarms()
        self.next_in_line: deque[Eui] = deque()
        self.out = out

    def save(self, record: Record, *counted: Eui) -> None:
        """Write a record down, with the counters of the Devices for which one was just taken."""
        entries = self.book.write(record)
        for device in counted:
            entries |= self.counters.entry(device)
        self.out.put(Remember(entries))

    def strike(self, name: str) -> None:
        """Forget a record for good."""
        self.out.put(Remember(self.book.strike(name)))

    def move(
        self,
        record: Record,
        event: Event,
        now: Instant,
        reason: str | None = None,
        counted: tuple[Eui, ...] = (),
        **found: Any,
    ) -> Record | None:
        """Move a record's delivery; write it down, then tell. None, and a note, where the event does not."""
        delivery = moved(record.delivery, event, now, reason, **found)
        if delivery is None:
            state = record.delivery.state.value
            self.note("ignored", f"{record.name} is {state}: {reason or event.value}")
            return None
        if delivery is record.delivery:
            return record
        if record.delivery.state in AT_THE_DCC and delivery.state not in AT_THE_DCC:
            self.next_in_line.append(delivery.target)
        record = record.with_delivery(delivery)
        self.save(record, *counted)
        self.out.put(Progress(delivery))
        if delivery.state in FINAL:
            for alarm in (Alarm.PATIENCE, Alarm.REQUEST, Alarm.HAND):
                self.alarms.clear((delivery.name, alarm))
        return record

    def watch(self, record: Record) -> None:
        """Have a delivery that is not final woken when its patience is over."""
        delivery = record.delivery
        if delivery.state not in FINAL:
            self.alarms.set((record.name, Alarm.PATIENCE), delivery.placed + record.order.patience)

    def note(self, what: str, why: str, about: bytes = b"", code: int | None = None) -> None:
        """A line for the log."""
        self.out.put(Note(what, why, about, code))
