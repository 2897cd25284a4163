"""What a supplier may choose: how often, how long, how exactly. All of it is policy, none of it a rule."""

from __future__ import annotations

from msgspec import Struct

from doorstep.gbcs.times import Instant

__all__ = ["Policy"]


class Policy(Struct, frozen=True):
    """Choices of the supplier; times are in milliseconds.

    A request that the gateway does not answer is sent up to ``attempts`` times, the first time again after
    ``first_retry``, then after twice as long each time, but never longer than ``longest_retry``.

    A Command that a PPMID is online for and does not acknowledge is handed to it again after ``hand_again``.
    The times that the DCC puts into a Pre-Command may be off ours by ``clock_tolerance``.
    ``counter_floor`` is the Originator Counter that Devices new to this supplier start over.
    """

    attempts: int = 6
    first_retry: Instant = 2_000
    longest_retry: Instant = 60_000
    hand_again: Instant = 60_000
    clock_tolerance: Instant = 60_000
    counter_floor: int = 0

    def retry_after(self, attempts: int) -> Instant:
        """How long to wait after so many attempts, 1 or more."""
        return min(self.first_retry << min(attempts - 1, 32), self.longest_retry)
