"""Requests on their way to the gateway: posted, posted again when unanswered, and given up in the end."""

from __future__ import annotations

from enum import Enum

import msgspec
from msgspec import Struct

from doorstep.duis import Response, response_code
from doorstep.errors import XmlError
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.book import Record
from doorstep.road.supplier.delivery import State
from doorstep.road.supplier.desk import Alarm, Desk
from doorstep.road.supplier.events import Answered, SendRequest
from doorstep.road.supplier.gateway import (
    GatewayRefused,
    Unanswered,
    document_of,
    explained,
    read_answer,
    request_of,
    return_of,
)

__all__ = ["Errand", "Outcome", "Posts"]


class Errand(Enum):
    """What a request is for; the value is the front of its name."""

    TRANSFORM = "transform"
    COMMAND = "command"
    RETURN = "return"


class Outcome(Struct, frozen=True):
    """What came of a request in the end: a good answer, or the reason why there is none.

    ``unheard`` says that the DCC may have acted on the request without our hearing of it.
    """

    record: Record
    errand: Errand
    response: Response | None
    refusal: str
    unheard: bool


class _Post(Struct, frozen=True):
    attempts: int = 0
    out: bool = False
    unheard: bool = False


class Posts:
    """The requests that have not come to an end; how often each was posted is not remembered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._posts: dict[str, _Post] = {}

    def post(self, record: Record, errand: Errand) -> str:
        """Post a record's request, for the first time or again: it is the same document each time.

        Gives the reason why it is not posted, and a note of that, where it may not be: empty otherwise.
        """
        config = self._desk.config
        request = return_of(config, record) if errand is Errand.RETURN else request_of(config, record)
        try:
            path, body = document_of(config, request)
        except XmlError as error:
            self._desk.note("not sent", f"{record.name}: {error}")
            return f"the request is not sent: {error}"
        name = _name(record, errand)
        before = self._posts.get(name, _Post())
        self._posts[name] = _Post(before.attempts + 1, True, before.unheard)
        self._desk.out.put(SendRequest(name, path, body))
        return ""

    def resume(self, record: Record) -> None:
        """After a restart, post what may have been posted before, with nobody there to hear the answer."""
        for errand in (_errand_of(record), Errand.RETURN if record.returning is not None else None):
            if errand is not None:
                self._posts[_name(record, errand)] = _Post(unheard=True)
                self.post(record, errand)

    def post_again(self, record: Record, alarm: Alarm) -> None:
        """Post a request again whose time has come, unless it is not wanted any more."""
        errand = Errand.RETURN if alarm is Alarm.RETURN else _errand_of(record)
        if errand is not None and _name(record, errand) in self._posts:
            self.post(record, errand)

    def answered(self, event: Answered, now: Instant) -> Outcome | None:
        """What came of a request; None where it will be posted again, or nobody waits for the answer."""
        errand, record = self._waiting_for(event.request)
        post = self._posts.get(event.request)
        if errand is None or record is None or post is None or not post.out:
            self._desk.note("ignored", f"nobody waits for an answer to {event.request[:80]!r}", event.body)
            return None
        config = self._desk.config
        request = return_of(config, record) if errand is Errand.RETURN else request_of(config, record)
        response, refusal = None, ""
        try:
            response = read_answer(config, request.request_id, event.status, event.body)
            if response_code(response.code).is_error:
                refusal = explained(response.code)
        except Unanswered as error:
            post = self._posts[event.request] = _Post(post.attempts, False, post.unheard or error.unheard)
            if self._try_again(record, errand, post, now):
                return None
            refusal = str(error)
        except GatewayRefused as error:
            refusal = str(error)
            if errand is Errand.RETURN:
                self._renumber(record)
                self._posts[event.request] = _Post(post.attempts)
                self._try_again(record, errand, post, now)
                return None
        del self._posts[event.request]
        return Outcome(record, errand, None if refusal else response, refusal, post.unheard)

    def _try_again(self, record: Record, errand: Errand, post: _Post, now: Instant) -> bool:
        """Set the alarm for another attempt, if there is one left; a Response is returned without end."""
        policy = self._desk.policy
        if errand is not Errand.RETURN and post.attempts >= policy.attempts:
            return False
        alarm = Alarm.RETURN if errand is Errand.RETURN else Alarm.REQUEST
        self._desk.alarms.set((record.name, alarm), now + policy.retry_after(post.attempts))
        return True

    def _renumber(self, record: Record) -> None:
        """Give the return of a Response another counter: one that was posted later may have come first."""
        dcc = self._desk.config.dcc
        returning = self._desk.counters.take(dcc)
        self._desk.save(msgspec.structs.replace(record, returning=returning), dcc)

    def _waiting_for(self, name: str) -> tuple[Errand | None, Record | None]:
        front, _, delivery = name.partition(":")
        errand = next((errand for errand in Errand if errand.value == front), None)
        return errand, self._desk.book.find(delivery)


def _name(record: Record, errand: Errand) -> str:
    return f"{errand.value}:{record.name}"


def _errand_of(record: Record) -> Errand | None:
    """What a delivery waits for from the gateway."""
    return {State.TRANSFORMING: Errand.TRANSFORM, State.COMMANDING: Errand.COMMAND}.get(record.delivery.state)
