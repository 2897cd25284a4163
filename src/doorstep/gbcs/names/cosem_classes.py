"""COSEM classes: what their attributes and methods are called, and what is inside them.

Class 9000 is GBCS's own: a value with a passive one beside it, which takes its place at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.gbcs.names import cosem_items as items
from doorstep.gbcs.names.cosem_items import Item
from doorstep.gbcs.names.readings import (
    Reading,
    chosen,
    date_time,
    eui,
    money,
    percent,
    quantity,
    text,
    truth,
)

__all__ = ["CLASSES", "CosemClass"]


class CosemClass(Struct, frozen=True):
    """A COSEM class: its name, and its attributes and methods by number."""

    name: str
    attributes: Mapping[int, Item] = {}
    methods: Mapping[int, Item] = {}


def _own(name: str) -> Item:
    """An attribute or method whose contents are those of the object."""
    return Item(name, own=True)


def _like(name: str, item: Item) -> Item:
    """An attribute or method with the contents of an item that several have."""
    return Item(name, item.reads, item.items, item.within)


def _plain(*names: str, first: int = 2) -> dict[int, Item]:
    """Attributes or methods that have a name and nothing more, numbered from ``first`` on."""
    return {number: Item(name) for number, name in enumerate(names, first)}


_seconds: Final = quantity("s")
_CLOCK_STATUS: Final[Reading] = chosen({0: "reliable"})
_CLOCK_BASE: Final[Reading] = chosen({0: "not defined", 1: "internal crystal", 5: "radio controlled"})
_LOAD_SWITCH: Final[Reading] = chosen(
    {0: "disconnected", 1: "connected", 2: "ready for reconnection (armed)"}
)


def _profiles(state: str, first: int) -> dict[int, Item]:
    """The three tables of an activity calendar."""
    return {
        first: _like(f"season profiles, {state}", items.SEASON),
        first + 1: _like(f"week profiles, {state}", items.WEEK),
        first + 2: _like(f"day profiles, {state}", items.DAY_PROFILE),
    }


CLASSES: Final[Mapping[int, CosemClass]] = MappingProxyType(
    {
        1: CosemClass("Data", {2: _own("value")}),
        3: CosemClass("Register", {2: _own("value"), 3: items.SCALER_UNIT}, {1: Item("reset")}),
        4: CosemClass(
            "Extended Register",
            {2: _own("value"), 3: items.SCALER_UNIT, 4: Item("status"), 5: Item("capture time", date_time)},
            {1: Item("reset")},
        ),
        7: CosemClass(
            "Profile Generic",
            {
                2: _own("buffer"),
                3: Item("capture objects"),
                4: Item("capture period", _seconds),
                **_plain("sort method", "sort object", "entries in use", "profile entries", first=5),
            },
            _plain("reset", "capture", first=1),
        ),
        8: CosemClass(
            "Clock",
            {
                2: Item("time", date_time),
                3: Item("time zone"),
                4: Item("status", _CLOCK_STATUS),
                5: Item("daylight saving begins", date_time),
                6: Item("daylight saving ends", date_time),
                7: Item("daylight saving deviation"),
                8: Item("daylight saving enabled", truth),
                9: Item("clock base", _CLOCK_BASE),
            },
            {
                **_plain("adjust to quarter", "adjust to measuring period", "adjust to minute", first=1),
                4: Item("adjust to preset time"),
                5: _like("preset adjusting time", items.PRESET_TIME),
                6: Item("shift time"),
            },
        ),
        9: CosemClass("Script Table", {2: Item("scripts")}, {1: _own("execute")}),
        10: CosemClass(
            "Schedule",
            {2: _like("entries", items.SCHEDULE)},
            _plain("enable/disable", "insert", "delete", first=1),
        ),
        11: CosemClass(
            "Special Days Table",
            {2: _like("entries", items.SPECIAL_DAY)},
            _plain("insert", "delete", first=1),
        ),
        20: CosemClass(
            "Activity Calendar",
            {
                2: Item("calendar name, active"),
                **_profiles("active", 3),
                6: Item("calendar name, passive"),
                **_profiles("passive", 7),
                10: Item("activation time of the passive calendar", date_time),
            },
            {1: Item("activate the passive calendar")},
        ),
        21: CosemClass(
            "Register Monitor", {2: _own("thresholds"), **_plain("monitored value", "actions", first=3)}
        ),
        22: CosemClass(
            "Single Action Schedule",
            {2: Item("executed script"), 3: Item("type"), 4: _like("execution time", items.EXECUTION_TIME)},
        ),
        30: CosemClass(
            "Data Protection",
            _plain(
                "protection buffer",
                "protection object list",
                "protection parameters for get",
                "protection parameters for set",
                "required protection",
            ),
            {
                1: _like("get protected attributes", items.PROTECTION_REQUEST),
                2: Item("set protected attributes"),
                3: Item("invoke protected method"),
            },
        ),
        70: CosemClass(
            "Disconnect Control",
            {2: Item("output state", truth), 3: Item("control state", _LOAD_SWITCH), 4: Item("control mode")},
            _plain("remote disconnect", "remote reconnect", first=1),
        ),
        71: CosemClass(
            "Limiter",
            {
                2: Item("monitored value"),
                3: _own("threshold, active"),
                4: _own("threshold, normal"),
                5: _own("threshold, emergency"),
                6: Item("least time over threshold", _seconds),
                7: Item("least time under threshold", _seconds),
                **_plain(
                    "emergency profile",
                    "emergency profile groups",
                    "emergency profile active",
                    "actions",
                    first=8,
                ),
            },
        ),
        104: CosemClass(
            "ZigBee Network Control",
            {
                2: Item("joining enabled", truth),
                3: Item("join timeout", _seconds),
                4: _like("active devices", items.ACTIVE_DEVICE),
            },
            {
                1: _like("register device", items.REGISTERED_DEVICE),
                2: Item("unregister device", eui),
                3: Item("unregister all devices"),
                4: _like("back up PAN", items.DEVICE_LOG_BACKUP),
                5: _like("restore PAN", items.RESTORED_LOG),
                **_plain(
                    "identify device",
                    "remove mirror",
                    "update network key",
                    "update link key",
                    "create PAN",
                    "remove PAN",
                    first=6,
                ),
            },
        ),
        111: CosemClass(
            "Account",
            {
                2: _like("account mode and status", items.ACCOUNT_MODE),
                **_plain("current credit in use", "current credit status", first=3),
                5: Item("available credit", money),
                6: Item("amount to clear", money),
                7: Item("clearance threshold", money),
                8: Item("aggregated debt", money),
                **_plain("credit references", "charge references", first=9),
                11: _like("credit and charge configuration", items.COLLECTION),
                12: Item("token gateway configuration"),
                13: Item("activation time", date_time),
                14: Item("closure time", date_time),
                15: Item("currency"),
                16: Item("low credit threshold", money),
                17: Item("next credit available threshold", money),
                18: Item("debt recovery rate cap"),
                19: Item("debt recovery rate cap period", _seconds),
            },
            _plain("activate", "close", "reset", first=1),
        ),
        112: CosemClass(
            "Credit",
            {
                2: Item("amount", money),
                **_plain("credit type", "priority", first=3),
                5: Item("warning threshold", money),
                6: Item("limit", money),
                **_plain("configuration", "status", first=7),
                9: Item("preset amount", money),
                10: Item("threshold from which it is available", money),
                11: Item("period"),
            },
            {1: Item("add to the amount", money), 2: Item("set the amount", money), 3: Item("invoke credit")},
        ),
        113: CosemClass(
            "Charge",
            {
                2: Item("total amount paid", money),
                **_plain("charge type", "priority", first=3),
                5: _like("unit charge, active", items.UNIT_CHARGE),
                6: _like("unit charge, passive", items.UNIT_CHARGE),
                7: Item("activation time of the passive unit charge", date_time),
                8: Item("period", _seconds),
                9: Item("configuration"),
                10: Item("last collection time", date_time),
                11: Item("last collection amount", money),
                12: Item("amount remaining", money),
                13: Item("share of a payment", percent),
            },
            {
                1: Item("update unit charge"),
                2: Item("activate the passive unit charge"),
                3: Item("collect"),
                4: Item("add to the amount remaining", money),
                5: Item("set the amount remaining", money),
            },
        ),
        115: CosemClass(
            "Token Gateway",
            _plain("token", "token time", "token description", "token delivery method", "token status"),
            {1: Item("enter token", text)},
        ),
        9000: CosemClass(
            "Extended Data",
            {2: _own("value"), 4: _own("value, passive"), 6: Item("activation time", date_time)},
        ),
    }
)
"""The classes that GBCS messages name, by their COSEM number."""
