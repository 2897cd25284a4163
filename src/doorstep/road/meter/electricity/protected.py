"""Data Protection objects: registers that a Command reads encrypted, for its User alone to open.

Each guards one object, which is several registers in a row or a log; a Command names that object, of a log
from when to when it is asked for, and how it is to be protected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, NoKey
from doorstep.gbcs.encrypted import ProtectionParameters, device_secret, protected
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.execution import Occasion
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.electricity.logs import ACTIVE_IMPORT_PROFILE, DAILY_CONSUMPTION, DAILY_READ, Buffer
from doorstep.road.meter.electricity.readings import reading, second_import, second_times
from doorstep.road.meter.electricity.selection import by_date
from doorstep.road.meter.electricity.state import State

__all__ = ["PROTECTED", "Guarded", "GuardedLog", "get_protected_attributes"]

_NO_RESTRICTION: Final = Data(Tag.STRUCTURE, (Data(Tag.ENUM, 0), Data(Tag.NULL_DATA)))


class Guarded(Struct, frozen=True):
    """An object that is read encrypted: its name, and the registers that its value is made of.

    ``second`` are what a meter with a second element tells after them.
    """

    object: Place
    registers: tuple[Place, ...]
    second: tuple[Callable[[State, Instant], Data], ...] = ()

    def value(self, state: State, restriction: Data, now: Instant) -> Data:
        """What the object holds at ``now``; raises :class:`Refused` where a part of it is asked for."""
        if restriction != _NO_RESTRICTION:
            raise Refused(Result.OBJECT_UNDEFINED, f"{self.object} is read whole")
        values = [reading(state, where, now) for where in self.registers]
        if state.twin:
            values += [source(state, now) for source in self.second]
        return Data(Tag.STRUCTURE, tuple(values))


class GuardedLog(Struct, frozen=True):
    """A log that is read encrypted: its name, and its buffer."""

    object: Place
    buffer: Buffer

    def value(self, state: State, restriction: Data, now: Instant) -> Data:
        """The entries of a span of dates at ``now``; raises :class:`Refused` for another restriction."""
        return self.buffer.between(state, by_date(restriction), now)


def _row(
    guard: str, object_: str, *registers: str, second: Callable[[State, Instant], Data] | None = None
) -> tuple[Place, Guarded]:
    also = () if second is None else (second,)
    return place(f"30 {guard} 1"), Guarded(place(f"1 {object_} 2"), tuple(map(place, registers)), also)


def _log(guard: str, object_: str, buffer: Buffer) -> tuple[Place, GuardedLog]:
    return place(f"30 {guard} 1"), GuardedLog(place(f"7 {object_} 2"), buffer)


PROTECTED: Final[Mapping[Place, Guarded | GuardedLog]] = MappingProxyType(
    dict(
        (
            # Import registers, active and reactive (ECS17b).
            _row(
                "0-0:43.2.8.255",
                "0-0:94.44.34.10",
                "3 1-0:1.8.0.255 2",
                "3 1-0:1.8.0.255 3",
                "3 1-0:3.8.0.255 2",
                "3 1-0:3.8.0.255 3",
                second=second_import,
            ),
            # Tariff register matrix, 48 times of use (ECS17d).
            _row("0-0:43.2.9.255", "0-0:94.44.34.1", "1 0-0:94.44.34.1 2", second=second_times),
            # Prepayment registers: balance, emergency credit, accumulated debt; payment debt, time debts 1
            # and 2 (ECS19).
            _row(
                "0-0:43.2.1.255",
                "0-0:94.44.34.30",
                *(f"112 0-0:19.10.{credit}.255 2" for credit in range(3)),
                *(f"113 0-0:19.20.{debt}.255 12" for debt in (3, 1, 2)),
            ),
            # Logs: daily consumption (ECS66), daily reads (ECS21a), half hours of active import (ECS22b).
            _log("0-0:43.2.4.255", "0-0:99.1.3.255", DAILY_CONSUMPTION),
            _log("0-0:43.2.5.255", "0-0:98.1.9.255", DAILY_READ),
            _log("0-0:43.2.7.255", "0-0:99.1.0.255", ACTIVE_IMPORT_PROFILE),
        )
    )
)
"""get_protected_attributes of each Data Protection object, and what it guards."""


def get_protected_attributes(
    guarded: Guarded | GuardedLog, state: State, parameter: Data, occasion: Occasion
) -> Data:
    """The value of what is guarded, as only the User for whom the Command asks can open it.

    Raises :class:`Refused` for a Command that names another object, another part of it or another
    protection, and where the User's certificate is not held, or the one that came is not its own.
    """
    value = guarded.value(state, _restriction(guarded.object, parameter), occasion.now)
    try:
        secret = device_secret(occasion.header, occasion.keys)
    except (NoKey, DecodeError) as error:
        raise Refused(Result.OTHER_REASON, str(error), AlertCode.FAILED_AUTHORISATION) from error
    return Data(Tag.STRUCTURE, protected(Data(Tag.STRUCTURE, (value,)), occasion.response, secret))


def _restriction(object_: Place, parameter: Data) -> Data:
    """What part is asked for, by a parameter of the one attribute to read, and how to protect it."""
    match parameter.value:
        case (Data(tag=Tag.ARRAY) as attributes, Data(tag=Tag.ARRAY) as protection):
            pass
        case _:
            raise Refused(Result.TYPE_UNMATCHED, "attributes and protection parameters are asked for")
    match attributes.value:
        case (Data(tag=Tag.STRUCTURE, value=(*name, restriction)),) if tuple(name) == _name(object_):
            pass
        case _:
            raise Refused(Result.OBJECT_UNDEFINED, f"only {object_} is read this way")
    if ProtectionParameters.from_data(protection) is None:
        raise Refused(Result.TYPE_UNMATCHED, "not the protection parameters of GBCS")
    assert isinstance(restriction, Data), "a structure has nothing else in it"
    return restriction


def _name(object_: Place) -> tuple[Data, ...]:
    """How the attribute that is an object as a whole is named."""
    return (
        Data(Tag.LONG_UNSIGNED, object_.class_id),
        Data(Tag.OCTET_STRING, bytes(object_.obis)),
        Data(Tag.INTEGER, object_.index),
        Data(Tag.LONG_UNSIGNED, 0),
    )
