"""What the parts of a COSEM value are called and how they read; and the items that many objects share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.gbcs.names.readings import (
    Reading,
    bits,
    chosen,
    date,
    date_time,
    eui,
    nothing,
    pounds,
    quantity,
    scaled,
    text,
    time_of_day,
    truth,
    utc2000,
)
from doorstep.gbcs.names.scripts import script
from doorstep.gbcs.names.units import NO_UNIT, UNITS
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import Obis

__all__ = [
    "ACCOUNT_MODE",
    "ACTIVE_DEVICE",
    "ACTIVE_POWER",
    "COLLECTION",
    "DAY_PROFILE",
    "DEVICE_LOG_BACKUP",
    "EXECUTION_TIME",
    "PRESET_TIME",
    "PROTECTED",
    "PROTECTION_PARAMETERS",
    "PROTECTION_REQUEST",
    "RANGE",
    "REGISTERED_DEVICE",
    "RESTORED_LOG",
    "SCALER_UNIT",
    "SCHEDULE",
    "SEASON",
    "SPECIAL_DAY",
    "UNIT_CHARGE",
    "WEEK",
    "Item",
    "logical_name",
    "measured",
    "register_items",
]


class Item(Struct, frozen=True):
    """One COSEM value: its name, its reading, and the items that it is made of.

    ``items`` are those of a structure's elements. An array has the item of each of its elements.
    ``within`` gives the items of a structure where they depend on what it holds. ``own`` says of a
    class's attribute that its reading and its items are those of the object.
    """

    name: str = ""
    reads: Reading = nothing
    items: tuple[Item, ...] = ()
    within: Callable[[Data], tuple[Item, ...]] | None = None
    own: bool = False

    def parts(self, data: Data) -> tuple[Item, ...]:
        """The items of a structure's elements; fewer than it has, where not all are known."""
        return self.within(data) if self.within else self.items


def logical_name(value: object) -> str:
    """Six octets as a logical name, ``0-0:19.10.0.255``; the view adds what the object is called."""
    return str(Obis(value)) if isinstance(value, bytes) and len(value) == 6 else ""


# -- looking into a value, whatever it is -----------------------------------------------------------


def _element(data: Data, *path: int) -> Data:
    """An element of a structure, or of one inside it; null-data where there is none."""
    for index in path:
        inside = data.value
        data = inside[index] if isinstance(inside, tuple) and index < len(inside) else Data(Tag.NULL_DATA)
    return data


def _number(data: Data, *path: int) -> int | None:
    value = _element(data, *path).value
    return value if isinstance(value, int) else None


# -- registers ----------------------------------------------------------------------------------

SCALER_UNIT: Final = Item("scaler and unit", items=(Item("scaler"), Item("unit", chosen(UNITS))))
"""What a register's value is to be multiplied by (a power of ten), and its unit."""


def measured(scaler_unit: Data) -> Reading:
    """The reading of a register's value that its scaler and unit give."""
    scaler, unit = _number(scaler_unit, 0), _number(scaler_unit, 1)
    if scaler is None or unit is None or abs(scaler) > _MOST_DIGITS:
        return nothing
    if unit in NO_UNIT:
        return lambda value: scaled(value, scaler) if scaler and isinstance(value, int) else ""
    return quantity(UNITS.get(unit, f"of unit {unit}"), scaler)


_MOST_DIGITS: Final = 18


def register_items(*names: str) -> Callable[[Data], tuple[Item, ...]]:
    """The items of a structure in which each value has its scaler and unit next after it."""

    def within(data: Data) -> tuple[Item, ...]:
        items: list[Item] = []
        left = list(names)
        for index, element in enumerate(data.value if isinstance(data.value, tuple) else ()):
            if isinstance(element.value, tuple):
                items.append(SCALER_UNIT)
            else:
                reading = measured(_element(data, index + 1))
                items.append(Item(left.pop(0) if left else "value", reading))
        return tuple(items)

    return within


ACTIVE_POWER: Final = Item(within=register_items("Active Power Import", "Active Power Import"))
"""Value, scaler and unit, and where there are two elements, the value of one of them."""

# -- calendars and schedules ------------------------------------------------------------------------

_SCRIPT_TABLE: Final = Item("script table", logical_name)


def _script_selector(table: Data) -> Item:
    """The item of a script's selector, given its table's logical name."""
    name = table.value
    return Item(
        "script selector",
        lambda selector: (
            script(name, selector) if isinstance(name, bytes) and isinstance(selector, int) else ""
        ),
    )


def _day_action(data: Data) -> tuple[Item, ...]:
    return Item("start", time_of_day), _SCRIPT_TABLE, _script_selector(_element(data, 1))


SEASON: Final = Item(
    items=(Item("season", text), Item("start", date_time), Item("week")),
)
WEEK: Final = Item(
    items=tuple(
        Item(name)
        for name in (
            "week",
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        )
    ),
)
DAY_PROFILE: Final = Item(items=(Item("day"), Item("schedule", within=_day_action)))
SPECIAL_DAY: Final = Item(items=(Item("index"), Item("date", date), Item("day")))


def _schedule_entry(data: Data) -> tuple[Item, ...]:
    return (
        Item("index"),
        Item("enabled", truth),
        _SCRIPT_TABLE,
        _script_selector(_element(data, 2)),
        Item("switch time", time_of_day),
        Item("validity window"),
        Item("weekdays", bits),
        Item("special days", bits),
        Item("begin", date),
        Item("end", date),
    )


SCHEDULE: Final = Item(within=_schedule_entry)
EXECUTION_TIME: Final = Item(items=(Item("time", time_of_day), Item("date", date)))
PRESET_TIME: Final = Item(
    items=(
        Item("preset time", date_time),
        Item("validity interval start", date_time),
        Item("validity interval end", date_time),
    )
)

# -- tariffs, accounts and debts --------------------------------------------------------------------


def _unit_charge(data: Data) -> tuple[Item, ...]:
    """Scaling, what is charged for, and the charges, which read by the scaling."""
    return (
        Item("scaling", items=(Item("commodity scale"), Item("price scale"))),
        Item(
            "commodity reference",
            items=(Item("class"), Item("object", logical_name), Item("attribute")),
        ),
        Item("charges", items=(Item("tariff index", _tariff_index), Item("charge", _price(data)))),
    )


def _tariff_index(value: object) -> str:
    """Which price of the matrix: 01 to 30 time of use, A1 to D8 four blocks of each of eight registers."""
    if not isinstance(value, bytes) or len(value) != 1:
        return "the only one" if value == b"" else ""
    if value[0] in _TOU_INDICES:
        return f"time of use register {value[0]}"
    block, register = value[0] >> 4, value[0] & 0x0F
    if block in _BLOCK_INDICES and register in _BLOCK_REGISTERS:
        return f"block register {register}, block {_BLOCK_INDICES.index(block) + 1}"
    return ""


_TOU_INDICES: Final = range(1, 49)
_BLOCK_INDICES: Final = range(0xA, 0xE)
_BLOCK_REGISTERS: Final = range(1, 9)


def _price(unit_charge: Data) -> Reading:
    commodity_scale, price_scale = _number(unit_charge, 0, 0), _number(unit_charge, 0, 1)
    if commodity_scale is None or price_scale is None or not -_MOST_DIGITS <= price_scale <= 0:
        return nothing
    per = ""
    if _number(unit_charge, 1, 0):
        unit = {0: "Wh", 3: "kWh"}.get(commodity_scale, f"10^{commodity_scale} Wh")
        per = f" per {unit}"
    decimals = -price_scale
    return lambda charge: f"{pounds(charge, decimals)}{per}" if isinstance(charge, int) else ""


UNIT_CHARGE: Final = Item(within=_unit_charge)
ACCOUNT_MODE: Final = Item(
    items=(
        Item("payment mode", chosen({1: "credit", 2: "prepayment"})),
        Item("account status", chosen({1: "new", 2: "active", 3: "closed"})),
    )
)
COLLECTION: Final = Item(
    items=(Item("credit", logical_name), Item("charge", logical_name), Item("collection", bits))
)

# -- selective access and protection ----------------------------------------------------------------

_CAPTURED: Final = (Item("class"), Item("object", logical_name), Item("attribute"), Item("data index"))

RANGE: Final = Item(
    "range",
    items=(
        Item("restricting object", items=_CAPTURED),
        Item("from", utc2000),
        Item("to", utc2000),
        Item("selected values"),
    ),
)
"""Selective access by range: entries of a profile between two times."""

_PROTECTION: Final = chosen({0: "authentication", 1: "encryption", 2: "authentication and encryption"})
_KEY_INFO: Final = Item(
    "key info",
    items=(
        Item("type", chosen({0: "identified key", 1: "wrapped key", 2: "agreed key"})),
        Item("options", items=(Item("key parameters"), Item("ciphered key data"))),
    ),
)
PROTECTION_PARAMETERS: Final = Item(
    "protection parameters",
    items=(
        Item("protection", _PROTECTION),
        Item(
            "options",
            items=(
                Item("transaction id"),
                Item("originator system title", eui),
                Item("recipient system title", eui),
                Item("other information"),
                _KEY_INFO,
            ),
        ),
    ),
)


def _ciphertext(value: object) -> str:
    return f"encrypted, {len(value)} bytes" if isinstance(value, bytes) else ""


_RESTRICTION: Final = Item(
    "restriction",
    items=(
        Item("type", chosen({0: "none", 1: "by date", 2: "by entry"})),
        Item("value", items=(Item("from", date_time), Item("to", date_time))),
    ),
)
PROTECTION_REQUEST: Final = Item(
    items=(Item("attributes", items=(*_CAPTURED, _RESTRICTION)), PROTECTION_PARAMETERS)
)
PROTECTED: Final = Item(
    "protected attributes", items=(PROTECTION_PARAMETERS, Item("protected data", _ciphertext))
)
"""What a Device answers: the parameters, and the attributes' values under encryption."""

# -- the Communications Hub's logs ------------------------------------------------------------------

# The parts of an active device are the Blue Book's as far as it is known here; reference values of
# signal strength bear them out, those of link quality do not.
ACTIVE_DEVICE: Final = Item(
    items=(
        Item("device", eui),
        Item("status", bits),
        Item("highest RSSI", quantity("dBm")),
        Item("average RSSI", quantity("dBm")),
        Item("lowest RSSI", quantity("dBm")),
        Item("highest LQI"),
        Item("average LQI"),
        Item("lowest LQI"),
        Item("last communication", date_time),
        Item("hops"),
        Item("transmission failures"),
        Item("transmission successes"),
        Item("application version"),
        Item("stack version"),
    )
)
REGISTERED_DEVICE: Final = Item(
    items=(Item("device", eui), Item("key type", chosen({0: "link key", 1: "install code"})), Item("key"))
)
_LOG_ENTRIES: Final = Item("devices", items=(Item("device", eui), Item("hash of its link key")))
DEVICE_LOG_BACKUP: Final = Item(items=(Item("backup time", date_time), Item("extended PAN id"), _LOG_ENTRIES))
RESTORED_LOG: Final = Item(items=(Item("extended PAN id"), _LOG_ENTRIES))
