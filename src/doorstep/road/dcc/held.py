"""Requests for later that the DCC holds until their time: the Device never learns of the date."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from doorstep.duis.catalogue import FutureDated
from doorstep.duis.request import Request
from doorstep.gbcs.times import Instant, from_iso
from doorstep.road.dcc.access import Wanted
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Alarms, Memory

__all__ = ["CANCELLATION", "Held", "HeldRequest", "cancels", "held_until"]

CANCELLATION: Final = from_iso("3000-12-31T00:00:00Z")
"""The execution time that cancels instead; what is later means the same."""

_BY_THE_DCC: Final = (FutureDated.DCC, FutureDated.DCC_AND_DEVICE)


class HeldRequest(Struct, frozen=True):
    """A request that waits, and when it is due."""

    request: Request
    due: Instant


def cancels(wanted: Wanted) -> bool:
    """Whether a request cancels what the DCC holds of its service for its Device."""
    date = wanted.request.execution_date_time
    return date is not None and date >= CANCELLATION and wanted.row.future_dated in _BY_THE_DCC


def held_until(wanted: Wanted, policy: DccPolicy, now: Instant) -> Instant | None:
    """Until when the DCC holds a request; None for what is carried out at once.

    A date that the Device holds too is part of the Command, which is sent some time before.
    """
    date = wanted.request.execution_date_time
    if date is None or wanted.row.future_dated not in _BY_THE_DCC:
        return None
    lead = policy.device_lead if wanted.row.future_dated is FutureDated.DCC_AND_DEVICE else 0
    return date - lead if date - lead > now else None


class Held:
    """The requests that are held, and when the next is due."""

    def __init__(self, most: int, memory: Memory) -> None:
        self._most = most
        self._requests: Book[HeldRequest] = Book("held:", HeldRequest, memory)
        self._alarms: Alarms[str] = Alarms()
        for name, held in self._requests.items():
            self._alarms.set(name, held.due)

    @property
    def full(self) -> bool:
        """Whether as many are held as may be."""
        return len(self._requests) >= self._most

    def put(self, request: Request, due: Instant) -> Entries:
        """Hold a request until it is due."""
        name = str(request.request_id)
        self._alarms.set(name, due)
        return self._requests.write(name, HeldRequest(request, due))

    def cancel(self, request: Request) -> Entries:
        """Let go of what the same User has asked for of the same service and Device."""
        asked = request.request_id
        entries: Entries = {}
        for _name, held in list(self._requests.items()):
            theirs = held.request.request_id
            if (theirs.originator, theirs.target) == (
                asked.originator,
                asked.target,
            ) and held.request.service_reference_variant == request.service_reference_variant:
                entries |= self.take(held.request)
        return entries

    def take(self, request: Request) -> Entries:
        """A request is held no longer."""
        name = str(request.request_id)
        self._alarms.clear(name)
        return self._requests.strike(name)

    def deadline(self) -> Instant | None:
        """When the next one is due."""
        return self._alarms.earliest()

    def due(self, now: Instant) -> list[Request]:
        """Those that are due: each is to be taken, or put off."""
        found = [self._requests.find(name) for name in self._alarms.due(now)]
        return [held.request for held in found if held is not None]
