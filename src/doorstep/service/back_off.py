"""How long to wait before trying again: longer each time, and never all at the same moment."""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["BackOff"]


class BackOff:
    """Waits that double from ``first`` to ``longest`` seconds, each shortened by up to half at random.

    The randomness keeps the homes of a town from dialling together when a service comes back.
    """

    def __init__(
        self, first: float = 0.5, longest: float = 60.0, randomly: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._longest = longest
        self._randomly = randomly
        self._failures = 0

    def wait(self) -> float:
        """Seconds to wait after one more failure."""
        whole = min(self._first * 2.0 ** min(self._failures, 32), self._longest)
        self._failures += 1
        return whole * (1.0 - self._randomly() / 2)

    def reset(self) -> None:
        """It worked: the next wait is a first one."""
        self._failures = 0
