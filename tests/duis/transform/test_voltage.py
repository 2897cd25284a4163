"""Voltage: each phase its own objects, and which settings come in which order."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import XmlError
from tests.duis.transform.made import made

LIMITS = ("RMSExtremeOverVoltage", "RMSExtremeUnderVoltage", "RMSVoltageSag", "RMSVoltageSwell")


def average(name: str, over: int, under: int, period: int, *first: Element) -> Element:
    return element(
        name,
        *first,
        element("AverageRMSOverVoltageThreshold", str(over)),
        element("AverageRMSUnderVoltageThreshold", str(under)),
        element("AverageRMSVoltageMeasurementPeriod", str(period)),
    )


def phase(number: int, over: int, under: int, period: int) -> Element:
    settings = average("PhaseVoltageSettings", over, under, period)
    return element("PolyPhaseVoltageSettings", element("Phase", str(number)), settings)


def body(*settings: Element) -> Element:
    limits = [
        value
        for index, name in enumerate(LIMITS, 1)
        for value in (
            element(f"{name}MeasurementPeriod", str(index)),
            element(f"{name}Threshold", str(0x10 + index)),
        )
    ]
    return element("UpdateDeviceConfigurationVoltage", element("RMSVoltageSettings", *limits), *settings)


SET_LIMITS = [
    f"SET 71 0-0:17.0.{index}.255 {attribute} 06{value:08X}"
    for index in (1, 2, 3, 4)
    for attribute, value in ((4, 0x10 + index), (6, index))
]
SINGLE = average("SinglePhaseVoltageSettings", 0x109, 0xC8, 0x1E)
STAY = element("RMSVoltageCountersNotReset")


def reset(group: int) -> list[str]:
    return [f"ACTION 3 1-0:{group}.{name}.0.4 1 0F00" for name in (32, 36)]


def test_one_phase_with_its_counters_reset() -> None:
    assert made(body(SINGLE)) == [
        "SET 7 1-0:32.24.0.255 4 060000001E",
        *SET_LIMITS,
        "SET 1 1-0:32.35.0.4 2 0600000109",
        "SET 1 1-0:32.31.0.4 2 06000000C8",
        *reset(32),
    ]


def test_one_phase_with_its_counters_left() -> None:
    assert made(body(SINGLE, STAY)) == [
        "SET 1 1-0:32.31.0.4 2 06000000C8",
        "SET 1 1-0:32.35.0.4 2 0600000109",
        "SET 7 1-0:32.24.0.255 4 060000001E",
        *SET_LIMITS,
    ]


def test_three_phases_in_whatever_order_the_request_has_them() -> None:
    phases = (phase(3, 0x31, 0x32, 0x33), phase(1, 0x11, 0x12, 0x13), phase(2, 0x21, 0x22, 0x23))
    assert made(body(*phases)) == [
        "SET 7 1-0:32.24.0.255 4 0600000013",
        "SET 7 1-0:52.24.0.255 4 0600000023",
        "SET 7 1-0:72.24.0.255 4 0600000033",
        *SET_LIMITS,
        "SET 1 1-0:32.35.0.4 2 0600000011",
        "SET 1 1-0:32.31.0.4 2 0600000012",
        "SET 1 1-0:52.31.0.4 2 0600000022",
        "SET 1 1-0:52.35.0.4 2 0600000021",
        "SET 1 1-0:72.31.0.4 2 0600000032",
        "SET 1 1-0:72.35.0.4 2 0600000031",
        *reset(32),
        *reset(52),
        *reset(72),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        (phase(1, 1, 1, 1),),
        (phase(1, 1, 1, 1), phase(1, 1, 1, 1), phase(2, 1, 1, 1)),
        (phase(1, 1, 1, 1), phase(2, 1, 1, 1), phase(4, 1, 1, 1)),
    ],
)
def test_each_of_three_phases_is_wanted_once(settings: tuple[Element, ...]) -> None:
    with pytest.raises(XmlError, match="Phase"):
        made(body(*settings))


def test_counters_alone() -> None:
    reset_all = element("UpdateDeviceConfigurationRMSVoltageCounterReset")
    assert made(reset_all) == reset(32)
    assert made(reset_all, "ECS29f") == [*reset(32), *reset(52), *reset(72)]


def test_the_thresholds_of_three_phases_are_read_after_those_of_one() -> None:
    read = element("ReadDeviceConfigurationVoltage")
    assert made(read, "ECS26k")[: len(made(read))] == made(read)
    assert [line.split()[2] for line in made(read, "ECS26k")[10:]] == [
        "1-0:52.31.0.4",
        "1-0:52.35.0.4",
        "1-0:72.31.0.4",
        "1-0:72.35.0.4",
    ]
