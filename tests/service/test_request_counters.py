"""The counters of RequestIDs: over all before them, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.eui import Eui
from doorstep.service.memory import NotRemembered, SqliteMemory, VolatileMemory
from doorstep.service.request_counters import RequestCounters
from tests.road.dcc.office import DCC, ESME, SUPPLIER
from tests.service.aio import in_loop

START = 1_764_000_000_000


class SetClock:
    """A clock that shows what it is set to."""

    def __init__(self, shown: int = START) -> None:
        self.shown = shown

    def now(self) -> int:
        return self.shown


@in_loop
async def test_the_first_is_over_the_milliseconds_and_each_over_the_one_before() -> None:
    counters = RequestCounters(SUPPLIER, VolatileMemory(), SetClock())
    names = [await counters.take(target) for target in (ESME, ESME, DCC)]
    assert [(name.originator, name.target, name.counter - START) for name in names] == [
        (SUPPLIER, ESME, 1),
        (SUPPLIER, ESME, 2),
        (SUPPLIER, DCC, 1),
    ]


@in_loop
async def test_a_top_up_has_nothing_in_the_lower_half() -> None:
    counters = RequestCounters(SUPPLIER, VolatileMemory(), SetClock())
    before = (await counters.take(ESME)).counter
    top_up = (await counters.take(ESME, top_up=True)).counter
    assert top_up % (1 << 32) == 0
    assert before < top_up < (await counters.take(ESME)).counter


@given(st.lists(st.tuples(st.sampled_from([ESME, DCC]), st.booleans(), st.integers(-(10**9), 10**9))))
def test_they_rise_across_restarts_and_whatever_the_clock_does(steps: list[tuple[Eui, bool, int]]) -> None:
    async def run() -> None:
        memory, clock, last = VolatileMemory(), SetClock(), dict.fromkeys((ESME, DCC), 0)
        counters = RequestCounters(SUPPLIER, memory, clock)
        for target, restart, shift in steps:
            if restart:
                clock.shown = START + shift
                counters = RequestCounters(SUPPLIER, memory, clock)
            counter = (await counters.take(target)).counter
            assert counter > last[target]
            last[target] = counter

    asyncio.run(run())


@in_loop
async def test_one_that_could_not_be_written_down_is_not_given_out() -> None:
    class Full(VolatileMemory):
        async def write(self, entries: Mapping[str, bytes | None]) -> None:
            raise NotRemembered("the disk is full")

    with pytest.raises(NotRemembered):
        await RequestCounters(SUPPLIER, Full(), SetClock()).take(ESME)


def test_they_are_kept_in_a_file(tmp_path: Path) -> None:
    async def take(clock: SetClock) -> int:
        memory = SqliteMemory(tmp_path / "counters", "client")
        try:
            counters = RequestCounters(SUPPLIER, memory, clock)
            taken = await asyncio.gather(*(counters.take(ESME) for _ in range(5)))
            assert len({name.counter for name in taken}) == 5
            return max(name.counter for name in taken)
        finally:
            memory.close()

    first = asyncio.run(take(SetClock()))
    assert asyncio.run(take(SetClock(5))) == first + 5
