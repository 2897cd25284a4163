"""A street on paper: identifiers, and what no street can be."""

from __future__ import annotations

import pytest

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.street import Firmware, HomePlan, StreetPlan, street_plan

ONE, TWO, THREE, FOUR = (Eui(bytes((0x99, *bytes(6), number))) for number in (1, 2, 3, 4))


def test_identifiers_say_what_they_name() -> None:
    plan = street_plan(3)
    assert [str(eui) for eui in plan.parties] == [
        "D0-05-5E-00-0F-00-00-02",
        "D0-05-5E-00-0F-00-00-03",
        "D0-05-5E-00-0F-00-00-04",
        "D0-05-5E-00-0F-00-00-01",
        "D0-05-5E-00-0F-00-00-05",
        "D0-05-5E-00-0F-00-00-06",
    ]
    assert [(str(eui), device_type) for eui, device_type in plan.homes[2].devices] == [
        ("D0-05-5E-01-00-03-00-E5", "ESME"),
        ("D0-05-5E-01-00-03-00-65", "GSME"),
        ("D0-05-5E-01-00-03-00-CF", "CHF"),
        ("D0-05-5E-01-00-03-00-6F", "GPF"),
        ("D0-05-5E-01-00-03-00-BD", "PPMID"),
        ("D0-05-5E-01-00-03-00-44", "HHT"),
    ]


def test_a_home_is_the_baseline_unless_told_otherwise() -> None:
    home = street_plan(1).homes[0]
    assert (home.name, home.firmware, home.relay, home.response_copy) == (
        "home 1",
        Firmware.CURRENT,
        True,
        False,
    )


@pytest.mark.parametrize("homes", [1, 300, 65535])
def test_as_many_homes_as_asked_for(homes: int) -> None:
    plan = street_plan(homes)
    assert len(plan.homes) == homes
    assert plan.homes[-1].device("ESME") == bytes.fromhex("D0055E01") + homes.to_bytes(2, "big") + b"\0\xe5"


@pytest.mark.parametrize("homes", [-1, 0, 65536])
def test_no_street_of_other_sizes(homes: int) -> None:
    with pytest.raises(UsageError, match=f"1 to 65535 homes, not {homes}"):
        street_plan(homes)


def test_devices_by_type() -> None:
    home = HomePlan("electric", ((ONE, "ESME"), (TWO, "CHF")))
    assert home.device("CHF") == TWO
    assert home.device("GSME") is None


def test_homes_by_name_or_place() -> None:
    plan = StreetPlan(ONE, TWO, THREE, (HomePlan("end house", ()), HomePlan("1", ()), HomePlan("4", ())))
    assert plan.home("end house") is plan.homes[0]
    assert plan.home("2") is plan.homes[1]
    assert plan.home("1") is plan.homes[1], "a name comes before a place"
    for wrong in ("0", "5", "-1", "", "End House"):
        with pytest.raises(UsageError, match="no home"):
            plan.home(wrong)


@pytest.mark.parametrize(
    ("name", "devices", "why"),
    [
        ("", (), "1 to 64 printable"),
        ("x" * 65, (), "1 to 64 printable"),
        ("two\nlines", (), "1 to 64 printable"),
        ("home", ((ONE, "TOASTER"),), "'TOASTER' is not one of ESME"),
        ("home", ((ONE, "ESME"), (TWO, "ESME")), "more than one ESME"),
    ],
)
def test_no_such_home(name: str, devices: tuple[tuple[Eui, str], ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        HomePlan(name, devices)


@pytest.mark.parametrize(
    ("parties", "homes", "why"),
    [
        ((ONE, TWO, ONE), (), "99-00-00-00-00-00-00-01 names two"),
        ((ONE, TWO, THREE), (HomePlan("a", ((TWO, "CHF"),)),), "99-00-00-00-00-00-00-02 names two"),
        (
            (ONE, TWO, THREE),
            (HomePlan("a", ((FOUR, "CHF"),)), HomePlan("b", ((FOUR, "GPF"),))),
            "99-00-00-00-00-00-00-04 names two",
        ),
        ((ONE, TWO, THREE), (HomePlan("a", ()), HomePlan("a", ())), "the same name"),
    ],
)
def test_no_such_street(parties: tuple[Eui, Eui, Eui], homes: tuple[HomePlan, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        StreetPlan(*parties, homes)
