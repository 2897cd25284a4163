"""Activations: which passive value becomes which active one when an activation date-time is reached.

One row an activation attribute; what setting one does is in :mod:`~doorstep.road.meter.electricity.schedule`.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.device.objects import Place, place

__all__ = ["ACTIVATIONS", "WRITTEN_AS", "Transfer"]


class Transfer(Struct, frozen=True):
    """A passive value, the active one that it becomes, and how it is written there."""

    passive: Place
    active: Place
    convert: Callable[[Data], Data] = lambda data: data


def _transfer(passive: str, active: str) -> Transfer:
    return Transfer(place(passive), place(active))


def _only_threshold(data: Data) -> Data:
    """A money threshold as the one element of a register monitor's thresholds."""
    return Data(Tag.ARRAY, (data,))


def _account_active(data: Data) -> Data:
    """Payment mode as it is, account status 2 (active), as the Blue Book numbers it."""
    mode = data.value[0] if isinstance(data.value, tuple) else data
    return Data(Tag.STRUCTURE, (mode, Data(Tag.ENUM, 2)))


def _own(obis: str) -> tuple[str, tuple[Transfer, ...]]:
    """An object of class 9000 that holds its own active value."""
    return f"9000 {obis} 6", (_transfer(f"9000 {obis} 4", f"9000 {obis} 2"),)


def _for(obis: str, active: str) -> tuple[str, tuple[Transfer, ...]]:
    """An object of class 9000 that holds the passive value of another object's attribute."""
    return f"9000 {obis} 6", (_transfer(f"9000 {obis} 4", active),)


def _unit_charge(obis: str) -> tuple[str, tuple[Transfer, ...]]:
    return f"113 {obis} 7", (_transfer(f"113 {obis} 6", f"113 {obis} 5"),)


def _calendar(obis: str) -> tuple[str, tuple[Transfer, ...]]:
    return f"20 {obis} 10", tuple(
        _transfer(f"20 {obis} {passive}", f"20 {obis} {passive - 4}") for passive in (7, 8, 9)
    )


def _table(obis: str, class_id: int, object_: str) -> tuple[str, tuple[Transfer, ...]]:
    """A table whose passive copy is an object of its own, with 1 where the active one has 0."""
    return f"9000 {obis} 6", (_transfer(f"{class_id} 0-1:{object_} 2", f"{class_id} 0-0:{object_} 2"),)


_ROWS: Final[tuple[tuple[str, tuple[Transfer, ...]], ...]] = (
    (
        "111 0-1:19.0.0.255 13",
        (
            Transfer(place("111 0-1:19.0.0.255 2"), place("111 0-0:19.0.0.255 2"), _account_active),
            _transfer("111 0-1:19.0.0.255 11", "111 0-0:19.0.0.255 11"),
        ),
    ),
    (
        "9000 0-0:94.44.128.22 6",
        (Transfer(place("9000 0-0:94.44.128.22 4"), place("21 0-0:16.0.1.255 2"), _only_threshold),),
    ),
    _own("0-0:94.44.2.10"),
    _own("0-0:94.44.2.20"),
    _own("0-0:94.44.2.0"),
    _own("0-0:94.44.0.3"),
    _for("0-0:94.44.128.2", "112 0-0:19.10.1.255 9"),
    _for("0-0:94.44.128.3", "112 0-0:19.10.1.255 10"),
    _for("0-0:94.44.128.9", "111 0-0:19.0.0.255 16"),
    _for("0-0:94.44.128.12", "111 0-0:19.0.0.255 18"),
    _for("0-0:94.44.128.13", "111 0-0:19.0.0.255 19"),
    _for("0-0:94.44.128.6", "71 0-0:17.0.0.255 6"),
    _for("0-0:94.44.128.7", "71 0-0:17.0.0.255 4"),
    _for("0-0:94.44.128.8", "71 0-0:17.0.0.255 7"),
    _unit_charge("0-0:19.20.0.255"),
    _unit_charge("0-0:19.20.4.255"),
    _unit_charge("0-0:19.20.5.255"),
    _calendar("0-0:13.0.0.255"),
    _calendar("0-0:13.0.1.255"),
    _table("0-0:94.44.128.29", 11, "11.0.0.255"),
    _table("0-0:94.44.128.30", 11, "11.0.1.255"),
    _table("0-0:94.44.128.31", 11, "11.0.2.255"),
    _table("0-0:94.44.128.35", 11, "11.0.3.255"),
    _table("0-0:94.44.128.28", 10, "12.0.1.255"),
    _table("0-0:94.44.128.26", 10, "12.0.2.255"),
    (
        "9000 0-0:63.1.1.255 6",
        tuple(_transfer(f"21 0-0:16.1.{n}.255 2", f"21 0-0:16.0.{n}.255 2") for n in range(11, 19)),
    ),
)

ACTIVATIONS: Final = MappingProxyType({place(when): transfers for when, transfers in _ROWS})
"""What is transferred, by the place of the activation date-time."""

WRITTEN_AS: Final = MappingProxyType(
    # ECS08 writes the maximum meter balance by the number of the active value and then sets its
    # activation time; its successor ECS08a names the passive value. We take the two for the same.
    {place("9000 0-0:94.44.2.20 2"): place("9000 0-0:94.44.2.20 4")}
)
"""Where a write that names an active value is put instead."""
