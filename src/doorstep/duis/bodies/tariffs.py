"""Bodies of tariffs and prices: Service References 1.1 and 1.2.

The names of days and weeks and the tariff actions are numbers, by which a calendar refers to its own parts
and to the prices.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.calendar import GAS_SEASONS, WILDCARD_DATE, gas_special_days, gas_weeks
from doorstep.duis.bodies.common import CURRENCY_UNITS, PRICE_SCALE, SHORT, UNSIGNED_INT, future_dated
from doorstep.duis.bodies.shape import (
    EMPTY,
    Member,
    Shape,
    choice,
    elements,
    indexed,
    one,
    some,
)
from doorstep.duis.simple_type import TIME, integer, text

__all__ = ["BODIES"]

# -- electricity: when which tariff action holds ----------------------------------------------------

_DAY_NAME: Final = integer(1, 16)
_WEEK_NAME: Final = integer(1, 4)

_WEEK_PROFILES: Final = elements(
    some(
        "WeekProfile",
        elements(
            one("WeekName", _WEEK_NAME),
            some("ReferencedDayName", indexed(_DAY_NAME, 7), 7, 7),
        ),
        1,
        4,
    )
)
_SEASONS: Final = elements(
    some(
        "Season",
        elements(
            one("SeasonName", text(0, 8)),
            one("SeasonStartDate", WILDCARD_DATE),
            one("ReferencedWeekName", _WEEK_NAME),
        ),
        1,
        4,
    )
)
_SPECIAL_DAYS: Final = elements(
    some("SpecialDay", elements(one("Date", WILDCARD_DATE), one("ReferencedDayName", _DAY_NAME)), 0, 50)
)


def _switching_table(action: Member) -> Shape:
    """The switching table of a meter element whose tariff actions are of that kind."""
    day = elements(
        one("DayName", _DAY_NAME),
        some("ProfileSchedule", elements(one("StartTime", TIME), action), 1, 48),
    )
    return elements(
        one("DayProfiles", elements(some("DayProfile", day, 1, 16))),
        one("WeekProfiles", _WEEK_PROFILES),
        one("Seasons", _SEASONS),
    )


_PRIMARY_ACTION: Final = choice(
    one("TOUTariffAction", integer(1, 48)), one("BlockTariffAction", integer(1, 8))
)
_SECONDARY_ACTION: Final = one("TOUTariffAction", integer(1, 4))

_ELECTRICITY_TARIFF: Final = elements(
    one("CurrencyUnits", CURRENCY_UNITS),
    one("SwitchingTable", _switching_table(_PRIMARY_ACTION)),
    one("SpecialDays", _SPECIAL_DAYS),
    one(
        "ThresholdMatrix",
        elements(
            some(
                "Thresholds",
                indexed(elements(some("BlockThreshold", indexed(UNSIGNED_INT, 3), 1, 3)), 8),
                8,
                8,
            )
        ),
    ),
)

# -- electricity: prices ----------------------------------------------------------------------------

_BLOCK_PRICES: Final = some(
    "BlockPrices", indexed(elements(some("BlockPrice", indexed(SHORT, 4), 1, 4)), 8), 1, 8
)
_TOU_PRICE: Final = some("TOUPrice", indexed(SHORT, 48), 1, 48)

_ELECTRICITY_PRICES: Final = elements(
    one("StandingCharge", SHORT),
    one("StandingChargeScale", PRICE_SCALE),
    one("PriceScale", PRICE_SCALE),
    choice(
        one("BlockTariff", elements(_BLOCK_PRICES)),
        one("TOUTariff", elements(_TOU_PRICE)),
        one("HybridTariff", elements(_BLOCK_PRICES, _TOU_PRICE)),
    ),
)
_SECONDARY_PRICES: Final = elements(
    one("PriceScale", PRICE_SCALE), some("ElectricityPriceElement", indexed(SHORT, 4), 1, 4)
)

# -- gas --------------------------------------------------------------------------------------------

_GAS_DAYS: Final = 4

_GAS_TARIFF: Final = elements(
    one(
        "SwitchingTable",
        elements(
            one(
                "DayProfiles",
                elements(
                    some(
                        "DayProfile",
                        elements(
                            one("DayName", integer(1, _GAS_DAYS)),
                            choice(one("TOUTariffAction", integer(1, 4)), one("BlockTariff", EMPTY)),
                        ),
                        1,
                        _GAS_DAYS,
                    )
                ),
            ),
            one("WeekProfiles", gas_weeks(_GAS_DAYS)),
            one("Seasons", GAS_SEASONS),
        ),
    ),
    one("SpecialDays", gas_special_days(_GAS_DAYS)),
    one("ThresholdMatrix", elements(some("BlockThreshold", indexed(integer(0, (1 << 48) - 1), 3), 1, 3))),
)
_GAS_PRICES: Final = elements(
    one("CurrencyUnits", CURRENCY_UNITS),
    one("StandingCharge", UNSIGNED_INT),
    choice(
        one(
            "BlockTariff",
            elements(
                some("BlockPrice", indexed(UNSIGNED_INT, 4), 1, 4), one("NumberOfThresholds", integer(1, 3))
            ),
        ),
        one("TOUTariff", elements(some("TOUPrice", indexed(UNSIGNED_INT, 4), 1, 4))),
    ),
)

# -- the bodies -------------------------------------------------------------------------------------

_PRIMARY_PRICES: Final = one(
    "PriceElements",
    elements(
        choice(one("ElectricityPriceElements", _ELECTRICITY_PRICES), one("GasPriceElements", _GAS_PRICES))
    ),
)

BODIES: Final = {
    "UpdateImportTariffPrimaryElement": future_dated(
        choice(one("ElecTariffElements", _ELECTRICITY_TARIFF), one("GasTariffElements", _GAS_TARIFF)),
        _PRIMARY_PRICES,
    ),
    "UpdateImportTariffSecondaryElement": future_dated(
        one("SwitchingTable", _switching_table(_SECONDARY_ACTION)),
        one("SpecialDays", _SPECIAL_DAYS),
        one("PriceElements", _SECONDARY_PRICES),
    ),
    "UpdatePricePrimaryElement": future_dated(_PRIMARY_PRICES),
    "UpdatePriceSecondaryElement": future_dated(one("PriceElements", _SECONDARY_PRICES)),
}
"""The shape of each body by its name."""
