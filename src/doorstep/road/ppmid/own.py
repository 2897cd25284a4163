"""A PPMID as a Device with keys of its own: Commands for it, its Responses and Alerts, Commands to a GSME.

Every message of its own is written down, with the counter that it spends, before it goes into the tunnel,
and kept until the hub has confirmed it. What the hub did not take goes again after a while.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.errors import NoKey
from doorstep.eui import Eui
from doorstep.gbcs.gbt import pieces_of
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing, Role
from doorstep.gbcs.message import build
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.protection import seal
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import PayloadKind
from doorstep.road.device import Device, Executed, alert, process, remembered
from doorstep.road.machine import Memory, Note, Outbox, Remember
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.events import PpmidEvent
from doorstep.road.ppmid.own_commands import (
    FIRMWARE_ALERT,
    PpmidState,
    changes,
    execute,
    firmware_alert,
    readers,
)
from doorstep.road.ppmid.tunnelling import Tunnelling
from doorstep.road.tunnel import Delivered, Pieces, Undelivered, Why

__all__ = ["Own"]

_NAME: Final = "\n"
"""The names of its own messages in the tunnel begin so, as no delivery's name can."""

# After these the hub would not take the message later either.
_HOPELESS: Final = (Why.REFUSED, Why.TOO_LONG)


class Own:
    """The Device's own messages. ``keys`` holds its private keys and the certificates of whom it trusts.

    Raises :class:`DecodeError` for a memory that no PPMID wrote.
    """

    def __init__(
        self,
        config: PpmidConfig,
        keys: KeyRing,
        policy: PpmidPolicy,
        memory: Memory,
        tunnel: Tunnelling,
        out: Outbox[PpmidEvent],
    ) -> None:
        self._keys = keys
        self._policy = policy
        self._out = out
        self._in_tunnel = Pieces(tunnel.send, tunnel.withdraw)
        self._again: Instant | None = None
        self._state = remembered(PpmidState(cells=config.cells), memory, readers())
        self._device: Device[PpmidState] = Device(
            config.eui, config.device_type, keys, {PayloadKind.ASN1: execute}
        )

    @property
    def state(self) -> PpmidState:
        """What it remembers of itself."""
        return self._state

    def start(self, now: Instant) -> None:
        """Go on with what the hub has not confirmed; the tunnel has begun anew."""
        self._in_tunnel.clear()
        self._hand_over(now)

    def take(self, command: bytes, now: Instant) -> None:
        """Process a Command for this Device."""
        try:
            outcome = process(command, self._state, self._device, now)
        except NoKey as error:
            self._out.put(Note("refused", str(error), command))
            return
        if isinstance(outcome.event, Executed):
            self._become(outcome.state.with_unsent(outcome.event.response, self._policy.unsent))
        for note in outcome.notes:
            self._out.put(note)
        self._out.put(outcome.event)
        self._hand_over(now)

    def ask_gsme(self, code: int, payload: Payload, gsme: Eui, now: Instant) -> int:
        """Send a GSME a Command of this PPMID's own; gives the Originator Counter that it spent.

        Raises :class:`NoKey` where a key for its MAC is not held.
        """
        counter = self._state.own_counter + 1
        header = GroupingHeader(Cra.COMMAND, counter, self._device.eui, gsme, code)
        self._say(counter, bytes(seal(build(header, payload), self._keys)), now)
        return counter

    def tell_firmware(self, version: bytes, now: Instant) -> None:
        """Another firmware runs from now on: tell the Access Control Broker (CS09), if one is known."""
        broker = self._state.cells.party(Role.ACCESS_CONTROL_BROKER)
        self._become(structs.replace(self._state, firmware=version))
        if broker is None:
            return
        counter, said = self._state.own_counter + 1, firmware_alert(version, now)
        try:
            message = alert(FIRMWARE_ALERT, said, self._device.eui, counter, broker, self._keys)
        except NoKey as error:
            self._out.put(Note("not told", str(error)))
            return
        self._say(counter, message, now)

    def delivered(self, event: Delivered) -> None:
        """The hub has confirmed a piece of a message."""
        name = self._in_tunnel.delivered(event.reference)
        if name is not None:
            self._forget(name)

    def undelivered(self, event: Undelivered, now: Instant) -> None:
        """The hub did not take a message: it goes again later, unless that is no use."""
        name = self._in_tunnel.undelivered(event.reference)
        if name is None:
            return
        message = self._state.unsent.get(_number(name), b"")
        self._out.put(Note("undelivered", f"{event.why.value} {event.detail}".rstrip(), message))
        if event.why in _HOPELESS:
            self._forget(name)
        else:
            self._again = now + self._policy.repeat_after

    def deadline(self) -> Instant | None:
        """When what was not taken goes again."""
        return self._again

    def on_deadline(self, now: Instant) -> None:
        """Send what the tunnel does not have, if it is time."""
        if self._again is not None and self._again <= now:
            self._hand_over(now)

    def _say(self, counter: int, message: bytes, now: Instant) -> None:
        spent = structs.replace(self._state, own_counter=counter)
        self._become(spent.with_unsent(message, self._policy.unsent))
        self._hand_over(now)

    def _hand_over(self, now: Instant) -> None:
        self._again = None
        for number, message in self._state.unsent.items():
            name = f"{_NAME}{number}"
            if name not in self._in_tunnel:
                self._in_tunnel.send(name, pieces_of(message, self._policy.tunnel.maximum_transfer), now)

    def _forget(self, name: str) -> None:
        self._become(self._state.without_unsent(_number(name)))

    def _become(self, state: PpmidState) -> None:
        entries = changes(self._state, state)
        self._state = state
        if entries:
            self._out.put(Remember(entries))


def _number(name: str) -> int:
    return int(name.removeprefix(_NAME))
