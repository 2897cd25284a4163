"""The PPMID (or HHT) as a machine: takes Commands from its User and hands them to the tunnel.

It looks at a Command's header and at nothing else, holds no GBCS key, and passes on the very bytes it
was given. What it says of a delivery it has written down first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from doorstep.errors import DecodeError
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.machine import Heard, Memory, Note, Remember, Send, Stop
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.deliveries import Deliveries
from doorstep.road.ppmid.events import Deliver, PoweredOn, PpmidEvent, PpmidInput, Report, Stage
from doorstep.road.tunnel import (
    ENDPOINTS,
    Arrived,
    Closed,
    Delivered,
    End,
    FrameOut,
    Opened,
    Path,
    Rejected,
    TunnelClient,
    TunnelServer,
    Undelivered,
    Why,
)
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["Ppmid"]

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


class Ppmid(Stop[PpmidEvent]):
    """One PPMID or HHT. ``memory`` is what it asked to have remembered before it was last switched off."""

    def __init__(
        self, config: PpmidConfig, policy: PpmidPolicy | None = None, memory: Memory | None = None
    ) -> None:
        super().__init__()
        self._config = config
        self._policy = policy or PpmidPolicy()
        self._deliveries = Deliveries(self._policy.remembered, memory or {})
        self._path = Path(config.eui, ENDPOINTS[config.device_type], config.hub, ENDPOINTS[DeviceType.CHF])
        self._end = self._new_end()
        self._handlers: dict[type, Callable[[Any, Instant], None]] = {
            FrameOut: self._frame_out,
            Delivered: self._delivered,
            Undelivered: self._undelivered,
            Arrived: self._arrived,
            Opened: self._opened,
            Closed: self._closed,
            Rejected: self._rejected,
        }

    def receive(self, event: PpmidInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.ppmid.events`."""
        match event:
            case Deliver():
                self._deliver(event, now)
            case Heard():
                self._hear(event.asdu, now)
            case PoweredOn():
                self._start(now)
        self._pump(now)

    def deadline(self) -> Instant | None:
        """When the tunnel wants something done."""
        return self._end.deadline()

    def on_deadline(self, now: Instant) -> None:
        """Let the tunnel do what is due."""
        self._end.on_deadline(now)
        self._pump(now)

    # -- the User's side --------------------------------------------------------------------------

    def _deliver(self, event: Deliver, now: Instant) -> None:
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
            self._end.send(delivery.name, delivery.command, now)

    def _objection(self, command: bytes) -> str | None:
        """Why a Command cannot be taken on, if it cannot."""
        if not self._config.relays:
            return f"this {self._config.device_type.value} does not relay Remote Party Commands"
        try:
            header = peek(command)
        except DecodeError as error:
            return f"this is not a GBCS message: {error}"
        if header.cra is not Cra.COMMAND:
            return f"this is not a Command but a GBCS {header.cra.name.capitalize()}"
        limit = self._policy.tunnel.maximum_transfer
        if len(command) > limit:
            return (
                f"{len(command)} bytes are over one tunnel transfer of {limit}, "
                "and General Block Transfer is not there yet"
            )
        if self._deliveries.pending >= self._policy.pending:
            return f"too many: {self._deliveries.pending} deliveries are on their way already"
        return None

    def _move(self, name: str, stage: Stage, detail: str, message: bytes = b"") -> None:
        """Write down how far a delivery has come, then report it."""
        moved = self._deliveries.move(name, stage, detail, message)
        if moved is not None:
            delivery, entries = moved
            self._out.put(Remember(entries))
            self._out.put(delivery.report)

    # -- the home's side --------------------------------------------------------------------------

    def _new_end(self) -> End:
        kind = TunnelServer if self._config.hub_opens_tunnel else TunnelClient
        return kind(self._policy.tunnel)

    def _start(self, now: Instant) -> None:
        """Begin with no tunnel, and go on with what is unfinished."""
        self._end = self._new_end()
        self._end.open(now)
        for delivery in self._deliveries.unfinished():
            self._end.send(delivery.name, delivery.command, now)

    def _hear(self, asdu: Asdu, now: Instant) -> None:
        if not self._path.leads_here(asdu):
            self._out.put(Note("ignored", f"cluster 0x{asdu.cluster:04X} from {asdu.source}", asdu.payload))
            return
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._out.put(Note("refused", f"not a ZCL frame: {error}", asdu.payload))
            return
        self._path = self._path.back_to(asdu)
        self._end.receive(frame, now)

    def _pump(self, now: Instant) -> None:
        """Do what the tunnel says, in its order."""
        while (event := self._end.next_event()) is not None:
            self._handlers[type(event)](event, now)

    def _frame_out(self, event: FrameOut, now: Instant) -> None:
        self._out.put(Send(self._path.carrying(event.frame)))

    def _delivered(self, event: Delivered, now: Instant) -> None:
        self._move(event.reference, Stage.RECEIVED, _RECEIVED)

    def _undelivered(self, event: Undelivered, now: Instant) -> None:
        detail = f"{event.why.value}: {event.detail}" if event.detail else event.why.value
        self._move(event.reference, _STAGES[event.why], detail)

    def _arrived(self, event: Arrived, now: Instant) -> None:
        """Give the User what the hub tunnelled, unless it is a Command for this Device itself."""
        try:
            header = peek(event.data)
        except DecodeError as error:
            self._out.put(Note("refused", f"from the hub: {error}", event.data))
            return
        if header.cra is Cra.COMMAND and header.business_target_id == self._config.eui:
            # Executing a PPMID's own Commands (CS03A2, CS08 ...) comes later.
            self._out.put(Note("for this Device", "a Command addressed to it, not executed", event.data))
            return
        delivery = self._deliveries.answered_by(header)
        if delivery is not None:
            self._move(delivery.name, Stage.RESPONSE, "the hub tunnelled the Response", event.data)
        else:
            detail = "the hub tunnelled a message that answers no delivery remembered"
            self._out.put(Report("", Stage.RESPONSE, detail, event.data))

    def _opened(self, event: Opened, now: Instant) -> None:
        self._out.put(Note("tunnel opened", f"tunnel {event.tunnel_id} with the hub"))

    def _closed(self, event: Closed, now: Instant) -> None:
        self._out.put(Note("tunnel closed", event.why))

    def _rejected(self, event: Rejected, now: Instant) -> None:
        self._out.put(Note("tunnel rejected", f"{event.command}: {event.detail}"))
