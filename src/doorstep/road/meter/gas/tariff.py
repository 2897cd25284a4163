"""Tariff, prices and calendars of a gas meter.

A calendar comes in parts: its frame (PublishCalendar), which alone is dated and names the others by the
calendar's identifier, then days, weeks and seasons. Parts of a calendar whose frame is neither in force nor
pending, such as one that was just cancelled, are accepted and not kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import structs

from doorstep.road.device.clusters import Declined, named
from doorstep.road.device.execution import Occasion
from doorstep.road.meter.gas.attributes import BLOCKS, TIERS
from doorstep.road.meter.gas.state import GasState
from doorstep.zigbee.clusters import METERING, PRICE
from doorstep.zigbee.clusters.calendar import (
    GetDayProfiles,
    GetSeasons,
    GetSpecialDays,
    GetWeekProfiles,
    PublishCalendar,
    PublishDayProfile,
    PublishSeasons,
    PublishSpecialDays,
    PublishWeekProfile,
)
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.price import (
    PublishBlockThresholds,
    PublishCalorificValue,
    PublishConversionFactor,
    PublishPriceMatrix,
    PublishTariffInformation,
)
from doorstep.zigbee.zcl import Status

__all__ = [
    "FRIENDLY_CREDIT",
    "calendar_of",
    "day_profiles",
    "publish_block_thresholds",
    "publish_calendar",
    "publish_calorific_value",
    "publish_conversion_factor",
    "publish_part",
    "publish_prices",
    "publish_special_days",
    "publish_tariff",
    "seasons",
    "special_days",
    "tidied",
    "week_profiles",
]

DELIVERED: Final = 0
FRIENDLY_CREDIT: Final = 3
"""The types of calendar that a gas meter has: of its tariff, and of its non-disablement periods."""

# The calendar identifiers that ask for the one in force: all ones, and one less.
_IN_FORCE: Final = {0xFFFFFFFF: DELIVERED, 0xFFFFFFFE: FRIENDLY_CREDIT}
_TIME_OF_USE: Final = 0x01

Part = PublishDayProfile | PublishWeekProfile | PublishSeasons


# -- calendars ---------------------------------------------------------------------------------------


def publish_calendar(state: GasState, command: PublishCalendar, _occasion: Occasion) -> GasState:
    """A calendar is in force in place of the one of its type, whose parts go unless they are still needed."""
    if command.calendar_type not in (DELIVERED, FRIENDLY_CREDIT):
        raise Declined(Status.INVALID_FIELD, f"there is no calendar of type {command.calendar_type}")
    return tidied(state.publishing(f"calendar {command.calendar_type}", command))


def publish_special_days(state: GasState, command: PublishSpecialDays, _occasion: Occasion) -> GasState:
    """Days that do not follow their week, in place of those of the same type."""
    if command.calendar_type not in (DELIVERED, FRIENDLY_CREDIT):
        raise Declined(Status.INVALID_FIELD, f"there are no special days of type {command.calendar_type}")
    return state.publishing(f"special days {command.calendar_type}", command)


def publish_part(state: GasState, command: Part, _occasion: Occasion) -> GasState:
    """A day, a week or the seasons of a calendar."""
    if command.issuer_calendar_id not in _known(state):
        return state
    return state.publishing(_slot(command), command)


def calendar_of(state: GasState, calendar_type: int) -> int | None:
    """The identifier of the calendar of a type that is in force, or None."""
    calendar = state.published.get(f"calendar {calendar_type}")
    return calendar.issuer_calendar_id if isinstance(calendar, PublishCalendar) else None


def day_profiles(state: GasState, command: GetDayProfiles, _occasion: Occasion) -> tuple[Command, ...]:
    """The days of a calendar from one on; as many as asked for, or all of them for none."""
    found = sorted(
        (
            one
            for one in state.published.values()
            if isinstance(one, PublishDayProfile)
            and one.issuer_calendar_id == _wanted(state, command.issuer_calendar_id)
            and one.day_id >= command.first_day_id
        ),
        key=lambda one: one.day_id,
    )
    return _found(found[: command.number_of_days or None])


def week_profiles(state: GasState, command: GetWeekProfiles, _occasion: Occasion) -> tuple[Command, ...]:
    """The weeks of a calendar from one on; as many as asked for, or all of them for none."""
    found = sorted(
        (
            one
            for one in state.published.values()
            if isinstance(one, PublishWeekProfile)
            and one.issuer_calendar_id == _wanted(state, command.issuer_calendar_id)
            and one.week_id >= command.first_week_id
        ),
        key=lambda one: one.week_id,
    )
    return _found(found[: command.number_of_weeks or None])


def seasons(state: GasState, command: GetSeasons, _occasion: Occasion) -> tuple[Command, ...]:
    """The seasons of a calendar."""
    wanted = _wanted(state, command.issuer_calendar_id)
    return _found(
        one
        for one in state.published.values()
        if isinstance(one, PublishSeasons) and one.issuer_calendar_id == wanted
    )


def special_days(state: GasState, command: GetSpecialDays, _occasion: Occasion) -> tuple[Command, ...]:
    """The special days of a type of calendar."""
    found = state.published.get(f"special days {command.calendar_type}")
    return _found(() if found is None else (found,))


def _slot(command: Part) -> str:
    if isinstance(command, PublishDayProfile):
        return f"day {command.issuer_calendar_id} {command.day_id}"
    if isinstance(command, PublishWeekProfile):
        return f"week {command.issuer_calendar_id} {command.week_id}"
    return f"seasons {command.issuer_calendar_id}"


def _known(state: GasState) -> set[int]:
    """The calendars that are in force or pending."""
    pending = (one.component.command for one in state.pending)
    frames = (*state.published.values(), *pending)
    return {one.issuer_calendar_id for one in frames if isinstance(one, PublishCalendar)}


def tidied(state: GasState) -> GasState:
    """The state without the parts of calendars that are neither in force nor pending."""
    known = _known(state)
    kept = {
        slot: one
        for slot, one in state.published.items()
        if not isinstance(one, Part) or one.issuer_calendar_id in known
    }
    return structs.replace(state, published=kept)


def _wanted(state: GasState, calendar_id: int) -> int | None:
    if calendar_id in _IN_FORCE:
        return calendar_of(state, _IN_FORCE[calendar_id])
    return calendar_id


def _found(commands: Iterable[Command]) -> tuple[Command, ...]:
    found = tuple(commands)
    if not found:
        raise Declined(Status.NOT_FOUND, "there is none")
    return found


# -- tariff and prices ---------------------------------------------------------------------------------


def publish_tariff(state: GasState, command: PublishTariffInformation, _occasion: Occasion) -> GasState:
    """GCS01a, GCS01b: the shape of a tariff and its standing charge."""
    return state.publishing("tariff", command).holding(
        {
            named(METERING, "TariffLabel"): command.tariff_label,
            named(PRICE, "StandingCharge"): command.standing_charge,
            named(PRICE, "TariffUnitOfMeasure"): command.unit_of_measure,
            named(PRICE, "Currency"): command.currency,
            named(PRICE, "PriceTrailingDigit"): command.trailing_digit,
            named(PRICE, "ThresholdMultiplier"): command.block_threshold_multiplier,
            named(PRICE, "ThresholdDivisor"): command.block_threshold_divisor,
        }
    )


def publish_prices(state: GasState, command: PublishPriceMatrix, _occasion: Occasion) -> GasState:
    """GCS01a, GCS01b: the prices of tiers (time of use) or of blocks, in place of all others."""
    by_tier = command.control & _TIME_OF_USE
    prices = dict.fromkeys((*_TIER_PRICES.values(), *_BLOCK_PRICES.values()), 0)
    for entry in command.prices:
        attribute = (_TIER_PRICES if by_tier else _BLOCK_PRICES).get(entry.tier_block_id)
        if attribute is None:
            raise Declined(Status.INVALID_FIELD, f"there is no tier or block {entry.tier_block_id}")
        prices[attribute] = entry.price
    return state.holding(prices)


def publish_block_thresholds(
    state: GasState, command: PublishBlockThresholds, _occasion: Occasion
) -> GasState:
    """GCS01a: where each block ends and the next begins, in place of all others."""
    thresholds = [threshold for tier in command.tiers for threshold in tier.thresholds]
    if len(thresholds) >= BLOCKS:
        raise Declined(Status.INVALID_FIELD, f"there are no {len(thresholds)} thresholds")
    padded = (*thresholds, *[0] * (BLOCKS - 1 - len(thresholds)))
    return state.holding(dict(zip(_THRESHOLDS, padded, strict=True)))


def publish_conversion_factor(
    state: GasState, command: PublishConversionFactor, _occasion: Occasion
) -> GasState:
    """GCS23: the factor that corrects a volume for temperature and pressure, at once (policy)."""
    return state.holding(
        {
            named(PRICE, "ConversionFactor"): command.conversion_factor,
            named(PRICE, "ConversionFactorTrailingDigit"): command.trailing_digit,
        }
    )


def publish_calorific_value(state: GasState, command: PublishCalorificValue, _occasion: Occasion) -> GasState:
    """GCS23: the energy in a volume of gas, at once (policy)."""
    return state.holding(
        {
            named(PRICE, "CalorificValue"): command.calorific_value,
            named(PRICE, "CalorificValueUnit"): command.unit,
            named(PRICE, "CalorificValueTrailingDigit"): command.trailing_digit,
        }
    )


# A tier's identifier is its number, from 1; a block's counts from 0.
_TIER_PRICES: Final = {tier: named(PRICE, f"Tier{tier}Block1Price") for tier in range(1, TIERS + 1)}
_BLOCK_PRICES: Final = {block - 1: named(PRICE, f"NoTierBlock{block}Price") for block in range(1, BLOCKS + 1)}
_THRESHOLDS: Final = tuple(named(PRICE, f"Block{block}Threshold") for block in range(1, BLOCKS))
