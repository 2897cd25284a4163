"""A case: something that is done to a street, and how to tell when it is over.

What came of it is read from the street's records afterwards, never from what the case meant to show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.bench.records import Record, concerning
from doorstep.bench.street import Street
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.orders import Order

__all__ = ["HOUR", "MINUTE", "Case", "place", "try_out"]

MINUTE: Final[Instant] = 60_000
HOUR: Final[Instant] = 60 * MINUTE
_AFTERMATH: Final[Instant] = 30_000  # for what is still on its way when a case is decided


class Case(Struct, frozen=True):
    """One thing that is tried.

    ``start`` does it, and gives the bytes of the message where the case itself made one. ``order`` is
    the supplier's order, where there is one; the name of both is ``name``.
    """

    name: str
    title: str
    home: str
    start: Callable[[Street, Case], bytes]
    order: Order | None = None
    patience: Instant = HOUR


def try_out(street: Street, case: Case) -> tuple[Instant, list[Record], bytes]:
    """Do what a case says and let the street run until it is over.

    Gives when it started, what was recorded of its home from then on, and the message that the case itself
    made.
    """
    started, first = street.world.now, len(street.records)
    made = case.start(street, case)
    if case.order is not None:
        street.world.run(until=lambda: street.finished(case.name), end=started + case.patience)
    street.world.run(end=street.world.now + _AFTERMATH)
    return started, concerning(case.home, street.records[first:]), made


def place(street: Street, case: Case) -> bytes:
    """Just place the order."""
    assert case.order is not None
    street.place(case.order)
    return b""
