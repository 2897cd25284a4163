"""Mapping rows of what an electricity meter measured and keeps account of: SRV 4.1 to 4.17 but for 4.10."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.dlms import get
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, Parts, dlms
from doorstep.duis.transform.selection import entries, protected_log, protected_value

__all__ = ["ROWS"]

_GUESSED_OBJECT: Final = "guess: the object that is read follows the numbering of its neighbours"


def _register(name: str) -> Parts:
    """A register's value, then its scaler and unit."""
    return get(3, name, 2), get(3, name, 3)


def _maximum_demand(name: str) -> Parts:
    """An extended register's value, scaler and unit, and the time it was captured."""
    return get(4, name, 2), get(4, name, 3), get(4, name, 5)


_THRESHOLDS: Final = tuple(get(21, f"0-0:16.0.{number}.255", 2) for number in range(11, 19))
"""The thresholds of the blocks of time of use 1 to 8."""

_CALENDAR: Final = (3, 4, 5)
"""Seasons, weeks and days of an Activity Calendar, those that are active."""

ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS17b", "4.1.1", protected_value("0-0:43.2.8.255", "0-0:94.44.34.10")),
    dlms("ECS17d", "4.1.2", protected_value("0-0:43.2.9.255", "0-0:94.44.34.1")),
    dlms(
        "ECS17e",
        "4.1.3",
        protected_value("0-0:43.2.10.255", "0-0:94.44.34.2"),
        basis=_GUESSED_OBJECT,
    ),
    dlms("ECS17a", "4.2", *_register("1-0:2.8.0.255"), *_register("1-0:4.8.0.255")),
    dlms("ECS19", "4.3", protected_value("0-0:43.2.1.255", "0-0:94.44.34.30")),
    dlms("ECS20b", "4.4.2", protected_log("0-0:43.2.3.255", "0-0:98.1.2.255")),
    dlms(
        "ECS20c",
        "4.4.3",
        protected_log("0-0:43.2.2.255", "0-0:98.1.1.255"),
        basis=_GUESSED_OBJECT,
    ),
    dlms("ECS20a", "4.4.4", entries("0-0:98.1.4.255")),
    dlms("ECS20d", "4.4.5", entries("0-0:98.1.5.255")),
    dlms("ECS21a", "4.6.1", protected_log("0-0:43.2.5.255", "0-0:98.1.9.255")),
    dlms("ECS21c", "4.6.2", entries("0-0:98.1.10.255"), originator=Originator.BROKER_FOR_USER),
    dlms("ECS22b", "4.8.1", protected_log("0-0:43.2.7.255", "0-0:99.1.0.255")),
    dlms("ECS22c", "4.8.2", entries("0-0:99.1.2.255")),
    dlms("ECS22a", "4.8.3", entries("0-0:99.1.1.255")),
    dlms(
        "ECS24",
        "4.11.1",
        *_register("0-0:94.44.1.7"),
        *(get(20, "0-0:13.0.0.255", attribute) for attribute in _CALENDAR),
        get(11, "0-0:11.0.0.255", 2),
        *_THRESHOLDS,
        get(9000, "0-0:94.44.2.0", 2),
        get(113, "0-0:19.20.4.255", 5),
        get(113, "0-0:19.20.0.255", 5),
    ),
    dlms(
        "ECS24b",
        "4.11.2",
        get(113, "0-0:19.20.5.255", 5),
        *_register("0-0:94.44.1.8"),
        get(11, "0-0:11.0.1.255", 2),
        *(get(20, "0-0:13.0.1.255", attribute) for attribute in _CALENDAR),
    ),
    dlms(
        "ECS18b",
        "4.12.1",
        get(1, "0-0:94.44.5.0", 2),
        get(1, "0-0:94.44.5.1", 2),
        *_maximum_demand("1-0:1.6.0.255"),
        *_maximum_demand("1-0:1.6.1.255"),
        get(10, "0-0:12.0.0.255", 2),
        basis="one Command without its request",
    ),
    dlms("ECS18a", "4.12.2", get(1, "0-0:94.44.5.2", 2), *_maximum_demand("1-0:2.6.0.255")),
    dlms(
        "ECS26a",
        "4.13",
        get(113, "0-0:19.20.1.255", 5),
        get(11, "0-0:11.0.2.255", 2),
        get(113, "0-0:19.20.1.255", 8),
        get(113, "0-0:19.20.1.255", 5),
        get(113, "0-0:19.20.2.255", 5),
        get(113, "0-0:19.20.2.255", 8),
        get(113, "0-0:19.20.2.255", 5),
        get(113, "0-0:19.20.3.255", 13),
        get(9000, "0-0:94.44.2.10", 2),
        get(21, "0-0:16.0.1.255", 2),
        get(9000, "0-0:94.44.2.20", 2),
        get(111, "0-0:19.0.0.255", 16),
        get(111, "0-0:19.0.0.255", 18),
        get(111, "0-0:19.0.0.255", 19),
        get(112, "0-0:19.10.1.255", 9),
        get(112, "0-0:19.10.1.255", 10),
        get(10, "0-0:12.0.1.255", 2),
        get(111, "0-0:19.0.0.255", 11),
        basis="one sample, for one element; the same form for two is a guess",
    ),
    dlms("ECS21b", "4.14", protected_log("0-0:43.2.6.255", "0-0:98.1.8.255")),
    dlms(
        "ECS27",
        "4.15",
        get(9000, "0-0:94.44.0.3", 2),
        *_register("0-0:94.44.42.255"),
        get(71, "0-0:17.0.0.255", 4),
        get(71, "0-0:17.0.0.255", 6),
        get(71, "0-0:17.0.0.255", 7),
    ),
    dlms("ECS17c", "4.16", get(1, "0-0:94.44.34.20", 2)),
    dlms("ECS66", "4.17", protected_log("0-0:43.2.4.255", "0-0:99.1.3.255")),
)
