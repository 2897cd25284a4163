"""The deliveries that a PPMID knows of, each written down before anything relies on it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import msgspec
from msgspec import Struct, structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import peek
from doorstep.road.machine import Memory
from doorstep.road.ppmid.events import Report, Stage

__all__ = ["MOVES", "Deliveries", "Delivery", "Entries"]

Entries = dict[str, bytes | None]
"""What to remember."""

# How a delivery may move; what is absent happens to no delivery. The hub may tunnel the Response back
# before its confirmation of the Command is heard, which then says nothing new.
MOVES: Final = frozenset(
    {
        (Stage.ACCEPTED, Stage.RECEIVED),
        (Stage.ACCEPTED, Stage.REFUSED),
        (Stage.ACCEPTED, Stage.UNANSWERED),
        (Stage.ACCEPTED, Stage.RESPONSE),
        (Stage.RECEIVED, Stage.EFFECT),
        (Stage.RECEIVED, Stage.RESPONSE),
        (Stage.REFUSED, Stage.RESPONSE),
        (Stage.UNANSWERED, Stage.RESPONSE),
        (Stage.UNANSWERED, Stage.ACCEPTED),  # It was handed over again.
        (Stage.UNANSWERED, Stage.EFFECT),
        (Stage.EFFECT, Stage.RESPONSE),
        (Stage.RESPONSE, Stage.RESPONSE),
    }
)

_PREFIX: Final = "delivery:"

_Question = tuple[Eui, Eui, int]
"""What a Response repeats of its Command: the Device, the remote party and the Originator Counter."""


class Delivery(Struct, frozen=True):
    """One Command on its way, and how far it has come; ``number`` rises with each that is accepted."""

    name: str
    number: int
    command: bytes
    stage: Stage = Stage.ACCEPTED
    detail: str = ""
    message: bytes = b""

    @property
    def report(self) -> Report:
        """What the User is told, and told again when it hands the delivery over again."""
        return Report(self.name, self.stage, self.detail, self.message)


class Deliveries:
    """The book of deliveries. Every change gives the entries to remember.

    Deliveries that are over are forgotten, oldest first, when there are more than ``remembered``. Raises
    :class:`DecodeError` for a memory that no book has written.
    """

    def __init__(self, remembered: int, memory: Memory) -> None:
        self._remembered = remembered
        self._pending: dict[str, Delivery] = {}
        self._over: OrderedDict[str, Delivery] = OrderedDict()
        self._questions: dict[_Question, str] = {}
        kept = [_unpack(data) for key, data in memory.items() if key.startswith(_PREFIX) and data is not None]
        for delivery in sorted(kept, key=lambda delivery: delivery.number):
            self._file(delivery)
        self._next = max((delivery.number for delivery in kept), default=-1) + 1

    @property
    def pending(self) -> int:
        """How many are on their way to the hub."""
        return len(self._pending)

    def named(self, name: str) -> Delivery | None:
        """The delivery of that name, as long as it is remembered."""
        return self._pending.get(name) or self._over.get(name)

    def unfinished(self) -> list[Delivery]:
        """Those on their way to the hub, in the order in which they were accepted."""
        return list(self._pending.values())

    def answered_by(self, header: GroupingHeader) -> Delivery | None:
        """The delivery whose Command a Response with this header answers."""
        if header.cra is not Cra.RESPONSE:
            return None
        question = header.business_originator_id, header.business_target_id, header.originator_counter
        return self.named(self._questions.get(question, ""))

    def accept(self, name: str, command: bytes) -> tuple[Delivery, Entries]:
        """Take on a Command: a new one, or one that nobody answered before."""
        delivery = Delivery(name, self._next, command)
        self._next += 1
        return delivery, self._file(delivery)

    def move(
        self, name: str, stage: Stage, detail: str, message: bytes = b""
    ) -> tuple[Delivery, Entries] | None:
        """Take a delivery to a stage; None where :data:`MOVES` has no such move."""
        before = self.named(name)
        if before is None or (before.stage, stage) not in MOVES:
            return None
        delivery = structs.replace(before, stage=stage, detail=detail, message=message)
        return delivery, self._file(delivery)

    def _file(self, delivery: Delivery) -> Entries:
        """Put a delivery where it belongs, and forget the oldest for it if need be."""
        self._pending.pop(delivery.name, None)
        self._over.pop(delivery.name, None)
        self._questions[_question(delivery.command)] = delivery.name
        entries: Entries = {_PREFIX + delivery.name: msgspec.msgpack.encode(delivery)}
        if delivery.stage is Stage.ACCEPTED:
            self._pending[delivery.name] = delivery
            return entries
        self._over[delivery.name] = delivery
        if len(self._over) > self._remembered:
            name, forgotten = self._over.popitem(last=False)
            entries[_PREFIX + name] = None
            question = _question(forgotten.command)
            if self._questions.get(question) == name:
                del self._questions[question]
        return entries


def _question(command: bytes) -> _Question:
    header = peek(command)
    return header.business_target_id, header.business_originator_id, header.originator_counter


def _unpack(data: bytes) -> Delivery:
    try:
        return msgspec.msgpack.decode(data, type=Delivery)
    except msgspec.DecodeError as error:
        raise DecodeError("remembered delivery", 0, str(error)) from None
