"""Auxiliary loads: what a script's number says, and the objects of each of five loads."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import DoorstepError, XmlError
from tests.duis.transform.made import made

ONE_TO_FIVE = range(1, 6)


def switched(name: str, inner: str, load: int | str, minutes: str = "90") -> Element:
    return element(name, element(inner, element("Duration", minutes), index=load))


@pytest.mark.parametrize(
    ("load", "object_name", "activate", "deactivate"),
    [
        (1, "0-0:94.44.117", "0111", "0112"),
        (2, "0-0:94.44.118", "0211", "0212"),
        (5, "0-0:94.44.121", "0511", "0512"),
    ],
)
def test_a_switch_runs_a_script_for_a_while(
    load: int, object_name: str, activate: str, deactivate: str
) -> None:
    assert made(switched("ActivateAuxiliaryLoad", "ActivateALCSHCALCS", load)) == [
        f"SET 1 {object_name}.1 2 12005A",
        f"ACTION 9 0-0:10.0.103.255 1 12{activate}",
    ]
    assert made(switched("DeactivateAuxiliaryLoad", "DeactivateALCSHCALCS", load)) == [
        f"SET 1 {object_name}.2 2 12005A",
        f"ACTION 9 0-0:10.0.103.255 1 12{deactivate}",
    ]


def test_a_switch_is_given_back_to_its_calendar() -> None:
    body = element("ResetAuxiliaryLoad", element("ResetALCSHCALCS", index=4))
    assert made(body) == ["ACTION 9 0-0:10.0.103.255 1 120420"]


@pytest.mark.parametrize("load", [0, 6, "", "first"])
def test_there_are_five_loads(load: int | str) -> None:
    with pytest.raises(XmlError, match="index"):
        made(switched("ActivateAuxiliaryLoad", "ActivateALCSHCALCS", load))


def level(name: str, load: int, per_cent: int, *more: Element) -> Element:
    return element(
        name,
        element("StartDateTime", "2015-01-03T00:00:00Z"),
        element("EndDateTime", "2015-01-04T06:30:00Z"),
        element("CommandedStateLevel", str(per_cent)),
        *more,
        auxiliaryControllerN=load,
    )


START, END = "090C07DF0103FF000000008000FF", "090C07DF0104FF061E00008000FF"
INPUT = element("InputFromControlledLoad")


@pytest.mark.parametrize(
    ("load", "per_cent", "more", "script"),
    [(1, 0, (), "1100"), (2, 100, (), "1264"), (3, 50, (INPUT,), "2332"), (5, 7, (INPUT,), "2507")],
)
def test_a_controller_is_set_to_a_level(
    load: int, per_cent: int, more: tuple[Element, ...], script: str
) -> None:
    """The script says direction, load and level; state and limit differ in its table and their times."""
    assert made(level("SetAuxiliaryControllerState", load, per_cent, *more)) == [
        f"SET 1 0-0:94.44.{116 + load}.1 2 {START}",
        f"SET 1 0-0:94.44.{116 + load}.2 2 {END}",
        f"ACTION 9 0-0:10.0.103.255 1 12{script}",
    ]
    assert made(level("LimitAPCLevel", load, per_cent, *more)) == [
        f"SET 1 0-0:94.44.{116 + load}.3 2 {START}",
        f"SET 1 0-0:94.44.{116 + load}.4 2 {END}",
        f"ACTION 9 0-0:10.0.107.255 1 12{script}",
    ]


@pytest.mark.parametrize("per_cent", [-1, 101])
def test_a_level_is_a_percentage(per_cent: int) -> None:
    with pytest.raises(XmlError, match="CommandedStateLevel"):
        made(level("LimitAPCLevel", 1, per_cent))


def test_descriptions_are_visible_strings_of_the_loads_that_are_named() -> None:
    body = element(
        "UpdateDeviceConfigurationALCDescriptions",
        element("ALCSHCALCSDescription", element("SwitchDescription", "Car"), index=5),
        element("ALCSHCALCSDescription", element("SwitchDescription", "Hot water"), index=2),
    )
    assert made(body) == [
        "SET 1 0-0:94.44.0.15 2 0A03436172",
        "SET 1 0-0:94.44.0.12 2 0A09486F74207761746572",
    ]


def boost(name: str, inner: str, *truths: str) -> Element:
    return element(name, *(element(inner, truth, index=load) for load, truth in enumerate(truths, 1)))


@pytest.mark.parametrize(
    ("name", "inner", "data"),
    [
        ("AddAuxiliaryLoadToBoostButton", "AddToBoostButton", "03FF"),
        ("RemoveAuxiliaryLoadFromBoostButton", "RemoveFromBoostButton", "0300"),
    ],
)
def test_the_boost_button_changes_for_the_loads_that_are_true(name: str, inner: str, data: str) -> None:
    assert made(boost(name, inner, "true", "false", "1", "0", "true")) == [
        f"SET 1 0-0:94.44.6.{load} 2 {data}" for load in (1, 3, 5)
    ]
    with pytest.raises(DoorstepError, match="asks for nothing"):
        made(boost(name, inner, *["false"] * 5))
    with pytest.raises(XmlError, match="neither true nor false"):
        made(boost(name, inner, "yes"))


def test_a_random_offset_has_a_limit() -> None:
    body = element("SetRandomisedOffsetLimit", element("RandomisedOffsetLimit", "1799"))
    assert made(body) == ["SET 1 0-0:94.44.0.1 2 120707"]


def test_readings_name_every_load() -> None:
    described = [f"GET 1 0-0:94.44.0.{10 + load} 2 00" for load in ONE_TO_FIVE]
    calendar = ["GET 11 0-0:11.0.3.255 2 00", "GET 10 0-0:12.0.2.255 2 00"]
    assert made(element("ReadAuxiliaryControllerConfigurationData")) == described + calendar
    assert made(element("ReadAuxiliaryControllerOperationalData")) == [
        f"GET 1 0-0:94.44.0.{base + load} 2 00" for base in (20, 30) for load in ONE_TO_FIVE
    ]
