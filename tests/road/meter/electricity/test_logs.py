"""Logs: what the meter's own life puts into them, and which part a Command gets to see."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.gbcs.encrypted import ProtectionParameters, opened
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag
from doorstep.gbcs.payloads.dlms import AccessResponse, Action, Component, Obis
from doorstep.gbcs.times import Instant, cosem_date_time, from_iso, utc2000
from doorstep.road.device.objects import Place, place
from doorstep.road.machine import Remember
from doorstep.road.meter.electricity.logs import LOGS, MOST_VALUES
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.events import Executed
from doorstep.road.meter.usage import DAY, HALF_HOUR, Quantity, Usage
from tests.road.meter.electricity.home import (
    BALANCE,
    METER,
    NETWORK_OPERATOR,
    NOW,
    PARTY_KEYS,
    SUPPLIER,
    adjust_balance,
    command,
    drained,
    executed,
    get,
    invoke,
    meter,
    octets,
    put,
    read_balance,
    results,
)

IMPORT = tuple(range(100, 148))
SINCE = from_iso("2026-11-20T00:00:00Z")
PLAN = Usage(since=SINCE, amounts={Quantity.ACTIVE_IMPORT: IMPORT, Quantity.SECONDARY_IMPORT: (3,) * 48})
EVENTS, SECURITY = "0-0:99.98.0.255", "0-0:99.98.1.255"
CLEAR = invoke("7 0-0:99.98.0.255 1", Data(Tag.INTEGER, 0))


def structure(*parts: Data) -> Data:
    return Data(Tag.STRUCTURE, parts)


def seconds(instant: Instant) -> Data:
    return Data(Tag.DOUBLE_LONG_UNSIGNED, utc2000(instant))


CLOCK = structure(
    Data(Tag.LONG_UNSIGNED, 1),
    octets(bytes(Obis.parse("0-0:94.44.100.255"))),
    Data(Tag.INTEGER, 2),
    Data(Tag.LONG_UNSIGNED, 0),
)
ALL = Data(Tag.ARRAY, ())


def ranged(obis: str, selection: Data, selector: int = 1) -> Component:
    return Component(
        Action.GET_WITH_SELECTION, 7, Obis.parse(obis), 2, selector=selector, selection=selection
    )


def between(obis: str, start: Instant, end: Instant) -> Component:
    return ranged(obis, structure(CLOCK, seconds(start), seconds(end), ALL))


def guarded(guard: str, log: str, restriction: Data) -> Component:
    wanted = structure(
        Data(Tag.LONG_UNSIGNED, 7),
        octets(bytes(Obis.parse(log))),
        Data(Tag.INTEGER, 2),
        Data(Tag.LONG_UNSIGNED, 0),
        restriction,
    )
    protection = ProtectionParameters.of(GroupingHeader(Cra.COMMAND, 1, SUPPLIER, METER, 0x37)).to_data()
    return invoke(f"30 {guard} 1", structure(Data(Tag.ARRAY, (wanted,)), protection))


def dates(start: Instant, end: Instant) -> Data:
    span = structure(octets(cosem_date_time(start)), octets(cosem_date_time(end)))
    return structure(Data(Tag.ENUM, 1), span)


def half_hours(start: Instant, end: Instant) -> Component:
    return guarded("0-0:43.2.7.255", "0-0:99.1.0.255", dates(start, end))


def rows(done: Executed) -> list[tuple[object, ...]]:
    """The entries of the log that a Response tells of, as numbers and strings."""
    assert done.succeeded, done.why
    payload = opened(gbcs.decode(done.response), PARTY_KEYS)
    assert isinstance(payload, AccessResponse)
    data = payload.results[0].data
    if data.tag is Tag.STRUCTURE:
        assert isinstance(data.value, tuple)
        (data,) = data.value
    assert isinstance(data.value, CompactArray)
    entries = [entry.value for entry in data.value.elements]
    return [tuple(one.value for one in entry) for entry in entries if isinstance(entry, tuple)]


# -- profiles ----------------------------------------------------------------------------------------------


def test_half_hours_are_those_of_the_span_and_both_its_ends_are_in_it() -> None:
    start = SINCE + DAY
    done = executed(meter(usage=PLAN), command("ECS22b", 1, half_hours(start, start + 2 * HALF_HOUR)))
    # An entry stands at the end of its half hour: at midnight it is the last one of the day before.
    assert rows(done) == [
        (utc2000(start), 147),
        (utc2000(start + HALF_HOUR), 100),
        (utc2000(start + 2 * HALF_HOUR), 101),
    ]


def test_a_second_element_has_a_column_of_its_own() -> None:
    done = executed(meter(usage=PLAN, twin=True), command("ECS22b", 1, half_hours(SINCE + DAY, SINCE + DAY)))
    assert rows(done) == [(utc2000(SINCE + DAY), 147, 3)]


def test_there_is_nothing_of_before_the_meter_and_nothing_of_the_future() -> None:
    machine = meter(usage=PLAN)
    early = rows(executed(machine, command("ECS22b", 1, half_hours(0, SINCE + HALF_HOUR))))
    assert early == [(utc2000(SINCE + HALF_HOUR), 100)]
    late = rows(executed(machine, command("ECS22b", 2, half_hours(NOW - HALF_HOUR, NOW + DAY))))
    assert late == [(utc2000(NOW // HALF_HOUR * HALF_HOUR), 127)]  # 14:20, so 13:30 to 14:00 is the 28th


def test_a_span_that_ends_before_it_starts_is_empty() -> None:
    done = executed(meter(usage=PLAN), command("ECS22b", 1, half_hours(NOW, SINCE)))
    assert rows(done) == []


def test_a_day_is_the_sum_of_its_half_hours() -> None:
    days = guarded("0-0:43.2.4.255", "0-0:99.1.3.255", dates(SINCE, NOW))
    done = executed(meter(usage=PLAN), command("ECS66", 1, days))
    assert rows(done) == [(utc2000(SINCE + day * DAY), sum(IMPORT)) for day in (1, 2, 3)]


def test_the_register_at_midnight_is_what_the_daily_log_tells() -> None:
    machine = meter(usage=PLAN, twin=True)
    daily = guarded("0-0:43.2.5.255", "0-0:98.1.9.255", dates(SINCE + 2 * DAY, SINCE + 2 * DAY))
    (row,) = rows(executed(machine, command("ECS21a", 1, daily)))
    assert row[:3] == (utc2000(SINCE + 2 * DAY), 2 * sum(IMPORT), 2 * 48 * 3)
    assert [len(part) for part in row[3:] if isinstance(part, tuple)] == [48, 4, 8, 8, 8, 8]


def test_a_profile_outlives_the_meters_power_without_any_memory() -> None:
    span = command("ECS22b", 1, half_hours(SINCE, NOW))
    assert rows(executed(meter(usage=PLAN), span)) == rows(executed(meter({}, usage=PLAN), span))


def test_a_long_span_is_told_from_its_beginning_on() -> None:
    """Who asks goes on after the last entry, and comes to the end."""
    old = Usage(amounts={Quantity.ACTIVE_IMPORT: IMPORT})
    machine, start, told, counter = meter(usage=old), NOW - 60 * DAY, list[tuple[object, ...]](), 0
    for counter in range(1, 10):
        found = rows(executed(machine, command("ECS22b", counter, half_hours(start, NOW))))
        told += found
        if not found:
            break
        assert len(found) <= MOST_VALUES // 3
        start += len(found) * HALF_HOUR
    assert len(told) == 60 * 48
    assert counter == 4
    assert len({time for time, _amount in told}) == len(told)


def test_a_register_of_energy_tells_what_was_used_and_what_it_had_before() -> None:
    plan = Usage(since=SINCE, amounts={Quantity.ACTIVE_EXPORT: (2,) * 48})
    had = {"3 1-0:2.8.0.255 2": Data(Tag.DOUBLE_LONG_UNSIGNED, 2**32 - 1)}
    machine = meter(usage=plan, initial=had)
    done = executed(
        machine,
        command("ECS17a", 1, get("3 1-0:2.8.0.255 2"), originator=NETWORK_OPERATOR),
        SINCE + HALF_HOUR,
    )
    payload = gbcs.decode(done.response).payload
    assert isinstance(payload, AccessResponse)
    assert payload.results[0].data.value == 1  # After 32 bits it starts again.


# -- events ------------------------------------------------------------------------------------------------


def test_a_command_is_in_the_event_log_with_its_message_code() -> None:
    machine = meter()
    executed(machine, adjust_balance(1, 5))
    executed(machine, command("ECS82", 2, get("112 0-0:19.10.9.255 2")), NOW + 5_000)
    found = rows(executed(machine, command("ECS35a", 3, between(EVENTS, NOW, NOW + DAY)), NOW + DAY))
    assert found == [
        (utc2000(NOW), 0x8154, bytes.fromhex("001C")),
        (utc2000(NOW + 5_000), 0x8155, bytes.fromhex("0069")),
    ]


def test_what_was_refused_is_in_the_security_log_after_a_restart_too() -> None:
    machine, memory = meter(), dict[str, bytes | None]()
    machine.take(b"no Command", NOW)
    for event in drained(machine):
        memory |= event.entries if isinstance(event, Remember) else {}
    found = executed(meter(memory), command("ECS35b", 1, between(SECURITY, NOW - DAY, NOW)))
    assert rows(found) == [(utc2000(NOW), 0x8F1E)]


def test_the_log_keeps_the_last_hundred_and_the_memory_no_more() -> None:
    machine, memory = meter(), dict[str, bytes | None]()
    for counter in range(1, 131):
        machine.take(read_balance(counter), NOW + counter * 1_000)
        for event in drained(machine):
            memory |= event.entries if isinstance(event, Remember) else {}
    slots = [key for key in memory if key.startswith("log/")]
    assert len(slots) == 100
    machine = meter(memory)
    found = rows(executed(machine, command("ECS35a", 999, between(EVENTS, NOW, NOW + DAY))))
    assert [time for time, *_ in found] == [utc2000(NOW + counter * 1_000) for counter in range(31, 131)]


def test_clearing_the_event_log_is_an_event_of_security() -> None:
    machine, memory = meter(), dict[str, bytes | None]()
    for data in (adjust_balance(1, 5), read_balance(2), command("ECS15a", 3, CLEAR)):
        machine.take(data, NOW)
        for event in drained(machine):
            memory |= event.entries if isinstance(event, Remember) else {}
    again = meter(memory)
    assert again.state.logs == machine.state.logs
    found = rows(executed(again, command("ECS35a", 4, between(EVENTS, NOW, NOW))))
    assert found == [(utc2000(NOW), 0x8154, bytes.fromhex("0024"))]  # Of ECS15a itself, nothing before.
    found = rows(executed(again, command("ECS35b", 5, between(SECURITY, NOW, NOW))))
    assert found == [(utc2000(NOW), 0x8F52)]


# -- hostile -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "selector", "result"),
    [
        (Data(Tag.NULL_DATA), 1, 0x0B),
        (structure(CLOCK, seconds(NOW), seconds(NOW)), 1, 0x0B),
        (structure(CLOCK, Data(Tag.INTEGER, 1), seconds(NOW), ALL), 1, 0x0B),
        (structure(CLOCK, seconds(NOW), octets(b""), ALL), 1, 0x0B),
        (structure(octets(b""), seconds(NOW), seconds(NOW), ALL), 1, 0xFA),
        (structure(CLOCK, seconds(NOW), seconds(NOW), Data(Tag.ARRAY, (CLOCK,))), 1, 0xFA),
        (structure(CLOCK, seconds(NOW), seconds(NOW), ALL), 2, 0xFA),
    ],
)
def test_another_selection_is_refused(selection: Data, selector: int, result: int) -> None:
    done = executed(meter(), command("ECS35a", 1, ranged(EVENTS, selection, selector)))
    assert results(done) == [result]


@pytest.mark.parametrize(
    ("restriction", "result"),
    [
        (Data(Tag.NULL_DATA), 0x0B),
        (structure(Data(Tag.ENUM, 0), Data(Tag.NULL_DATA)), 0x0B),
        (structure(Data(Tag.ENUM, 2), dates(SINCE, NOW)), 0x0B),
        (structure(Data(Tag.ENUM, 1), structure(octets(b"")), ALL), 0x0B),
        (structure(Data(Tag.ENUM, 1), structure(octets(b""), octets(b""))), 0x0B),
        (structure(Data(Tag.ENUM, 1), structure(octets(bytes(12)), octets(bytes(12)))), 0x0B),
        (structure(Data(Tag.ENUM, 1), structure(octets(b"\xff" * 12), octets(b"\xff" * 12))), 0x0B),
    ],
)
def test_another_restriction_is_refused(restriction: Data, result: int) -> None:
    component = guarded("0-0:43.2.7.255", "0-0:99.1.0.255", restriction)
    assert results(executed(meter(), command("ECS22b", 1, component))) == [result]


@settings(deadline=None)
@given(
    st.sampled_from(sorted(LOGS, key=str)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
)
def test_no_span_costs_more_than_an_answer(where: Place, start: int, end: int) -> None:
    component = ranged(
        str(where.obis),
        structure(CLOCK, Data(Tag.DOUBLE_LONG_UNSIGNED, start), Data(Tag.DOUBLE_LONG_UNSIGNED, end), ALL),
    )
    machine = meter(usage=Usage(amounts=dict.fromkeys(Quantity, IMPORT)))
    done = executed(machine, command("ECS35a", 1, component))
    assert done.succeeded
    assert len(done.response) < 0x4000


# -- the clock ---------------------------------------------------------------------------------------------


def set_clock(machine: Esme, start: Instant, end: Instant) -> Executed:
    never = octets(b"\xff" * 9 + b"\x80\x00\xff")
    return executed(
        machine,
        command(
            "ECS70",
            1,
            put("8 0-0:1.0.0.255 9", Data(Tag.ENUM, 5)),
            invoke(
                "8 0-0:1.0.0.255 5",
                structure(never, octets(cosem_date_time(start)), octets(cosem_date_time(end))),
            ),
            invoke("8 0-0:1.0.0.255 4", Data(Tag.INTEGER, 0)),
            get("8 0-0:1.0.0.255 2"),
            get("8 0-0:1.0.0.255 4"),
        ),
    )


def test_the_clock_is_set_where_it_is_in_the_interval() -> None:
    done = set_clock(meter(), NOW - 1_000, NOW + 1_000)
    payload = gbcs.decode(done.response).payload
    assert isinstance(payload, AccessResponse)
    assert [one.result for one in payload.results] == [0] * 5
    assert [one.data for one in payload.results[3:]] == [
        octets(bytes.fromhex("07EA0B17FF0E1400008000FF")),  # 2026-11-23 14:20:00
        Data(Tag.UNSIGNED, 0),
    ]


@pytest.mark.parametrize(("start", "end"), [(1_000, 2_000), (-2_000, -1_000), (1_000, -1_000)])
def test_an_interval_that_the_clock_is_not_in_is_refused(start: int, end: int) -> None:
    assert results(set_clock(meter(), NOW + start, NOW + end)) == [0, 0xFA, 0xFA, 0xFA, 0xFA]


def test_a_balance_is_no_log() -> None:
    assert place(BALANCE) not in LOGS
