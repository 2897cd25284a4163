"""A meter that cannot be is refused when it is described."""

from __future__ import annotations

import pytest

from doorstep.errors import UsageError
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.road.meter.policy import MeterPolicy
from tests.road.meter.electricity.home import BALANCE, double_long, meter, number


def test_registers_may_begin_with_other_values() -> None:
    assert number(meter(initial={BALANCE: double_long(-5)}), BALANCE) == -5


@pytest.mark.parametrize(
    "initial",
    [{BALANCE: Data(Tag.LONG, 1)}, {"112 0-0:19.10.9.255 2": double_long(1)}],
    ids=["type", "place"],
)
def test_a_value_that_no_register_holds_is_refused(initial: dict[str, Data]) -> None:
    with pytest.raises(UsageError, match="no value of a register"):
        meter(initial=initial)


def test_what_is_not_there_cannot_be_broken() -> None:
    with pytest.raises(UsageError, match="that could be broken"):
        meter(faults=["112 0-0:19.10.9.255 2"])


@pytest.mark.parametrize("room", [{"security_log": 0}, {"unsent": 0}, {"unsent": -1}])
def test_no_room_at_all_is_refused(room: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        MeterPolicy(**room)  # type: ignore[arg-type]
