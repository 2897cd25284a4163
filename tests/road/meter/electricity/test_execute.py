"""Execution: components in order, types and rights checked, the first failure ends it."""

from __future__ import annotations

import pytest

from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import Action, Component, Obis
from doorstep.road.machine import Note
from doorstep.road.meter.policy import MeterPolicy
from tests.road.meter.electricity.home import (
    BALANCE,
    BROKER,
    EMERGENCY,
    MODE_DATE,
    NOW,
    OTHER_USER,
    PASSIVE_MODE,
    SUPPLY,
    command,
    double_long,
    drained,
    executed,
    get,
    invoke,
    meter,
    mode,
    number,
    octets,
    payload,
    put,
    rejected,
    results,
    script,
    value,
)

SUCCESS, FAULT, DENIED, UNDEFINED, UNMATCHED, OTHER = 0, 1, 3, 4, 0x0B, 250

CONTACT = "9000 0-0:96.13.0.255 2"
LOW_CREDIT = "9000 0-0:94.44.128.9 4"


@pytest.mark.parametrize(
    ("component", "result"),
    [
        (get("1 0-0:1.2.3.4 2"), UNDEFINED),  # no such object
        (get("112 0-0:19.10.0.255 99"), UNDEFINED),  # no such attribute
        (get("113 0-0:19.10.0.255 2"), UNDEFINED),  # the object is of another class
        (put("1 0-0:1.2.3.4 2", double_long(1)), UNDEFINED),
        (invoke("112 0-0:19.10.0.255 99", double_long(1)), UNDEFINED),
        (
            invoke("112 0-0:19.10.0.255 3", Data(Tag.INTEGER, 0)),
            UNDEFINED,
        ),  # only emergency credit is invoked
        (put(BALANCE, double_long(1)), DENIED),  # a balance changes by its methods alone
        (put(SUPPLY, Data(Tag.ENUM, 0)), DENIED),
        (put(PASSIVE_MODE, double_long(1)), UNMATCHED),
        (put(PASSIVE_MODE, Data(Tag.STRUCTURE, (Data(Tag.ENUM, 1),))), UNMATCHED),
        (put(LOW_CREDIT, Data(Tag.LONG, 1)), UNMATCHED),
        (put(MODE_DATE, octets(bytes(11))), UNMATCHED),
        (put(MODE_DATE, octets(bytes.fromhex("07EA0D01FF000000008000FF"))), UNMATCHED),  # a thirteenth month
        (invoke("112 0-0:19.10.0.255 1", Data(Tag.LONG, 1)), UNMATCHED),
        (script(53), OTHER),  # no such script
        (
            Component(
                Action.GET_WITH_SELECTION,
                112,
                Obis.parse("0-0:19.10.0.255"),
                2,
                selector=1,
                selection=Data(Tag.NULL_DATA),
            ),
            OTHER,
        ),
        (get(BALANCE), SUCCESS),
        (put(LOW_CREDIT, double_long(5)), SUCCESS),
        (put(CONTACT, octets(b"0123")), SUCCESS),
    ],
)
def test_the_result_of_one_component(component: Component, result: int) -> None:
    machine = meter()
    before = machine.state.registers
    outcome = executed(machine, command("ECS08a", 1, component))
    assert results(outcome) == [result]
    assert outcome.succeeded is (result == SUCCESS)
    if not outcome.succeeded:
        assert machine.state.registers == before
        assert outcome.why


def test_a_value_that_was_set_is_read_back() -> None:
    machine = meter()
    executed(machine, command("ECS16", 1, put(CONTACT, octets(b"0333 202 4650"))))
    outcome = executed(machine, command("ECS16", 2, get(CONTACT)))
    assert payload(outcome).results[0].data == octets(b"0333 202 4650")


def test_a_selective_read_is_answered_as_a_read() -> None:
    component = Component(
        Action.GET_WITH_SELECTION, 7, Obis.parse("0-0:98.1.5.255"), 2, selector=1, selection=double_long(0)
    )
    outcome = executed(meter(), command("ECS20d", 1, component))
    assert [(one.action, one.result) for one in payload(outcome).results] == [(Action.GET, UNDEFINED)]


def test_the_first_failure_ends_it() -> None:
    machine = meter()
    outcome = executed(
        machine,
        command(
            "ECS08a",
            1,
            put(LOW_CREDIT, double_long(5)),
            put("9000 0-0:94.44.128.2 4", Data(Tag.ENUM, 1)),
            put("9000 0-0:94.44.128.3 4", double_long(7)),
            get(BALANCE),
        ),
    )
    assert results(outcome) == [SUCCESS, UNMATCHED, OTHER, OTHER]
    assert payload(outcome).results[3].data == Data(Tag.NULL_DATA)
    # Policy, as it is by default: what came before the failure stands.
    assert number(machine, LOW_CREDIT) == 5
    assert number(machine, "9000 0-0:94.44.128.3 4") == 0


def test_a_failure_may_undo_what_came_before_it() -> None:
    machine = meter(policy=MeterPolicy(keep_partial=False))
    failing = command("ECS08a", 1, put(LOW_CREDIT, double_long(5)), get("1 0-0:1.2.3.4 2"))
    assert results(executed(machine, failing)) == [SUCCESS, UNDEFINED]
    assert number(machine, LOW_CREDIT) == 0
    # The Command was executed all the same, and its counter is spent.
    rejected(machine, failing)


def test_broken_hardware_fails_with_a_hardware_fault() -> None:
    machine = meter(faults=[BALANCE, "9 0-0:10.0.106.255 1"])
    assert results(executed(machine, command("ECS82", 1, get(BALANCE)))) == [FAULT]
    assert results(executed(machine, command("ECS43", 2, script(52)))) == [FAULT]
    assert number(machine, SUPPLY) == 1


@pytest.mark.parametrize(
    "component",
    [
        script(52),
        invoke("112 0-0:19.10.0.255 1", double_long(10**6)),
        put(PASSIVE_MODE, mode(2)),
        put(MODE_DATE, octets(bytes(12))),
        put(LOW_CREDIT, double_long(1)),
    ],
)
def test_a_command_that_is_not_signed_changes_nothing_critical(component: Component) -> None:
    """The Access Control Broker's MAC alone does not reach supply, money or prices, whatever the code."""
    machine = meter()
    before = machine.state.registers
    assert results(executed(machine, command("ECS16", 1, component))) == [DENIED]
    data = command("ECS50", 1, component, originator=BROKER, on_behalf_of=OTHER_USER)
    assert results(executed(machine, data)) == [DENIED]
    assert machine.state.registers == before


def test_resets() -> None:
    register, demand = "3 0-0:94.44.42.255 2", "4 1-0:1.6.1.255 5"
    machine = meter(
        initial={register: Data(Tag.DOUBLE_LONG_UNSIGNED, 9), demand: octets(b"\x07" * 12)},
    )
    zero = Data(Tag.INTEGER, 0)
    executed(machine, command("ECS28b", 1, invoke("3 0-0:94.44.42.255 1", zero)))
    assert number(machine, register) == 0
    outcome = executed(machine, command("ECS28b", 2, invoke("4 1-0:1.6.1.255 1", zero)))
    assert outcome.succeeded
    assert value(machine, demand) == octets(bytes(12))


def test_the_event_log_says_what_was_carried_out() -> None:
    machine = meter()
    for counter, component in ((1, get(BALANCE)), (2, get("1 0-0:1.2.3.4 2"))):
        machine.take(command("ECS82", counter, component), NOW)
    notes = [event for event in drained(machine) if isinstance(event, Note)]
    assert [(note.what, note.code) for note in notes] == [("executed", 0x8154), ("executed", 0x8155)]
    assert "there is no 1 0-0:1.2.3.4 2" in notes[1].why


def test_an_empty_command_is_carried_out() -> None:
    outcome = executed(meter(), command("ECS82", 1))
    assert outcome.succeeded
    assert results(outcome) == []


def test_a_long_command_is_answered_component_by_component() -> None:
    outcome = executed(meter(), command("ECS82", 1, *[get(EMERGENCY)] * 60))
    assert results(outcome) == [SUCCESS] * 60
