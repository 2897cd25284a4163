"""What every Device that executes Commands must not forget, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.device.anchors import Anchors
from doorstep.road.device.cells import Cells
from doorstep.road.device.counters import Counters

__all__ = ["Deferred", "DeviceState"]

S = TypeVar("S", bound="DeviceState")


class Deferred(Struct, frozen=True):
    """A Command in ASN.1 that is for later: when, its payload, and who sent it with which counter."""

    due: Instant
    message_code: int
    originator: Eui
    counter: int
    content: bytes


class DeviceState(Struct, frozen=True, kw_only=True):
    """Whom the Device trusts, the counters, and what is not yet sent; a type of Device adds its own.

    A change makes a new one. ``cells`` are the trust anchor cells as Commands have left them, ``anchors`` the
    certificates that Commands have brought. ``deferred`` are Commands in ASN.1 that are for later.
    ``own_counter`` is the Device's own Originator Counter, as its last Alert used it. ``unsent`` are
    finished messages that the hub has not confirmed, numbered in the order in which they were made.
    """

    cells: Cells
    anchors: Anchors = MappingProxyType({})
    counters: Counters = Counters()
    own_counter: int = 0
    deferred: tuple[Deferred, ...] = ()
    unsent: Mapping[int, bytes] = MappingProxyType({})

    def with_unsent(self: S, message: bytes, most: int) -> S:
        """The state in which a message waits as well; of more than ``most`` the oldest is dropped."""
        unsent = {**self.unsent, max(self.unsent, default=0) + 1: message}
        return structs.replace(self, unsent=dict(sorted(unsent.items())[-most:]))

    def without_unsent(self: S, number: int) -> S:
        """The state in which that message waits no more."""
        kept = {one: message for one, message in self.unsent.items() if one != number}
        return structs.replace(self, unsent=kept)
