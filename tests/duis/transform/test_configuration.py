"""Settings of a meter: billing calendars, the clock, maximum demand, MPANs and the rest."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import DoorstepError, EncodeError, XmlError
from tests.duis.transform.made import branch, made, message


def billing(*periodicity: Element, time: str = "12:00:00.00Z") -> Element:
    calendar = element("ElectricityBillingCalendar", element("BillingTime", time), *periodicity)
    return element("UpdateDeviceConfigurationBillingCalendar", calendar)


def months(name: str, day: int, first: int) -> Element:
    return element(name, element("DayOfMonth", str(day)), element("BillingPeriodStartMonth", str(first)))


def times(*dates: str, time: str = "0C000000") -> list[str]:
    """A Single Action Schedule: structures of time and date."""
    entries = "".join(f"02020904{time}0905{date}" for date in dates)
    return [f"SET 22 0-0:15.0.0.255 4 01{len(dates):02X}{entries}"]


@pytest.mark.parametrize(
    ("periodicity", "dates"),
    [
        (element("Daily"), ["FFFFFFFFFF"]),
        (element("Weekly", "3"), ["FFFFFFFF03"]),
        (element("Monthly", "28"), ["FFFFFF1CFF"]),
        (months("Quarterly", 1, 1), ["FFFF0101FF", "FFFF0401FF", "FFFF0701FF", "FFFF0A01FF"]),
        (months("Quarterly", 15, 11), ["FFFF0B0FFF", "FFFF020FFF", "FFFF050FFF", "FFFF080FFF"]),
        (months("SixMonthly", 2, 6), ["FFFF0602FF", "FFFF0C02FF"]),
        (months("Yearly", 5, 4), ["FFFF0405FF"]),
    ],
)
def test_a_billing_period_ends_on_these_dates(periodicity: Element, dates: list[str]) -> None:
    assert made(billing(periodicity), "ECS30a") == times(*dates)


def test_a_meter_that_knows_no_quarters_is_not_asked_for_them() -> None:
    simple, quarterly = billing(element("Monthly", "1")), billing(months("Quarterly", 1, 1))
    for asked, use_case in ((simple, "ECS30"), (quarterly, "ECS30a")):
        row = message(asked, "ECS30").use_case
        assert row is not None
        assert row.name == use_case


@pytest.mark.parametrize(
    "body",
    [
        billing(),
        billing(element("Daily"), element("Weekly", "1")),
        billing(element("Weekly", "8")),
        billing(element("Monthly", "29")),
        billing(months("Yearly", 1, 13)),
        billing(element("Daily"), time="noon"),
    ],
)
def test_what_is_no_billing_calendar_is_refused(body: Element) -> None:
    with pytest.raises(XmlError):
        made(body)


def test_block_counters_are_reset_at_midnight_or_never() -> None:
    name = "UpdateDeviceConfigurationDailyResettingOfTariffBlockCounterMatrix"
    daily, never = (branch(f"{name}/DailyTariffBlockCounterMatrixReset", text) for text in ("true", "false"))
    assert made(daily) == ["SET 22 0-0:15.1.0.255 4 010102020904000000000905FFFFFFFFFF"]
    assert made(never) == ["SET 22 0-0:15.1.0.255 4 0100"]


@pytest.mark.parametrize("name", ["SynchroniseClock", "CommissionDeviceSynchroniseClock"])
def test_the_clock_is_set_within_a_window(name: str) -> None:
    body = element(name, element("CurrentDateTime", "2015-12-31T23:59:30Z"), element("TolerancePeriod", "90"))
    open_time = "090CFFFFFFFFFFFFFFFFFF8000FF"
    start, end = "090C07DF0C1FFF173B1E008000FF", "090C07E00101FF000100008000FF"
    assert made(body) == [
        "SET 8 0-0:1.0.0.255 9 1605",
        f"ACTION 8 0-0:1.0.0.255 5 0203{open_time}{start}{end}",
        "ACTION 8 0-0:1.0.0.255 4 0F00",
        "GET 8 0-0:1.0.0.255 2 00",
        "GET 8 0-0:1.0.0.255 4 00",
    ]


@pytest.mark.parametrize("tolerance", ["", "soon", "9" * 30])
def test_a_window_outside_the_calendar_is_refused(tolerance: str) -> None:
    body = element(
        "SynchroniseClock",
        element("CurrentDateTime", "2015-12-31T23:59:30Z"),
        element("TolerancePeriod", tolerance),
    )
    with pytest.raises((XmlError, EncodeError)):
        made(body)


def test_demand_is_measured_between_two_times_of_every_day() -> None:
    period = element(
        "MaximumDemandTimePeriodSchedule", element("StartTime", "07:30:00Z"), element("EndTime", "19:00:00Z")
    )
    scripts, window, days = "090600000A8064FF", "12FFFF", "0407FE0400"
    dates = "0905000001FFFF0905FFFFFFFFFF"
    first = f"020A12000003FF{scripts}1200010904071E0000{window}{days}{dates}"
    second = f"020A12000103FF{scripts}120002090413000000{window}{days}{dates}"
    assert made(element("SetMaximumDemandConfigurableTimePeriod", period)) == [
        f"SET 10 0-0:12.0.0.255 2 0102{first}{second}"
    ]


def test_only_the_registers_that_are_named_are_reset() -> None:
    names = ("MaxDemandActivePowerExportValue", "MaxDemandActivePowerImportValue")
    assert made(element("ResetMaximumDemandRegisters", *map(element, names))) == [
        "ACTION 4 1-0:1.6.0.255 1 0F00",
        "ACTION 4 1-0:2.6.0.255 1 0F00",
    ]
    with pytest.raises(XmlError, match="asks for nothing"):
        made(element("ResetMaximumDemandRegisters"))


def test_mpans_are_texts() -> None:
    primary, secondary = "31323334353637383930313233", "33323130393837363534333231"
    one = element("ImportMPAN", "1234567890123")
    two = element("SecondaryImportMPAN", "3210987654321")
    assert made(element("SetDeviceConfigurationImportMPxN", element("ImportMPANs", one))) == [
        f"SET 1 0-0:94.44.34.11 2 090D{primary}"
    ]
    assert made(element("SetDeviceConfigurationImportMPxN", element("ImportMPANs", one, two))) == [
        f"SET 1 0-0:94.44.34.11 2 0202090D{primary}090D{secondary}"
    ]
    assert made(branch("SetDeviceConfigurationExportMPAN/ExportMPAN", "1234567890123")) == [
        f"SET 1 1-0:0.0.2.255 2 090D{primary}"
    ]


def test_an_mprn_is_not_for_an_electricity_meter() -> None:
    with pytest.raises(DoorstepError, match=r"no mapping row for service request 6\.20\.1"):
        made(branch("SetDeviceConfigurationImportMPxN/ImportMPRN", "1234567890"))


def test_power_thresholds_are_an_array() -> None:
    body = element(
        "UpdateDeviceConfigurationInstantaneousPowerThreshold",
        element("LowMediumPowerThreshold", "256"),
        element("MediumHighPowerThreshold", "4294967295"),
    )
    assert made(body) == ["SET 21 0-0:16.0.0.255 2 0102060000010006FFFFFFFF"]


def test_block_counters_are_reset_by_a_script() -> None:
    assert made(element("ResetTariffBlockCounterMatrix")) == ["ACTION 9 0-0:10.0.100.255 1 120063"]
