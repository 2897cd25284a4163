"""Data Protection objects: registers that a Command reads encrypted, for its User alone to open.

Each guards one object, which is several registers in a row; a Command names that object, and how it is to
be protected. What is read of logs this way is not here: the meter keeps none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError, NoKey
from doorstep.gbcs.encrypted import ProtectionParameters, device_secret, protected
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.execution import Occasion
from doorstep.road.device.objects import Place, Refused, Result, place
from doorstep.road.meter.electricity.state import State

__all__ = ["PROTECTED", "Guarded", "get_protected_attributes"]

_NO_RESTRICTION: Final = Data(Tag.STRUCTURE, (Data(Tag.ENUM, 0), Data(Tag.NULL_DATA)))


class Guarded(Struct, frozen=True):
    """An object that is read encrypted: its name, and the registers that its value is made of."""

    object: Place
    registers: tuple[Place, ...]

    def value(self, state: State) -> Data:
        """What the object holds."""
        return Data(Tag.STRUCTURE, tuple(map(state.value, self.registers)))


def _row(guard: str, object_: str, *registers: str) -> tuple[Place, Guarded]:
    return place(f"30 {guard} 1"), Guarded(place(f"1 {object_} 2"), tuple(map(place, registers)))


PROTECTED: Final[Mapping[Place, Guarded]] = MappingProxyType(
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
            ),
            # Tariff register matrix, 48 times of use (ECS17d).
            _row("0-0:43.2.9.255", "0-0:94.44.34.1", "1 0-0:94.44.34.1 2"),
            # Prepayment registers: balance, emergency credit, accumulated debt; payment debt, time debts 1
            # and 2 (ECS19).
            _row(
                "0-0:43.2.1.255",
                "0-0:94.44.34.30",
                *(f"112 0-0:19.10.{credit}.255 2" for credit in range(3)),
                *(f"113 0-0:19.20.{debt}.255 12" for debt in (3, 1, 2)),
            ),
        )
    )
)
"""get_protected_attributes of each Data Protection object, and what it guards."""


def get_protected_attributes(guarded: Guarded, state: State, parameter: Data, occasion: Occasion) -> Data:
    """The value of what is guarded, as only the User for whom the Command asks can open it.

    Raises :class:`Refused` for a Command that names another object or another protection, and where the
    User's certificate is not held, or the one that came is not its own.
    """
    _check(guarded, parameter)
    try:
        secret = device_secret(occasion.header, occasion.keys)
    except (NoKey, DecodeError) as error:
        raise Refused(Result.OTHER_REASON, str(error), AlertCode.FAILED_AUTHORISATION) from error
    attributes = Data(Tag.STRUCTURE, (guarded.value(state),))
    return Data(Tag.STRUCTURE, protected(attributes, occasion.response, secret))


def _check(guarded: Guarded, parameter: Data) -> None:
    """The parameter is the attributes to read, and how to protect them."""
    match parameter.value:
        case (Data(tag=Tag.ARRAY) as attributes, Data(tag=Tag.ARRAY) as protection):
            pass
        case _:
            raise Refused(Result.TYPE_UNMATCHED, "attributes and protection parameters are asked for")
    if attributes != _naming(guarded.object):
        raise Refused(Result.OBJECT_UNDEFINED, f"only {guarded.object} is read this way")
    if ProtectionParameters.from_data(protection) is None:
        raise Refused(Result.TYPE_UNMATCHED, "not the protection parameters of GBCS")


def _naming(object_: Place) -> Data:
    """The array of the one attribute that names an object as a whole."""
    name = (
        Data(Tag.LONG_UNSIGNED, object_.class_id),
        Data(Tag.OCTET_STRING, bytes(object_.obis)),
        Data(Tag.INTEGER, object_.index),
        Data(Tag.LONG_UNSIGNED, 0),
        _NO_RESTRICTION,
    )
    return Data(Tag.ARRAY, (Data(Tag.STRUCTURE, name),))
