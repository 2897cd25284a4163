"""Readings of an ESME: attributes whose value follows from the time, and from what the home uses.

A register of energy holds what was counted before the plan of the home began; what it tells is that and
all that was used since. Which times of use there are is not read off the calendar: all counts as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant, cosem_date_time
from doorstep.road.device.objects import Place, place
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.usage import Quantity

__all__ = [
    "ACTIVE_EXPORT",
    "ACTIVE_IMPORT",
    "READINGS",
    "SECONDARY_TIMES",
    "TIMES_OF_USE",
    "counted",
    "reading",
    "second_import",
    "second_times",
]

ACTIVE_IMPORT: Final = place("3 1-0:1.8.0.255 2")
ACTIVE_EXPORT: Final = place("3 1-0:2.8.0.255 2")
TIMES_OF_USE: Final = place("1 0-0:94.44.34.1 2")

SECONDARY_TIMES: Final = 4
"""The times of use of a second element."""

_WRAP: Final = 1 << 32
_RELIABLE: Final = Data(Tag.UNSIGNED, 0)

_ENERGY: Final[Mapping[Place, Quantity]] = MappingProxyType(
    {
        ACTIVE_IMPORT: Quantity.ACTIVE_IMPORT,
        ACTIVE_EXPORT: Quantity.ACTIVE_EXPORT,
        place("3 1-0:3.8.0.255 2"): Quantity.REACTIVE_IMPORT,
        place("3 1-0:4.8.0.255 2"): Quantity.REACTIVE_EXPORT,
    }
)


def counted(number: int) -> Data:
    """A count as a register holds it, which starts again at zero after 32 bits."""
    return Data(Tag.DOUBLE_LONG_UNSIGNED, number % _WRAP)


def _energy(where: Place, quantity: Quantity) -> Callable[[State, Instant], Data]:
    return lambda state, now: counted(state.number(where) + state.usage.until(quantity, now))


def _times_of_use(state: State, now: Instant) -> Data:
    held = state.value(TIMES_OF_USE).value
    assert isinstance(held, tuple), "a register's type says that it has parts"
    first, *others = held
    assert isinstance(first.value, int), "a count is a number"
    used = state.usage.until(Quantity.ACTIVE_IMPORT, now)
    return Data(Tag.ARRAY, (counted(first.value + used), *others))


def second_import(state: State, now: Instant) -> Data:
    """The import register of the second element."""
    return counted(state.usage.until(Quantity.SECONDARY_IMPORT, now))


def second_times(state: State, now: Instant) -> Data:
    """The times of use of the second element, of which all counts as the first."""
    return Data(Tag.ARRAY, (second_import(state, now), *(counted(0),) * (SECONDARY_TIMES - 1)))


READINGS: Final[Mapping[Place, Callable[[State, Instant], Data]]] = MappingProxyType(
    {where: _energy(where, quantity) for where, quantity in _ENERGY.items()}
    | {
        TIMES_OF_USE: _times_of_use,
        # Clock: time, and its status (ECS70).
        place("8 0-0:1.0.0.255 2"): lambda _state, now: Data(Tag.OCTET_STRING, cosem_date_time(now)),
        place("8 0-0:1.0.0.255 4"): lambda _state, _now: _RELIABLE,
    }
)
"""What each tells at a time."""


def reading(state: State, where: Place, now: Instant) -> Data:
    """The value of an attribute at ``now``; the tables say which places have one."""
    source = READINGS.get(where)
    return state.value(where) if source is None else source(state, now)
