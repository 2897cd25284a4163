"""Counters that are never used twice, fit a UTRN where they have to, and tell what they void."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, EncodeError
from doorstep.road.supplier.delivery import FINAL, Delivery, Evidence, State
from doorstep.road.supplier.sequencer import Sequencer, Sequencers, void_after
from tests.road.supplier.parties import METER, METER_2, SUPPLIER

TURNS = st.lists(st.booleans(), max_size=60)
LAST = st.integers(0, 2**64 - 2**40)


def test_a_command_takes_the_next_counter_and_a_top_up_the_next_with_an_empty_lower_half() -> None:
    sequencer = Sequencer()
    turns = [False, False, True, False, True, True]
    assert [sequencer.take(top_up=top_up) for top_up in turns] == [
        0x0000_0000_0000_0001,
        0x0000_0000_0000_0002,
        0x0000_0001_0000_0000,
        0x0000_0001_0000_0001,
        0x0000_0002_0000_0000,
        0x0000_0003_0000_0000,
    ]


@given(LAST, TURNS)
def test_counters_only_rise(last: int, turns: list[bool]) -> None:
    sequencer = Sequencer(last)
    taken = [last] + [sequencer.take(top_up=top_up) for top_up in turns]
    assert taken == sorted(set(taken))


@given(LAST, TURNS)
def test_a_top_up_s_counter_can_be_carried_in_a_utrn(last: int, turns: list[bool]) -> None:
    sequencer = Sequencer(last)
    assert all(sequencer.take(top_up=True) & 0xFFFFFFFF == 0 for top_up in turns if top_up)


@given(LAST, st.integers(0, 5000))
def test_however_many_commands_lie_between_two_top_ups_are_neighbours(last: int, between: int) -> None:
    """Ten bits of the upper half are enough for the Device to find the counter of a UTRN."""
    sequencer = Sequencer(last)
    first = sequencer.take(top_up=True)
    for _ in range(between):
        sequencer.take()
    assert (sequencer.take(top_up=True) >> 32) - (first >> 32) == 1


@given(TURNS, st.integers(0, 60))
def test_after_a_crash_no_counter_that_was_remembered_comes_again(turns: list[bool], crash_at: int) -> None:
    memory: dict[str, bytes | None] = {}
    counters = Sequencers(SUPPLIER, memory)
    taken = []
    for place, top_up in enumerate(turns):
        if place == crash_at:
            counters = Sequencers(SUPPLIER, memory)
        taken.append(counters.take(METER, top_up=top_up))
        memory |= counters.entry(METER)
    assert taken == sorted(set(taken))


def test_each_device_has_its_own_counters() -> None:
    counters = Sequencers(SUPPLIER, {})
    assert [counters.take(METER), counters.take(METER), counters.take(METER_2)] == [1, 2, 1]
    assert counters.entry(METER) == {f"counter/{SUPPLIER}/{METER}": b"2"}


def test_another_originator_s_memory_is_not_ours() -> None:
    memory = {f"counter/{METER_2}/{METER}": b"900"}
    assert Sequencers(SUPPLIER, memory).take(METER) == 1


def test_a_floor_is_where_devices_start_that_nothing_is_remembered_of() -> None:
    counters = Sequencers(SUPPLIER, {f"counter/{SUPPLIER}/{METER}": b"5"}, floor=1_000)
    assert (counters.take(METER), counters.take(METER_2)) == (6, 1_001)


@pytest.mark.parametrize(
    ("last", "top_up"), [(2**64 - 1, False), (2**64 - 1, True), (0xFFFFFFFF_00000000, True)]
)
def test_counters_end(last: int, top_up: bool) -> None:
    sequencer = Sequencer(last)
    with pytest.raises(EncodeError, match="used up"):
        sequencer.take(top_up=top_up)
    assert sequencer.last == last


def test_the_sign_bit_is_a_bit_like_any_other() -> None:
    assert Sequencer(2**63 - 1).take() == 2**63
    assert Sequencer(2**64 - 2).take() == 2**64 - 1


@pytest.mark.parametrize("value", [b"", b"-1", b"1.5", b"abc", b"18446744073709551616", "²".encode()])
def test_what_is_no_counter_is_refused(value: bytes) -> None:
    with pytest.raises(DecodeError, match="Originator Counter"):
        Sequencers(SUPPLIER, {f"counter/{SUPPLIER}/{METER}": value})


def _delivery(name: str, counter: int, state: State = State.WAITING, variant: str = "1.6") -> Delivery:
    return Delivery(name, METER, "ppmid", variant, None, counter, state, Evidence.NONE, 0, 0)


def test_an_earlier_command_that_is_not_delivered_is_void_after_a_later_one() -> None:
    deliveries = [_delivery("a", 3), _delivery("b", 4), _delivery("c", 5), _delivery("d", 6)]
    assert [delivery.name for delivery in void_after(deliveries, 5)] == ["a", "b"]


@pytest.mark.parametrize("state", State)
def test_what_is_over_is_not_voided(state: State) -> None:
    assert bool(void_after([_delivery("a", 3, state)], 9)) is (state not in FINAL)


def test_top_ups_are_not_voided() -> None:
    assert void_after([_delivery("a", 3, variant="2.2")], 9) == ()
