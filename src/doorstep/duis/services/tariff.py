"""Tariffs and prices: Service References 1.1 and 1.2.

Prices are in pence a kilowatt hour and standing charges in pence a day; how they are scaled is worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Final, TypeAlias

from msgspec import Struct

from doorstep.duis.bodies import Values
from doorstep.duis.element import Element
from doorstep.duis.services.body import Moment, body
from doorstep.duis.services.calendar import Season, SpecialDay, Week, indexed, seasons, special_days, weeks
from doorstep.duis.services.money import Pence, scaled, thousandths

__all__ = [
    "BlockPrices",
    "Day",
    "ElectricityCalendar",
    "GasCalendar",
    "GasDay",
    "HybridPrices",
    "Switch",
    "TimeOfUsePrices",
    "update_gas_price",
    "update_gas_tariff",
    "update_price",
    "update_secondary_price",
    "update_secondary_tariff",
    "update_tariff",
]

_POUNDS: Final = "GBP"
_BLOCK_COUNTERS: Final = 8


# -- prices -----------------------------------------------------------------------------------------


class TimeOfUsePrices(Struct, frozen=True):
    """The price of each time-of-use register: of electricity up to 48 (4 of the secondary element), gas 4."""

    prices: Sequence[Pence]


class BlockPrices(Struct, frozen=True):
    """The prices of the blocks of consumption, up to 4, of each block tariff, up to 8; gas has one tariff."""

    tariffs: Sequence[Sequence[Pence]]


class HybridPrices(Struct, frozen=True):
    """Block prices at some times and time-of-use prices at others."""

    blocks: BlockPrices
    times: TimeOfUsePrices


ElectricityPrices: TypeAlias = TimeOfUsePrices | BlockPrices | HybridPrices


def update_price(standing_charge: Pence, prices: ElectricityPrices, at: Moment | None = None) -> Element:
    """New prices of an electricity meter (SRV 1.2.1)."""
    return body("UpdatePricePrimaryElement", _electricity(standing_charge, prices), at)


def update_secondary_price(prices: TimeOfUsePrices, at: Moment | None = None) -> Element:
    """New prices of the secondary element of a twin element meter (SRV 1.2.2)."""
    return body("UpdatePriceSecondaryElement", _secondary(prices), at)


def update_gas_price(
    standing_charge: Pence, prices: TimeOfUsePrices | BlockPrices, at: Moment | None = None
) -> Element:
    """New prices of a gas meter (SRV 1.2.1)."""
    return body("UpdatePricePrimaryElement", _gas(standing_charge, prices), at)


def _electricity(standing_charge: Pence, prices: ElectricityPrices) -> Values:
    blocks = prices.blocks if isinstance(prices, HybridPrices) else prices
    times = prices.times if isinstance(prices, HybridPrices) else prices
    block_prices = blocks.tariffs if isinstance(blocks, BlockPrices) else ()
    time_prices = times.prices if isinstance(times, TimeOfUsePrices) else ()
    charge_scale, (charge,) = scaled((standing_charge,), "StandingCharge")
    scale, numbers = scaled([price for tariff in (*block_prices, time_prices) for price in tariff])
    rest = iter(numbers)
    tariff: dict[str, object] = {}
    if isinstance(blocks, BlockPrices):
        tariff["BlockPrices"] = [
            {"index": index, "BlockPrice": indexed([next(rest) for _ in each])}
            for index, each in enumerate(block_prices, 1)
        ]
    if isinstance(times, TimeOfUsePrices):
        tariff["TOUPrice"] = indexed(list(rest))
    return {
        "PriceElements": {
            "ElectricityPriceElements": {
                "StandingCharge": charge,
                "StandingChargeScale": charge_scale,
                "PriceScale": scale,
                _KINDS[type(prices)]: tariff,
            }
        }
    }


_KINDS: Final[dict[type, str]] = {
    TimeOfUsePrices: "TOUTariff",
    BlockPrices: "BlockTariff",
    HybridPrices: "HybridTariff",
}


def _secondary(prices: TimeOfUsePrices) -> Values:
    scale, numbers = scaled(prices.prices)
    return {"PriceElements": {"PriceScale": scale, "ElectricityPriceElement": indexed(numbers)}}


def _gas(standing_charge: Pence, prices: TimeOfUsePrices | BlockPrices) -> Values:
    values: dict[str, object] = {
        "CurrencyUnits": _POUNDS,
        "StandingCharge": thousandths(standing_charge, "StandingCharge"),
    }
    if isinstance(prices, TimeOfUsePrices):
        values["TOUTariff"] = {"TOUPrice": indexed([thousandths(price) for price in prices.prices])}
    else:
        blocks = [thousandths(price) for tariff in prices.tariffs for price in tariff]
        values["BlockTariff"] = {"BlockPrice": indexed(blocks), "NumberOfThresholds": len(blocks) - 1}
    return {"PriceElements": {"GasPriceElements": values}}


# -- tariffs ----------------------------------------------------------------------------------------


class Switch(Struct, frozen=True):
    """What a tariff does from a time of day (UTC) on: a time-of-use register (1 to 48), or a block tariff."""

    at: time
    register: int | None = None
    block_tariff: int | None = None


class Day(Struct, frozen=True):
    """A day profile of an electricity tariff: its number, 1 to 16, and what it switches."""

    name: int
    switches: Sequence[Switch]


class ElectricityCalendar(Struct, frozen=True):
    """When which price of electricity holds.

    ``thresholds`` are those between the blocks, up to three, for each of the eight block tariffs, in the
    meter's unit of consumption; a tariff without blocks leaves them at zero.
    """

    days: Sequence[Day]
    weeks: Sequence[Week]
    seasons: Sequence[Season]
    special_days: Sequence[SpecialDay] = ()
    thresholds: Sequence[Sequence[int]] = ((0, 0, 0),) * _BLOCK_COUNTERS


class GasDay(Struct, frozen=True):
    """A day profile of a gas tariff: its number, 1 to 4, and its register; ``None`` is by block."""

    name: int
    register: int | None = None


class GasCalendar(Struct, frozen=True):
    """When which price of gas holds, and the thresholds between the blocks, one to three."""

    days: Sequence[GasDay]
    weeks: Sequence[Week]
    seasons: Sequence[Season]
    special_days: Sequence[SpecialDay] = ()
    thresholds: Sequence[int] = (0,)


def update_tariff(
    calendar: ElectricityCalendar,
    standing_charge: Pence,
    prices: ElectricityPrices,
    at: Moment | None = None,
) -> Element:
    """A new tariff of an electricity meter (SRV 1.1.1)."""
    elements = {
        "CurrencyUnits": _POUNDS,
        "SwitchingTable": _switching_table(calendar),
        "SpecialDays": special_days(calendar.special_days),
        "ThresholdMatrix": {
            "Thresholds": [
                {"index": index, "BlockThreshold": indexed(each)}
                for index, each in enumerate(calendar.thresholds, 1)
            ]
        },
    }
    values = {"ElecTariffElements": elements, **_electricity(standing_charge, prices)}
    return body("UpdateImportTariffPrimaryElement", values, at)


def update_secondary_tariff(
    calendar: ElectricityCalendar, prices: TimeOfUsePrices, at: Moment | None = None
) -> Element:
    """A new tariff of the secondary element, which has no blocks (SRV 1.1.2)."""
    values = {
        "SwitchingTable": _switching_table(calendar),
        "SpecialDays": special_days(calendar.special_days),
        **_secondary(prices),
    }
    return body("UpdateImportTariffSecondaryElement", values, at)


def update_gas_tariff(
    calendar: GasCalendar,
    standing_charge: Pence,
    prices: TimeOfUsePrices | BlockPrices,
    at: Moment | None = None,
) -> Element:
    """A new tariff of a gas meter (SRV 1.1.1)."""
    days: list[Values] = [
        {
            "DayName": day.name,
            "TOUTariffAction": day.register,
            "BlockTariff": {} if day.register is None else None,
        }
        for day in calendar.days
    ]
    elements = {
        "SwitchingTable": {
            "DayProfiles": {"DayProfile": days},
            "WeekProfiles": weeks(calendar.weeks),
            "Seasons": seasons(calendar.seasons, gas=True),
        },
        "SpecialDays": special_days(calendar.special_days, gas=True),
        "ThresholdMatrix": {"BlockThreshold": indexed(calendar.thresholds)},
    }
    values = {"GasTariffElements": elements, **_gas(standing_charge, prices)}
    return body("UpdateImportTariffPrimaryElement", values, at)


def _switching_table(calendar: ElectricityCalendar) -> Values:
    return {
        "DayProfiles": {
            "DayProfile": [
                {"DayName": day.name, "ProfileSchedule": [_switch(each) for each in day.switches]}
                for day in calendar.days
            ]
        },
        "WeekProfiles": weeks(calendar.weeks),
        "Seasons": seasons(calendar.seasons),
    }


def _switch(switch: Switch) -> Values:
    return {
        "StartTime": switch.at,
        "TOUTariffAction": switch.register,
        "BlockTariffAction": switch.block_tariff,
    }
