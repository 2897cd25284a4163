"""What the scripts of a script table do, by the table's logical name and the script's selector.

The facts give the load switch's scripts and the reset of the block counters; the rest is read from
reference Commands beside the requests that they were made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.payloads.dlms import Obis

__all__ = ["script"]


def script(table: bytes, selector: int) -> str:
    """What a script does, in words; empty where that is not known."""
    words = _TABLES.get(table)
    return words(selector) if words else ""


_LOAD_SWITCH: Final[Mapping[int, str]] = MappingProxyType(
    {
        32: "start of non-disablement",
        33: "end of non-disablement",
        51: "enable supply",
        52: "disable supply",
        54: "arm supply",
    }
)

_RESET_BLOCK_COUNTERS: Final = 99
_TARIFF_REGISTERS: Final = (
    (range(1, 49), "time of use register"),
    (range(101, 109), "block register"),
    (range(201, 205), "time of use register of the secondary element"),
)

_SWITCHES: Final = range(1, 6)
_SWITCH_ACTIONS: Final[Mapping[int, str]] = MappingProxyType(
    {0x01: "on", 0x02: "off", 0x11: "on for a time", 0x12: "off for a time", 0x20: "back to its calendar"}
)
_DIRECTIONS: Final[Mapping[int, str]] = MappingProxyType({1: "", 2: ", input from its load"})
_LEVEL: Final = 0x7F  # The bit above it is set in calendars and clear in Commands.


def _tariffication(selector: int) -> str:
    if selector == _RESET_BLOCK_COUNTERS:
        return "reset the block counters"
    return next(
        (f"{words} {selector - of.start + 1}" for of, words in _TARIFF_REGISTERS if selector in of), ""
    )


def _load_switch(selector: int) -> str:
    return _LOAD_SWITCH.get(selector, "")


def _switches(selector: int) -> str:
    """Which of five switches, and what it shall do; or an auxiliary controller's level."""
    number, action = divmod(selector, 0x100)
    if number in _SWITCHES and action in _SWITCH_ACTIONS:
        return f"switch {number} {_SWITCH_ACTIONS[action]}"
    return _controllers(selector)


def _controllers(selector: int) -> str:
    """Four bits of direction, four bits for which of five controllers, and a level in percent."""
    head, level = selector >> 8, selector & _LEVEL
    direction, number = head >> 4, head & 0x0F
    if direction in _DIRECTIONS and number in _SWITCHES and level <= 100:
        return f"auxiliary controller {number} at {level} %{_DIRECTIONS[direction]}"
    return ""


_TABLES: Final[Mapping[bytes, Callable[[int], str]]] = MappingProxyType(
    {
        Obis.parse("0-0:10.0.100.255"): _tariffication,
        Obis.parse("0-0:10.0.103.255"): _switches,
        Obis.parse("0-0:10.0.106.255"): _load_switch,
        Obis.parse("0-0:10.0.107.255"): _controllers,
    }
)
