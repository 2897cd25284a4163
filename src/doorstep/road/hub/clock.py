"""The hub's clock as ZigBee and the logs count it."""

from __future__ import annotations

from doorstep.errors import EncodeError
from doorstep.gbcs.times import Instant, utc2000

__all__ = ["seconds_since_2000"]


def seconds_since_2000(now: Instant) -> int:
    """Whole seconds since 2000-01-01 UTC; 0, which stands for *not known*, where the clock is not set."""
    try:
        return utc2000(now)
    except EncodeError:
        return 0
