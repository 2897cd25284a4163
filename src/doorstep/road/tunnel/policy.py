"""The time-outs, counts and sizes that a tunnel end keeps to: some are the standard's, some are choices."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, structs

from doorstep.errors import UsageError
from doorstep.gbcs.times import Instant
from doorstep.zigbee.clusters.tunneling import CLOSE_TUNNEL_TIMEOUT, MAXIMUM_TRANSFER_SIZE

__all__ = ["TunnelPolicy"]

_LARGEST: Final = {"close_tunnel_timeout": 0xFFFF, "maximum_transfer": 0xFFFF, "tunnel_ids": 0xFF}


class TunnelPolicy(Struct, frozen=True, kw_only=True):
    """How patient an end is and how much it holds; times in milliseconds unless the name says otherwise.

    Raises :class:`UsageError` for a number that is not above zero, or does not fit where frames carry it.
    """

    answer_wait: Instant = 5_000
    """A choice: for how long the first copy of a command waits for its answer."""

    back_off: int = 2
    """A choice: each copy waits this many times as long as the one before it."""

    tries: int = 4
    """A choice: a command is sent once and repeated three times before it counts as unanswered."""

    busy_pause: Instant = 3 * 60_000
    """The standard's: after *busy*, a client asks again this much later."""

    renewal_seconds: int = 0xFFFF
    """The standard's: a client asks again this many seconds after the last RequestTunnelResponse."""

    close_tunnel_timeout: int = CLOSE_TUNNEL_TIMEOUT
    """The attribute of that name, in seconds: a server closes a tunnel that was idle for so long."""

    maximum_transfer: int = MAXIMUM_TRANSFER_SIZE
    """The standard's 1,500 bytes, taken here as the limit of the data alone, without id and headers."""

    tunnel_ids: int = 8
    """A choice (one stack's default): how many tunnels a server has, with ids from 0; also how many ids
    a client closes when it is told that there are none left."""

    queue: int = 64
    """A choice: how many messages may wait behind the one that is being sent."""

    patience: Instant = 3_600_000
    """A choice: for how long a message may wait for its turn."""

    def __post_init__(self) -> None:
        for name, value in structs.asdict(self).items():
            if value <= 0:
                raise UsageError(f"a tunnel's {name} is above zero, not {value}")
            if value > _LARGEST.get(name, value):
                raise UsageError(f"a tunnel's {name} is at most {_LARGEST[name]}, not {value}")

    def answer_due(self, tries: int, now: Instant) -> Instant:
        """When the answer to the ``tries``-th copy of a command, sent now, is given up."""
        wait: Instant = self.answer_wait * self.back_off ** (tries - 1)
        return now + wait
