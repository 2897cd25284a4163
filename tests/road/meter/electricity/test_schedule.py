"""Activation dates: at once, later, never mind; and the signed Alert when later has come."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from doorstep import gbcs
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Form, Message
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import DataNotification
from doorstep.gbcs.times import CANCEL, IMMEDIATE, cosem_date_time, from_iso
from doorstep.road.machine import Note, Remember
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.events import MeterEvent
from tests.road.meter.electricity.home import (
    METER,
    MODE,
    MODE_DATE,
    NOW,
    PASSIVE_MODE,
    PASSIVE_THRESHOLD,
    STORE,
    SUPPLIER,
    SUPPLY,
    THRESHOLD,
    THRESHOLD_DATE,
    command,
    double_long,
    drained,
    executed,
    get,
    meter,
    mode,
    number,
    octets,
    put,
    results,
    set_mode,
    value,
)

LATER = from_iso("2026-12-01T09:00:00Z")
AFTER_THAT = from_iso("2026-12-02T09:00:00Z")
CREDIT, PREPAYMENT = mode(1, 2), mode(2, 2)


def alerts(machine: Esme, *, after: int = 0) -> list[Message]:
    """The Alerts that wait for the tunnel, behind the first ``after`` messages."""
    messages = [gbcs.decode(message) for message in list(machine.state.unsent.values())[after:]]
    return [message for message in messages if message.header.cra is gbcs.Cra.ALERT]


def activations(events: Iterable[MeterEvent]) -> list[int | None]:
    return [event.code for event in events if isinstance(event, Note) and event.what == "activated"]


def test_the_zero_date_activates_at_once() -> None:
    machine = meter()
    assert results(executed(machine, set_mode("ECS03", 1, IMMEDIATE, threshold=-500))) == [0] * 5
    assert value(machine, MODE) == PREPAYMENT
    assert value(machine, THRESHOLD) == Data(Tag.ARRAY, (double_long(-500),))
    executed(machine, set_mode("ECS02", 2, IMMEDIATE))
    assert value(machine, MODE) == CREDIT
    assert machine.state.pending == ()
    assert alerts(machine) == []


def test_prepayment_without_credit_turns_the_supply_off() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, IMMEDIATE, threshold=556_677))
    assert number(machine, SUPPLY) == 2


def test_passive_values_alone_change_nothing() -> None:
    machine = meter()
    executed(machine, command("ECS02", 1, put(PASSIVE_MODE, mode(2))))
    assert value(machine, MODE) == CREDIT


def test_a_future_date_is_kept_until_it_has_come() -> None:
    machine = meter()
    assert results(executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))) == [0] * 5
    assert value(machine, MODE) == CREDIT
    drained(machine)

    machine.on_deadline(LATER - 1)
    assert value(machine, MODE) == CREDIT
    machine.on_deadline(LATER)

    assert value(machine, MODE) == PREPAYMENT
    assert value(machine, THRESHOLD) == Data(Tag.ARRAY, (double_long(-500),))
    assert machine.state.pending == ()


def test_the_deadline_is_that_of_the_earliest() -> None:
    machine = meter()
    assert machine.deadline() is None
    # The Response that waits for a tunnel has a deadline of its own, which is nearer.
    executed(machine, set_mode("ECS02", 1, cosem_date_time(NOW + 60_000)))
    assert machine.deadline() == NOW + 60_000


def test_the_alert_says_which_attribute_of_which_command() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 0x123456789, cosem_date_time(LATER), threshold=-500))
    drained(machine)

    machine.on_deadline(LATER)

    events = drained(machine)
    assert activations(events) == [0x8F66, 0x8F66]
    threshold, account = alerts(machine)
    assert threshold.header == gbcs.GroupingHeader(gbcs.Cra.ALERT, 1, METER, SUPPLIER, 0x00CC)
    assert account.header.originator_counter == 2
    assert threshold.form is Form.SIGNED
    gbcs.verify(threshold, KeyRing(STORE))
    body = Data(
        Tag.STRUCTURE,
        (
            Data(Tag.LONG_UNSIGNED, 0x8F66),
            octets(bytes.fromhex("07EA0C01FF090000008000FF")),
            octets(bytes.fromhex("001B 0000000123456789 2328 00005E2C8016 06")),
        ),
    )
    assert threshold.payload == DataNotification(0x20000001, body)
    assert isinstance(account.payload, DataNotification)
    assert isinstance(account.payload.body.value, tuple)
    assert account.payload.body.value[2] == octets(
        bytes.fromhex("001B 0000000123456789 006F 0001130000FF 0D")
    )


def test_everything_that_activation_changes_is_remembered_at_once_and_first() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=500))
    machine.on_deadline(LATER)
    events = drained(machine)
    remembered = next(event for event in events if isinstance(event, Remember))
    assert {"pending", "own-counter", f"register/{MODE}", f"register/{SUPPLY}"} <= remembered.entries.keys()
    assert not any(isinstance(event, Remember) for event in events[1:])


def test_cancelling_drops_what_is_pending() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))
    assert results(executed(machine, set_mode("ECS03", 2, CANCEL, threshold=-500))) == [0] * 5
    assert machine.state.pending == ()
    machine.on_deadline(LATER)
    assert value(machine, MODE) == CREDIT
    assert alerts(machine) == []


def test_cancelling_where_nothing_is_pending_succeeds() -> None:
    assert executed(meter(), set_mode("ECS02", 1, CANCEL)).succeeded


def test_a_later_command_replaces_what_is_pending() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))
    executed(machine, set_mode("ECS03", 2, cosem_date_time(AFTER_THAT), threshold=-700))
    assert {(one.due, one.counter) for one in machine.state.pending} == {(AFTER_THAT, 2)}
    machine.on_deadline(LATER)
    assert value(machine, MODE) == CREDIT
    machine.on_deadline(AFTER_THAT)
    assert value(machine, THRESHOLD) == Data(Tag.ARRAY, (double_long(-700),))


def test_an_immediate_command_replaces_what_is_pending() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))
    executed(machine, set_mode("ECS02", 2, IMMEDIATE))
    assert [str(one.place) for one in machine.state.pending] == [THRESHOLD_DATE]
    machine.on_deadline(LATER)
    assert value(machine, MODE) == CREDIT


def test_a_date_that_has_passed_activates_at_once() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(NOW - 1000), threshold=-500))
    assert value(machine, MODE) == PREPAYMENT


def test_a_meter_that_was_off_catches_up() -> None:
    machine = meter()
    machine.take(set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500), NOW)
    memory: dict[str, bytes | None] = {}
    for event in drained(machine):
        if isinstance(event, Remember):
            memory |= event.entries
    again = meter(memory)
    assert again.deadline() == LATER
    again.on_deadline(AFTER_THAT)
    assert value(again, MODE) == PREPAYMENT


def test_what_is_due_comes_before_what_arrives() -> None:
    machine = meter()
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))
    executed(machine, set_mode("ECS03", 2, CANCEL, threshold=-500), LATER)
    assert value(machine, MODE) == PREPAYMENT
    assert len(alerts(machine)) == 2


def test_an_activation_that_fails_says_so() -> None:
    machine = meter(faults=[THRESHOLD])
    executed(machine, set_mode("ECS03", 1, cosem_date_time(LATER), threshold=-500))
    drained(machine)
    machine.on_deadline(LATER)
    assert activations(drained(machine)) == [0x8F67, 0x8F66]
    assert value(machine, MODE) == PREPAYMENT
    assert value(machine, THRESHOLD) == Data(Tag.ARRAY, (double_long(0),))


def test_an_immediate_activation_that_fails_fails_the_component() -> None:
    machine = meter(faults=[THRESHOLD])
    outcome = executed(machine, set_mode("ECS03", 1, IMMEDIATE, threshold=-500))
    assert results(outcome) == [0, 0, 0, 1, 250]
    assert value(machine, MODE) == CREDIT


@pytest.mark.parametrize("name", ["ECS08", "ECS08a"])
def test_the_maximum_balance_may_be_written_by_either_name(name: str) -> None:
    attribute = {"ECS08": 2, "ECS08a": 4}[name]
    limit = "9000 0-0:94.44.2.20"
    machine = meter()
    executed(
        machine,
        command(
            name,
            1,
            put(f"{limit} {attribute}", double_long(5)),
            put(f"{limit} 6", octets(cosem_date_time(LATER))),
        ),
    )
    assert number(machine, f"{limit} 2") == 0x7FFFFFFF
    machine.on_deadline(LATER)
    assert number(machine, f"{limit} 2") == 5


def test_the_date_itself_is_kept() -> None:
    machine = meter()
    executed(machine, set_mode("ECS02", 1, cosem_date_time(LATER)))
    outcome = executed(
        machine, command("ECS02", 2, get(MODE_DATE), get(PASSIVE_MODE), get(PASSIVE_THRESHOLD))
    )
    assert outcome.succeeded
    assert value(machine, MODE_DATE) == octets(cosem_date_time(LATER))
