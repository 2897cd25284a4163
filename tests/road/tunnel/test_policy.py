"""The numbers that an end keeps to."""

from __future__ import annotations

import pytest

from doorstep.errors import UsageError
from doorstep.road.tunnel import Slots, TunnelPolicy


def test_the_standards_own_numbers() -> None:
    policy = TunnelPolicy()
    assert policy.busy_pause == 180_000
    assert policy.renewal_seconds == 65_535
    assert policy.close_tunnel_timeout == 65_535
    assert policy.maximum_transfer == 1_500


def test_each_copy_waits_twice_as_long_as_the_one_before() -> None:
    policy = TunnelPolicy(answer_wait=1_000, back_off=2)
    assert [policy.answer_due(tries, 7) for tries in (1, 2, 3)] == [1_007, 2_007, 4_007]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tries": 0},
        {"answer_wait": -1},
        {"back_off": 0},
        {"queue": 0},
        {"patience": 0},
        {"maximum_transfer": 0x10000},
        {"close_tunnel_timeout": 0x10000},
        {"tunnel_ids": 256},
    ],
)
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        TunnelPolicy(**wrong)


def test_ids_are_small_numbers_and_come_back() -> None:
    slots = Slots(3)
    assert [slots.take() for _ in range(3)] == [0, 1, 2]
    assert slots.full
    slots.release(1)
    slots.release(1)
    assert 1 not in slots
    assert slots.take() == 1
    assert slots.full
