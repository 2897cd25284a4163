"""The supply: what the scripts of the load switch make of it, and how it is armed when credit runs out."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType
from typing import Final

from doorstep.road.device.objects import Refused, Result, place
from doorstep.road.meter.electricity.prepayment import is_exhausted
from doorstep.road.meter.electricity.state import State

__all__ = ["SCRIPTS", "SUPPLY", "Supply", "run_script", "settled"]

SUPPLY: Final = place("70 0-0:96.3.10.255 3")
"""The control state of the disconnect control object."""


class Supply(IntEnum):
    """The state of the supply, as the disconnect control object numbers it."""

    DISABLED = 0
    ENABLED = 1
    ARMED = 2


SCRIPTS: Final = MappingProxyType({51: Supply.ENABLED, 52: Supply.DISABLED, 54: Supply.ARMED})
"""What each selector of the load switch script table makes of the supply: ECS42, ECS43, ECS44."""


def run_script(state: State, selector: int) -> State:
    """The state after a script of the load switch; raises :class:`Refused` for an unknown selector.

    Arming a supply that is enabled leaves it enabled: there is nothing for the consumer to restore
    (policy).
    """
    supply = SCRIPTS.get(selector)
    if supply is None:
        raise Refused(Result.OTHER_REASON, f"the load switch has no script {selector}")
    if supply is Supply.ARMED and state.number(SUPPLY) == Supply.ENABLED:
        return state
    return state.with_number(SUPPLY, supply)


def settled(before: State, after: State) -> State:
    """``after``, with the supply armed where the change from ``before`` used the credit up.

    Only the fall below the disablement threshold counts: a supply that is enabled later, by Command, stays
    so. Policy: there are no non-disablement periods, as the calendar is kept but not read.
    """
    if is_exhausted(after) and not is_exhausted(before) and after.number(SUPPLY) == Supply.ENABLED:
        return after.with_number(SUPPLY, Supply.ARMED)
    return after
