"""Responses of Devices, by whichever way they came: what they decide, and what else follows from them."""

from __future__ import annotations

import msgspec

from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import Message, decode
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.outcome import failure, is_readable
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.book import Record
from doorstep.road.supplier.correlate import codes_of
from doorstep.road.supplier.delivery import TRANSITIONS, Delivery, Event
from doorstep.road.supplier.desk import Desk
from doorstep.road.supplier.outcome import answered_counter, authenticate

__all__ = ["Responses"]


class Responses:
    """Checks what claims to be a Response, and settles the delivery that it answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self, data: bytes, now: Instant, *, local: bool) -> Record | None:
        """The record that a Response settled, None where it settles nothing.

        ``local`` says that it came through a PPMID, so that the DCC has not seen it: the record then has the
        counter of the request that is to return it. A Response that does not verify changes nothing.
        """
        desk = self._desk
        try:
            response = decode(data)
            record = self._answered(response)
            if record is None:
                desk.note("unmatched", "the Response answers none of the deliveries", data)
                return None
            authenticate(response, desk.keys, desk.config.eui, vouched=not local)
        except DoorstepError as error:
            desk.note("unauthenticated", str(error), data)
            return None
        if record.delivery.settled:
            desk.note("duplicate", f"{record.name} has its Response", data)
            return None
        return self._settle(record, response, data, now, local)

    def _answered(self, response: Message) -> Record | None:
        """The record whose Command, if there is one yet, the Response says it answers."""
        header = response.header
        counter = answered_counter(header, self._desk.config.eui)
        if counter is None:
            return None
        record = self._desk.book.answered_by(header.business_originator_id, counter)
        if record is None or header.message_code not in _codes(record.delivery):
            return None
        settled_or_can_be = record.delivery.settled or (record.delivery.state, Event.EXECUTED) in TRANSITIONS
        return record if settled_or_can_be else None

    def _settle(
        self, record: Record, response: Message, data: bytes, now: Instant, local: bool
    ) -> Record | None:
        desk = self._desk
        counted: tuple[Eui, ...] = ()
        if local:
            counted = (desk.config.dcc,)
            record = msgspec.structs.replace(record, returning=desk.counters.take(desk.config.dcc))
        event, reason = _verdict(response, desk)
        use_case = response.use_case
        return desk.move(
            record,
            event,
            now,
            reason,
            counted,
            response=data,
            message_code=response.header.message_code,
            use_case=use_case.label if use_case else "",
        )


def _verdict(response: Message, desk: Desk) -> tuple[Event, str]:
    try:
        payload = opened(response, desk.keys)
    except DoorstepError as error:
        return Event.UNREADABLE, f"what is encrypted in the Response cannot be read: {error}"
    if not is_readable(payload):
        return Event.UNREADABLE, "the authenticated Response cannot be read"
    reason = failure(payload)
    return (Event.EXECUTED, "") if reason is None else (Event.REFUSED, reason)


def _codes(delivery: Delivery) -> frozenset[int]:
    code = delivery.message_code
    return codes_of(delivery.variant) if code is None else frozenset((code,))
