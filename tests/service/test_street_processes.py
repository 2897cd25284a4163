"""Which processes make a street, and that they end together."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from doorstep.errors import DoorstepError, UsageError
from doorstep.service.street_processes import StopCommand, StreetPorts, run_street, street_commands
from doorstep.street import street_plan
from tests.service.aio import in_loop

PORTS = StreetPorts(supplier=8080, gateway=8079, wan=8078, han=17_754)
KEYS = Path("street")


def test_the_processes_of_a_street_in_order() -> None:
    commands = street_commands(street_plan(2), KEYS, PORTS)
    assert [(command.name, command.arguments[0]) for command in commands] == [
        ("dcc", "dcc"),
        ("supplier", "serve"),
        ("1/meter", "meter"),
        ("1/gas-meter", "meter"),
        ("1/hub", "hub"),
        ("1/ppmid", "ppmid"),
        ("2/meter", "meter"),
        ("2/gas-meter", "meter"),
        ("2/hub", "hub"),
        ("2/ppmid", "ppmid"),
    ]
    assert commands[3].arguments == (
        *("meter", "--home", "1", "--han-port", "17754", "--type", "gas"),
        *("--keys", "street"),
    )
    assert commands[4].arguments == (
        *("hub", "--home", "1", "--han-port", "17754", "--wan", "ws://127.0.0.1:8078"),
        *("--keys", "street"),
    )


def test_options_reach_every_process(tmp_path: Path) -> None:
    state = tmp_path / "state"
    commands = street_commands(street_plan(3), KEYS, PORTS, homes=1, wan=False, state=state, json=True)
    assert len(commands) == 6
    assert state.is_dir()
    for command in commands:
        assert "--json" in command.arguments
        assert str(state / command.name.replace("/", "-")) in command.arguments
    assert "--no-wan" in commands[4].arguments


def test_how_often_gas_meters_wake_is_told_to_them_alone(tmp_path: Path) -> None:
    commands = street_commands(street_plan(1), KEYS, PORTS, wake=60)
    assert [command.name for command in commands if "--wake" in command.arguments] == ["1/gas-meter"]


def test_a_home_without_gas_has_no_process_for_a_gas_meter() -> None:
    plan = street_plan(1)
    devices = tuple(device for device in plan.homes[0].devices if device[1] != "GSME")
    plan = structs.replace(plan, homes=(structs.replace(plan.homes[0], devices=devices),))
    assert "1/gas-meter" not in [command.name for command in street_commands(plan, KEYS, PORTS)]


def test_a_home_without_a_ppmid_has_no_process_for_one() -> None:
    plan = street_plan(1)
    devices = tuple(device for device in plan.homes[0].devices if device[1] != "PPMID")
    plan = structs.replace(plan, homes=(structs.replace(plan.homes[0], devices=devices),))
    assert [command.name for command in street_commands(plan, KEYS, PORTS)][-1] == "1/hub"


def test_more_homes_than_a_machine_carries_are_refused() -> None:
    with pytest.raises(UsageError, match="41 homes are more than 40; choose fewer with --homes"):
        street_commands(street_plan(41), KEYS, PORTS)
    assert len(street_commands(street_plan(41), KEYS, PORTS, homes=40)) == 162


@in_loop
async def test_a_stop_that_does_not_start_is_named() -> None:
    with pytest.raises(DoorstepError, match=r"^one did not start \(exit status 2\)$"):
        await run_street([StopCommand("one", ("nonsense",))], lambda: None)


@in_loop
async def test_a_stop_that_ends_is_no_street_any_more() -> None:
    # `--version` says something else than ready, and ends.
    with pytest.raises(DoorstepError, match=r"^one did not start \(exit status 0\)$"):
        await run_street([StopCommand("one", ("--version",))], lambda: None)
