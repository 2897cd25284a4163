"""The choices that the standard leaves to a meter, or our facts leave open."""

from __future__ import annotations

from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.gbcs import gbt

__all__ = ["MeterPolicy"]


class MeterPolicy(Struct, frozen=True, kw_only=True):
    """The choices of any meter. Raises :class:`UsageError` where there is no room for a single entry."""

    check_non_critical: bool = True
    """Whether SME.C.NC Commands, too, must have a higher Originator Counter than the last."""

    keep_partial: bool = True
    """Whether components before the one that failed keep their effect."""

    security_log: int = 100
    """How many of the last rejections are told in words; the Security Log itself is remembered."""

    unsent: int = 32
    """How many finished messages wait for the hub to confirm them; a further one drops the oldest."""

    blocks: gbt.Policy = gbt.Policy(asks=3)
    """How long Commands are put together. The meter asks for blocks that it misses; whether that reaches
    anyone is the hub's to say."""

    def __post_init__(self) -> None:
        if self.security_log < 1 or self.unsent < 1:
            raise UsageError("a meter's Security Log and its messages for the hub need room for one at least")
