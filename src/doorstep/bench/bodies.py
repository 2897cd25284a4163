"""Bodies of the service requests that the demonstration's supplier sends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from doorstep.duis.element import Element, element

__all__ = ["CREDIT", "ENABLE", "PREPAYMENT", "READ_BALANCE", "RESET_BALANCE", "tariff"]

READ_BALANCE: Final = element("ReadMeterBalance")
RESET_BALANCE: Final = element("UpdateMeterBalance", element("CreditMode", element("ResetMeterBalance")))
ENABLE: Final = element("EnableSupply")
CREDIT: Final = element("UpdatePaymentMode", element("Credit"))
PREPAYMENT: Final = element(
    "UpdatePaymentMode",
    element(
        "Prepayment",
        element("SuspendDebtDisabled", "true"),
        element("SuspendDebtEmergency", "true"),
        element("DisablementThreshold", "0"),
    ),
)

_TIMES_OF_USE: Final = 8
_DAYS: Final = 16
_HOURS: Final = 24
_LARGEST: Final = 0xFFFFFFFF


def tariff(standing_charge: int = 25_000) -> Element:
    """A whole electricity tariff, as long as they come: its Command has some 5,000 bytes.

    Sixteen kinds of day, each with another of eight prices every hour. The standing charge is in
    hundred-thousandths of a pound.
    """
    return element("UpdateImportTariffPrimaryElement", _elements(), _prices(standing_charge))


def _elements() -> Element:
    matrix = (
        element("Thresholds", *_indexed("BlockThreshold", (_LARGEST,)), index=number)
        for number in range(1, _TIMES_OF_USE + 1)
    )
    return element(
        "ElecTariffElements",
        element("CurrencyUnits", "GBP"),
        element(
            "SwitchingTable",
            element("DayProfiles", *map(_day_profile, range(1, _DAYS + 1))),
            element("WeekProfiles", _week()),
            element("Seasons", _season()),
        ),
        element("SpecialDays"),
        element("ThresholdMatrix", *matrix),
    )


def _day_profile(number: int) -> Element:
    schedules = (
        element(
            "ProfileSchedule",
            element("StartTime", f"{hour:02}:00:00Z"),
            element("TOUTariffAction", str(1 + (hour + number) % _TIMES_OF_USE)),
        )
        for hour in range(_HOURS)
    )
    return element("DayProfile", element("DayName", str(number)), *schedules)


def _week() -> Element:
    return element("WeekProfile", element("WeekName", "1"), *_indexed("ReferencedDayName", range(1, 8)))


def _season() -> Element:
    return element(
        "Season",
        element("SeasonName", "all"),
        element("SeasonStartDate", *_any_year(month=3, day=29)),
        element("ReferencedWeekName", "1"),
    )


def _any_year(month: int, day: int) -> tuple[Element, ...]:
    """That date, in any year and on any day of the week."""
    return (
        element("Year", element("NonSpecifiedYear")),
        element("Month", element("SpecifiedMonth", str(month))),
        element("DayOfMonth", element("SpecifiedDayOfMonth", str(day))),
        element("DayOfWeek", element("NonSpecifiedDayOfWeek")),
    )


def _prices(standing_charge: int) -> Element:
    prices = _indexed("TOUPrice", range(10_000, 10_000 + 1_000 * _TIMES_OF_USE, 1_000))
    return element(
        "PriceElements",
        element(
            "ElectricityPriceElements",
            element("StandingCharge", str(standing_charge)),
            element("StandingChargeScale", "-5"),
            element("PriceScale", "-5"),
            element("TOUTariff", *prices),
        ),
    )


def _indexed(name: str, values: Iterable[int]) -> tuple[Element, ...]:
    return tuple(element(name, str(value), index=index) for index, value in enumerate(values, 1))
