"""What a Command costs does not grow with what the hub has gathered: counted in steps, not in seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from benchmarks import hub as benchmark

from doorstep.eui import Eui


def steps(do: Callable[[], None]) -> int:
    """How many lines of Python run for it: the same on every machine."""
    count = 0

    def trace(_frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("make", [benchmark._with_history, benchmark._with_queue, benchmark._with_uptime])
def test_a_command_costs_the_same_with_a_hundred_times_as_much_gathered(make: Any) -> None:
    costs = []
    for size in (1, 100):
        home = make(size)
        home.relay(benchmark._command(benchmark.ESME, 10**9))
        command = benchmark._command(benchmark.ESME, 10**9 + 1)
        before = home.arrived
        costs.append(steps(lambda home=home, command=command: home.relay(command)))  # type: ignore[misc]
        assert home.arrived == before + 1
    assert abs(costs[1] - costs[0]) <= costs[0] // 20, costs


def test_what_is_measured_is_what_a_hub_does() -> None:
    home = benchmark.Home(benchmark._hub())
    home.relay(benchmark._command(benchmark.ESME, 1))
    home.from_wan(benchmark._command(benchmark.ESME, 2))
    assert home.arrived == 2
    assert home.hub.devices.find(Eui(benchmark.PPMID)) is not None
    assert len(home.hub._wan) == 0
