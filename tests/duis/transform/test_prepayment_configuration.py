"""Credit limits, the calendar of non-disablement, and debts."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import XmlError
from tests.duis.transform.made import branch, made
from tests.duis.transform.test_calendar import day


def switching(script: str, time: str, days: tuple[str, ...], special: tuple[int, ...]) -> Element:
    return element(
        "ElectricityNonDisablementSchedule",
        element("NonDisablementScript", script),
        element(
            "SpecialDaysApplicability",
            *(branch("SpecialDayApplicability/SpecialDayID", str(number)) for number in special),
        ),
        element(
            "DaysOfWeekApplicability",
            *(branch("DayOfWeekApplicability/DayOfWeekID", name) for name in days),
        ),
        element(
            "ScheduleDatesAndTime",
            element("SwitchTime", time),
            element("StartDate", "65535-04-29Z"),
            element("EndDate", "2016-07-25Z"),
        ),
    )


CALENDAR = element(
    "ElectricityNonDisablementCalendar",
    element("ElectricitySpecialDays", element("SpecialDay", day(Month=8, DayOfMonth=25), index=1)),
    switching("START", "20:00:00Z", ("Monday",), ()),
    switching("STOP", "07:30:00Z", (), (1,)),
)


def configuration(execution: str = "", calendar: Element = CALENDAR, **changes: str) -> Element:
    values = {
        "DebtRecoveryRateCap": "1",
        "EmergencyCreditLimit": "2",
        "EmergencyCreditThreshold": "3",
        "LowCreditThreshold": "-4",
        "MaxMeterBalance": "5",
        "MaxCreditThreshold": "6",
        **changes,
    }
    when = (element("ExecutionDateTime", execution),) if execution else ()
    numbers = (element(name, value) for name, value in values.items())
    settings = element("UpdatePrepayConfigElectricity", *numbers, calendar)
    return element("UpdatePrepayConfiguration", *when, settings)


def entry(number: int, script: int, time: str, days: str, special_days: str) -> str:
    """An entry of the schedule, written by hand: from 29 April of every year until 25 July 2016."""
    head = f"020A 12{number:04X} 03FF 0906 00000A006AFF 12{script:04X} 0904 {time} 12FFFF"
    return f"{head} 0407{days} 0401{special_days} 0905 FFFF041DFF 0905 07E00719FF".replace(" ", "")


START = entry(1, 32, "14000000", "80", "00")
STOP = entry(2, 33, "071E0000", "00", "80")


@pytest.mark.parametrize(("use_case", "attribute"), [("ECS08", 2), ("ECS08a", 4)])
def test_every_value_is_set_and_then_when_it_takes_effect(use_case: str, attribute: int) -> None:
    when = "090C07EE010FFF090000008000FF"
    names = ("2.20", "2.10", "128.12", "128.13", "128.9", "128.2", "128.3", "128.28")
    assert made(configuration("2030-01-15T09:00:00Z"), use_case) == [
        "SET 11 0-1:11.0.2.255 2 010102031200010905FFFF0819FF1101",
        f"SET 9000 0-0:94.44.2.20 {attribute} 0500000005",
        "SET 9000 0-0:94.44.2.10 4 0500000006",
        f"SET 10 0-1:12.0.1.255 2 0102{START}{STOP}",
        "SET 9000 0-0:94.44.128.12 4 120001",
        "SET 9000 0-0:94.44.128.13 4 0500093A80",  # 604,800 seconds: the cap is for a week
        "SET 9000 0-0:94.44.128.9 4 05FFFFFFFC",
        "SET 9000 0-0:94.44.128.2 4 0500000002",
        f"SET 9000 0-0:94.44.128.31 6 {when}",
        "SET 9000 0-0:94.44.128.3 4 0500000003",
        *(f"SET 9000 0-0:94.44.{name} 6 {when}" for name in names),
    ]


@pytest.mark.parametrize(
    "body",
    [
        configuration(calendar=element("ElectricityNonDisablementCalendar")),
        configuration(EmergencyCreditLimit="much"),
        configuration(
            calendar=element(
                "ElectricityNonDisablementCalendar",
                element("ElectricitySpecialDays"),
                switching("PAUSE", "20:00:00Z", (), ()),
            )
        ),
        configuration(
            calendar=element(
                "ElectricityNonDisablementCalendar",
                element("ElectricitySpecialDays"),
                switching("STOP", "20:00:00Z", (), (1,)),
            )
        ),
    ],
)
def test_what_is_no_configuration_is_refused(body: Element) -> None:
    with pytest.raises(XmlError):
        made(body)


def recovery(number: int, rate: int, scale: int, period: str) -> Element:
    return element(
        f"ElecDebtRecovery{number}",
        element("DebtRecoveryRate", str(rate)),
        element("DebtRecoveryRatePriceScale", str(scale)),
        element("DebtRecoveryRatePeriod", period),
    )


def debts(*recoveries: Element) -> Element:
    return element(
        "UpdateDebt",
        element("TimeDebtRegister1", "1"),
        element("TimeDebtRegister2", "-2"),
        element("PaymentDebtRegister", "3"),
        element("DebtRecoveryPerPayment", "10000"),
        *recoveries,
    )


def test_each_debt_has_its_charge_its_period_and_its_amount() -> None:
    def charge(scale: str, rate: str) -> str:
        no_register = "0203 120000 0906 000000000000 0F00"
        return f"0203 0202 0F00 0F{scale} {no_register} 0101 0202 0900 {rate}".replace(" ", "")

    assert made(debts(recovery(1, 300, -5, "HOURLY"), recovery(2, -1, 0, "DAILY"))) == [
        f"SET 113 0-0:19.20.1.255 6 {charge('FB', '10012C')}",
        f"SET 113 0-0:19.20.2.255 6 {charge('00', '10FFFF')}",
        "SET 113 0-0:19.20.3.255 13 122710",
        "SET 113 0-0:19.20.1.255 8 0600000E10",
        "SET 113 0-0:19.20.2.255 8 0600015180",
        "ACTION 113 0-0:19.20.1.255 2 0F00",
        "ACTION 113 0-0:19.20.2.255 2 0F00",
        "ACTION 113 0-0:19.20.3.255 4 0500000003",
        "ACTION 113 0-0:19.20.1.255 4 0500000001",
        "ACTION 113 0-0:19.20.2.255 4 05FFFFFFFE",
    ]


def test_a_debt_without_its_recovery_is_refused() -> None:
    with pytest.raises(XmlError, match="ElecDebtRecovery2"):
        made(debts(recovery(1, 1, 0, "DAILY")))


def test_emergency_credit_is_invoked() -> None:
    assert made(element("ActivateEmergencyCredit")) == ["ACTION 112 0-0:19.10.1.255 3 0F00"]
