"""What a bench writes down: every hop of every item, every remark of every stop, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from doorstep.gbcs.times import Instant

__all__ = ["Hop", "Record", "Remark", "concerning"]


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


def concerning(home: str, records: Iterable[Record]) -> list[Record]:
    """The records of a home and of the street's parties, without what other homes did meanwhile."""
    return [record for record in records if all(_belongs(stop, home) for stop in _stops(record))]


def _stops(record: Record) -> tuple[str, ...]:
    return (record.sender, record.receiver) if isinstance(record, Hop) else (record.stop,)


def _belongs(stop: str, home: str) -> bool:
    """A stop of a home is named ``home/stop``; a party of the street has no home in its name."""
    whose, of_home, _name = stop.partition("/")
    return not of_home or whose == home
