"""The User's side of a PPMID: Commands taken on, carried down the tunnel, and reported on.

A Command that one transfer can carry goes as it is. A longer one goes as the blocks of a General Block
Transfer, one after the other without waiting for block acknowledgements. The target may ask for blocks
that it misses, where the hub lets its acknowledgement come back; as it may not be able to, the whole
Command goes again some time after the hub has confirmed it, unless a Response has come or its effect
was seen meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.gbt import Block, pieces_of
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType, use_case
from doorstep.road.machine import Alarms, Memory, Note, Outbox, Remember
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.deliveries import Deliveries, Delivery
from doorstep.road.ppmid.events import Deliver, PpmidEvent, Report, Stage
from doorstep.road.ppmid.tunnelling import Tunnelling
from doorstep.road.tunnel import Delivered, Pieces, Undelivered, Why
from doorstep.zigbee import gsme

__all__ = ["Relaying"]

# What is no longer tried because nobody took it may be handed over again; what was turned down may not.
_STAGES: Final = {
    Why.UNANSWERED: Stage.UNANSWERED,
    Why.EXPIRED: Stage.UNANSWERED,
    Why.DESTROYED: Stage.UNANSWERED,
    Why.DENIED: Stage.REFUSED,
    Why.NO_TUNNEL: Stage.REFUSED,
    Why.REFUSED: Stage.REFUSED,
    Why.TOO_LONG: Stage.REFUSED,
    Why.QUEUE_FULL: Stage.REFUSED,
}
_RECEIVED: Final = "the hub confirmed the bytes; it does not say what it does with them"

_FRAMING: Final = len(gsme.to_bytes(gsme.GetResponse()))
"""What a hub puts in front of a message when it hands it to a GSME in one transfer."""


class _Transfer(Struct):
    """What is still to be said of a Command that went in blocks."""

    repeats: int = 0  # how often the whole of it was sent again
    asks: int = 0  # how many requests for missing blocks were answered


class Relaying:
    """The deliveries of one PPMID or HHT, and the pieces of them that are in the tunnel.

    Which pieces the hub has confirmed, and how often a long Command was repeated, is not remembered: after
    a restart an unfinished delivery begins anew, and one that the hub has confirmed is repeated no more.
    ``moved`` is told of every delivery that has come to another stage, once that is reported; of one that
    is accepted before its Command goes into the tunnel.
    """

    def __init__(
        self,
        config: PpmidConfig,
        policy: PpmidPolicy,
        memory: Memory,
        tunnel: Tunnelling,
        out: Outbox[PpmidEvent],
        moved: Callable[[Delivery, Instant], None],
    ) -> None:
        self._config = config
        self._policy = policy
        self._out = out
        self._moved = moved
        self._deliveries = Deliveries(policy.remembered, memory)
        self._in_tunnel = Pieces(tunnel.send, tunnel.withdraw)
        self._transfers: dict[str, _Transfer] = {}
        self._alarms: Alarms[str] = Alarms()

    def start(self, now: Instant) -> None:
        """Go on with what is unfinished; the tunnel has begun anew."""
        self._in_tunnel.clear()
        for delivery in self._deliveries.unfinished():
            self._carry(delivery, now)

    def deadline(self) -> Instant | None:
        """When a long Command is to be sent again."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Send again what is due."""
        for name in self._alarms.due(now):
            self._repeat(name, now)

    # -- the User's side --------------------------------------------------------------------------

    def deliver(self, event: Deliver, now: Instant) -> None:
        """Take on a Command, or say why not."""
        known = self._deliveries.named(event.delivery)
        if known is not None and known.command != event.command:
            why = "this delivery's name is that of another Command"
            self._out.put(Report(event.delivery, Stage.REFUSED, why))
        elif known is not None and known.stage is not Stage.UNANSWERED:
            self._out.put(known.report)
        elif (objection := self._objection(event.command)) is not None:
            self._out.put(Report(event.delivery, Stage.REFUSED, objection))
        else:
            delivery, entries = self._deliveries.accept(event.delivery, event.command)
            self._out.put(Remember(entries))
            self._out.put(delivery.report)
            self._moved(delivery, now)
            self._carry(delivery, now)

    def seen(self, name: str, detail: str, now: Instant) -> None:
        """The effect of a delivered Command was seen on the home's network."""
        self._move(name, Stage.EFFECT, detail, now)

    def _move(
        self, name: str, stage: Stage, detail: str, now: Instant, message: bytes = b""
    ) -> Delivery | None:
        """Write down how far a delivery has come, then report it; None where it cannot come there."""
        moved = self._deliveries.move(name, stage, detail, message)
        if moved is None:
            return None
        delivery, entries = moved
        self._out.put(Remember(entries))
        self._out.put(delivery.report)
        self._moved(delivery, now)
        if stage in (Stage.RESPONSE, Stage.EFFECT):
            self._end_transfer(name)
        return delivery

    def _objection(self, command: bytes) -> str | None:
        """Why a Command cannot be taken on, if it cannot."""
        if not self._config.relays:
            return f"this {self._config.device_type.value} does not relay Remote Party Commands"
        try:
            header = peek(command)
        except DecodeError as error:
            return f"this is not a GBCS message: {error}"
        if header.cra is not Cra.COMMAND and self._config.device_type is not DeviceType.HHT:
            # An HHT may send any Remote Party Message, a PPMID Commands alone (GBCS 10.8.2).
            return f"this is not a Command but a GBCS {header.cra.name.capitalize()}"
        if len(command) > self._policy.longest_command:
            return f"{len(command)} bytes are over the {self._policy.longest_command} that any Device takes"
        if self._deliveries.pending >= self._policy.pending:
            return f"too many: {self._deliveries.pending} deliveries are on their way already"
        return None

    # -- down the tunnel --------------------------------------------------------------------------

    def _carry(self, delivery: Delivery, now: Instant) -> None:
        """Put every piece of a Command into the tunnel, in order and with nothing between them."""
        pieces = self._pieces(delivery)
        if len(pieces) > 1:
            self._begin_transfer(delivery.name)
        self._in_tunnel.send(delivery.name, pieces, now)

    def _pieces(self, delivery: Delivery) -> tuple[bytes, ...]:
        row = use_case(peek(delivery.command).message_code)
        longest = self._policy.tunnel.maximum_transfer
        if row is not None and DeviceType.GSME in row.targets:
            longest -= _FRAMING
        return pieces_of(delivery.command, longest, self._policy.block_size)

    def delivered(self, event: Delivered, now: Instant) -> None:
        """The hub has confirmed a piece; with the last of them it has the whole Command."""
        name = self._in_tunnel.delivered(event.reference)
        if name is not None:
            self._move(name, Stage.RECEIVED, _RECEIVED, now)
            self._listen_for_more(name, now)

    def undelivered(self, event: Undelivered, now: Instant) -> None:
        """The hub did not take a piece, so that the others are of no use."""
        name = self._in_tunnel.undelivered(event.reference)
        if name is None:
            return
        detail = f"{event.why.value}: {event.detail}" if event.detail else event.why.value
        if self._move(name, _STAGES[event.why], detail, now) is None:
            self._listen_for_more(name, now)  # A repetition was lost, not the Command.
        else:
            self._end_transfer(name)

    def _listen_for_more(self, name: str, now: Instant) -> None:
        """The hub has all that was sent of a long Command; its target may still ask for some of it."""
        transfer = self._transfers.get(name)
        if transfer is not None:
            again = transfer.repeats < self._policy.repeats
            wait = self._policy.repeat_after if again else self._policy.blocks.patience
            self._alarms.set(name, now + wait)

    def _repeat(self, name: str, now: Instant) -> None:
        """Nothing was heard of a long Command for so long: send the whole of it again, or leave it."""
        transfer, delivery = self._transfers[name], self._deliveries.named(name)
        if delivery is None or transfer.repeats >= self._policy.repeats:
            self._end_transfer(name)
            return
        transfer.repeats += 1
        why = (
            f"no sign of {name}: all its blocks go again, {transfer.repeats} of {self._policy.repeats} times"
        )
        self._out.put(Note("repeated", why, delivery.command))
        self._carry(delivery, now)

    def asked(self, acknowledgement: Block, now: Instant) -> None:
        """A Device has blocks up to a number, and misses those after it."""
        delivery = self._deliveries.answered_by(acknowledgement.header)
        transfer = None if delivery is None else self._transfers.get(delivery.name)
        if delivery is None or transfer is None:
            self._out.put(Note("ignored", "a Device acknowledges blocks of no Command that is under way"))
            return
        pieces = self._pieces(delivery)
        if transfer.asks >= self._policy.asks or acknowledgement.acknowledged >= len(pieces):
            return
        if delivery.name in self._in_tunnel:
            return  # What it misses may be there still.
        transfer.asks += 1
        self._out.put(Note("asked", f"{delivery.name}: from block {acknowledgement.acknowledged + 1} on"))
        self._alarms.clear(delivery.name)
        self._in_tunnel.send(delivery.name, pieces, now, first=acknowledgement.acknowledged + 1)

    def _begin_transfer(self, name: str) -> None:
        self._transfers.setdefault(name, _Transfer())
        if len(self._transfers) > self._policy.pending:
            for other in [one for one in self._transfers if self._deliveries.named(one) is None]:
                self._end_transfer(other)

    def _end_transfer(self, name: str) -> None:
        self._transfers.pop(name, None)
        self._alarms.clear(name)

    # -- the way back -----------------------------------------------------------------------------

    def answered(self, header: GroupingHeader, message: bytes, now: Instant) -> None:
        """Give the User what the hub tunnelled for it."""
        delivery = self._deliveries.answered_by(header)
        if delivery is not None:
            self._move(delivery.name, Stage.RESPONSE, "the hub tunnelled the Response", now, message)
        else:
            detail = "the hub tunnelled a message that answers no delivery remembered"
            self._out.put(Report("", Stage.RESPONSE, detail, message))
