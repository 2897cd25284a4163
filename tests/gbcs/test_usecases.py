"""The rows: complete, consistent, and true to the reference set."""

from __future__ import annotations

import csv

import pytest

from doorstep import gbcs
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.payloads.gbz import GbzPayload
from doorstep.gbcs.usecases import (
    USE_CASES,
    Category,
    PayloadKind,
    Protection,
    use_case,
    use_cases_called,
    use_cases_named,
)
from doorstep.gbcs.usecases.components import COMPONENTS, components
from tests.reference import hex_file, manifest, shared


def test_codes_are_unique_and_in_order() -> None:
    codes = list(USE_CASES)
    assert codes == sorted(set(codes))
    assert len(codes) == 240


# Where the facts are silent and the rows say that they guess.
GUESSED = {(0x00D5, "alert"): ("MAC",)}


def test_the_rows_are_those_of_the_facts() -> None:
    with shared("spec/message-codes.csv").open(newline="") as file:
        facts = {int(row["message_code"], 16): row for row in csv.DictReader(file)}
    assert set(facts) == set(USE_CASES)
    words = {"": (), "MAC": ("MAC",), "SIG": ("SIG",), "MAC+SIG": ("MAC+SIG",), "MAC/SIG": ("MAC", "SIG")}
    for code, fact in facts.items():
        row = USE_CASES[code]
        assert row.name == fact["use_case"]
        assert row.srvs == tuple(fact["srvs"].replace(";", " ").split())
        assert row.roles == tuple(fact["eligible_user_roles"].split())
        for kind in ("command", "response", "alert"):
            found = tuple(_word(protection) for protection in getattr(row, kind))
            assert found == GUESSED.get((code, kind), words[fact[f"{kind}_protection"]]), f"{code:04X} {kind}"


def _word(protection: Protection) -> str:
    names = {Protection.MAC: "MAC", Protection.SIGNATURE: "SIG"}
    return names.get(protection, "MAC+SIG")


def test_a_critical_command_is_signed_and_its_response_too() -> None:
    for row in USE_CASES.values():
        if row.category is Category.SME_C_C:
            assert row.command == (Protection.MAC | Protection.SIGNATURE,)
            assert row.response == (Protection.SIGNATURE,)
            assert row.critical


def test_look_ups() -> None:
    row = use_case(0x00B3)
    assert row is not None
    assert row.name == "ECS04b"
    assert use_case(0xFFFF) is None
    assert use_cases_named("ECS04b") == (row,)
    assert len(use_cases_named("CS02b")) == 10


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("ECS08a", "ECS08a"),
        ("ECS08", "ECS08"),
        ("ECS47Activate", "ECS47"),
        ("CCS05CCS04", "CCS05/CCS04"),
        ("CCS04", "CCS05/CCS04"),
        ("CS02bSupplierBySupplier", "CS02b"),
    ],
)
def test_names_that_files_use(called: str, name: str) -> None:
    assert {row.name for row in use_cases_called(called)} == {name}


@pytest.mark.parametrize("called", ["", "E", "ECS", "ecs08", "ECS08b", "ECS0", "ECS08activate"])
def test_names_that_mean_nothing(called: str) -> None:
    assert use_cases_called(called) == ()


def test_every_reference_message_is_protected_as_its_row_says() -> None:
    kinds = {gbcs.Cra.COMMAND: "command", gbcs.Cra.RESPONSE: "response", gbcs.Cra.ALERT: "alert"}
    for entry in manifest():
        if entry["kind"] == "PRECOMMAND":
            continue
        message = gbcs.decode(hex_file(shared("rtds") / entry["path"]))
        row = message.use_case
        assert row is not None, entry["path"]
        found = Protection.MAC if message.mac else Protection(0)
        found |= Protection.SIGNATURE if message.signature else Protection(0)
        assert found in getattr(row, kinds[message.header.cra]), entry["path"]


@pytest.mark.parametrize("code", sorted(COMPONENTS), ids=lambda code: f"{code:04X}")
def test_components_belong_to_a_row_of_that_language(code: int) -> None:
    row = use_case(code)
    assert row is not None
    assert row.payload in (PayloadKind.DLMS, PayloadKind.GBZ)
    assert all(form for form in components(code))


def test_components_are_those_of_the_commands_that_they_were_read_from() -> None:
    with shared("spec/use-case-payloads.csv").open(newline="") as file:
        examples = {row["example_name"] for row in csv.DictReader(file)}
    compared = 0
    for entry in manifest():
        if entry["kind"] == "COMMAND" and entry["scenario"] in examples:
            message = gbcs.decode(hex_file(shared("rtds") / entry["path"]))
            assert _form(message.payload) in components(message.header.message_code), entry["path"]
            compared += 1
    assert compared > 100


def _form(payload: object) -> tuple[str, ...]:
    if isinstance(payload, AccessRequest):
        return tuple(
            f"{part.action.name} {part.class_id} {part.obis} {part.attribute}" for part in payload.components
        )
    if isinstance(payload, GbzPayload):
        sides = {0x00: "general", 0x01: "client", 0x09: "server"}
        return tuple(
            f"{part.cluster:04X} {sides[part.frame_control]} {part.command_id:02X}"
            for part in payload.components
        )
    return ()
