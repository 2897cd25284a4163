"""Anti-replay: counters that only rise, and windows of top-ups that may come in any order, once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.gbcs.keys import Role
from doorstep.gbcs.usecases import use_cases_named
from doorstep.road.device.counters import WINDOW, Counters, Watch, Window, watch_over

COUNTER = st.integers(1, 2**64 - 1)


@pytest.mark.parametrize("edge", [1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
def test_only_a_higher_counter_is_new(edge: int) -> None:
    counters = Counters().spending(Watch.SENDER, Role.SUPPLIER, edge)
    assert counters.is_spent(Watch.SENDER, Role.SUPPLIER, edge - 1)
    assert counters.is_spent(Watch.SENDER, Role.SUPPLIER, edge)
    assert not counters.is_spent(Watch.SENDER, Role.SUPPLIER, edge + 1)


def test_each_role_has_its_own_counter() -> None:
    counters = Counters().spending(Watch.SENDER, Role.SUPPLIER, 1000)
    assert not counters.is_spent(Watch.SENDER, Role.ACCESS_CONTROL_BROKER, 1)


def test_zero_is_never_new() -> None:
    assert Counters().is_spent(Watch.SENDER, Role.SUPPLIER, 0)
    assert Window().is_spent(0)


def test_what_is_not_watched_moves_nothing() -> None:
    assert Counters().spending(Watch.NONE, Role.SUPPLIER, 5) == Counters()
    assert not Counters().is_spent(Watch.NONE, Role.SUPPLIER, 0)


def test_top_up_commands_do_not_touch_the_execution_counter() -> None:
    counters = Counters().spending(Watch.TOP_UP, Role.SUPPLIER, 3 << 32)
    assert not counters.is_spent(Watch.SENDER, Role.SUPPLIER, 1)
    assert counters.is_spent(Watch.TOP_UP, Role.SUPPLIER, 3 << 32)


@pytest.mark.parametrize(
    ("name", "check_non_critical", "watch"),
    [
        ("ECS42", True, Watch.SENDER),
        ("ECS42", False, Watch.SENDER),
        ("ECS82", True, Watch.SENDER),
        ("ECS82", False, Watch.NONE),
        ("CS01a", True, Watch.TOP_UP),
        ("CS01a", False, Watch.TOP_UP),
        ("CS01b", False, Watch.TOP_UP),
    ],
)
def test_what_watches_over_a_use_case(name: str, check_non_critical: bool, watch: Watch) -> None:
    assert watch_over(use_cases_named(name)[0], check_non_critical=check_non_critical) is watch


@given(st.lists(COUNTER, unique=True, max_size=2 * WINDOW))
def test_a_window_never_takes_a_counter_twice(order: list[int]) -> None:
    window, taken = Window(), []
    for counter in order:
        if not window.is_spent(counter):
            window = window.spending(counter)
            taken.append(counter)
        assert window.is_spent(counter)
        assert len(window.spent) <= WINDOW
    assert all(window.is_spent(counter) for counter in taken)


def test_a_window_takes_late_top_ups_while_it_remembers_which_came() -> None:
    window = Window()
    for counter in range(2, 2 * WINDOW, 2):
        window = window.spending(counter)
    assert not window.is_spent(3)
    assert window.spending(3).is_spent(3)


def test_a_full_window_forgets_its_oldest_and_all_below() -> None:
    window = Window()
    for counter in range(10, 10 + WINDOW):
        window = window.spending(counter)
    assert not window.is_spent(9)
    window = window.spending(1000)
    assert (window.floor, len(window.spent)) == (10, WINDOW)
    assert window.is_spent(9)


@pytest.mark.parametrize(
    ("highest", "truncated", "upper"),
    [
        (0, 0, 0),
        (0, 3, 3),
        (0, 1023, 1023),  # nothing lies below zero
        (3, 3, 3),
        (3, 4, 4),
        (1023, 0, 1024),
        (1024, 1023, 1023),
        (1024, 512, 1536),  # as near as 512, which is below: the later one
        (1024, 513, 513),
        (5000, 5000 % 1024, 5000),
        (2**32 - 1, 1023, 2**32 - 1),
        (2**32 - 1, 0, 2**32 - 1024),  # nothing lies above
    ],
)
def test_ten_bits_stand_for_the_nearest_counter(highest: int, truncated: int, upper: int) -> None:
    assert Window(floor=highest << 32).nearest(truncated) == upper << 32
    if highest:
        assert Window(spent=(highest << 32,)).nearest(truncated) == upper << 32


@given(st.integers(0, 2**32 - 1), st.integers(-511, 511))
def test_a_counter_within_reach_is_found_again(highest: int, step: int) -> None:
    upper = highest + step
    if 0 <= upper < 2**32:
        assert Window(floor=highest << 32).nearest(upper % 1024) == upper << 32
