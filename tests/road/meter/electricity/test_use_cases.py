"""The six use cases that must work, each from its Command to its Response, and with something wrong."""

from __future__ import annotations

import pytest
from msgspec import Struct

from doorstep import gbcs
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.message import Form
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.protection import Verdict
from doorstep.gbcs.times import IMMEDIATE
from doorstep.gbcs.usecases import use_cases_named
from doorstep.road.device.answer import TIMED
from tests.road.meter.electricity.home import (
    BALANCE,
    BROKER,
    EMERGENCY,
    METER,
    MODE,
    OTHER_USER,
    PASSIVE_MODE,
    STORE,
    SUPPLIER,
    SUPPLY,
    THRESHOLD,
    command,
    double_long,
    enable_supply,
    executed,
    get,
    invoke,
    meter,
    mode,
    octets,
    put,
    read_balance,
    reset_balance,
    script,
    set_mode,
    top_up,
    value,
)

SUPPLIER_KEYS = KeyRing(Holding(STORE, SUPPLIER))
NOW_COSEM = bytes.fromhex("07EA0B17FF0E1400008000FF")  # 2026-11-23 14:20:00, as the standard writes it


class Case(Struct, frozen=True):
    """A Command, the payload of its Response in hex, and registers before and after."""

    name: str
    command: bytes
    response: str
    before: dict[str, Data]
    after: dict[str, Data]


CONNECTED, DISCONNECTED = Data(Tag.ENUM, 1), Data(Tag.ENUM, 0)
NOWHERE = "112 0-0:19.10.9.255 2"
OVERFULL = {"9000 0-0:94.44.2.20 2": double_long(999_999)}

CASES = [
    Case(
        "ECS82",
        read_balance(0x1000003E8),
        "DA 200003E8 00 00 01 05 0003D090 01 0100",
        {BALANCE: double_long(250_000)},
        {BALANCE: double_long(250_000)},
    ),
    Case(
        "CS01a",
        top_up(3, 1000),
        "DA 20000000 00 00 01 00 01 0300",
        {BALANCE: double_long(-5)},
        {BALANCE: double_long(999_995)},
    ),
    Case(
        "ECS04b",
        reset_balance(1),
        "DA 20000001 00 00 03 00 00 00 03 0300 0300 0300",
        {BALANCE: double_long(250_000), EMERGENCY: double_long(7)},
        {BALANCE: double_long(0), EMERGENCY: double_long(0)},
    ),
    Case(
        "ECS42",
        enable_supply(1),
        "DA 20000001 00 00 01 00 01 0300",
        {SUPPLY: DISCONNECTED},
        {SUPPLY: CONNECTED},
    ),
    Case(
        "ECS02",
        set_mode("ECS02", 1, IMMEDIATE),
        "DA 20000001 00 00 03 00 00 00 03 0200 0200 0200",
        {MODE: mode(2, 2)},
        {MODE: mode(1, 2)},
    ),
    Case(
        "ECS03",
        set_mode("ECS03", 1, IMMEDIATE, threshold=-500_000),
        "DA 20000001 00 00 05 00 00 00 00 00 05 0200 0200 0200 0200 0200",
        {MODE: mode(1, 2)},
        {MODE: mode(2, 2), THRESHOLD: Data(Tag.ARRAY, (double_long(-500_000),))},
    ),
]

WRONG = [
    Case(
        "ECS82", command("ECS82", 1, get("112 0-0:19.10.9.255 2")), "DA 20000001 00 00 01 00 01 0104", {}, {}
    ),
    Case("CS01a", top_up(3, 1000), "DA 20000000 00 00 01 00 01 0301", OVERFULL, {BALANCE: double_long(0)}),
    Case(
        "ECS04b",
        command(
            "ECS04b",
            1,
            invoke("112 0-0:19.10.0.255 2", double_long(0)),
            invoke("112 0-0:19.10.1.255 2", Data(Tag.LONG, 0)),
            invoke("112 0-0:19.10.2.255 2", double_long(0)),
        ),
        "DA 20000001 00 00 03 00 00 00 03 0300 030B 03FA",
        {BALANCE: double_long(250_000), EMERGENCY: double_long(7)},
        {BALANCE: double_long(0), EMERGENCY: double_long(7)},
    ),
    Case(
        "ECS42",
        command("ECS42", 1, script(50)),
        "DA 20000001 00 00 01 00 01 03FA",
        {SUPPLY: DISCONNECTED},
        {SUPPLY: DISCONNECTED},
    ),
    Case(
        "ECS02",
        command(
            "ECS02", 1, put(PASSIVE_MODE, Data(Tag.ENUM, 1)), put("111 0-1:19.0.0.255 13", octets(IMMEDIATE))
        ),
        "DA 20000001 00 00 02 00 00 02 020B 02FA",
        {MODE: mode(2, 2)},
        {MODE: mode(2, 2)},
    ),
    Case(
        "ECS03",
        command("ECS03", 1, put("9000 0-0:94.44.128.22 4", Data(Tag.LONG, -1))),
        "DA 20000001 00 00 01 00 01 020B",
        {MODE: mode(1, 2)},
        {MODE: mode(1, 2)},
    ),
]


@pytest.mark.parametrize("case", [*CASES, *WRONG], ids=lambda case: case.name)
def test_from_command_to_response(case: Case) -> None:
    machine = meter(initial=case.before)

    outcome = executed(machine, case.command)

    asked, answered = gbcs.decode(case.command), gbcs.decode(outcome.response)
    row = use_cases_named(case.name)[0]
    assert answered.content == bytes.fromhex(case.response)
    assert answered.header == GroupingHeader(
        Cra.RESPONSE,
        asked.header.originator_counter,
        METER,
        SUPPLIER,
        row.code,
        NOW_COSEM if case.name in ("CS01a", "ECS02", "ECS03") else b"",
    )
    assert answered.form is (Form.SIGNED if row.critical else Form.MACED)
    assert outcome.succeeded is (case in CASES)
    for text, data in case.after.items():
        assert value(machine, text) == data, text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_supplier_can_verify_the_response(case: Case) -> None:
    outcome = executed(meter(initial=case.before), case.command)
    proof = gbcs.verify(gbcs.decode(outcome.response), SUPPLIER_KEYS)
    assert Verdict.VERIFIED in (proof.mac, proof.signature)
    assert {proof.mac, proof.signature} == {Verdict.VERIFIED, Verdict.ABSENT}


def test_a_response_to_the_broker_names_the_user_again() -> None:
    contact = put("1 0-3:96.13.1.255 2", octets(b"1234"))
    outcome = executed(meter(), command("ECS50", 1300, contact, originator=BROKER, on_behalf_of=OTHER_USER))
    answered = gbcs.decode(outcome.response)
    assert answered.header.business_target_id == BROKER
    assert answered.header.supplementary_remote_party_id == OTHER_USER
    assert answered.header.supplementary_remote_party_counter == 77
    assert answered.header.supplementary_originator_counter is None
    assert gbcs.verify(answered, KeyRing(Holding(STORE, BROKER))).mac is Verdict.VERIFIED


def test_the_same_command_on_the_same_meter_gives_the_same_response() -> None:
    assert executed(meter(), enable_supply(1)).response == executed(meter(), enable_supply(1)).response


def test_every_use_case_with_a_time_in_its_response_has_a_row() -> None:
    for name in TIMED:
        assert use_cases_named(name), name
