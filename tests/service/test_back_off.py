"""Waits double, are bounded, and are shortened by up to half at random."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.service.back_off import BackOff


def test_waits_double_up_to_the_longest_and_start_again() -> None:
    back_off = BackOff(1.0, 10.0, randomly=lambda: 0.0)
    assert [back_off.wait() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    back_off.reset()
    assert back_off.wait() == 1.0


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 2000))
def test_randomness_takes_off_half_at_most(random: float, failures: int) -> None:
    back_off = BackOff(1.0, 10.0, randomly=lambda: random)
    waits = [back_off.wait() for _ in range(failures + 1)]
    assert min(10.0, 2.0 ** min(failures, 10)) / 2 <= waits[-1] <= 10.0
