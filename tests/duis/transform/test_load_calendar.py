"""Calendars of auxiliary loads: their switches and controllers, and when a calendar takes effect."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import XmlError
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import NEVER, NOW, branch, made
from tests.duis.transform.test_calendar import ANY, day

SPECIAL = day(Month=12, DayOfMonth=25).children
ANY_DAY = tuple(ANY.values())


def period(name: str, time: str) -> Element:
    dates = (element("StartDate", *ANY_DAY), element("EndDate", *ANY_DAY))
    return element(name, element("SwitchTime", time), *dates)


def entry(index: int, script: str, time: str, special: str = "0400") -> str:
    """An entry of a Schedule that applies to no day of the week, written by hand."""
    dates = "0905FFFFFFFFFF" * 2
    return f"020A12{index:04X}03FF090600000A0067FF12{script}0904{time}12FFFF040700{special}{dates}"


def switching(load: int, action: str, time: str, *special: int) -> Element:
    return element(
        "ALCSHCALCSConnectionSchedule",
        element("ActivateDeactivateSwitch", element(action), index=load),
        *(element("SpecialDaysApplicability", index=number) for number in special),
        period("ALCSScheduleDatesAndTime", time),
    )


def switch_calendar(*content: Element) -> Element:
    return element("UpdateDeviceConfigurationALCScheduler", *content)


NO_SPECIAL_DAYS = element("ALCSHCALCSSpecialDays")


def test_switches_are_turned_on_and_off_by_the_calendar() -> None:
    body = switch_calendar(
        switching(1, "ActivateSwitch", "06:00:00.00Z"),
        switching(5, "DeactivateSwitch", "22:15:00.00Z"),
        NO_SPECIAL_DAYS,
    )
    assert made(body) == [
        "SET 11 0-1:11.0.3.255 2 0100",
        f"SET 10 0-1:12.0.2.255 2 0102{entry(1, '0101', '06000000')}{entry(2, '0502', '160F0000')}",
        f"SET 9000 0-0:94.44.128.26 6 090C{NOW}",
        f"SET 9000 0-0:94.44.128.35 6 090C{NOW}",
    ]


def test_special_days_are_defined_once_and_chosen_by_number() -> None:
    days = element(
        "ALCSHCALCSSpecialDays", *(element("ALCSHCALCSSpecialDay", *SPECIAL, index=n) for n in (1, 2))
    )
    lines = made(switch_calendar(switching(2, "ActivateSwitch", "06:00:00Z", 2), days))
    first, second = (f"0203 12000{number} 0905 FFFF0C19FF 110{number}".replace(" ", "") for number in (1, 2))
    assert lines[0] == f"SET 11 0-1:11.0.3.255 2 0102{first}{second}"
    assert lines[1].endswith(entry(1, "0201", "06000000", "040240"))


def test_a_special_day_that_is_not_defined_is_refused() -> None:
    with pytest.raises(XmlError, match="no special day 1"):
        made(switch_calendar(switching(1, "ActivateSwitch", "06:00:00Z", 1), NO_SPECIAL_DAYS))


def test_a_load_has_a_switch_of_its_own_or_the_meter_s() -> None:
    own = element("SwitchTypeAndId", element("HCALCS", "00-DB-12-34-56-78-90-97"), index=3)
    meters = element("SwitchTypeAndId", element("ALCS"), index=1)
    lines = made(switch_calendar(switching(1, "ActivateSwitch", "06:00:00Z"), NO_SPECIAL_DAYS, own, meters))
    assert lines[:2] == [
        "SET 1 0-0:94.44.0.23 2 090800DB123456789097",
        "SET 1 0-0:94.44.0.21 2 09080000000000000000",
    ]


def controlling(load: int, per_cent: int, time: str, *more: Element) -> Element:
    return element(
        "AuxiliaryControllerSchedule",
        element(
            "AuxiliaryControllerAction",
            element("CommandedStateLevel", str(per_cent)),
            *more,
            auxiliaryControllerN=load,
        ),
        period("AuxiliaryControllerSchedulePeriodAndTime", time),
    )


@pytest.mark.parametrize("device_type", [DeviceType.ESME, DeviceType.SAPC])
def test_controllers_are_set_to_levels_by_the_calendar(device_type: DeviceType) -> None:
    """Bit 7 of the script marks what a calendar does, beside direction, load and level."""
    body = element(
        "UpdateDeviceConfigurationAuxiliaryControllerScheduler",
        element("ExecutionDateTime", "3000-12-31T00:00:00Z"),
        controlling(1, 0, "09:00:00Z"),
        controlling(4, 100, "10:00:00Z", element("InputFromControlledLoad")),
        element("AuxiliaryControllerSpecialDayDefinitions"),
    )
    assert made(body, device_type=device_type) == [
        "SET 11 0-1:11.0.3.255 2 0100",
        f"SET 10 0-1:12.0.2.255 2 0102{entry(1, '1180', '09000000')}{entry(2, '24E4', '0A000000')}",
        f"SET 9000 0-0:94.44.128.26 6 090C{NEVER}",
        f"SET 9000 0-0:94.44.128.35 6 090C{NEVER}",
    ]


def test_a_calendar_without_its_special_days_is_refused() -> None:
    with pytest.raises(XmlError, match="AuxiliaryControllerSpecialDayDefinitions"):
        made(branch("UpdateDeviceConfigurationAuxiliaryControllerScheduler/AuxiliaryControllerSchedule"))
