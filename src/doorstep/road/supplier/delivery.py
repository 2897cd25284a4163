"""One delivery: its states, the evidence it has, and the one table of how it moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.secret import repr_without

__all__ = [
    "AT_THE_DCC",
    "FINAL",
    "TRANSITIONS",
    "Delivery",
    "Event",
    "Evidence",
    "State",
    "moved",
    "stronger",
]


class Evidence(Enum):
    """What is known of where the Command got to, weakest first; never assumed, only observed."""

    NONE = "none"
    ISSUED = "issued by the DCC"
    HANDED = "handed to the PPMID"
    RECEIVED = "received by the Communications Hub"
    EFFECT = "effect seen on the home's network"
    RESPONSE = "authenticated Response"


class State(Enum):
    """Where a delivery stands."""

    PLACED = "placed"  # it has its counter, and waits for its turn at the DCC
    TRANSFORMING = "transforming"  # CV4 is with the DCC
    COMMANDING = "commanding"  # the request that makes the Command is with the DCC
    HELD = "held"  # the DCC keeps that request back: it is in quarantine
    WAITING = "waiting"  # the Command is here; the PPMID is not online
    HANDED = "handed"  # the Command is on its way to the PPMID, or there
    RECEIVED = "received"  # the hub has it
    SENT = "sent"  # the DCC sends it over the WAN
    EXECUTED = "executed"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # it may have been executed, and nothing more is waited for
    FAILED = "failed"  # no Command was made, or none was let out: nothing can have been executed


FINAL: Final = frozenset((State.EXECUTED, State.REFUSED, State.UNKNOWN, State.FAILED))
"""States that nothing but better evidence moves: an UNKNOWN delivery may still turn out EXECUTED."""


AT_THE_DCC: Final = (State.TRANSFORMING, State.COMMANDING)
"""States in which an answer of the DCC is waited for."""


class Event(Enum):
    """What moves a delivery."""

    TRANSFORM = "the Service Request goes to the DCC, to be transformed"
    REQUEST = "the request that makes the Command goes to the DCC"
    SENDING = "the DCC has accepted the Command for sending"
    KEPT_BACK = "the DCC acknowledges the request and does not do what it asks for"
    TOLD = "the DCC tells why it keeps the request back, or what came of it"
    RETURNED = "the Command came back, for Local Delivery only"
    COPIED = "the Command came back, and the DCC sends it as well"
    HAND = "the Command is given to the PPMID's link"
    ACCEPTED = "the PPMID says that it has the Command"
    RECEIVED = "the PPMID says that the hub has it"
    EFFECT = "the PPMID has seen what the Command does"
    DECLINED = "the PPMID says that the Command will not go"
    UNANSWERED = "the PPMID says that it does not know whether the hub has it"
    COPY_ENDED = "the copy by the PPMID goes no further; the one over the WAN may"
    STOPPED = "it ends, and nothing can have reached the Device"
    LOST = "it ends, and the Command may have reached the Device"
    VOIDED = "a later Command was executed first, so that this one no longer can be"
    EXECUTED = "an authenticated Response says that every part of the Command succeeded"
    REFUSED = "an authenticated Response says that a part of the Command failed"
    UNREADABLE = "an authenticated Response says what doorstep cannot read"


class Delivery(Struct, frozen=True):
    """Everything that the supplier knows of one order.

    ``counter`` is the Originator Counter of its Command. ``reason`` says why it is where it is, where that
    needs saying. ``command`` is the Command for Local Delivery and ``response`` the authenticated Response,
    each as it came. ``utrn`` are the twenty digits of a top-up that was issued for this order.
    """

    name: str
    target: Eui
    route: str
    variant: str
    relay: Eui | None
    counter: int
    state: State
    evidence: Evidence
    placed: Instant
    changed: Instant
    reason: str = ""
    use_case: str = ""
    message_code: int | None = None
    command: bytes = b""
    response: bytes = b""
    utrn: str = ""

    def __repr__(self) -> str:
        return repr_without(self, "utrn")

    @property
    def settled(self) -> bool:
        """Whether an authenticated Response has decided it, so that nothing moves it any more."""
        return self.evidence is Evidence.RESPONSE


# A row: the states it applies to, the event, the state that follows (None: the same), and the evidence that
# the event is. What no row says cannot happen, or comes too late to matter.
_IN_PROGRESS: Final = (State.COMMANDING, State.SENT, State.WAITING, State.HANDED, State.RECEIVED)
_PROVABLE: Final = (*_IN_PROGRESS, State.REFUSED, State.UNKNOWN, State.FAILED)
_ROWS: Final[tuple[tuple[tuple[State, ...], Event, State | None, Evidence], ...]] = (
    # The DCC makes the Command.
    ((State.PLACED,), Event.TRANSFORM, State.TRANSFORMING, Evidence.NONE),
    ((State.PLACED, State.TRANSFORMING), Event.REQUEST, State.COMMANDING, Evidence.NONE),
    ((State.COMMANDING,), Event.SENDING, State.SENT, Evidence.ISSUED),
    ((State.COMMANDING, State.HELD), Event.RETURNED, State.WAITING, Evidence.ISSUED),
    ((State.COMMANDING, State.SENT), Event.COPIED, State.SENT, Evidence.ISSUED),
    ((State.UNKNOWN,), Event.SENDING, None, Evidence.ISSUED),
    # The DCC keeps a request back, and may let it go later. Its alert may come before its answer.
    ((State.TRANSFORMING, State.COMMANDING), Event.KEPT_BACK, State.HELD, Evidence.NONE),
    (
        (State.COMMANDING, State.HELD, State.SENT),
        Event.TOLD,
        None,
        Evidence.NONE,
    ),
    ((State.HELD,), Event.REQUEST, State.COMMANDING, Evidence.NONE),
    # It goes by the PPMID.
    ((State.WAITING, State.SENT), Event.HAND, State.HANDED, Evidence.ISSUED),
    ((State.HANDED,), Event.ACCEPTED, None, Evidence.HANDED),
    ((State.HANDED,), Event.RECEIVED, State.RECEIVED, Evidence.RECEIVED),
    ((State.HANDED, State.RECEIVED), Event.EFFECT, None, Evidence.EFFECT),
    ((State.HANDED,), Event.DECLINED, State.REFUSED, Evidence.HANDED),
    ((State.HANDED,), Event.UNANSWERED, State.UNKNOWN, Evidence.HANDED),
    ((State.HANDED,), Event.COPY_ENDED, State.SENT, Evidence.HANDED),
    ((State.WAITING, State.HELD), Event.VOIDED, State.PLACED, Evidence.NONE),
    # A report may come after the wait is over: it says more, but decides nothing.
    ((State.UNKNOWN,), Event.ACCEPTED, None, Evidence.HANDED),
    ((State.UNKNOWN,), Event.RECEIVED, None, Evidence.RECEIVED),
    ((State.UNKNOWN,), Event.EFFECT, None, Evidence.EFFECT),
    # It ends without a Response.
    (
        (State.PLACED, State.TRANSFORMING, State.COMMANDING, State.HELD, State.WAITING),
        Event.STOPPED,
        State.FAILED,
        Evidence.NONE,
    ),
    ((State.COMMANDING, State.SENT, State.HANDED, State.RECEIVED), Event.LOST, State.UNKNOWN, Evidence.NONE),
    # It ends with one. A Response outweighs all that was believed before.
    (_PROVABLE, Event.EXECUTED, State.EXECUTED, Evidence.RESPONSE),
    (_PROVABLE, Event.REFUSED, State.REFUSED, Evidence.RESPONSE),
    (_PROVABLE, Event.UNREADABLE, State.UNKNOWN, Evidence.RESPONSE),
)

TRANSITIONS: Final[Mapping[tuple[State, Event], tuple[State, Evidence]]] = MappingProxyType(
    {
        (state, event): (after or state, evidence)
        for states, event, after, evidence in _ROWS
        for state in states
    }
)
"""Every move there is: a state and an event give a state and the evidence that the event is."""


def moved(
    delivery: Delivery, event: Event, now: Instant, reason: str | None = None, **found: object
) -> Delivery | None:
    """The delivery after an event, None where the event does not move it.

    Evidence never goes down. ``found`` are fields of the delivery that the event makes known; ``reason``
    replaces the one before, where it is given. An event that says nothing new gives back the delivery itself.
    """
    row = None if delivery.settled else TRANSITIONS.get((delivery.state, event))
    if row is None:
        return None
    state, evidence = row
    changes: dict[str, object] = {
        "state": state,
        "evidence": stronger(delivery.evidence, evidence),
        "reason": delivery.reason if reason is None else reason,
        **found,
    }
    if all(getattr(delivery, field) == value for field, value in changes.items()):
        return delivery
    return msgspec.structs.replace(delivery, changed=now, **changes)


def stronger(one: Evidence, other: Evidence) -> Evidence:
    """The stronger of two pieces of evidence."""
    return max(one, other, key=_STRENGTH.__getitem__)


_STRENGTH: Final = {evidence: place for place, evidence in enumerate(Evidence)}
