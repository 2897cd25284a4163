"""Conditions whose beginning any meter logs: found by comparing the state before and after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from msgspec import Struct

from doorstep.road.device.codes import AlertCode
from doorstep.road.machine import Note
from doorstep.road.meter.state import MeterState

__all__ = ["Condition", "began"]

S = TypeVar("S", bound=MeterState)


class Condition(Struct, Generic[S], frozen=True):
    """What may hold of a state, with the event code of its beginning and a sentence for the log."""

    code: AlertCode
    why: str
    holds: Callable[[S], bool]


def began(conditions: Iterable[Condition[S]], before: S, after: S) -> tuple[Note, ...]:
    """A note for every condition that holds after the change and did not before."""
    return tuple(
        Note("event", one.why, code=one.code)
        for one in conditions
        if one.holds(after) and not one.holds(before)
    )
