"""Mapping rows of how an electricity meter in prepayment mode lends and collects: SRV 2.1, 2.3 and 2.5."""

from __future__ import annotations

from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import one_of
from doorstep.duis.transform.calendar import (
    DATE,
    SPECIAL_DAY,
    TIME,
    SpecialDays,
    Switching,
    number_of,
    schedule,
    special_days,
    week_days,
)
from doorstep.duis.transform.charge import NO_COMMODITY, price, unit_charge
from doorstep.duis.transform.dlms import (
    Source,
    act,
    activation,
    choice,
    double_long,
    double_long_unsigned,
    integer,
    number,
    put,
    together,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.rows import Mapping, Parts, dlms, has
from doorstep.gbcs.payloads.axdr import Data, Tag

__all__ = ["ROWS"]

# -- SRV 2.1: credit limits and the calendar of non-disablement -------------------------------------

_SETTINGS: Final = "UpdatePrepayConfigElectricity"
_CALENDAR: Final = f"{_SETTINGS}/ElectricityNonDisablementCalendar"

_LOAD_SWITCH_SCRIPTS: Final = "0-0:10.0.106.255"
_SCRIPTS: Final = {"START": 32, "STOP": 33}  # of a period in which credit that runs out disables nothing
_SCRIPT: Final = one_of(_SCRIPTS, "START or STOP")
_WEEK: Final = 604_800  # seconds, the period that the cap on debt recovery is for


def _special_days(request: Request) -> SpecialDays:
    days = request.body.child(f"{_CALENDAR}/ElectricitySpecialDays").children_named("SpecialDay")
    return special_days((number_of(day, "index", SPECIAL_DAY), day.child("Date")) for day in days)


def _switching(entry: Element, days: SpecialDays) -> Switching:
    chosen = entry.child("SpecialDaysApplicability").children_named("SpecialDayApplicability")
    return Switching(
        _LOAD_SWITCH_SCRIPTS,
        _SCRIPTS[entry.value_of("NonDisablementScript", _SCRIPT)],
        entry.value_of("ScheduleDatesAndTime/SwitchTime", TIME),
        week_days(entry),
        days.chosen([day.value_of("SpecialDayID", SPECIAL_DAY) for day in chosen]),
        entry.value_of("ScheduleDatesAndTime/StartDate", DATE),
        entry.value_of("ScheduleDatesAndTime/EndDate", DATE),
    )


def _days_table(request: Request, _known: Known) -> Data:
    return _special_days(request).data


def _non_disablement(request: Request, _known: Known) -> Data:
    days = _special_days(request)
    entries = request.body.child(_CALENDAR).children_named("ElectricityNonDisablementSchedule")
    return schedule(_switching(entry, days) for entry in entries)


def _setting(name: str, tag: Tag = Tag.DOUBLE_LONG) -> Source:
    return number(tag, f"{_SETTINGS}/{name}")


def _configuration(max_balance_attribute: int) -> Parts:
    """The components, of which one differs between the two versions of the use case."""
    activated = ("2.20", "2.10", "128.12", "128.13", "128.9", "128.2", "128.3", "128.28")
    return (
        put(11, "0-1:11.0.2.255", 2, _days_table),
        put(9000, "0-0:94.44.2.20", max_balance_attribute, _setting("MaxMeterBalance")),
        put(9000, "0-0:94.44.2.10", 4, _setting("MaxCreditThreshold")),
        put(10, "0-1:12.0.1.255", 2, _non_disablement),
        put(9000, "0-0:94.44.128.12", 4, _setting("DebtRecoveryRateCap", Tag.LONG_UNSIGNED)),
        put(9000, "0-0:94.44.128.13", 4, double_long(_WEEK)),
        put(9000, "0-0:94.44.128.9", 4, _setting("LowCreditThreshold")),
        put(9000, "0-0:94.44.128.2", 4, _setting("EmergencyCreditLimit")),
        put(9000, "0-0:94.44.128.31", 6, activation),
        put(9000, "0-0:94.44.128.3", 4, _setting("EmergencyCreditThreshold")),
        *(put(9000, f"0-0:94.44.{name}", 6, activation) for name in activated),
    )


# -- SRV 2.3: debts ---------------------------------------------------------------------------------

_TIME_DEBT_1: Final = "0-0:19.20.1.255"
_TIME_DEBT_2: Final = "0-0:19.20.2.255"
_PAYMENT_DEBT: Final = "0-0:19.20.3.255"
_PERIODS: Final = {"HOURLY": double_long_unsigned(3_600), "DAILY": double_long_unsigned(86_400)}


def _charge(recovery: str) -> Source:
    """A charge of one price per period, and its scale as a power of ten."""
    rate = number(Tag.LONG, f"{recovery}/DebtRecoveryRate")
    scale = number(Tag.INTEGER, f"{recovery}/DebtRecoveryRatePriceScale")
    prices = together(Tag.ARRAY, price(b"", rate))
    return unit_charge(NO_COMMODITY, prices, commodity_scale=0, price_scale=scale)


def _period(recovery: str) -> Source:
    return choice(f"{recovery}/DebtRecoveryRatePeriod", _PERIODS)


ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS08", "2.1", *_configuration(max_balance_attribute=2), when=has(_SETTINGS)),
    dlms("ECS08a", "2.1", *_configuration(max_balance_attribute=4), when=has(_SETTINGS)),
    dlms(
        "ECS07",
        "2.3",
        put(113, _TIME_DEBT_1, 6, _charge("ElecDebtRecovery1")),
        put(113, _TIME_DEBT_2, 6, _charge("ElecDebtRecovery2")),
        put(113, _PAYMENT_DEBT, 13, number(Tag.LONG_UNSIGNED, "DebtRecoveryPerPayment")),
        put(113, _TIME_DEBT_1, 8, _period("ElecDebtRecovery1")),
        put(113, _TIME_DEBT_2, 8, _period("ElecDebtRecovery2")),
        act(113, _TIME_DEBT_1, 2, integer(0)),
        act(113, _TIME_DEBT_2, 2, integer(0)),
        act(113, _PAYMENT_DEBT, 4, number(Tag.DOUBLE_LONG, "PaymentDebtRegister")),
        act(113, _TIME_DEBT_1, 4, number(Tag.DOUBLE_LONG, "TimeDebtRegister1")),
        act(113, _TIME_DEBT_2, 4, number(Tag.DOUBLE_LONG, "TimeDebtRegister2")),
        when=has("ElecDebtRecovery1"),
        basis="one sample, with daily recovery",
    ),
    dlms("ECS09", "2.5", act(112, "0-0:19.10.1.255", 3, integer(0))),
)
