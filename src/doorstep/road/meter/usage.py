"""What a home uses: a plan by the half hour, from which a meter reads what it has measured at any time.

There is nothing to forget in it and nothing random: the same plan and the same time give the same reading.
So a profile log takes no memory; it is worked out when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cached_property
from itertools import accumulate
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.gbcs.times import Instant, from_iso

__all__ = ["DAY", "HALF_HOUR", "NOTHING", "TYPICAL", "Quantity", "Usage"]

HALF_HOUR: Final = 1_800_000
DAY: Final = 48 * HALF_HOUR
"""In milliseconds, as every :data:`~doorstep.gbcs.times.Instant`."""

_HALF_HOURS: Final = 48
_MOST: Final = 100_000
"""A choice: watt hours in half an hour, more than any supply of a home bears."""


class Quantity(Enum):
    """What is measured, in watt hours or reactive volt-ampere hours."""

    ACTIVE_IMPORT = "active import"
    REACTIVE_IMPORT = "reactive import"
    ACTIVE_EXPORT = "active export"
    REACTIVE_EXPORT = "reactive export"
    SECONDARY_IMPORT = "active import of the second element"


class Usage(Struct, frozen=True, kw_only=True, dict=True):
    """The plan of a home: 48 amounts a quantity, for each half hour of the UTC day, the same every day.

    ``since`` is when measuring began; before that there is nothing. A quantity that is not named stays at
    zero. Raises :class:`UsageError` for another number of amounts, and for one that no home uses.
    """

    since: Instant = 0
    amounts: Mapping[Quantity, tuple[int, ...]] = MappingProxyType({})

    def __post_init__(self) -> None:
        for quantity, amounts in self.amounts.items():
            if len(amounts) != _HALF_HOURS or not all(0 <= one <= _MOST for one in amounts):
                raise UsageError(f"{quantity.value} has 48 amounts a day, each of 0 to {_MOST} Wh")

    def until(self, quantity: Quantity, when: Instant) -> int:
        """All that was measured in the half hours that were over at ``when``."""
        if when <= self.since or quantity not in self.amounts:
            return 0
        return self._since_1970(quantity, when) - self._since_1970(quantity, self.first)

    def between(self, quantity: Quantity, start: Instant, end: Instant) -> int:
        """What was measured in the half hours from ``start`` to ``end``."""
        return self.until(quantity, end) - self.until(quantity, start)

    @property
    def first(self) -> Instant:
        """When the first whole half hour began."""
        return -(-self.since // HALF_HOUR) * HALF_HOUR

    @cached_property
    def _sums(self) -> dict[Quantity, tuple[int, ...]]:
        return {quantity: tuple(accumulate(one, initial=0)) for quantity, one in self.amounts.items()}

    def _since_1970(self, quantity: Quantity, when: Instant) -> int:
        days, half_hours = divmod(when // HALF_HOUR, _HALF_HOURS)
        sums = self._sums[quantity]
        return days * sums[-1] + sums[half_hours]


NOTHING: Final = Usage()
"""The plan of a home that uses nothing."""

_NIGHT, _MORNING, _DAY, _EVENING, _LATE = 90, 250, 140, 420, 200
_TYPICAL_DAY: Final = (_NIGHT,) * 13 + (_MORNING,) * 5 + (_DAY,) * 15 + (_EVENING,) * 10 + (_LATE,) * 5

TYPICAL: Final = Usage(
    since=from_iso("2026-01-01T00:00:00Z"),
    amounts=MappingProxyType(
        {
            Quantity.ACTIVE_IMPORT: _TYPICAL_DAY,
            Quantity.REACTIVE_IMPORT: tuple(one // 8 for one in _TYPICAL_DAY),
        }
    ),
)
"""The plan of an emulated home, some nine kilowatt hours a day and nothing fed in (a choice)."""
