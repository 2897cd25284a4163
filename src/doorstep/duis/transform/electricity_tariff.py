"""Mapping rows of an electricity meter's tariff and prices: SRV 1.1.1, 1.1.2, 1.2.1 and 1.2.2.

An Activity Calendar says when which script runs. The script selects the register that counts from then on:
that of a time of use (TOU), or for some TOU that of the block which consumption has come to. The price
matrix has a price for each register, under a name of one byte.

===========================  ===============  ==============
register                     script selector  name of price
===========================  ===============  ==============
TOU 1 to 48                  TOU              TOU
blocks 1 to 4 of TOU 1 to 8  100 + TOU        ``A1`` to ``D8``
TOU 1 to 4, second element   200 + TOU        TOU
===========================  ===============  ==============
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from typing import Final

from doorstep.duis.element import Element
from doorstep.duis.request import Request
from doorstep.duis.simple_type import INTEGER, SimpleType
from doorstep.duis.simple_type import integer as from_to
from doorstep.duis.transform import activity_calendar
from doorstep.duis.transform.activity_calendar import Action
from doorstep.duis.transform.charge import NO_COMMODITY, price, register, unit_charge
from doorstep.duis.transform.dlms import (
    FALSE,
    TRUE,
    Source,
    activation,
    array,
    choice,
    double_long_unsigned,
    element_at,
    long,
    number,
    octets,
    put,
    structure,
    together,
)
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.numbered import by_index, consecutive, only, several
from doorstep.duis.transform.rows import Mapping, Parts, both, dlms, has
from doorstep.errors import XmlError
from doorstep.gbcs.payloads.axdr import Data, Tag

__all__ = ["ROWS"]

_TARIFF: Final = "ElecTariffElements"
_PRICES: Final = "PriceElements"
_PRIMARY_PRICES: Final = f"{_PRICES}/ElectricityPriceElements"

_TOUS: Final = range(1, 49)
_BLOCK_TOUS: Final = range(1, 9)
_BLOCKS: Final = range(1, 5)
_SECONDARY_TOUS: Final = range(1, 5)

_TOU: Final = from_to(1, 48)
_BLOCK_TOU: Final = from_to(1, 8)
_BLOCK: Final = from_to(1, 4)
_SECONDARY_TOU: Final = from_to(1, 4)
_THRESHOLD: Final = from_to(1, 3)

# -- the calendars ----------------------------------------------------------------------------------

_CALENDAR: Final = "0-0:13.0.0.255"
_CALENDAR_SECONDARY: Final = "0-0:13.0.1.255"
_SPECIAL_DAYS: Final = "0-1:11.0.0.255"
_SPECIAL_DAYS_SECONDARY: Final = "0-1:11.0.1.255"

_ACTIONS: Final = {"TOUTariffAction": Action(_TOU), "BlockTariffAction": Action(_BLOCK_TOU, offset=100)}
_ACTIONS_SECONDARY: Final = {"TOUTariffAction": Action(_SECONDARY_TOU, offset=200)}


def _calendar(name: str, special_days: str, path: str, actions: MappingOf[str, Action]) -> Parts:
    """Set the passive calendar from the switching table, and the special days, below a path of the body."""
    table = f"{path}SwitchingTable"
    return (
        put(20, name, 7, element_at(table, activity_calendar.seasons)),
        put(20, name, 8, element_at(table, activity_calendar.weeks)),
        put(20, name, 9, element_at(table, lambda element: activity_calendar.days(element, actions))),
        put(11, special_days, 2, element_at(f"{path}SpecialDays", activity_calendar.special_days)),
    )


# -- thresholds between the blocks ------------------------------------------------------------------


def _threshold_matrix(request: Request) -> Parts:
    """Set the thresholds of each TOU that may have blocks, from the lowest."""
    matrix = consecutive(several(request.body, f"{_TARIFF}/ThresholdMatrix/Thresholds"), _BLOCK_TOU)
    if len(matrix) != len(_BLOCK_TOUS):
        raise XmlError(f"ThresholdMatrix: {len(matrix)} Thresholds are there, {len(_BLOCK_TOUS)} are wanted")
    return tuple(
        put(21, f"0-0:16.1.{10 + tou}.255", 2, _thresholds(row)) for tou, row in enumerate(matrix, 1)
    )


def _thresholds(row: Element) -> Data:
    thresholds = consecutive(several(row, "BlockThreshold", least=1), _THRESHOLD)
    return array(*(double_long_unsigned(threshold.value(INTEGER)) for threshold in thresholds))


# -- prices -----------------------------------------------------------------------------------------

_STANDING_CHARGE: Final = "0-0:19.20.4.255"
_MATRIX: Final = "0-0:19.20.0.255"
_MATRIX_SECONDARY: Final = "0-0:19.20.5.255"
_KILOWATT_HOURS: Final = 3  # as a power of ten of watt-hours
_IMPORT: Final = register("1-0:1.8.0.255")
_IMPORT_SECONDARY: Final = register("1-20:1.8.0.255")

_Amounts = dict[int, int]
"""Prices by name."""


def _block_price(block: int, tou: int) -> int:
    """The name of the price of a block."""
    return 0x90 + (block << 4) + tou


_NAMES: Final = (*_TOUS, *(_block_price(block, tou) for block in _BLOCKS for tou in _BLOCK_TOUS))
"""The names of the price matrix, in its order."""


def _tou_prices(elements: Iterable[Element]) -> _Amounts:
    return _by_tou(elements, _TOU)


def _by_tou(elements: Iterable[Element], kind: SimpleType[int]) -> _Amounts:
    return {tou: element.value(INTEGER) for tou, element in by_index(elements, kind).items()}


def _block_prices(elements: Iterable[Element]) -> _Amounts:
    return {
        _block_price(block, tou): element.value(INTEGER)
        for tou, prices in by_index(elements, _BLOCK_TOU).items()
        for block, element in by_index(several(prices, "BlockPrice", least=1), _BLOCK).items()
    }


_READERS: Final = {"BlockPrices": _block_prices, "TOUPrice": _tou_prices}
_TARIFFS: Final = {
    "BlockTariff": ("BlockPrices",),
    "TOUTariff": ("TOUPrice",),
    "HybridTariff": ("BlockPrices", "TOUPrice"),
}
"""The elements that hold the prices of each kind of tariff."""


def _primary_prices(elements: Element) -> Data:
    kind = only(elements, _TARIFFS)
    amounts: _Amounts = {}
    for name in _TARIFFS[kind]:
        amounts |= _READERS[name](several(elements, f"{kind}/{name}", least=1))
    return _matrix(_NAMES, amounts)


def _secondary_prices(elements: Element) -> Data:
    prices = several(elements, "ElectricityPriceElement", least=1)
    return _matrix(_SECONDARY_TOUS, _by_tou(prices, _SECONDARY_TOU))


def _matrix(names: Iterable[int], amounts: _Amounts) -> Data:
    """A price for each name: zero where the tariff has none."""
    return array(*(structure(octets(bytes((name,))), long(amounts.get(name, 0))) for name in names))


def _scale(name: str) -> Source:
    return number(Tag.INTEGER, name)


_STANDING: Final = unit_charge(
    NO_COMMODITY,
    together(Tag.ARRAY, price(b"", number(Tag.LONG, f"{_PRIMARY_PRICES}/StandingCharge"))),
    commodity_scale=0,
    price_scale=_scale(f"{_PRIMARY_PRICES}/StandingChargeScale"),
)
_PRIMARY: Final = unit_charge(
    _IMPORT,
    element_at(_PRIMARY_PRICES, _primary_prices),
    commodity_scale=_KILOWATT_HOURS,
    price_scale=_scale(f"{_PRIMARY_PRICES}/PriceScale"),
)
_SECONDARY: Final = unit_charge(
    _IMPORT_SECONDARY,
    element_at(_PRICES, _secondary_prices),
    commodity_scale=_KILOWATT_HOURS,
    price_scale=_scale(f"{_PRICES}/PriceScale"),
)

_SET_PRICES: Final = (put(113, _STANDING_CHARGE, 6, _STANDING), put(113, _MATRIX, 6, _PRIMARY))
_ACTIVATE_PRICES: Final = (put(113, _STANDING_CHARGE, 7, activation), put(113, _MATRIX, 7, activation))

# -- the whole of a tariff --------------------------------------------------------------------------

_CURRENCY: Final = "0-0:94.44.2.0"
_CURRENCIES: Final = {"GBP": TRUE, "ECB": FALSE}


def _tariff(request: Request, _known: Known) -> Parts:
    return (
        *_calendar(_CALENDAR, _SPECIAL_DAYS, f"{_TARIFF}/", _ACTIONS),
        *_threshold_matrix(request),
        put(9000, _CURRENCY, 4, choice(f"{_TARIFF}/CurrencyUnits", _CURRENCIES)),
        *_SET_PRICES,
        put(20, _CALENDAR, 10, activation),
        put(9000, "0-0:94.44.128.29", 6, activation),
        put(9000, _CURRENCY, 6, activation),
        *_ACTIVATE_PRICES,
        put(9000, "0-0:63.1.1.255", 6, activation),
    )


ROWS: Final[tuple[Mapping, ...]] = (
    dlms(
        "ECS01a",
        "1.1.1",
        choose=_tariff,
        when=both(has(_TARIFF), has(_PRIMARY_PRICES)),
        basis="samples of all three kinds of tariff, in pounds; that false means euros is a guess",
    ),
    dlms(
        "ECS01c",
        "1.1.2",
        put(113, _MATRIX_SECONDARY, 6, _SECONDARY),
        *_calendar(_CALENDAR_SECONDARY, _SPECIAL_DAYS_SECONDARY, "", _ACTIONS_SECONDARY),
        put(20, _CALENDAR_SECONDARY, 10, activation),
        put(113, _MATRIX_SECONDARY, 7, activation),
        put(9000, "0-0:94.44.128.30", 6, activation),
        basis="one sample with four prices; that a price left out is zero, as in ECS01a, is a guess",
    ),
    dlms("ECS01b", "1.2.1", *_SET_PRICES, *_ACTIVATE_PRICES, when=has(_PRIMARY_PRICES)),
    dlms(
        "ECS01d",
        "1.2.2",
        put(113, _MATRIX_SECONDARY, 6, _SECONDARY),
        put(113, _MATRIX_SECONDARY, 7, activation),
        basis="one sample with four prices; that a price left out is zero, as in ECS01b, is a guess",
    ),
)
