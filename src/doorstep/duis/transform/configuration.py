"""Mapping rows of an electricity meter's settings: what is left of SRV 6.2 to 6.26, 1.7 and 11.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform.calendar import ANY_DATE, EVERY_DAY, TIME, Switching, schedule
from doorstep.duis.transform.dlms import (
    act,
    array,
    bits,
    flag,
    get,
    integer,
    long_unsigned,
    number,
    octets,
    put,
    structure,
    text,
    together,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping, Parts, dlms, has
from doorstep.errors import XmlError
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]

# -- SRV 6.8 and 6.26: the ends of billing periods, and of days -------------------------------------

_BILLING: Final = "ElectricityBillingCalendar"
_DAY_OF_WEEK: Final = from_to(1, 7)
_DAY_OF_MONTH: Final = from_to(1, 28)
_MONTH: Final = from_to(1, 12)
_ANY_YEAR: Final = b"\xff\xff"

_Dates = tuple[bytes, ...]


def _execution_times(time: bytes, dates: _Dates) -> Data:
    """The execution times of a Single Action Schedule: the same time of day on each of the dates."""
    return array(*(structure(octets(time), octets(date)) for date in dates))


def _weekly(calendar: Element) -> _Dates:
    day = calendar.value_of("Weekly", _DAY_OF_WEEK)
    return (_ANY_YEAR + bytes((0xFF, 0xFF, day)),)


def _monthly(calendar: Element) -> _Dates:
    day = calendar.value_of("Monthly", _DAY_OF_MONTH)
    return (_ANY_YEAR + bytes((0xFF, day, 0xFF)),)


def _every(months: int, name: str) -> Callable[[Element], _Dates]:
    """One date for each billing period of a year, from the month that the first of them starts in."""

    def dates(calendar: Element) -> _Dates:
        day = calendar.value_of(f"{name}/DayOfMonth", _DAY_OF_MONTH)
        first = calendar.value_of(f"{name}/BillingPeriodStartMonth", _MONTH)
        starts = (first + later for later in range(0, 12, months))
        return tuple(_ANY_YEAR + bytes(((month - 1) % 12 + 1, day, 0xFF)) for month in starts)

    return dates


_PERIODICITIES: Final[dict[str, Callable[[Element], _Dates]]] = {
    "Daily": lambda _calendar: (ANY_DATE,),
    "Weekly": _weekly,
    "Monthly": _monthly,
    "Quarterly": _every(3, "Quarterly"),
    "SixMonthly": _every(6, "SixMonthly"),
    "Yearly": _every(12, "Yearly"),
}


def _billing_calendar(request: Request, _known: Known) -> Data:
    calendar = request.body.child(_BILLING)
    chosen = [dates for name, dates in _PERIODICITIES.items() if calendar.has(name)]
    if len(chosen) != 1:
        raise XmlError(f"{_BILLING}: one periodicity is wanted, not {len(chosen)}")
    return _execution_times(calendar.value_of("BillingTime", TIME), chosen[0](calendar))


def _is_simple(request: Request) -> bool:
    """Whether the periodicity is one that ESME knew before those of several months."""
    return any(request.body.has(f"{_BILLING}/{name}") for name in ("Daily", "Weekly", "Monthly"))


_MIDNIGHT: Final = bytes(4)


def _daily_reset(request: Request, _known: Known) -> Data:
    resets = flag(request, "DailyTariffBlockCounterMatrixReset")
    return _execution_times(_MIDNIGHT, (ANY_DATE,) if resets else ())


# -- SRV 6.18: maximum demand -----------------------------------------------------------------------

_DEMAND_SCRIPTS: Final = "0-0:10.128.100.255"
_START_MEASURING, _STOP_MEASURING = 1, 2
_FROM_THE_START: Final = bytes.fromhex("000001FFFF")
_NO_SPECIAL_DAYS: Final = bits("")


def _demand_period(request: Request, _known: Known) -> Data:
    period = request.body.child("MaximumDemandTimePeriodSchedule")
    ends = ((_START_MEASURING, "StartTime"), (_STOP_MEASURING, "EndTime"))
    return schedule(
        (
            Switching(
                _DEMAND_SCRIPTS,
                script,
                period.value_of(name, TIME),
                EVERY_DAY,
                _NO_SPECIAL_DAYS,
                _FROM_THE_START,
                ANY_DATE,
            )
            for script, name in ends
        ),
        first=0,
    )


_DEMAND_RESETS: Final = {
    "MaxDemandActivePowerImportValue": "1-0:1.6.0.255",
    "MaxDemandConfigTimeActivePowerImportValue": "1-0:1.6.1.255",
    "MaxDemandActivePowerExportValue": "1-0:2.6.0.255",
}


def _demand_resets(request: Request, _known: Known) -> Parts:
    wanted = (name for element, name in _DEMAND_RESETS.items() if request.body.has(element))
    return tuple(act(4, name, 1, integer(0)) for name in wanted)


# -- SRV 6.20: MPANs --------------------------------------------------------------------------------

_IMPORT_MPAN: Final = "0-0:94.44.34.11"
_EXPORT_MPAN: Final = "1-0:0.0.2.255"
_PRIMARY: Final = text("ImportMPANs/ImportMPAN")
_SECONDARY: Final = text("ImportMPANs/SecondaryImportMPAN")


def _import_mpan(request: Request, _known: Known) -> Parts:
    twin = request.body.has("ImportMPANs/SecondaryImportMPAN")
    return (put(1, _IMPORT_MPAN, 2, together(Tag.STRUCTURE, _PRIMARY, _SECONDARY) if twin else _PRIMARY),)


def _values(*names: str) -> Parts:
    """Read the values of Data objects."""
    return tuple(get(1, name, 2) for name in names)


_IDENTITY: Final = _values("0-0:96.1.2.255", "0-0:96.1.4.255", "0-0:96.1.6.255", "0-0:94.44.0.4")
_BILLING_CALENDAR: Final = "0-0:15.0.0.255"

_FIRMWARE: Final = "0-0:0.2.1.255"

ROWS: Final[tuple[Mapping, ...]] = (
    dlms(
        "ECS05",
        "1.7",
        act(9, "0-0:10.0.100.255", 1, long_unsigned(99)),
        basis="what the sources say of the Command, no sample",
    ),
    dlms("ECS26c", "6.2.2", *_values("0-0:94.44.0.0", "0-0:94.44.0.2", "0-0:94.44.0.1")),
    dlms("ECS26d", "6.2.3", get(22, _BILLING_CALENDAR, 4)),
    dlms("ECS26l", "6.2.3", get(22, _BILLING_CALENDAR, 4)),
    dlms("ECS26e", "6.2.4", *_values("0-0:96.1.1.255"), *_IDENTITY),
    dlms("ECS26m", "6.2.4", *_IDENTITY),
    dlms("ECS26f", "6.2.5", get(21, "0-0:16.0.0.255", 2)),
    dlms(
        "ECS40",
        "6.2.7",
        *_values(_IMPORT_MPAN, _EXPORT_MPAN),
        basis="one sample, for one element; the same form for two is a guess",
    ),
    dlms("ECS26j", "6.2.9", get(111, "0-0:19.0.0.255", 2)),
    dlms(
        "ECS30",
        "6.8",
        put(22, _BILLING_CALENDAR, 4, _billing_calendar),
        when=_is_simple,
        basis="one sample, monthly; the others by the same layout",
    ),
    dlms(
        "ECS30a",
        "6.8",
        put(22, _BILLING_CALENDAR, 4, _billing_calendar),
        when=has(_BILLING),
        basis="samples of daily and, as ECS26l reads it back, quarterly; the others by the same layout",
    ),
    dlms(
        "ECS34",
        "6.12",
        put(
            21,
            "0-0:16.0.0.255",
            2,
            together(
                Tag.ARRAY,
                number(Tag.DOUBLE_LONG_UNSIGNED, "LowMediumPowerThreshold"),
                number(Tag.DOUBLE_LONG_UNSIGNED, "MediumHighPowerThreshold"),
            ),
        ),
        basis="one sample",
    ),
    dlms("ECS37", "6.18.1", put(10, "0-0:12.0.0.255", 2, _demand_period), basis="one sample"),
    dlms("ECS57", "6.18.2", choose=_demand_resets, basis="one sample, and the order of all three"),
    dlms(
        "ECS39a",
        "6.20.1",
        choose=_import_mpan,
        when=has("ImportMPANs"),
        basis="one sample with one MPAN; that two make a structure is a guess",
    ),
    dlms(
        "ECS39b",
        "6.20.2",
        put(1, _EXPORT_MPAN, 2, text("ExportMPAN")),
        originator=Originator.BROKER_FOR_USER,
        basis="one sample",
    ),
    dlms(
        "ECS48",
        "6.26",
        put(22, "0-0:15.1.0.255", 4, _daily_reset),
        basis="one sample of true; no execution time for false is a guess",
    ),
    dlms("ECS52", "11.2", get(1, _FIRMWARE, 2)),
    dlms(
        "ECS52",
        "11.2",
        get(1, _FIRMWARE, 2),
        device_type=DeviceType.SAPC,
        basis="the Command of an ESME, whose title names the SAPC; no sample of one to it",
    ),
)
