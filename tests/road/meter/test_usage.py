"""What a home uses: counted by the half hour, the same for the same plan and time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.gbcs.times import from_iso
from doorstep.road.meter.usage import DAY, HALF_HOUR, NOTHING, TYPICAL, Quantity, Usage

MIDNIGHT = from_iso("2026-03-01T00:00:00Z")
IMPORT = Quantity.ACTIVE_IMPORT
COUNTING = Usage(since=MIDNIGHT, amounts={IMPORT: tuple(range(48))})


@pytest.mark.parametrize(
    ("time", "amount"),
    [
        ("2026-02-28T23:30:00Z", 0),
        ("2026-03-01T00:00:00Z", 0),
        ("2026-03-01T00:30:00Z", 0),  # the first amount is nought
        ("2026-03-01T01:00:00Z", 1),
        ("2026-03-01T01:29:59Z", 1),  # the third half hour is not over
        ("2026-03-01T01:30:00Z", 3),
        ("2026-03-02T00:00:00Z", 1128),  # 0 + 1 + ... + 47
        ("2026-03-03T01:00:00Z", 2 * 1128 + 1),
    ],
)
def test_what_is_counted_until_then(time: str, amount: int) -> None:
    assert COUNTING.until(IMPORT, from_iso(time)) == amount


def test_counting_begins_with_the_first_whole_half_hour() -> None:
    late = Usage(since=MIDNIGHT + 1, amounts={IMPORT: (5,) * 48})
    assert late.until(IMPORT, MIDNIGHT + HALF_HOUR) == 0
    assert late.until(IMPORT, MIDNIGHT + 2 * HALF_HOUR) == 5


def test_what_is_not_in_the_plan_stays_at_zero() -> None:
    assert NOTHING.until(IMPORT, MIDNIGHT) == 0
    assert COUNTING.until(Quantity.REACTIVE_EXPORT, MIDNIGHT + DAY) == 0


@given(st.lists(st.integers(-10, 500), min_size=3, max_size=3).map(sorted))
def test_spans_add_up(half_hours: list[int]) -> None:
    first, middle, last = (MIDNIGHT + number * HALF_HOUR for number in half_hours)
    whole = TYPICAL.between(IMPORT, first, last)
    assert whole == TYPICAL.between(IMPORT, first, middle) + TYPICAL.between(IMPORT, middle, last)
    assert whole >= 0


@pytest.mark.parametrize("amounts", [(), (1,) * 47, (1,) * 49, (-1,) * 48, (100_001,) * 48])
def test_no_other_plan_is_one(amounts: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="48 amounts a day"):
        Usage(amounts={IMPORT: amounts})
