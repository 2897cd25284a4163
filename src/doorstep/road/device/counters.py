"""Anti-replay: what a Device keeps of the Originator Counters of the Commands that it executed.

There is one Execution Counter a Remote Party Role, and one for each Device of the home that sends
Commands of its own: a Command counts as new when its Originator Counter is higher. Top-ups have counters
of their own, which may come in any order but never twice, since twenty digits can be keyed in days later;
two :class:`Window` values watch over them, one over the Commands that carry a top-up, one over the top-ups
themselves, as the same top-up may also come without a Command.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import Role
from doorstep.gbcs.usecases import UseCase

__all__ = ["WINDOW", "Counters", "Sender", "Watch", "Window", "watch_over"]

WINDOW: Final = 100
"""How many top-up counters are remembered one by one; policy, the commonly quoted depth."""

_TOP_UPS: Final = frozenset({"CS01a", "CS01b"})
_TRUNCATED: Final = 1 << 10
_MAX_UPPER_HALF: Final = (1 << 32) - 1


Sender = Role | Eui
"""Whose Commands are counted together: those of a Remote Party Role, or of a Device of the home."""


class Watch(Enum):
    """Which counter a Command is checked against and then moves."""

    SENDER = "the Execution Counter of the originator"
    TOP_UP = "the window of top-up Commands"
    NONE = "none"


def watch_over(row: UseCase, *, check_non_critical: bool) -> Watch:
    """What watches over the Commands of a use case.

    ``check_non_critical`` is the policy for SME.C.NC Commands. One that is not checked moves no counter
    either, or it could void the Critical Commands that are still under way.
    """
    if row.name in _TOP_UPS:
        return Watch.TOP_UP
    return Watch.SENDER if row.critical or check_non_critical else Watch.NONE


class Window(Struct, frozen=True):
    """Counters that are spent: the last :data:`WINDOW` one by one, ascending, and all up to ``floor``."""

    floor: int = 0
    spent: tuple[int, ...] = ()

    def is_spent(self, counter: int) -> bool:
        """Whether ``counter`` was used, or is too old for us to know."""
        return counter <= self.floor or counter in self.spent

    def spending(self, counter: int) -> Window:
        """The window after ``counter`` has been used; the oldest of a full one moves the floor."""
        spent = list(self.spent)
        insort(spent, counter)
        if len(spent) > WINDOW:
            return Window(spent[0], tuple(spent[1:]))
        return Window(self.floor, tuple(spent))

    def nearest(self, truncated: int) -> int:
        """The full counter that a UTRN's ten bits stand for.

        Policy: of the counters whose upper half ends in those bits and whose lower half is zero, the
        one nearest to the highest that was used. 511 top-ups may be skipped, and as many be late.
        """
        highest = (self.spent[-1] if self.spent else self.floor) >> 32
        ahead = (truncated - highest) % _TRUNCATED
        upper = highest + ahead - (_TRUNCATED if ahead > _TRUNCATED // 2 else 0)
        if upper < 0:
            upper += _TRUNCATED
        elif upper > _MAX_UPPER_HALF:
            upper -= _TRUNCATED
        return upper << 32


class Counters(Struct, frozen=True):
    """Every counter that protects against replay.

    ``executed`` holds the Execution Counter of each sender of a Command, ``commands`` and
    ``top_ups`` the windows of top-up Commands and of top-ups.
    """

    executed: Mapping[Sender, int] = MappingProxyType({})
    commands: Window = Window()
    top_ups: Window = Window()

    def is_spent(self, watch: Watch, sender: Sender, counter: int) -> bool:
        """Whether a Command with this Originator Counter is old to ``watch``."""
        if watch is Watch.TOP_UP:
            return self.commands.is_spent(counter)
        return watch is Watch.SENDER and counter <= self.executed.get(sender, 0)

    def spending(self, watch: Watch, sender: Sender, counter: int) -> Counters:
        """The counters after a Command with this Originator Counter has been accepted."""
        if watch is Watch.TOP_UP:
            return structs.replace(self, commands=self.commands.spending(counter))
        if watch is Watch.SENDER:
            return structs.replace(self, executed={**self.executed, sender: counter})
        return self
