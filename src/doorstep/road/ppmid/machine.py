"""The PPMID (or HHT) as a machine: takes Commands from its User and hands them to the tunnel.

It looks at a Command's header and at nothing else, holds no GBCS key, and passes on the very bytes it
was given. What it says of a delivery it has written down first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.errors import DecodeError
from doorstep.gbcs.gbt import Ask, GaveUp, Reassembly, Whole, decode_block, is_block
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Heard, Memory, Note, Stop
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.effects import Effects, Seen
from doorstep.road.ppmid.events import Deliver, PoweredOn, PpmidEvent, PpmidInput
from doorstep.road.ppmid.inquiries import Answered, Inquiries, Request, Told, Unanswered, Unasked
from doorstep.road.ppmid.relaying import Relaying
from doorstep.road.ppmid.screen import Looked, Screen, servers_of
from doorstep.road.ppmid.tunnelling import Tunnelling
from doorstep.road.tunnel import ENDPOINTS, Arrived, Delivered, Undelivered

__all__ = ["Ppmid"]

_ASK = "0/"
"""The tunnel's reference for a request for missing blocks, which is no piece of a delivery."""


class Ppmid(Stop[PpmidEvent]):
    """One PPMID or HHT. ``memory`` is what it asked to have remembered before it was last switched off."""

    def __init__(
        self, config: PpmidConfig, policy: PpmidPolicy | None = None, memory: Memory | None = None
    ) -> None:
        super().__init__()
        self._config = config
        self._policy = policy or PpmidPolicy()
        self._tunnel = Tunnelling(config, self._policy.tunnel, self._out)
        servers = tuple(server for meter in servers_of(config).values() for server in meter.values())
        own_endpoint = ENDPOINTS[config.device_type]
        self._inquiries = Inquiries(config.eui, own_endpoint, servers, self._policy.inquiries, self._out)
        display = self._policy.display
        self._screen = Screen(config, display, self._inquiries, self._out)
        self._effects = Effects(config, display, self._screen, self._out, self._seen)
        self._relaying = Relaying(
            config, self._policy, memory or {}, self._tunnel, self._out, self._effects.moved
        )
        self._reassembly = Reassembly(self._policy.blocks)
        self._posted: dict[type, Callable[[Any, Instant], None]] = {
            Arrived: self._arrived,
            Delivered: self._relaying.delivered,
            Undelivered: self._relaying.undelivered,
        }
        self._parts = (
            self._tunnel,
            self._relaying,
            self._reassembly,
            self._inquiries,
            self._screen,
            self._effects,
        )

    def receive(self, event: PpmidInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.ppmid.events`."""
        match event:
            case Deliver():
                self._relaying.deliver(event, now)
            case Heard():
                self._hear(event, now)
            case PoweredOn():
                self._start(now)
        self._settle(now)

    def deadline(self) -> Instant | None:
        """When one of its parts wants something done."""
        return min((due for part in self._parts if (due := part.deadline()) is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Let its parts do what is due."""
        for part in self._parts:
            part.on_deadline(now)
        self._settle(now)

    def _start(self, now: Instant) -> None:
        """Begin with no tunnel and nothing asked, and go on with what is remembered."""
        self._inquiries.start()
        self._effects.start()
        self._tunnel.start(now)
        self._screen.start(now)
        self._relaying.start(now)

    def _hear(self, event: Heard, now: Instant) -> None:
        asdu = event.asdu
        if self._tunnel.leads_here(asdu):
            self._tunnel.hear(asdu, now)
        else:
            self._inquiries.hear(asdu)

    def _settle(self, now: Instant) -> None:
        """Do what the tunnel and the blocks that came through it tell, in their order."""
        self._put_together(now)
        while (event := self._tunnel.next_event()) is not None:
            self._posted[type(event)](event, now)
        while (told := self._inquiries.next_event()) is not None:
            self._hear_told(told, now)

    # -- what the home's meters tell --------------------------------------------------------------

    def _hear_told(self, told: Told, now: Instant) -> None:
        match told:
            case Answered(request=Request(purpose=Looked(why=why))):
                self._screen.answered(told, now)
                if isinstance(why, Seen):
                    self._effects.looked(why, told, now)
            case Unanswered(request=Request(purpose=Looked())):
                self._screen.unanswered(now)
            case Unasked():
                self._screen.unasked(told, now)

    def _seen(self, delivery: str, values: str, now: Instant) -> None:
        self._relaying.seen(delivery, values, now)

    # -- what arrives in the tunnel ---------------------------------------------------------------

    def _arrived(self, event: Arrived, now: Instant) -> None:
        try:
            if is_block(event.data):
                self._take_block(event.data, now)
            else:
                self._take(peek(event.data), event.data, now)
        except DecodeError as error:
            self._out.put(Note("refused", f"from the hub: {error}", event.data))

    def _take_block(self, data: bytes, now: Instant) -> None:
        block = decode_block(data)
        if block.is_acknowledgement:
            self._relaying.asked(block, now)
        else:
            self._reassembly.receive(block, now)
            self._put_together(now)

    def _put_together(self, now: Instant) -> None:
        """What became of the messages that came in blocks."""
        while (event := self._reassembly.next_event()) is not None:
            match event:
                case Whole():
                    self._take(event.header, event.message, now)
                case Ask():
                    self._tunnel.send(_ASK, bytes(event.block), now)
                case GaveUp():
                    name = event.header.business_originator_id
                    self._out.put(Note("given up", f"a long message of {name}: {event.why}"))

    def _take(self, header: GroupingHeader, message: bytes, now: Instant) -> None:
        """Give the User what the hub tunnelled, unless it is a Command for this Device itself."""
        if header.cra is Cra.COMMAND and header.business_target_id == self._config.eui:
            # Executing a PPMID's own Commands (CS03A2, CS08 ...) comes later.
            self._out.put(Note("for this Device", "a Command addressed to it, not executed", message))
        else:
            self._relaying.answered(header, message, now)
