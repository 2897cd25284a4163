"""Frame counters: no number twice, whatever was written down and whatever was not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError, NoKey
from doorstep.road.han.counters import FrameCounters
from doorstep.road.machine import Outbox, Remember

BEFORE_COUNTERS = 1_577_836_800_000
NOW = 1_795_348_800_000


@given(
    st.integers(1, 7),
    st.lists(st.sampled_from(["network", "link", "stop", "stop before the write"]), max_size=80),
)
def test_no_number_is_used_twice_wherever_a_radio_stops(step: int, happenings: list[str]) -> None:
    """A number counts as used once what precedes it in the outbox is written, and not before."""
    memory: dict[str, bytes | None] = {}
    out: Outbox[Remember] = Outbox()
    counters = FrameCounters(memory, step, out)
    counters.begin(BEFORE_COUNTERS)
    used: set[tuple[str, int]] = set()
    for happening in happenings:
        if happening.startswith("stop"):
            if happening == "stop before the write":
                counters.network()  # It asks for a write, which is not done; so its frame was not sent.
            out = Outbox()
            counters = FrameCounters(dict(memory), step, out)
            counters.begin(BEFORE_COUNTERS)
            continue
        number = counters.network() if happening == "network" else counters.link()
        while (event := out.take()) is not None:
            memory.update(event.entries)
        assert (happening, number) not in used
        used.add((happening, number))


def test_a_radio_without_a_memory_begins_where_the_time_puts_it() -> None:
    first, later = FrameCounters({}, 10, Outbox()), FrameCounters({}, 10, Outbox())
    first.begin(NOW)
    later.begin(NOW + 60_000)
    assert later.network() - first.network() == 60 * 16


def test_a_radio_with_a_memory_goes_on_from_that() -> None:
    out: Outbox[Remember] = Outbox()
    counters = FrameCounters({}, 10, out)
    counters.begin(NOW)
    number = counters.network()
    event = out.take()
    assert event is not None
    again = FrameCounters(event.entries, 10, Outbox())
    again.begin(NOW + 3_600_000)
    assert again.network() == number + 10


def test_a_key_whose_counter_is_used_up_is_used_no_more() -> None:
    memory = {"han/counters": (0xFFFF_FFFE).to_bytes(8, "big") + bytes(8)}
    counters = FrameCounters(memory, 10, Outbox())
    assert counters.network() == 0xFFFF_FFFE
    with pytest.raises(NoKey, match="counter"):
        counters.network()
    assert counters.link() == 0


def test_a_memory_of_another_size_is_refused() -> None:
    with pytest.raises(DecodeError, match="frame counters"):
        FrameCounters({"han/counters": bytes(3)}, 10, Outbox())
