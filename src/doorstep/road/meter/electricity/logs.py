"""The logs of an ESME (profile generic, class 7): what the buffer of each tells of a span of time.

Those with a period are worked out of what the home uses; those of events tell what was noted. A buffer is a
compact array, which begins with the time in seconds since 2000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final, Protocol

from msgspec import Struct

from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag, TypeDescription
from doorstep.gbcs.times import Instant, seconds_since_2000
from doorstep.road.device.objects import Place, place
from doorstep.road.meter.electricity.readings import (
    ACTIVE_EXPORT,
    ACTIVE_IMPORT,
    SECONDARY_TIMES,
    TIMES_OF_USE,
    counted,
    reading,
    second_import,
    second_times,
)
from doorstep.road.meter.electricity.selection import Span
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.logs import Entry, Log
from doorstep.road.meter.usage import DAY, HALF_HOUR, Quantity

__all__ = [
    "ACTIVE_IMPORT_PROFILE",
    "DAILY_CONSUMPTION",
    "DAILY_READ",
    "LOGS",
    "MOST_VALUES",
    "Buffer",
    "Events",
    "Profile",
]

MOST_VALUES: Final = 3_000
"""A choice: the values that one answer tells, some 12,000 bytes and so eleven blocks. Of a longer span the
earliest entries come, and whoever asks goes on after the last of them."""

_NUMBER: Final = TypeDescription(Tag.DOUBLE_LONG_UNSIGNED)
_EIGHT: Final = TypeDescription(Tag.ARRAY, 8, (_NUMBER,))
_NO_BLOCKS: Final = Data(Tag.ARRAY, (counted(0),) * 8)


class Buffer(Protocol):
    """A log that is read by a span of time."""

    def between(self, state: State, span: Span, now: Instant) -> Data:
        """The entries of a span, of those that there are at ``now``: a compact array, earliest first."""


def _compact(entry: TypeDescription, entries: Iterator[tuple[Data, ...]]) -> Data:
    """Entries of a type, as many as an answer tells."""
    most = MOST_VALUES // entry.values
    told = tuple(Data(Tag.STRUCTURE, values) for values in islice(entries, most))
    return Data(Tag.COMPACT_ARRAY, CompactArray(entry, told))


def _structure(*parts: TypeDescription) -> TypeDescription:
    return TypeDescription(Tag.STRUCTURE, len(parts), parts)


def _time(instant: Instant) -> Data:
    return Data(Tag.DOUBLE_LONG_UNSIGNED, seconds_since_2000(instant))


# -- at regular times --------------------------------------------------------------------------------------

Values = Callable[[State, Instant], tuple[Data, ...]]


class Profile(Struct, frozen=True):
    """A log with an entry a period, in milliseconds, made when the period is over; ``room`` entries of it.

    ``values`` are what an entry tells beside its time, of the types that ``parts`` gives.
    """

    period: int
    room: int
    parts: Callable[[State], tuple[TypeDescription, ...]]
    values: Values

    def between(self, state: State, span: Span, now: Instant) -> Data:
        """The entries of a span, of those that there are at ``now``: a compact array, earliest first."""
        newest = min(now, span.end) // self.period
        oldest = max(
            -(-span.start // self.period),
            state.usage.first // self.period + 1,
            now // self.period - self.room + 1,
        )
        times = (number * self.period for number in range(oldest, newest + 1))
        entries = ((_time(time), *self.values(state, time)) for time in times)
        return _compact(_structure(_NUMBER, *self.parts(state)), entries)


def _amounts(period: int, room: int, *quantities: Quantity, second: Quantity | None = None) -> Profile:
    """A log of what was used in each period; of a second element, too, where the meter has one."""

    def of(state: State) -> tuple[Quantity, ...]:
        return (*quantities, second) if second is not None and state.twin else quantities

    def values(state: State, end: Instant) -> tuple[Data, ...]:
        return tuple(counted(state.usage.between(one, end - period, end)) for one in of(state))

    return Profile(period, room, lambda state: (_NUMBER,) * len(of(state)), values)


def _daily_parts(state: State) -> tuple[TypeDescription, ...]:
    times = TypeDescription(Tag.ARRAY, 48, (_NUMBER,))
    if not state.twin:
        return (_NUMBER, times, *(_EIGHT,) * 4)
    return (_NUMBER, _NUMBER, times, TypeDescription(Tag.ARRAY, SECONDARY_TIMES, (_NUMBER,)), *(_EIGHT,) * 4)


def _daily_values(state: State, time: Instant) -> tuple[Data, ...]:
    """Import, times of use, and the four blocks of counters, which no tariff of this meter counts in."""
    total, times = reading(state, ACTIVE_IMPORT, time), reading(state, TIMES_OF_USE, time)
    blocks = (_NO_BLOCKS,) * 4
    if not state.twin:
        return (total, times, *blocks)
    return (total, second_import(state, time), times, second_times(state, time), *blocks)


_MONTHS_13: Final = 396
_MONTHS_3: Final = 93
_DAYS_31: Final = 31
_YEARS_2: Final = 731

ACTIVE_IMPORT_PROFILE: Final = _amounts(
    HALF_HOUR, 48 * _MONTHS_13, Quantity.ACTIVE_IMPORT, second=Quantity.SECONDARY_IMPORT
)
DAILY_CONSUMPTION: Final = _amounts(DAY, _YEARS_2, Quantity.ACTIVE_IMPORT)
DAILY_READ: Final = Profile(DAY, _DAYS_31, _daily_parts, _daily_values)

_EXPORT_PROFILE: Final = _amounts(HALF_HOUR, 48 * _MONTHS_3, Quantity.ACTIVE_EXPORT, Quantity.REACTIVE_EXPORT)
_REACTIVE_IMPORT_PROFILE: Final = _amounts(HALF_HOUR, 48 * _MONTHS_3, Quantity.REACTIVE_IMPORT)
_EXPORT_DAILY_READ: Final = Profile(
    DAY, _DAYS_31, lambda _state: (_NUMBER,), lambda state, time: (reading(state, ACTIVE_EXPORT, time),)
)


# -- of events ---------------------------------------------------------------------------------------------


class Events(Struct, frozen=True):
    """A log of events: the time, the code, and the data of each where ``has_data`` says that it is told."""

    log: Log
    has_data: bool

    def between(self, state: State, span: Span, now: Instant) -> Data:
        """The entries of a span: a compact array, earliest first."""
        parts = (_NUMBER, TypeDescription(Tag.LONG_UNSIGNED), TypeDescription(Tag.OCTET_STRING))
        found = (one for one in state.logs.of(self.log) if span.start <= one.time <= span.end)
        count = len(parts) if self.has_data else len(parts) - 1
        return _compact(_structure(*parts[:count]), (_event(one)[:count] for one in found))


def _event(entry: Entry) -> tuple[Data, ...]:
    return _time(entry.time), Data(Tag.LONG_UNSIGNED, entry.code), Data(Tag.OCTET_STRING, entry.data)


LOGS: Final[Mapping[Place, Buffer]] = MappingProxyType(
    {
        place("7 0-0:99.1.1.255 2"): _EXPORT_PROFILE,  # ECS22a
        place("7 0-0:99.1.2.255 2"): _REACTIVE_IMPORT_PROFILE,  # ECS22c
        place("7 0-0:98.1.10.255 2"): _EXPORT_DAILY_READ,  # ECS21c
        place("7 0-0:99.98.0.255 2"): Events(Log.EVENTS, has_data=True),  # ECS35a
        place("7 0-0:99.98.1.255 2"): Events(Log.SECURITY, has_data=False),  # ECS35b
    }
)
"""The buffers that a Command reads as they are; others are read :mod:`.protected`."""
