"""Mapping rows of a gas meter's tariff and prices: SRV 1.1.1 and 1.2.1.

A tariff is by block, with thresholds of consumption between the blocks, or by time of use.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.gas_calendar import CalendarType, calendar
from doorstep.duis.transform.gbz import (
    Part,
    Place,
    Reader,
    Source,
    activation,
    by_index,
    code,
    count,
    event,
    gbz,
    number,
    publication,
    send,
)
from doorstep.duis.transform.rows import Mapping, both, has
from doorstep.zigbee.clusters import PRICE
from doorstep.zigbee.clusters.calendar import DayScheduleEntry
from doorstep.zigbee.clusters.price import (
    POUNDS,
    BlockThresholds,
    PriceMatrixEntry,
    PublishBlockThresholds,
    PublishPriceMatrix,
    PublishTariffInformation,
)

__all__ = ["ROWS"]

_ELEMENTS: Final = "GasTariffElements"
_SWITCHING: Final = f"{_ELEMENTS}/SwitchingTable"
_THRESHOLDS: Final = f"{_ELEMENTS}/ThresholdMatrix/BlockThreshold"
_PRICES: Final = "PriceElements/GasPriceElements"
_BLOCKS: Final = f"{_PRICES}/BlockTariff"
_BLOCK_PRICES: Final = f"{_BLOCKS}/BlockPrice"
_TIMES: Final = f"{_PRICES}/TOUTariff"
_TIME_PRICES: Final = f"{_TIMES}/TOUPrice"

_EUROS: Final = 978
_CURRENCIES: Final = {"GBP": POUNDS, "ECB": _EUROS}

_TARIFF_ID: Final = 1
_BY_TIME: Final = 0x00  # the charging scheme is the high nibble, the delivered tariff type the low one
_BY_BLOCK: Final = 0x10
_KILOWATT_HOURS: Final = 0
_FIVE_DECIMAL_PLACES: Final = 0x50
_NO_TIER_BLOCK_MODE: Final = 0xFF
_THRESHOLD_DIVISOR: Final = 1000

_PRICES_ARE_BLOCKS: Final = 0
_PRICES_ARE_TIERS: Final = 1
_FOR_ALL_TIERS: Final = 1

# What every command about the prices of one tariff begins with.
_IDENTITY: Final[dict[str, Source]] = {
    "provider_id": 0,
    "issuer_event_id": event,
    "issuer_tariff_id": _TARIFF_ID,
}
_UNDIVIDED: Final[dict[str, Source]] = {"command_index": 0, "total_commands": 1}


def _information(scheme: int, tiers: Source, thresholds: Source) -> Part:
    return send(
        PRICE,
        PublishTariffInformation,
        **_IDENTITY,
        start_time=activation,
        tariff_type_and_scheme=scheme,
        tariff_label=b"",
        number_of_tiers=tiers,
        number_of_block_thresholds=thresholds,
        unit_of_measure=_KILOWATT_HOURS,
        currency=code(f"{_PRICES}/CurrencyUnits", _CURRENCIES),
        trailing_digit=_FIVE_DECIMAL_PLACES,
        standing_charge=number(f"{_PRICES}/StandingCharge"),
        tier_block_mode=_NO_TIER_BLOCK_MODE,
        block_threshold_multiplier=1,
        block_threshold_divisor=_THRESHOLD_DIVISOR,
    )


def _matrix(control: int, prices: Reader) -> Part:
    return send(
        PRICE,
        PublishPriceMatrix,
        **_IDENTITY,
        **_UNDIVIDED,
        start_time=publication,
        control=control,
        prices=prices,
    )


def _entries(path: str, first: int) -> Reader:
    """The prices at a path; what the request counts from 1 is counted from ``first`` here."""

    def reader(place: Place) -> tuple[PriceMatrixEntry, ...]:
        return tuple(PriceMatrixEntry(index - 1 + first, price) for index, price in by_index(place, path))

    return reader


def _threshold_matrix(place: Place) -> tuple[BlockThresholds, ...]:
    thresholds = tuple(threshold for _, threshold in by_index(place, _THRESHOLDS))
    return (BlockThresholds(len(thresholds), thresholds),)


_BLOCK_PRICE_MATRIX: Final = _matrix(_PRICES_ARE_BLOCKS, _entries(_BLOCK_PRICES, 0))
_TIME_OF_USE: Final = (
    _information(_BY_TIME, count(_TIME_PRICES), 0),
    _matrix(_PRICES_ARE_TIERS, _entries(_TIME_PRICES, 1)),
)


_TIER: Final = number("TOUTariffAction", default=0)


def _whole_day(place: Place) -> tuple[DayScheduleEntry, ...]:
    """One tier from midnight to midnight; no tier where the tariff is by block."""
    return (DayScheduleEntry(0, _TIER(place)),)


_CALENDAR: Final = calendar(
    CalendarType.DELIVERED,
    days=f"{_SWITCHING}/DayProfiles/DayProfile",
    day_id=number("DayName"),
    total_entries=1,
    entries=_whole_day,
    weeks=f"{_SWITCHING}/WeekProfiles/WeekProfile",
    seasons=f"{_SWITCHING}/Seasons/Season",
    special_days=f"{_ELEMENTS}/SpecialDays/SpecialDay",
)

ROWS: Final[tuple[Mapping, ...]] = (
    *gbz(
        "GCS01a",
        "1.1.1",
        *_CALENDAR,
        _information(_BY_BLOCK, 0, count(_THRESHOLDS)),
        send(
            PRICE,
            PublishBlockThresholds,
            **_IDENTITY,
            **_UNDIVIDED,
            start_time=publication,
            control=_FOR_ALL_TIERS,
            tiers=_threshold_matrix,
        ),
        _BLOCK_PRICE_MATRIX,
        when=both(has(_ELEMENTS), has(_BLOCKS)),
        basis="two samples, where NumberOfThresholds disagrees with the matrix, which is followed",
    ),
    *gbz(
        "GCS01a",
        "1.1.1",
        *_CALENDAR,
        *_TIME_OF_USE,
        when=both(has(_ELEMENTS), has(_TIMES)),
        basis="one sample; the threshold that the schema asks for is passed over, as there",
    ),
    *gbz(
        "GCS01b",
        "1.2.1",
        _information(_BY_BLOCK, 0, number(f"{_BLOCKS}/NumberOfThresholds")),
        _BLOCK_PRICE_MATRIX,
        when=has(_BLOCKS),
    ),
    *gbz("GCS01b", "1.2.1", *_TIME_OF_USE, when=has(_TIMES), basis="one sample"),
)
