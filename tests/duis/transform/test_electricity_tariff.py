"""Tariffs and prices of an electricity meter: calendars, thresholds and price matrices, written by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import DoorstepError, EncodeError, XmlError
from tests.duis.transform.made import NEVER, NOW, made
from tests.duis.transform.test_calendar import day

# -- requests ---------------------------------------------------------------------------------------


def indexed(name: str, *values: int | str) -> tuple[Element, ...]:
    return tuple(element(name, str(value), index=index) for index, value in enumerate(values, 1))


def day_profile(name: int, *changes: tuple[str, str, int]) -> Element:
    """A day: at which time which action with which number."""
    schedules = (
        element("ProfileSchedule", element("StartTime", time), element(action, str(number)))
        for time, action, number in changes
    )
    return element("DayProfile", element("DayName", str(name)), *schedules)


def week(name: int, *days: int) -> Element:
    return element("WeekProfile", element("WeekName", str(name)), *indexed("ReferencedDayName", *days))


def season(name: str, referenced: int) -> Element:
    start = element("SeasonStartDate", *day(Month=3, DayOfMonth=29).children)
    return element(
        "Season", element("SeasonName", name), start, element("ReferencedWeekName", str(referenced))
    )


DAY = day_profile(1, ("00:00:00Z", "TOUTariffAction", 1))
WEEK = week(1, 1, 1, 1, 1, 1, 1, 1)
SEASON = season("all", 1)


def table(
    days: Iterable[Element] = (DAY,),
    weeks: Iterable[Element] = (WEEK,),
    seasons: Iterable[Element] = (SEASON,),
) -> Element:
    return element(
        "SwitchingTable",
        element("DayProfiles", *days),
        element("WeekProfiles", *weeks),
        element("Seasons", *seasons),
    )


def special_day(referenced: int) -> Element:
    date = element("Date", *day(Month=12, DayOfMonth=25).children)
    return element("SpecialDay", date, element("ReferencedDayName", str(referenced)))


def special_days(*days: Element) -> Element:
    return element("SpecialDays", *days)


def thresholds(tou: int, *values: int | str) -> Element:
    return element("Thresholds", *indexed("BlockThreshold", *values), index=tou)


MATRIX = tuple(thresholds(tou, 0xFFFFFFFF) for tou in range(1, 9))


def elements(
    switching: Element | None = None,
    days: Element | None = None,
    matrix: Iterable[Element] = MATRIX,
    currency: str = "GBP",
) -> Element:
    return element(
        "ElecTariffElements",
        element("CurrencyUnits", currency),
        switching or table(),
        days or special_days(),
        element("ThresholdMatrix", *matrix),
    )


def blocks(tou: int, *prices: int | str) -> Element:
    return element("BlockPrices", *indexed("BlockPrice", *prices), index=tou)


TIMES_OF_USE = element("TOUTariff", *indexed("TOUPrice", 2121, -1))


def prices(tariff: Element = TIMES_OF_USE, standing: str = "20000", scale: str = "-5") -> Element:
    return element(
        "PriceElements",
        element(
            "ElectricityPriceElements",
            element("StandingCharge", standing),
            element("StandingChargeScale", scale),
            element("PriceScale", "-3"),
            tariff,
        ),
    )


def whole(tariff: Element | None = None, charges: Element | None = None, when: str = "") -> Element:
    execution = (element("ExecutionDateTime", when),) if when else ()
    return element("UpdateImportTariffPrimaryElement", *execution, tariff or elements(), charges or prices())


def only_prices(tariff: Element, when: str = "") -> Element:
    execution = (element("ExecutionDateTime", when),) if when else ()
    return element("UpdatePricePrimaryElement", *execution, prices(tariff))


# -- what they become -------------------------------------------------------------------------------

STANDING = "0203 0202 0F00 0FFB  0203 120000 0906000000000000 0F00  0101 0202 0900 104E20".replace(" ", "")
WEEK_BYTES = "0208 090101 1101 1101 1101 1101 1101 1101 1101".replace(" ", "")
SEASON_BYTES = "0203 0903616C6C 090C FFFF031DFF 00000000 8000FF 090101".replace(" ", "")


def matrix(**amounts: int) -> str:
    """The 80 prices of the first element: TOU 1 to 48, then the blocks A to D of TOU 1 to 8."""
    names = [f"{tou:02X}" for tou in range(1, 49)]
    names += [f"{block}{tou}" for block in "ABCD" for tou in range(1, 9)]
    entries = (f"0202 0901{name} 10{amounts.get(f'p{name}', 0) & 0xFFFF:04X}" for name in names)
    scales, register = "0202 0F03 0FFD", "0203 120003 0906 0100010800FF 0F02"
    return f"0203 {scales} {register} 0150 {''.join(entries)}".replace(" ", "")


@pytest.mark.parametrize(
    ("when", "activation"),
    [("", NOW), ("2030-01-15T09:00:00Z", "07EE010FFF090000008000FF"), ("3000-12-31T00:00:00Z", NEVER)],
    ids=["at once", "future dated", "cancelled"],
)
def test_a_tariff_is_set_whole_and_then_when_it_takes_effect(when: str, activation: str) -> None:
    tariff = elements(
        table(
            days=(
                day_profile(
                    2, ("06:30:00.50Z", "BlockTariffAction", 8), ("23:00:00Z", "TOUTariffAction", 48)
                ),
                DAY,
            )
        ),
        special_days(special_day(2), special_day(1)),
        (thresholds(1, 10000, 20000, 0xFFFFFFFF), *MATRIX[1:]),
    )
    script = "0906 00000A0064FF"
    second_day = (
        f"0202 1102 0102 0203 0904061E0032 {script} 12006C 0203 090417000000 {script} 120030".replace(" ", "")
    )
    first_day = f"0202 1101 0101 0203 090400000000 {script} 120001".replace(" ", "")
    christmas = "0905FFFF0C19FF"
    assert made(whole(tariff, when=when)) == [
        f"SET 20 0-0:13.0.0.255 7 0101{SEASON_BYTES}",
        f"SET 20 0-0:13.0.0.255 8 0101{WEEK_BYTES}",
        f"SET 20 0-0:13.0.0.255 9 0102{second_day}{first_day}",
        f"SET 11 0-1:11.0.0.255 2 01020203120001{christmas}11020203120002{christmas}1101",
        "SET 21 0-0:16.1.11.255 2 0103" + "0600002710" + "0600004E20" + "06FFFFFFFF",
        *(f"SET 21 0-0:16.1.{number}.255 2 010106FFFFFFFF" for number in range(12, 19)),
        "SET 9000 0-0:94.44.2.0 4 03FF",
        f"SET 113 0-0:19.20.4.255 6 {STANDING}",
        f"SET 113 0-0:19.20.0.255 6 {matrix(p01=2121, p02=-1)}",
        f"SET 20 0-0:13.0.0.255 10 090C{activation}",
        f"SET 9000 0-0:94.44.128.29 6 090C{activation}",
        f"SET 9000 0-0:94.44.2.0 6 090C{activation}",
        f"SET 113 0-0:19.20.4.255 7 090C{activation}",
        f"SET 113 0-0:19.20.0.255 7 090C{activation}",
        f"SET 9000 0-0:63.1.1.255 6 090C{activation}",
    ]


HYBRID = element("HybridTariff", blocks(2, 4002, 6969), blocks(8, 1, 2, 3, 32767), *indexed("TOUPrice", 2121))


@pytest.mark.parametrize(
    ("tariff", "amounts"),
    [
        (TIMES_OF_USE, {"p01": 2121, "p02": -1}),
        (element("TOUTariff", element("TOUPrice", "-32768", index=48)), {"p30": -32768}),
        (element("BlockTariff", blocks(1, 1361, 2289, 5566)), {"pA1": 1361, "pB1": 2289, "pC1": 5566}),
        (HYBRID, {"p01": 2121, "pA2": 4002, "pB2": 6969, "pA8": 1, "pB8": 2, "pC8": 3, "pD8": 32767}),
    ],
)
@pytest.mark.parametrize("when", ["", "3000-12-31T00:00:00Z"])
def test_prices_of_each_kind_of_tariff_have_their_places(
    tariff: Element, amounts: dict[str, int], when: str
) -> None:
    activation = NEVER if when else NOW
    assert made(only_prices(tariff, when)) == [
        f"SET 113 0-0:19.20.4.255 6 {STANDING}",
        f"SET 113 0-0:19.20.0.255 6 {matrix(**amounts)}",
        f"SET 113 0-0:19.20.4.255 7 090C{activation}",
        f"SET 113 0-0:19.20.0.255 7 090C{activation}",
    ]


def test_euros_are_not_pounds() -> None:
    assert "SET 9000 0-0:94.44.2.0 4 0300" in made(whole(elements(currency="ECB")))


def secondary_prices(*amounts: int | str) -> Element:
    return element(
        "PriceElements", element("PriceScale", "-5"), *indexed("ElectricityPriceElement", *amounts)
    )


SECONDARY = (
    "SET 113 0-0:19.20.5.255 6 "
    + "0203 0202 0F03 0FFB 0203 120003 0906 0114010800FF 0F02 0104".replace(" ", "")
    + "0202090101102774" + "0202090102100000" + "020209010310300C" + "0202090104103458"
)  # fmt: skip


def test_the_second_element_has_four_times_of_use_and_no_blocks() -> None:
    body = element(
        "UpdateImportTariffSecondaryElement",
        element("ExecutionDateTime", "2030-01-15T09:00:00Z"),
        table(days=(day_profile(16, ("07:00:00Z", "TOUTariffAction", 4)),)),
        special_days(special_day(16)),
        secondary_prices(10100, 0, 12300, 13400),
    )
    when = "090C07EE010FFF090000008000FF"
    assert made(body) == [
        SECONDARY,
        f"SET 20 0-0:13.0.1.255 7 0101{SEASON_BYTES}",
        f"SET 20 0-0:13.0.1.255 8 0101{WEEK_BYTES}",
        "SET 20 0-0:13.0.1.255 9 01010202111001010203090407000000" + "090600000A0064FF" + "1200CC",
        "SET 11 0-1:11.0.1.255 2 010102031200010905FFFF0C19FF1110",
        f"SET 20 0-0:13.0.1.255 10 {when}",
        f"SET 113 0-0:19.20.5.255 7 {when}",
        f"SET 9000 0-0:94.44.128.30 6 {when}",
    ]


def test_prices_of_the_second_element_alone() -> None:
    body = element("UpdatePriceSecondaryElement", secondary_prices(10100, 0, 12300, 13400))
    assert made(body) == [SECONDARY, f"SET 113 0-0:19.20.5.255 7 090C{NOW}"]


def test_a_price_of_the_second_element_that_is_left_out_is_zero() -> None:
    one, two = (
        made(element("UpdatePriceSecondaryElement", secondary_prices(*amounts)))
        for amounts in ((5,), (5, 0, 0, 0))
    )
    assert one == two


# -- what is refused --------------------------------------------------------------------------------

WRONG_CALENDARS = {
    "no season": table(seasons=()),
    "five seasons": table(seasons=(SEASON,) * 5),
    "a long name": table(seasons=(season("in winter", 1),)),
    "a name that is not ASCII": table(seasons=(season("été", 1),)),
    "week 5": table(weeks=(week(5, *[1] * 7),)),
    "week 1 twice": table(weeks=(WEEK, WEEK)),
    "no week": table(weeks=()),
    "six days": table(weeks=(week(1, *[1] * 6),)),
    "eight days": table(weeks=(week(1, *[1] * 8),)),
    "day 17 in a week": table(weeks=(week(1, *[17] * 7),)),
    "day 0": table(days=(day_profile(0, ("00:00:00Z", "TOUTariffAction", 1)),)),
    "day 1 twice": table(days=(DAY, DAY)),
    "no day": table(days=()),
    "a day without a change": table(days=(day_profile(1),)),
    "49 changes": table(days=(day_profile(1, *[("00:00:00Z", "TOUTariffAction", 1)] * 49),)),
    "TOU 49": table(days=(day_profile(1, ("00:00:00Z", "TOUTariffAction", 49)),)),
    "blocks of TOU 9": table(days=(day_profile(1, ("00:00:00Z", "BlockTariffAction", 9)),)),
    "no action": table(days=(day_profile(1, ("00:00:00Z", "Action", 1)),)),
    "no time": table(days=(day_profile(1, ("24:00:00Z", "TOUTariffAction", 1)),)),
    "a time of some other zone": table(days=(day_profile(1, ("10:00:00+01:00", "TOUTariffAction", 1)),)),
}


@pytest.mark.parametrize("switching", WRONG_CALENDARS.values(), ids=WRONG_CALENDARS)
def test_a_calendar_that_is_none_is_refused(switching: Element) -> None:
    with pytest.raises(XmlError):
        made(whole(elements(switching)))


def test_two_actions_at_one_time_are_refused() -> None:
    both = element(
        "ProfileSchedule",
        element("StartTime", "00:00:00Z"),
        element("TOUTariffAction", "1"),
        element("BlockTariffAction", "1"),
    )
    with pytest.raises(XmlError, match="one of TOUTariffAction, BlockTariffAction is wanted, there are 2"):
        made(whole(elements(table(days=(element("DayProfile", element("DayName", "1"), both),)))))


WRONG_TARIFFS = {
    "51 special days": elements(days=special_days(*[special_day(1)] * 51)),
    "day 17 on a special day": elements(days=special_days(special_day(17))),
    "no thresholds": elements(matrix=()),
    "seven rows": elements(matrix=MATRIX[:7]),
    "nine rows": elements(matrix=(*MATRIX, thresholds(9, 1))),
    "row 1 twice": elements(matrix=(MATRIX[0], *MATRIX[:7])),
    "four thresholds": elements(matrix=(thresholds(1, 1, 2, 3, 4), *MATRIX[1:])),
    "an empty row": elements(matrix=(thresholds(1), *MATRIX[1:])),
    "threshold 2 alone": elements(
        matrix=(element("Thresholds", element("BlockThreshold", "1", index=2), index=1), *MATRIX[1:])
    ),
    "a negative threshold": elements(matrix=(thresholds(1, -1), *MATRIX[1:])),
    "33 bits": elements(matrix=(thresholds(1, 1 << 32), *MATRIX[1:])),
    "no known currency": elements(currency="USD"),
}


@pytest.mark.parametrize("tariff", WRONG_TARIFFS.values(), ids=WRONG_TARIFFS)
def test_a_tariff_that_is_none_is_refused(tariff: Element) -> None:
    with pytest.raises((XmlError, EncodeError)):
        made(whole(tariff))


WRONG_PRICES = {
    "no tariff": element("FlatTariff", *indexed("TOUPrice", 1)),
    "no TOU price": element("TOUTariff"),
    "no block price": element("BlockTariff"),
    "a hybrid without blocks": element("HybridTariff", *indexed("TOUPrice", 1)),
    "a hybrid without TOU": element("HybridTariff", blocks(1, 1)),
    "blocks in a TOU tariff": element("TOUTariff", blocks(1, 1)),
    "49 TOU": element("TOUTariff", *indexed("TOUPrice", *[1] * 49)),
    "TOU 1 twice": element("TOUTariff", *indexed("TOUPrice", 1), *indexed("TOUPrice", 1)),
    "TOU without a number": element("TOUTariff", element("TOUPrice", "1")),
    "block prices of TOU 9": element("BlockTariff", blocks(9, 1)),
    "five blocks": element("BlockTariff", blocks(1, 1, 2, 3, 4, 5)),
    "a TOU without blocks": element("BlockTariff", blocks(1)),
    "32768": element("TOUTariff", *indexed("TOUPrice", 32768)),
    "-32769": element("TOUTariff", *indexed("TOUPrice", -32769)),
    "a fraction": element("TOUTariff", *indexed("TOUPrice", "0.5")),
}


@pytest.mark.parametrize("tariff", WRONG_PRICES.values(), ids=WRONG_PRICES)
def test_prices_that_are_none_are_refused(tariff: Element) -> None:
    for body in (only_prices(tariff), whole(charges=prices(tariff))):
        with pytest.raises((XmlError, EncodeError)):
            made(body)


@pytest.mark.parametrize(("standing", "scale"), [("40000", "-5"), ("", "-5"), ("1", "-129"), ("1", "128")])
def test_a_standing_charge_that_is_none_is_refused(standing: str, scale: str) -> None:
    with pytest.raises((XmlError, EncodeError)):
        made(whole(charges=prices(standing=standing, scale=scale)))


@pytest.mark.parametrize("amounts", [(), (1, 2, 3, 4, 5), (40000,)])
def test_prices_of_the_second_element_that_are_none_are_refused(amounts: tuple[int, ...]) -> None:
    with pytest.raises((XmlError, EncodeError)):
        made(element("UpdatePriceSecondaryElement", secondary_prices(*amounts)))


def test_a_block_of_the_second_element_is_refused() -> None:
    body = element(
        "UpdateImportTariffSecondaryElement",
        table(days=(day_profile(1, ("07:00:00Z", "BlockTariffAction", 1)),)),
        special_days(),
        secondary_prices(1),
    )
    with pytest.raises(XmlError, match="TOUTariffAction"):
        made(body)


def test_electricity_elements_with_gas_prices_are_refused() -> None:
    gas = element("PriceElements", element("GasPriceElements"))
    with pytest.raises(DoorstepError, match=r"1\.1\.1"):
        made(whole(charges=gas))
