"""COSEM objects by logical name: what each is in a Device, and how the value that it holds reads.

Names are those of the standard or of SMETS where our facts give them. The others are read from what the
use cases do with an object, in requests and reference messages side by side, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.gbcs.names.alerts import numbered_alert
from doorstep.gbcs.names.cosem_items import ACTIVE_POWER, Item, register_items
from doorstep.gbcs.names.readings import (
    Reading,
    bits,
    chosen,
    date_time,
    eui,
    money,
    nothing,
    quantity,
    text,
    truth,
    utc2000,
)
from doorstep.gbcs.names.scripts import script
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import Obis

__all__ = ["OBJECTS", "PROTECTED_DATA", "CosemObject"]


class CosemObject(Struct, frozen=True):
    """An object: its name, and the item of the value that its class leaves to it."""

    name: str
    value: Item = Item()


Row = tuple[str, str, Item]


def _row(obis: str, name: str, reads: Reading = nothing) -> Row:
    return obis, name, Item(reads=reads)


def _log(obis: str, name: str, *columns: Item) -> Row:
    """A log, whose entries begin with their time in seconds since 2000."""
    return obis, name, Item(items=(Item("time", utc2000), *columns))


def _scripts(obis: str, name: str) -> Row:
    """A script table, whose method takes the selector of a script."""
    table = Obis.parse(obis)
    return obis, name, Item(reads=lambda selector: script(table, selector) if _is_number(selector) else "")


def _is_number(value: object) -> bool:
    return isinstance(value, int)


_VOLTS: Final = quantity("V")
_WATTS: Final = quantity("W")
_SECONDS: Final = quantity("s")
_MINUTES: Final = quantity("minutes")


def _duration_or_time(value: object) -> str:
    return _MINUTES(value) or date_time(value)


_EVENT: Final = (Item("event", numbered_alert), Item("data"))
_PHASES: Final = {32: "", 52: " on Phase 2", 72: " on Phase 3"}
_SWITCHES: Final = range(1, 6)
_SWITCH_SCRIPTS: Final = Obis.parse("0-0:10.0.103.255")
_CURRENCY: Final = chosen({0x00: "euro", 0xFF: "pounds sterling"})
_LOCKED: Final = chosen({0x00: "unchanged", 0xFF: "locked"})

_SUB_GHZ: Final = tuple(
    Item(name, reads)
    for name, reads in (
        ("lower band channels 0 to 26", bits),
        ("lower band channels 27 to 34", bits),
        ("lower band channels 35 to 61", bits),
        ("upper band channels 0 to 26", bits),
        ("normal-limited duty cycle threshold", quantity("%", -2)),
        ("limited-critical duty cycle threshold", quantity("%", -2)),
        ("most channel changes per week", nothing),
        ("GSME curfew", nothing),
        ("channel quieter threshold", nothing),
        ("channel noisier threshold", nothing),
        ("non-GSME poor communications threshold", quantity("%", -2)),
        ("non-GSME poor communications measurement periods", nothing),
        ("local CH noise measurement period", nothing),
        ("local CH failure threshold", quantity("%", -2)),
        ("local CH retry threshold", quantity("%", -2)),
    )
)

_METER: Final = (
    _row("0-0:0.2.1.255", "Firmware Version"),
    _row("0-0:1.0.0.255", "Clock"),
    _row("0-0:96.1.1.255", "Device Identifier", eui),
    _row("0-0:96.1.2.255", "Meter Variant", text),  # read from use
    _row("0-0:96.1.4.255", "Model Type", text),  # read from use
    _row("0-0:96.1.6.255", "Manufacturer Identifier", text),  # read from use
    _row("0-0:94.44.34.11", "Import MPAN", text),
    _row("1-0:0.0.2.255", "Export MPAN", text),
    _row("0-0:94.44.0.0", "Randomised Offset", _SECONDS),  # read from use: one of two in ECS26c
    _row("0-0:94.44.0.1", "Randomised Offset Limit", _SECONDS),
    _row("0-0:94.44.0.2", "Randomised Offset Number"),  # read from use: the other
    _row("0-0:94.44.0.4", "Supply Tamper State", _LOCKED),
    _row("0-0:94.44.3.1", "Privacy PIN"),
    _row("0-0:94.44.3.2", "Change of Tenancy Date", date_time),
    _row("0-2:96.13.1.255", "Message to the Consumer", text),
    _row("0-3:96.13.1.255", "Customer Identification Number", text),
    _row("0-0:96.13.0.255", "Supplier Telephone Number", text),
    _row("0-0:96.13.1.255", "Supplier Name", text),
)

_READINGS: Final = (
    _row("1-0:1.8.0.255", "Active Import Register"),
    _row("1-0:2.8.0.255", "Active Export Register"),
    _row("1-0:4.8.0.255", "Reactive Export Register"),
    _row("1-0:1.6.0.255", "Maximum Demand Active Import"),
    _row("1-0:1.6.1.255", "Maximum Demand Active Import in the Configurable Time"),
    _row("1-0:2.6.0.255", "Maximum Demand Active Export"),
    # Read from use: they are asked for together with the registers above, and hold a time.
    _row("0-0:94.44.5.0", "Maximum Demand Active Import, last reset", date_time),
    _row("0-0:94.44.5.1", "Maximum Demand Active Import in the Configurable Time, last reset", date_time),
    _row("0-0:94.44.5.2", "Maximum Demand Active Export, last reset", date_time),
    _row("0-0:12.0.0.255", "Maximum Demand Configurable Time Period"),
    ("0-0:94.44.34.20", "Active Power Import", ACTIVE_POWER),
    _row("0-0:16.0.0.255", "Instantaneous Power Thresholds", _WATTS),
    _log("0-0:99.1.1.255", "Export Profile Data Log", Item("active export"), Item("reactive export")),
    _log("0-0:99.1.2.255", "Reactive Import Profile Data Log", Item("reactive import")),
    _log("0-0:98.1.10.255", "Export Daily Read Log", Item("active export")),
)

_PREPAYMENT: Final = (
    _row("0-0:19.0.0.255", "Account"),
    _row("0-1:19.0.0.255", "Account, passive"),
    _row("0-0:19.10.0.255", "Meter Balance"),
    _row("0-0:19.10.1.255", "Emergency Credit Balance"),
    _row("0-0:19.10.2.255", "Accumulated Debt Register"),  # read from use
    _row("0-0:19.20.1.255", "Time Debt Register 1"),
    _row("0-0:19.20.2.255", "Time Debt Register 2"),
    _row("0-0:19.20.3.255", "Payment Debt Register"),
    _row("0-0:19.40.0.255", "Token Gateway"),
    _row("0-0:16.0.1.255", "Disablement Threshold", money),
    _row("0-0:94.44.128.22", "Disablement Threshold, passive", money),
    _row("0-0:94.44.2.10", "Maximum Credit Threshold", money),
    _row("0-0:94.44.2.20", "Maximum Meter Balance Threshold", money),
    _row("0-0:94.44.128.2", "Emergency Credit Limit, passive", money),
    _row("0-0:94.44.128.3", "Emergency Credit Threshold, passive", money),
    _row("0-0:94.44.128.9", "Low Credit Threshold, passive", money),
    _row("0-0:94.44.128.12", "Debt Recovery Rate Cap, passive"),
    _row("0-0:94.44.128.13", "Debt Recovery Rate Cap Period, passive", _SECONDS),
    _row("0-0:12.0.1.255", "Non-Disablement Calendar"),
    _row("0-1:12.0.1.255", "Non-Disablement Calendar, passive"),
    _row("0-0:94.44.128.28", "Non-Disablement Calendar, activation"),
    _row("0-0:11.0.2.255", "Non-Disablement Special Days"),
    _row("0-1:11.0.2.255", "Non-Disablement Special Days, passive"),
    _row("0-0:94.44.128.31", "Non-Disablement Special Days, activation"),
    _log("0-0:98.1.4.255", "Payment-based Debt Payments Log", Item("payment", money)),
    _log("0-0:98.1.5.255", "Prepayment Credits Log", Item("credit", money)),
)

_TARIFF: Final = (
    _row("0-0:19.20.0.255", "Tariff Price Matrix"),
    _row("0-0:19.20.4.255", "Standing Charge"),
    _row("0-0:19.20.5.255", "Tariff Price Matrix of the Secondary Element"),
    _row("0-0:94.44.2.0", "Currency Units", _CURRENCY),
    _row("0-0:94.44.1.7", "Active Tariff Price"),
    _row("0-0:94.44.1.8", "Active Tariff Price of the Secondary Element"),
    _row("0-0:13.0.0.255", "Tariff Switching Table"),
    _row("0-0:13.0.1.255", "Tariff Switching Table of the Secondary Element"),
    _row("0-0:11.0.0.255", "Tariff Special Days"),
    _row("0-1:11.0.0.255", "Tariff Special Days, passive"),
    _row("0-0:94.44.128.29", "Tariff Special Days, activation"),
    _row("0-0:11.0.1.255", "Tariff Special Days of the Secondary Element"),
    _row("0-1:11.0.1.255", "Tariff Special Days of the Secondary Element, passive"),
    _row("0-0:94.44.128.30", "Tariff Special Days of the Secondary Element, activation"),
    _row("0-0:94.44.128.32", "Standing Charge Period, passive"),
    *(_row(f"0-0:16.0.{10 + n}.255", f"Block Thresholds {n}") for n in range(1, 9)),
    *(_row(f"0-0:16.1.{10 + n}.255", f"Block Thresholds {n}, passive") for n in range(1, 9)),
    _row("0-0:63.1.1.255", "Block Thresholds, activation"),
    _scripts("0-0:10.0.100.255", "Tariffication Scripts"),
    _row("0-0:15.0.0.255", "Billing Calendar"),
    _row("0-0:15.1.0.255", "Block Counter Reset Calendar"),
)

_SUPPLY: Final = (
    _scripts("0-0:10.0.106.255", "Load Switch Scripts"),
    _row("0-0:96.3.10.255", "Load Switch"),
    _row("0-0:17.0.0.255", "Load Limit", _WATTS),
    _row("0-0:94.44.0.3", "Load Limit Supply State", truth),
    _row("0-0:94.44.42.255", "Load Limit Counter"),
    _row("0-0:94.44.128.6", "Load Limit Period, passive", _SECONDS),
    _row("0-0:94.44.128.7", "Load Limit Power Threshold, passive", _WATTS),
    _row("0-0:94.44.128.8", "Load Limit Restoration Period, passive", _SECONDS),
    _row("0-0:17.0.1.255", "RMS Extreme Over Voltage", _VOLTS),
    _row("0-0:17.0.2.255", "RMS Extreme Under Voltage", _VOLTS),
    _row("0-0:17.0.3.255", "RMS Voltage Sag", _VOLTS),
    _row("0-0:17.0.4.255", "RMS Voltage Swell", _VOLTS),
    *(
        row
        for phase, words in _PHASES.items()
        for row in (
            _row(f"1-0:{phase}.31.0.4", f"Average RMS Under Voltage Threshold{words}", _VOLTS),
            _row(f"1-0:{phase}.35.0.4", f"Average RMS Over Voltage Threshold{words}", _VOLTS),
            _row(f"1-0:{phase}.32.0.4", f"Average RMS Under Voltage Counter{words}"),
            _row(f"1-0:{phase}.36.0.4", f"Average RMS Over Voltage Counter{words}"),
            _log(f"1-0:{phase}.24.0.255", f"Average RMS Voltage Profile{words}", Item("voltage", _VOLTS)),
        )
    ),
)

_LOAD_CONTROL: Final = (
    _scripts(str(_SWITCH_SCRIPTS), "Auxiliary Load Scripts"),
    _scripts("0-0:10.0.107.255", "Auxiliary Proportional Controller Scripts"),
    _row("0-0:12.0.2.255", "Auxiliary Load Calendar"),
    _row("0-1:12.0.2.255", "Auxiliary Load Calendar, passive"),
    _row("0-0:94.44.128.26", "Auxiliary Load Calendar, activation"),
    _row("0-0:11.0.3.255", "Auxiliary Load Special Days"),
    _row("0-1:11.0.3.255", "Auxiliary Load Special Days, passive"),
    _row("0-0:94.44.128.35", "Auxiliary Load Special Days, activation"),
    *(
        row
        for n in _SWITCHES
        for row in (
            _row(f"0-0:94.44.0.{10 + n}", f"Auxiliary Load {n} Description", text),
            _row(f"0-0:94.44.0.{20 + n}", f"Auxiliary Load {n} Type and Identifier", eui),
            _row(f"0-0:94.44.0.{30 + n}", f"Auxiliary Controller {n} Operational Data", text),
            _row(f"0-0:94.44.6.{n}", f"Boost Function controls Auxiliary Load {n}", truth),
            _row(f"0-{n}:96.3.10.255", f"Auxiliary Load {n} State"),
            # Read from use: the ESME is told for how long, the SAPC from when to when.
            _row(f"0-0:94.44.{116 + n}.1", f"Auxiliary Load {n} on for, or held from", _duration_or_time),
            _row(f"0-0:94.44.{116 + n}.2", f"Auxiliary Load {n} off for, or held until", _duration_or_time),
            _row(f"0-0:94.44.{116 + n}.3", f"Auxiliary Controller {n} limited from", date_time),
            _row(f"0-0:94.44.{116 + n}.4", f"Auxiliary Controller {n} limited until", date_time),
        )
    ),
    _row("0-0:94.44.7.255", "Boost Function Available", truth),
    _log("0-0:99.98.20.255", "Boost Function Log", Item("end", utc2000)),
)

_LOGS: Final = (
    _log("0-0:99.98.0.255", "Event Log", *_EVENT),
    _log("0-0:99.98.1.255", "Security Log", *_EVENT),
    _log("0-0:99.98.4.255", "Power Event Log", *_EVENT),
    _log(
        "0-17:99.98.2.255",
        "Auxiliary Load Control Event Log",
        Item("action", lambda selector: script(_SWITCH_SCRIPTS, selector) if _is_number(selector) else ""),
        Item("outcome", chosen({0: "not known", 1: "success", 2: "failure"})),
        Item("HAN command id"),
    ),
    _log("0-0:94.44.10.3", "Sub GHz Channel Log", *_EVENT),
    *(
        _row(f"0-{party}:97.98.{first + offset}.255", f"{words} {behaviour} behaviours{read}")
        for party, words in ((30, "Supplier"), (33, "Network Operator"))
        for first, read in ((11, ""), (15, ", in force"))
        for offset, behaviour in enumerate(("alert to WAN", "alert to HAN", "audible alarm", "logging"))
    ),
)

_HUB: Final = (
    _row("0-0:30.3.0.255", "CHF Device Log"),
    _row("0-0:30.3.1.255", "CHF Historic Device Log"),
    ("0-0:94.44.10.0", "Sub GHz Configuration", Item(items=_SUB_GHZ)),
    _row("0-0:94.44.10.1", "Sub GHz Channel Scan Request"),
    _row("0-0:94.44.10.2", "Sub GHz Channel", bits),
    _row("0-0:94.44.100.255", "Clock, in seconds since 2000"),  # read from use: it restricts logs by time
)

# -- what is read under protection ----------------------------------------------------------------------


def _entry(data: Data) -> tuple[Item, ...]:
    """An entry of a protected log: its time, registers, matrices of registers, and amounts of money.

    Read from reference entries: those of single and of twin element meters differ in length, but the
    registers come first, and signed numbers are money.
    """
    elements = data.value if isinstance(data.value, tuple) else ()
    registers = iter(("Active Import Register", "Active Import Register, secondary"))
    return (
        Item("time", utc2000),
        *(_entry_item(element.tag, registers) for element in elements[1:]),
    )


def _entry_item(tag: Tag, registers: Iterator[str]) -> Item:
    if tag is Tag.DOUBLE_LONG:
        return Item("amount", money)
    return Item(next(registers, "")) if tag is Tag.DOUBLE_LONG_UNSIGNED else Item("registers")


_ENTRIES: Final = Item("attributes", items=(Item("entries", within=_entry),))
_REGISTERS: Final = Item(
    "registers",
    within=register_items(
        "Active Import Register", "Reactive Import Register", "Active Import Register, secondary"
    ),
)
_MATRICES: Final = Item("matrices", items=(Item("Tariff TOU Register Matrix"), Item("secondary element")))

# Those that are read through a protected object, and never by themselves.
_READ_PROTECTED: Final = (
    _row("0-0:94.44.34.1", "Tariff TOU Register Matrix"),
    _row("0-0:94.44.34.10", "Import Registers"),
    _row("0-0:94.44.34.30", "Prepayment Registers"),
    _row("0-0:98.1.2.255", "Billing Data Log, by change of mode or tariff"),
    _row("0-0:98.1.8.255", "Prepayment Daily Read Log"),
    _row("0-0:98.1.9.255", "Daily Read Log"),
    _row("0-0:99.1.0.255", "Active Import Profile Data Log"),
    _row("0-0:99.1.3.255", "Daily Consumption Log"),
)

_PROTECTED: Final = (
    ("0-0:43.2.1.255", "Prepayment Registers", Item("attributes", items=(Item("registers", money),))),
    ("0-0:43.2.2.255", "Billing Data Log, by billing calendar", _ENTRIES),
    ("0-0:43.2.3.255", "Billing Data Log, by change of mode or tariff", _ENTRIES),
    ("0-0:43.2.4.255", "Daily Consumption Log", _ENTRIES),
    ("0-0:43.2.5.255", "Daily Read Log", _ENTRIES),
    ("0-0:43.2.6.255", "Prepayment Daily Read Log", _ENTRIES),
    ("0-0:43.2.7.255", "Active Import Profile Data Log", _ENTRIES),
    ("0-0:43.2.8.255", "Active and Reactive Import Registers", Item("attributes", items=(_REGISTERS,))),
    ("0-0:43.2.9.255", "Tariff TOU Register Matrix", Item("attributes", items=(_MATRICES,))),
    ("0-0:43.2.10.255", "Tariff TOU Block Register Matrices", Item("attributes")),
)

OBJECTS: Final[Mapping[bytes, CosemObject]] = MappingProxyType(
    {
        Obis.parse(obis): CosemObject(name, value)
        for obis, name, value in (
            *(
                *_METER,
                *_READINGS,
                *_PREPAYMENT,
                *_TARIFF,
                *_SUPPLY,
                *_LOAD_CONTROL,
                *_LOGS,
                *_HUB,
                *_READ_PROTECTED,
            ),
            *((obis, f"{name}, protected", Item()) for obis, name, _value in _PROTECTED),
        )
    }
)
"""Every object that a use case names, by its six octets."""

PROTECTED_DATA: Final[Mapping[bytes, Item]] = MappingProxyType(
    {Obis.parse(obis): value for obis, _name, value in _PROTECTED}
)
"""What a protected object holds once it is decrypted."""
