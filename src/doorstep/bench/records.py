"""What a bench writes down: every hop of every item, every remark of every stop, in order."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from doorstep.gbcs.times import Instant

__all__ = ["Hop", "Record", "Remark"]


class Hop(Struct, frozen=True):
    """An item that went from one stop to the next: sent at ``sent``, there at ``arrived``."""

    sent: Instant
    arrived: Instant
    medium: str
    sender: str
    receiver: str
    item: Any


class Remark(Struct, frozen=True):
    """What a stop said of itself: an event that goes nowhere, such as a note or the outcome of a check."""

    at: Instant
    stop: str
    event: Any


Record = Hop | Remark
