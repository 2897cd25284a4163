"""The clock (class 8): a Command sets it within an interval in which the time of its sender lies (ECS70)."""

from __future__ import annotations

from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.times import Instant, from_cosem_date_time
from doorstep.road.device.objects import Refused, Result, Shape, structure

__all__ = ["PRESET", "preset"]

_DATE_TIME: Final = Shape(Tag.OCTET_STRING, size=12)

PRESET: Final = structure(_DATE_TIME, _DATE_TIME, _DATE_TIME)
"""What preset_adjusting_time takes: a time, which GBCS leaves open, and the interval in which it is valid."""


def preset(parameter: Data, now: Instant) -> None:
    """Check a parameter of type :data:`PRESET` against the meter's clock, which is that of its world.

    Raises :class:`Refused` where the clock is outside of the interval (policy: it would be set wrongly, so
    nothing is), and for what is no interval.
    """
    assert isinstance(parameter.value, tuple), "the method's row says that it has parts"
    start, end = (_instant(one) for one in parameter.value[1:])
    if start is None or end is None or not start <= now <= end:
        raise Refused(Result.OTHER_REASON, "the clock is outside of the interval that the Command gives")


def _instant(data: Data) -> Instant | None:
    try:
        return from_cosem_date_time(data.value if isinstance(data.value, bytes) else b"")
    except DecodeError as error:
        raise Refused(Result.TYPE_UNMATCHED, str(error)) from None
