"""What the gas proxy says of prices, tariff, messages and supplier, out of what it has tapped off.

:data:`ANSWERS` has a row for each command by which a display asks, :data:`ATTRIBUTES` one for each attribute
of the Price cluster that one of the tapped commands decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from doorstep.gbcs.times import Instant, seconds_since_2000
from doorstep.road.hub.gpf_state import GpfState, Slot
from doorstep.road.hub.tapping import FRIENDLY_CREDIT, GAS, TARIFF
from doorstep.zigbee.clusters import CALENDAR, DEVICE_MANAGEMENT, MESSAGING, PRICE, calendar, price
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.device_management import GetChangeOfSupplier
from doorstep.zigbee.clusters.messaging import UNTIL_CHANGED, DisplayMessage, GetLastMessage
from doorstep.zigbee.types import Value

__all__ = ["ANSWERS", "ATTRIBUTES"]

Answer = Callable[[GpfState, Any, Instant], tuple[Command, ...]]

TARIFF_INFORMATION: Final = Slot(GAS, PRICE.id, 0x04)
PRICES: Final = Slot(GAS, PRICE.id, 0x05)
THRESHOLDS: Final = Slot(GAS, PRICE.id, 0x06)
CONVERSION: Final = Slot(GAS, PRICE.id, 0x02)
CALORIFIC: Final = Slot(GAS, PRICE.id, 0x03)
MESSAGE: Final = Slot(GAS, MESSAGING.id, 0x00)
_TIME_OF_USE: Final = 0x01
_UNTIL_CHANGED: Final = 0xFFFF
_MINUTE: Final = 60_000
_CALENDARS: Final = MappingProxyType({0: TARIFF, 3: FRIENDLY_CREDIT})


def _published(slot: Slot) -> Answer:
    return lambda state, _asked, now: state.in_force(slot, now).commands


def _current_price(state: GpfState, _asked: Any, now: Instant) -> tuple[Command, ...]:
    """The price in force, where one price is: of the only tier or block that the tariff has.

    Which of several tiers or blocks is in force only the meter knows, as it counts.
    """
    tariff, prices = _first(state, TARIFF_INFORMATION, now), _first(state, PRICES, now)
    if tariff is None or prices is None or len(prices.prices) != 1:
        return ()
    by_tier = prices.control & _TIME_OF_USE
    moment = seconds_since_2000(now)
    found = price.PublishPrice(
        provider_id=tariff.provider_id,
        rate_label=tariff.tariff_label,
        issuer_event_id=prices.issuer_event_id,
        current_time=moment,
        unit_of_measure=tariff.unit_of_measure,
        currency=tariff.currency,
        trailing_digit_and_tier=tariff.trailing_digit & 0xF0 | (1 if by_tier else 0),
        number_of_tiers_and_register_tier=0x10 if by_tier else 0,
        start_time=prices.start_time,
        duration=_UNTIL_CHANGED,
        price=prices.prices[0].price,
    )
    return (found,)


def _last_message(state: GpfState, _asked: Any, now: Instant) -> tuple[Command, ...]:
    """The message in force: one whose time is over is none."""
    message = _first(state, MESSAGE, now)
    if not isinstance(message, DisplayMessage):
        return ()
    shown_for = now - state.in_force(MESSAGE, now).start
    over = message.duration != UNTIL_CHANGED and shown_for >= message.duration * _MINUTE
    return () if over else (message,)


def _calendar(part: int) -> Answer:
    """A part of the calendar with the identifier, or of the type, that is asked for."""

    def answer(state: GpfState, asked: Any, now: Instant) -> tuple[Command, ...]:
        for calendar_type, purpose in _CALENDARS.items():
            if getattr(asked, "calendar_type", calendar_type) != calendar_type:
                continue
            wanted = getattr(asked, "issuer_calendar_id", 0)
            found = state.in_force(Slot(purpose, CALENDAR.id, part), now).commands
            if found and wanted in (0, getattr(found[0], "issuer_calendar_id", None)):
                return found
        return ()

    return answer


ANSWERS: Final[Mapping[type[Command], Answer]] = MappingProxyType(
    {
        price.GetCurrentPrice: _current_price,
        price.GetTariffInformation: _published(TARIFF_INFORMATION),
        price.GetPriceMatrix: _published(PRICES),
        price.GetBlockThresholds: _published(THRESHOLDS),
        price.GetConversionFactor: _published(CONVERSION),
        price.GetCalorificValue: _published(CALORIFIC),
        price.GetBillingPeriod: _published(Slot(GAS, PRICE.id, 0x09)),
        price.GetBlockPeriods: _published(Slot(GAS, PRICE.id, 0x01)),
        GetLastMessage: _last_message,
        GetChangeOfSupplier: _published(Slot(GAS, DEVICE_MANAGEMENT.id, 0x01)),
        calendar.GetCalendar: _calendar(0x00),
        calendar.GetDayProfiles: _calendar(0x01),
        calendar.GetWeekProfiles: _calendar(0x02),
        calendar.GetSeasons: _calendar(0x03),
        calendar.GetSpecialDays: _calendar(0x04),
    }
)
"""What answers a command by which a Device asks: the commands that answer it, none where there is nothing."""


# -- attributes ----------------------------------------------------------------------------------------

Derivation = Callable[[GpfState, Instant], Value]


def _field(slot: Slot, name: str) -> Derivation:
    """The field of the command in a slot; None where it holds none."""

    def value(state: GpfState, now: Instant) -> Value:
        found = _first(state, slot, now)
        return None if found is None else getattr(found, name)

    return value


def _price_of(number: int, *, tier: bool) -> Derivation:
    """The price of a tier by its number, from 1, or of a block by its place, from 0."""

    def value(state: GpfState, now: Instant) -> Value:
        prices = _first(state, PRICES, now)
        if prices is None or bool(prices.control & _TIME_OF_USE) is not tier:
            return None
        return next((entry.price for entry in prices.prices if entry.tier_block_id == number), None)

    return value


def _threshold(place: int) -> Derivation:
    def value(state: GpfState, now: Instant) -> Value:
        found = _first(state, THRESHOLDS, now)
        thresholds = [] if found is None else [one for tier in found.tiers for one in tier.thresholds]
        return thresholds[place] if place < len(thresholds) else None

    return value


_TIERS: Final = 4
_BLOCKS: Final = 4

ATTRIBUTES: Final[Mapping[int, Derivation]] = MappingProxyType(
    {
        0x0202: _field(TARIFF_INFORMATION, "block_threshold_multiplier"),
        0x0203: _field(TARIFF_INFORMATION, "block_threshold_divisor"),
        0x0301: _field(TARIFF_INFORMATION, "standing_charge"),
        0x0302: _field(CONVERSION, "conversion_factor"),
        0x0303: _field(CONVERSION, "trailing_digit"),
        0x0304: _field(CALORIFIC, "calorific_value"),
        0x0305: _field(CALORIFIC, "unit"),
        0x0306: _field(CALORIFIC, "trailing_digit"),
        0x0615: _field(TARIFF_INFORMATION, "unit_of_measure"),
        0x0616: _field(TARIFF_INFORMATION, "currency"),
        0x0617: _field(TARIFF_INFORMATION, "trailing_digit"),
        **{0x0400 + 16 * tier: _price_of(tier, tier=True) for tier in range(1, _TIERS + 1)},
        **{0x0400 + block: _price_of(block, tier=False) for block in range(_BLOCKS)},
        **{0x0100 + place: _threshold(place) for place in range(_BLOCKS - 1)},
    }
)
"""The attributes of the Price cluster, by identifier."""


def _first(state: GpfState, slot: Slot, now: Instant) -> Any:
    found = state.in_force(slot, now).commands
    return found[0] if found else None
