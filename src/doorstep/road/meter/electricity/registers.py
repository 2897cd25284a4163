"""The registers of an ESME: attributes that hold a value, of which type, and who may write them.

The types are those that the messages of the use cases carry; attributes that no use case of an ESME
reads or writes are left out. What is more than a stored value is elsewhere: what is measured and the time
in :mod:`.readings`, buffers in :mod:`.logs`. Some are read through :mod:`.protected` objects (class 30).

Names in the comments are the standard's where our facts give them, else the use case that uses the row.
"""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.device.objects import Place, Shape, array, place, structure

__all__ = ["REGISTERS", "Access", "Register", "blank_registers"]


class Access(Enum):
    """Who may write an attribute. Every attribute in the table may be read."""

    READ = "nobody"
    CRITICAL = "a Critical Command"
    ANY = "any Command"


class Register(Struct, frozen=True):
    """One attribute: its type, who may write it, and its value before anyone has."""

    place: Place
    shape: Shape
    access: Access
    initial: Data


READ, CRITICAL, ANY = Access.READ, Access.CRITICAL, Access.ANY

BOOLEAN = Shape(Tag.BOOLEAN)
BITS = Shape(Tag.BIT_STRING)
ENUM = Shape(Tag.ENUM)
INTEGER = Shape(Tag.INTEGER)
LONG = Shape(Tag.LONG)
UNSIGNED = Shape(Tag.UNSIGNED)
LONG_UNSIGNED = Shape(Tag.LONG_UNSIGNED)
DOUBLE_LONG = Shape(Tag.DOUBLE_LONG)
DOUBLE_LONG_UNSIGNED = Shape(Tag.DOUBLE_LONG_UNSIGNED)
OCTETS = Shape(Tag.OCTET_STRING)
VISIBLE = Shape(Tag.VISIBLE_STRING)
UTF8 = Shape(Tag.UTF8_STRING)
DATE_TIME = Shape(Tag.OCTET_STRING, size=12)

SCALER_UNIT = structure(INTEGER, ENUM)
MODE = structure(ENUM, ENUM)
CREDIT_CHARGE = array(structure(OCTETS, OCTETS, BITS))
UNIT_CHARGE = structure(
    structure(INTEGER, INTEGER),
    structure(LONG_UNSIGNED, OCTETS, INTEGER),
    array(structure(OCTETS, LONG)),
)
SPECIAL_DAYS = array(structure(LONG_UNSIGNED, OCTETS, UNSIGNED))
SCHEDULE = array(
    structure(
        LONG_UNSIGNED, BOOLEAN, OCTETS, LONG_UNSIGNED, OCTETS, LONG_UNSIGNED, BITS, BITS, OCTETS, OCTETS
    )
)
SEASONS = array(structure(OCTETS, OCTETS, OCTETS))
WEEKS = array(structure(OCTETS, *[UNSIGNED] * 7))
DAYS = array(structure(UNSIGNED, array(structure(OCTETS, OCTETS, LONG_UNSIGNED))))
EXECUTION_TIMES = array(structure(OCTETS, OCTETS))
COUNTS = array(DOUBLE_LONG_UNSIGNED)
THRESHOLDS = array(DOUBLE_LONG_UNSIGNED)
MONEY_THRESHOLDS = array(DOUBLE_LONG)
ACTIVE_POWER = structure(DOUBLE_LONG_UNSIGNED, SCALER_UNIT, DOUBLE_LONG_UNSIGNED)

_CREDIT_MODE: Final = Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1), Data(Tag.ENUM, 2)))
_NO_LIMIT: Final = Data(Tag.DOUBLE_LONG, 0x7FFFFFFF)
_CONNECTED: Final = Data(Tag.ENUM, 1)
_TIMES_OF_USE: Final = Data(Tag.ARRAY, (Data(Tag.DOUBLE_LONG_UNSIGNED, 0),) * 48)
_ZERO_THRESHOLD: Final = Data(Tag.ARRAY, (Data(Tag.DOUBLE_LONG, 0),))


def _row(text: str, shape: Shape, access: Access = READ, initial: Data | None = None) -> Register:
    return Register(place(text), shape, access, shape.blank if initial is None else initial)


def _register(obis: str) -> tuple[Register, Register]:
    """A register of class 3: its value and its scaler and unit."""
    return _row(f"3 {obis} 2", DOUBLE_LONG_UNSIGNED), _row(f"3 {obis} 3", SCALER_UNIT)


def _demand(obis: str) -> tuple[Register, Register, Register]:
    """A maximum demand register of class 4: value, scaler and unit, and when it was reached."""
    return (
        _row(f"4 {obis} 2", DOUBLE_LONG_UNSIGNED),
        _row(f"4 {obis} 3", SCALER_UNIT),
        _row(f"4 {obis} 5", DATE_TIME),
    )


def _passive(obis: str, shape: Shape) -> tuple[Register, Register]:
    """A passive value of class 9000, and when it is to become the active one."""
    return _row(f"9000 {obis} 4", shape, CRITICAL), _row(f"9000 {obis} 6", DATE_TIME, CRITICAL)


def _unit_charge(obis: str) -> tuple[Register, Register, Register]:
    """A price: active, passive, and when the passive one becomes active."""
    return (
        _row(f"113 {obis} 5", UNIT_CHARGE),
        _row(f"113 {obis} 6", UNIT_CHARGE, CRITICAL),
        _row(f"113 {obis} 7", DATE_TIME, CRITICAL),
    )


def _calendar(obis: str) -> tuple[Register, ...]:
    """An activity calendar: three active tables, three passive ones, and when those become active."""
    tables = (SEASONS, WEEKS, DAYS)
    active = (_row(f"20 {obis} {index}", shape) for index, shape in enumerate(tables, 3))
    passive = (_row(f"20 {obis} {index}", shape, CRITICAL) for index, shape in enumerate(tables, 7))
    return (*active, *passive, _row(f"20 {obis} 10", DATE_TIME, CRITICAL))


def _limits(obis: str) -> tuple[Register, Register]:
    """A limiter whose threshold and duration the network operator writes."""
    return (
        _row(f"71 {obis} 4", DOUBLE_LONG_UNSIGNED, ANY),
        _row(f"71 {obis} 6", DOUBLE_LONG_UNSIGNED, ANY),
    )


_ROWS: Final = (
    # The base of the clock (ECS70); the time itself is among the readings.
    _row("8 0-0:1.0.0.255 9", ENUM, CRITICAL),
    # Account: payment mode, credit and charge configuration, low credit threshold, debt recovery rate
    # cap with its period; and the passive account with the time at which it becomes the active one.
    _row("111 0-0:19.0.0.255 2", MODE, READ, _CREDIT_MODE),
    _row("111 0-0:19.0.0.255 11", CREDIT_CHARGE),
    _row("111 0-0:19.0.0.255 16", DOUBLE_LONG),
    _row("111 0-0:19.0.0.255 18", LONG_UNSIGNED),
    _row("111 0-0:19.0.0.255 19", DOUBLE_LONG),
    _row("111 0-1:19.0.0.255 2", MODE, CRITICAL),
    _row("111 0-1:19.0.0.255 11", CREDIT_CHARGE, CRITICAL),
    _row("111 0-1:19.0.0.255 13", DATE_TIME, CRITICAL),
    # Credits: meter balance; emergency credit with its status, limit and threshold; the third object.
    _row("112 0-0:19.10.0.255 2", DOUBLE_LONG),
    _row("112 0-0:19.10.1.255 2", DOUBLE_LONG),
    _row("112 0-0:19.10.1.255 8", ENUM),
    _row("112 0-0:19.10.1.255 9", DOUBLE_LONG),
    _row("112 0-0:19.10.1.255 10", DOUBLE_LONG),
    _row("112 0-0:19.10.2.255 2", DOUBLE_LONG),
    # Charges: price matrix, standing charge, price of the secondary element.
    *_unit_charge("0-0:19.20.0.255"),
    *_unit_charge("0-0:19.20.4.255"),
    *_unit_charge("0-0:19.20.5.255"),
    # Debts: time debts 1 and 2 with recovery rate, period and what remains; payment debt with the share
    # of a top-up that it takes and what remains.
    _row("113 0-0:19.20.1.255 5", UNIT_CHARGE),
    _row("113 0-0:19.20.1.255 6", UNIT_CHARGE, CRITICAL),
    _row("113 0-0:19.20.1.255 8", DOUBLE_LONG_UNSIGNED, CRITICAL),
    _row("113 0-0:19.20.1.255 12", DOUBLE_LONG),
    _row("113 0-0:19.20.2.255 5", UNIT_CHARGE),
    _row("113 0-0:19.20.2.255 6", UNIT_CHARGE, CRITICAL),
    _row("113 0-0:19.20.2.255 8", DOUBLE_LONG_UNSIGNED, CRITICAL),
    _row("113 0-0:19.20.2.255 12", DOUBLE_LONG),
    _row("113 0-0:19.20.3.255 12", DOUBLE_LONG),
    _row("113 0-0:19.20.3.255 13", LONG_UNSIGNED, CRITICAL),
    # Prepayment configuration: disablement threshold, maximum credit, maximum meter balance, and the
    # passive values of these and of the account's and the emergency credit's thresholds.
    _row("21 0-0:16.0.1.255 2", MONEY_THRESHOLDS, READ, _ZERO_THRESHOLD),
    *_passive("0-0:94.44.128.22", DOUBLE_LONG),
    _row("9000 0-0:94.44.2.10 2", DOUBLE_LONG, READ, _NO_LIMIT),
    *_passive("0-0:94.44.2.10", DOUBLE_LONG),
    _row("9000 0-0:94.44.2.20 2", DOUBLE_LONG, CRITICAL, _NO_LIMIT),
    *_passive("0-0:94.44.2.20", DOUBLE_LONG),
    *_passive("0-0:94.44.128.2", DOUBLE_LONG),
    *_passive("0-0:94.44.128.3", DOUBLE_LONG),
    *_passive("0-0:94.44.128.9", DOUBLE_LONG),
    *_passive("0-0:94.44.128.12", LONG_UNSIGNED),
    *_passive("0-0:94.44.128.13", DOUBLE_LONG),
    # Non-disablement calendar and its special days, active, passive and when.
    _row("10 0-0:12.0.1.255 2", SCHEDULE),
    _row("10 0-1:12.0.1.255 2", SCHEDULE, CRITICAL),
    _row("9000 0-0:94.44.128.28 6", DATE_TIME, CRITICAL),
    _row("11 0-0:11.0.2.255 2", SPECIAL_DAYS),
    _row("11 0-1:11.0.2.255 2", SPECIAL_DAYS, CRITICAL),
    _row("9000 0-0:94.44.128.31 6", DATE_TIME, CRITICAL),
    # Tariff: switching tables of both elements, their special days, block thresholds, currency unit.
    *_calendar("0-0:13.0.0.255"),
    *_calendar("0-0:13.0.1.255"),
    _row("11 0-0:11.0.0.255 2", SPECIAL_DAYS),
    _row("11 0-1:11.0.0.255 2", SPECIAL_DAYS, CRITICAL),
    _row("9000 0-0:94.44.128.29 6", DATE_TIME, CRITICAL),
    _row("11 0-0:11.0.1.255 2", SPECIAL_DAYS),
    _row("11 0-1:11.0.1.255 2", SPECIAL_DAYS, CRITICAL),
    _row("9000 0-0:94.44.128.30 6", DATE_TIME, CRITICAL),
    *(_row(f"21 0-0:16.0.{block}.255 2", THRESHOLDS) for block in range(11, 19)),
    *(_row(f"21 0-0:16.1.{block}.255 2", THRESHOLDS, CRITICAL) for block in range(11, 19)),
    _row("9000 0-0:63.1.1.255 6", DATE_TIME, CRITICAL),
    _row("9000 0-0:94.44.2.0 2", BOOLEAN),
    *_passive("0-0:94.44.2.0", BOOLEAN),
    *_register("0-0:94.44.1.7"),
    *_register("0-0:94.44.1.8"),
    # Supply: load switch state, load limit and its passive values.
    _row("70 0-0:96.3.10.255 3", ENUM, READ, _CONNECTED),
    _row("71 0-0:17.0.0.255 4", DOUBLE_LONG_UNSIGNED),
    _row("71 0-0:17.0.0.255 6", DOUBLE_LONG_UNSIGNED),
    _row("71 0-0:17.0.0.255 7", DOUBLE_LONG_UNSIGNED),
    *_passive("0-0:94.44.128.6", DOUBLE_LONG_UNSIGNED),
    *_passive("0-0:94.44.128.7", DOUBLE_LONG_UNSIGNED),
    *_passive("0-0:94.44.128.8", DOUBLE_LONG_UNSIGNED),
    _row("9000 0-0:94.44.0.3 2", BOOLEAN),
    *_passive("0-0:94.44.0.3", BOOLEAN),
    *_register("0-0:94.44.42.255"),
    # Energy, demand and power readings.
    *_register("1-0:1.8.0.255"),
    *_register("1-0:2.8.0.255"),
    *_register("1-0:3.8.0.255"),
    *_register("1-0:4.8.0.255"),
    *_demand("1-0:1.6.0.255"),
    *_demand("1-0:1.6.1.255"),
    *_demand("1-0:2.6.0.255"),
    *(_row(f"1 0-0:94.44.5.{which} 2", DATE_TIME) for which in range(3)),
    _row("1 0-0:94.44.34.1 2", COUNTS, READ, _TIMES_OF_USE),
    _row("1 0-0:94.44.34.20 2", ACTIVE_POWER),
    _row("10 0-0:12.0.0.255 2", SCHEDULE, ANY),  # maximum demand time of use (ECS37)
    _row("21 0-0:16.0.0.255 2", THRESHOLDS, ANY),  # ECS34
    # Voltage: limits, thresholds and counters of each phase.
    *(row for which in range(1, 5) for row in _limits(f"0-0:17.0.{which}.255")),
    *(
        row
        for phase in (32, 52, 72)
        for row in (
            _row(f"1 1-0:{phase}.31.0.4 2", DOUBLE_LONG_UNSIGNED, ANY),
            _row(f"1 1-0:{phase}.35.0.4 2", DOUBLE_LONG_UNSIGNED, ANY),
            _row(f"7 1-0:{phase}.24.0.255 4", DOUBLE_LONG_UNSIGNED, ANY),
            *_register(f"1-0:{phase}.32.0.4"),
            *_register(f"1-0:{phase}.36.0.4"),
        )
    ),
    # Messages to the consumer, supplier's name and number, privacy PIN, change of tenancy.
    _row("1 0-2:96.13.1.255 2", OCTETS, ANY),
    _row("1 0-3:96.13.1.255 2", OCTETS, ANY),
    _row("9000 0-0:96.13.0.255 2", OCTETS, ANY),
    _row("9000 0-0:96.13.1.255 2", OCTETS, ANY),
    _row("1 0-0:94.44.3.1 2", OCTETS, ANY),
    _row("1 0-0:94.44.3.2 2", DATE_TIME, ANY),
    # Identity: firmware version, identifiers and model, MPxN, ...
    _row("1 0-0:0.2.1.255 2", OCTETS),
    *(_row(f"1 0-0:96.1.{which}.255 2", OCTETS) for which in (1, 2, 4, 6)),
    _row("1 0-0:94.44.0.4 2", BOOLEAN, CRITICAL),
    *(_row(f"1 0-0:94.44.0.{which} 2", LONG_UNSIGNED) for which in (0, 2)),
    _row("1 0-0:94.44.0.1 2", LONG_UNSIGNED, CRITICAL),
    _row("1 0-0:94.44.34.11 2", OCTETS, ANY),
    _row("1 1-0:0.0.2.255 2", OCTETS, ANY),
    # ... billing calendar, randomised offset, alert behaviours.
    _row("22 0-0:15.0.0.255 4", EXECUTION_TIMES, CRITICAL),
    _row("22 0-0:15.1.0.255 4", EXECUTION_TIMES, CRITICAL),
    *(_row(f"1 0-30:97.98.{which}.255 2", BITS, ANY) for which in range(11, 15)),
    *(_row(f"1 0-30:97.98.{which}.255 2", BITS) for which in range(15, 19)),
    *(_row(f"1 0-33:97.98.{which}.255 2", BITS, ANY) for which in (11, 14)),
    *(_row(f"1 0-33:97.98.{which}.255 2", BITS) for which in (15, 18)),
    # Auxiliary load control switches: names, types, calendar and special days.
    *(_row(f"1 0-0:94.44.0.{which} 2", VISIBLE, CRITICAL) for which in range(11, 16)),
    *(_row(f"1 0-0:94.44.0.{which} 2", OCTETS, CRITICAL) for which in range(21, 26)),
    *(_row(f"1 0-0:94.44.0.{which} 2", UTF8) for which in range(31, 36)),
    *(_row(f"1 0-0:94.44.6.{which} 2", BOOLEAN, ANY) for which in range(1, 6)),
    _row("1 0-0:94.44.7.255 2", BOOLEAN),
    *(_row(f"70 0-{which}:96.3.10.255 2", BOOLEAN) for which in range(1, 6)),
    _row("10 0-0:12.0.2.255 2", SCHEDULE),
    _row("10 0-1:12.0.2.255 2", SCHEDULE, CRITICAL),
    _row("9000 0-0:94.44.128.26 6", DATE_TIME, CRITICAL),
    _row("11 0-0:11.0.3.255 2", SPECIAL_DAYS),
    _row("11 0-1:11.0.3.255 2", SPECIAL_DAYS, CRITICAL),
    _row("9000 0-0:94.44.128.35 6", DATE_TIME, CRITICAL),
)

REGISTERS: Final = MappingProxyType({row.place: row for row in _ROWS})
"""Every register, by its place."""


def blank_registers() -> dict[Place, Data]:
    """The value of every register as it leaves the factory."""
    return {row.place: row.initial for row in _ROWS}
