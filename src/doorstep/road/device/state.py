"""What every Device that executes Commands must not forget, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, structs

from doorstep.road.device.cells import Cells
from doorstep.road.device.counters import Counters

__all__ = ["DeviceState"]

S = TypeVar("S", bound="DeviceState")


class DeviceState(Struct, frozen=True, kw_only=True):
    """Whom the Device trusts, the counters, and what is not yet sent; a type of Device adds its own.

    A change makes a new one. ``cells`` are the trust anchor cells as Commands have left them.
    ``own_counter`` is the Device's own Originator Counter, as its last Alert used it. ``unsent`` are
    finished messages that the hub has not confirmed, numbered in the order in which they were made.
    """

    cells: Cells
    counters: Counters = Counters()
    own_counter: int = 0
    unsent: Mapping[int, bytes] = MappingProxyType({})

    def with_unsent(self: S, message: bytes, most: int) -> S:
        """The state in which a message waits as well; of more than ``most`` the oldest is dropped."""
        unsent = {**self.unsent, max(self.unsent, default=0) + 1: message}
        return structs.replace(self, unsent=dict(sorted(unsent.items())[-most:]))

    def without_unsent(self: S, number: int) -> S:
        """The state in which that message waits no more."""
        kept = {one: message for one, message in self.unsent.items() if one != number}
        return structs.replace(self, unsent=kept)
