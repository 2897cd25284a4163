"""The hub's two Functions, CHF and GPF: Devices in their own right, that live in one box.

Each has its own identifier, trust anchor cells and counters, and takes Commands that are for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from msgspec import structs

from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import PayloadKind, use_case
from doorstep.road.device import Device, DeviceState, Outcome, alert, changes, process, remembered
from doorstep.road.device.administration import Settled, replace_deferred
from doorstep.road.device.memory import Reader
from doorstep.road.device.state import Deferred
from doorstep.road.hub.store import Entries
from doorstep.road.machine import Memory

__all__ = ["Function"]

S = TypeVar("S", bound=DeviceState)


class Function(Generic[S]):
    """One of them: what it is, and its state as it stands.

    ``shelf`` is the word that its entries in the hub's memory begin with; ``asn1`` names the
    use cases in ASN.1 that it executes; ``own_changes`` gives the
    entries for what it has beyond all Devices, ``readers`` read them back. Without a ``device`` (its keys
    are not held) it neither executes nor says anything. Raises :class:`DecodeError` for a memory that it
    has not written.
    """

    def __init__(
        self,
        shelf: str,
        device: Device[S] | None,
        asn1: frozenset[str],
        initial: S,
        memory: Memory,
        readers: Mapping[str, Reader],
        own_changes: Callable[[S, S], Entries],
    ) -> None:
        self._prefix = f"{shelf}:"
        self._device = device
        self._asn1 = asn1
        self._own_changes = own_changes
        own = {
            key.removeprefix(self._prefix): value
            for key, value in memory.items()
            if key.startswith(self._prefix)
        }
        self.state: S = remembered(initial, own, readers)

    @property
    def has_keys(self) -> bool:
        """Whether it can execute Commands and send Alerts."""
        return self._device is not None

    def executes(self, header: GroupingHeader) -> bool:
        """Whether there is a way to execute Commands with this header: in ASN.1 not every one has."""
        row = use_case(header.message_code)
        return row is None or row.payload is not PayloadKind.ASN1 or row.name in self._asn1

    def process(self, command: bytes, now: Instant) -> Outcome[S]:
        """What becomes of a Command; :meth:`become` makes its outcome so. Only to be called with keys."""
        assert self._device is not None
        return process(command, self.state, self._device, now)

    def become(self, state: S) -> Entries:
        """Take on a state; gives what is to be remembered of the change."""
        entries = changes(self.state, state) | self._own_changes(self.state, state)
        self.state = state
        return {self._prefix + key: value for key, value in entries.items()}

    def take_due(self, now: Instant) -> tuple[Deferred, Settled] | None:
        """Carry out a replacement of credentials that is due, None where none is.

        :meth:`become` makes it so.
        """
        if self._device is None:
            return None
        due = next((one for one in self.state.deferred if one.due <= now), None)
        if due is None:
            return None
        kept = tuple(one for one in self.state.deferred if one is not due)
        state = structs.replace(self.state, deferred=kept)
        return due, replace_deferred(due, state, self._device.keys_in(state))

    def alert(
        self, message_code: int, say: Callable[[int], Payload], recipient: Eui
    ) -> tuple[bytes, Entries]:
        """An Alert of this Function with its next Originator Counter, which ``say`` is given.

        Only to be called with keys.
        """
        assert self._device is not None
        counter = self.state.own_counter + 1
        keys, eui = self._device.keys_in(self.state), self._device.eui
        message = alert(message_code, say(counter), eui, counter, recipient, keys)
        return message, self.become(structs.replace(self.state, own_counter=counter))
