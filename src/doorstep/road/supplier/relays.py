"""The homes' side: handing Commands to PPMIDs and HHTs, and what they report."""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.book import Record
from doorstep.road.supplier.delivery import Event, Evidence, State
from doorstep.road.supplier.desk import Alarm, Desk
from doorstep.road.supplier.events import Hand, Reported
from doorstep.road.supplier.orders import Route

__all__ = ["RESPONSE", "Relays"]

RESPONSE: Final = "response"
"""The stage at which a report brings a message that the hub tunnelled back."""

# What a PPMID reports: for a Command that goes by it alone, and for a copy of one that the DCC sends too.
_STAGES: Final = {
    "accepted": (Event.ACCEPTED, Event.ACCEPTED, ""),
    "received": (Event.RECEIVED, Event.RECEIVED, ""),
    "effect": (Event.EFFECT, Event.EFFECT, "seen on the home's network"),
    "refused": (Event.DECLINED, Event.COPY_ENDED, "the PPMID refused it"),
    "unanswered": (Event.UNANSWERED, Event.COPY_ENDED, "nobody answered the PPMID"),
}
_FOR_HANDING: Final = (State.WAITING, State.SENT, State.HANDED, State.RECEIVED)


class Relays:
    """Which PPMIDs and HHTs hold a link, and what goes to them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._online: set[Eui] = set()

    def online(self, relay: Eui, now: Instant) -> None:
        """A link is there: hand over all that is open for it, in the order of the counters.

        What was handed before goes once more. The PPMID knows it by name and repeats its last report, which
        may have been lost.
        """
        self._online.add(relay)
        for record in self._desk.book.open_for(relay):
            if record.order.relay == relay:
                self.hand(record, now)

    def offline(self, relay: Eui) -> None:
        """A link is gone: its Commands wait."""
        self._online.discard(relay)

    def hand(self, record: Record, now: Instant) -> None:
        """Give a Command to its PPMID, if that is online."""
        delivery = record.delivery
        if not delivery.command or delivery.relay not in self._online or delivery.state not in _FOR_HANDING:
            return
        if delivery.state in (State.WAITING, State.SENT):
            self._desk.move(record, Event.HAND, now)
        self._desk.out.put(Hand(delivery.relay, delivery.name, delivery.command))
        self._desk.alarms.set((delivery.name, Alarm.HAND), now + self._desk.policy.hand_again)

    def hand_again(self, record: Record, now: Instant) -> None:
        """Repeat what the PPMID has not acknowledged in time."""
        delivery = record.delivery
        if delivery.state is State.HANDED and delivery.evidence is Evidence.ISSUED:
            self.hand(record, now)

    def reported(self, report: Reported, now: Instant) -> None:
        """Take a PPMID's word for how far it has brought a Command, and no further."""
        record = self._desk.book.find(report.delivery)
        stage = _STAGES.get(report.stage)
        if record is None or record.order.relay != report.relay or stage is None:
            self._desk.note("ignored", f"{report.relay} reports {report.stage} of {report.delivery[:80]!r}")
            return
        alone, copy, meaning = stage
        reason = ": ".join(filter(None, (meaning, report.detail[:200]))) or None
        self._desk.move(record, copy if record.order.route is Route.BOTH else alone, now, reason)
