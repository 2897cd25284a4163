"""The time that machines are given: milliseconds since 1970 UTC."""

from __future__ import annotations

import time
from typing import Protocol

from doorstep.gbcs.times import Instant

__all__ = ["Clock", "WallClock"]


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Instant:
        """The present instant."""


class WallClock:
    """The computer's own clock. It may be set while we run: nothing here assumes that it only rises."""

    def now(self) -> Instant:
        """The present instant."""
        return time.time_ns() // 1_000_000
