"""Threshold Anomaly Detection: how many requests, of whom and of which kind, and which values in them.

Thresholds act on *issue*: they look at a request once, when the DCC is to make a Command of it. A Command
for Local Delivery passes them then; when it is released in the home, and how many others with it, is not
seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Final

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.access import Wanted
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.machine import Memory

__all__ = ["DAY", "Anomalies", "Breach", "Threshold", "Thresholds", "ValueLimit", "Verdict"]

DAY: Final = 24 * 60 * 60_000

_BUCKETS: Final = 24
_ALL: Final = "*"


class Breach(Enum):
    """Which of its thresholds a request is over; the value is the schema's element."""

    USER = "ADUserThresholdBreach"
    DCC = "ADDCCThresholdBreach"
    VALUE = "ADAttributeLimitsBreach"


class Threshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many requests there may be in the period: over ``warning`` is noted, over ``quarantine`` waits.

    ``user`` None is for those of all Users together, ``srv`` None for those of every Service Request Variant.
    Raises :class:`UsageError` for a number below zero.
    """

    user: Eui | None = None
    srv: str | None = None
    warning: int | None = None
    quarantine: int | None = None

    def __post_init__(self) -> None:
        for limit in (self.warning, self.quarantine):
            if limit is not None and limit < 0:
                raise UsageError(f"a threshold is a number of requests, not {limit}")

    @property
    def name(self) -> str:
        """What its count is filed under."""
        return f"{self.user or _ALL}:{self.srv or _ALL}"


class ValueLimit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the value at a path of a request's body may be: not above one number, not below another."""

    srv: str
    path: str
    above: Decimal | None = None
    below: Decimal | None = None

    def broken_by(self, wanted: Wanted) -> bool:
        """Whether the request holds a number there that is out of bounds.

        In a Signed Pre-Command nothing is looked at: its value was, when it was transformed.
        """
        found = wanted.request.body.find(self.path) if wanted.row.srv == self.srv else None
        if found is None:
            return False
        try:
            value = Decimal(found.text.strip())
        except InvalidOperation:
            return False
        return (self.above is not None and value > self.above) or (
            self.below is not None and value < self.below
        )


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All thresholds: each User's own, the DCC's across Users, and the limits on values.

    ``period`` is the length of the sliding period, in milliseconds. Raises :class:`UsageError`.
    """

    period: Instant = DAY
    counts: tuple[Threshold, ...] = ()
    values: tuple[ValueLimit, ...] = ()

    def __post_init__(self) -> None:
        if self.period < _BUCKETS:
            raise UsageError(f"the period of thresholds is {self.period} ms, too short to be counted in")


class Verdict(Struct, frozen=True):
    """What came of looking at a request: ``breach`` where it is to wait, ``warnings`` for the log."""

    breach: Breach | None = None
    warnings: tuple[str, ...] = ()


class _Counted(Struct, frozen=True):
    """Requests counted, by the number of the 24th part of a period that they came in."""

    parts: tuple[tuple[int, int], ...]


class Anomalies:
    """The counts that thresholds ask for; others are not kept.

    A period slides by a 24th of itself: a request counts for a whole period, and for a 24th longer at most.
    """

    def __init__(self, thresholds: Thresholds, memory: Memory) -> None:
        self._thresholds = thresholds
        self._counts: Book[_Counted] = Book("count:", _Counted, memory)
        self._by_name: dict[str, list[Threshold]] = {}
        for threshold in thresholds.counts:
            self._by_name.setdefault(threshold.name, []).append(threshold)

    def judge(self, wanted: Wanted, now: Instant) -> Verdict:
        """Whether a request is over a threshold, itself counted; nothing is written down."""
        if any(limit.broken_by(wanted) for limit in self._thresholds.values):
            return Verdict(Breach.VALUE)
        warnings = []
        for threshold, count in self._found(wanted, now):
            where = f"{count} requests {threshold.name} in the period"
            if threshold.quarantine is not None and count > threshold.quarantine:
                return Verdict(Breach.DCC if threshold.user is None else Breach.USER, (where,))
            if threshold.warning is not None and count > threshold.warning:
                warnings.append(where)
        return Verdict(None, tuple(warnings))

    def count(self, wanted: Wanted, now: Instant) -> Entries:
        """A request has come and is counted, whatever is done with it."""
        entries: Entries = {}
        part = self._part(now)
        for name in self._names(wanted):
            parts = dict(self._recent(name, now))
            parts[part] = parts.get(part, 0) + 1
            entries |= self._counts.write(name, _Counted(tuple(parts.items())))
        return entries

    def _found(self, wanted: Wanted, now: Instant) -> Iterator[tuple[Threshold, int]]:
        for name in self._names(wanted):
            count = 1 + sum(number for _, number in self._recent(name, now))
            for threshold in self._by_name[name]:
                yield threshold, count

    def _names(self, wanted: Wanted) -> list[str]:
        """The counts that a request is part of; none where no Command is made of it, or none is asked for."""
        if not self._by_name or not (wanted.variant.wan or wanted.variant.local_copy):
            return []
        user, srv = wanted.request.request_id.originator, wanted.row.srv
        names = (f"{user}:{srv}", f"{user}:{_ALL}", f"{_ALL}:{srv}", f"{_ALL}:{_ALL}")
        return [name for name in names if name in self._by_name]

    def _recent(self, name: str, now: Instant) -> list[tuple[int, int]]:
        counted = self._counts.find(name)
        since = self._part(now) - _BUCKETS
        return [part for part in counted.parts if part[0] >= since] if counted else []

    def _part(self, now: Instant) -> int:
        return now // math.ceil(self._thresholds.period / _BUCKETS)
