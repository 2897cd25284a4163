"""The PPMID (or HHT) as a machine: takes Commands from its User and hands them to the tunnel.

Of what it relays it looks at the header and at nothing else, holds no key that protects it, and passes on
the very bytes it was given. What it says of a delivery it has written down first. It has rooms:
:mod:`.relaying` for its User, :mod:`.tunnelling` for the hub, :mod:`.screen` and :mod:`.effects` for what
meters show, :mod:`.consumer` for who stands before it, :mod:`.own` for what it is itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from doorstep.errors import DecodeError
from doorstep.gbcs.gbt import Ask, GaveUp, Reassembly, Whole, decode_block, is_block
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Heard, Memory, Note, Stop
from doorstep.road.ppmid.config import PpmidConfig, PpmidPolicy
from doorstep.road.ppmid.consumer import Consumer
from doorstep.road.ppmid.effects import Effects, Seen
from doorstep.road.ppmid.events import Deliver, FirmwareActivated, KeyedIn, PoweredOn, PpmidEvent, PpmidInput
from doorstep.road.ppmid.inquiries import Answered, Inquiries, Request, Told, Unanswered, Unasked
from doorstep.road.ppmid.own import Own
from doorstep.road.ppmid.relaying import Relaying
from doorstep.road.ppmid.screen import Looked, Screen, servers_of
from doorstep.road.ppmid.tunnelling import Tunnelling
from doorstep.road.tunnel import ENDPOINTS, Arrived, Delivered, Undelivered

__all__ = ["Ppmid"]

_ASK = "0/"
"""The tunnel's reference for a request for missing blocks, which is no piece of a delivery."""


class Ppmid(Stop[PpmidEvent]):
    """One PPMID or HHT. ``memory`` is what it asked to have remembered before it was last switched off.

    ``keys`` are its own: without them it relays and shows, but executes no Commands and asks no GSME. Raises
    :class:`DecodeError` for a memory that no PPMID wrote.
    """

    def __init__(
        self,
        config: PpmidConfig,
        policy: PpmidPolicy | None = None,
        memory: Memory | None = None,
        keys: KeyRing | None = None,
    ) -> None:
        super().__init__()
        memory = memory or {}
        self._config = config
        self._policy = policy or PpmidPolicy()
        self._tunnel = Tunnelling(config, self._policy.tunnel, self._out)
        meters = servers_of(config)
        servers = tuple(server for meter in meters.values() for server in meter.values())
        own_endpoint = ENDPOINTS[config.device_type]
        self._inquiries = Inquiries(config.eui, own_endpoint, servers, self._policy.inquiries, self._out)
        display = self._policy.display
        self._screen = Screen(config, display, self._inquiries, self._out)
        self._effects = Effects(config, display, self._screen, self._out, self._seen)
        self._relaying = Relaying(config, self._policy, memory, self._tunnel, self._out, self._effects.moved)
        self._reassembly = Reassembly(self._policy.blocks)
        self._own = None if keys is None else Own(config, keys, self._policy, memory, self._tunnel, self._out)
        self._consumer = Consumer(
            config,
            self._policy,
            meters,
            self._inquiries,
            self._own,
            keys,
            self._out,
            self._effects.disturbed,
            self._screen.look_all,
        )
        self._posted: dict[type, Callable[[Any, Instant], None]] = {
            Arrived: self._arrived,
            Delivered: self._delivered,
            Undelivered: self._undelivered,
        }
        self._parts = tuple(
            part
            for part in (
                self._tunnel,
                self._relaying,
                self._reassembly,
                self._inquiries,
                self._screen,
                self._effects,
                self._consumer,
                self._own,
            )
            if part is not None
        )

    def receive(self, event: PpmidInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.ppmid.events`."""
        match event:
            case Deliver():
                self._relaying.deliver(event, now)
            case Heard():
                self._hear(event, now)
            case KeyedIn():
                self._consumer.key_in(event, now)
            case FirmwareActivated():
                self._firmware_activated(event, now)
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
        self._consumer.start()
        self._tunnel.start(now)
        self._screen.start(now)
        self._relaying.start(now)
        if self._own is not None:
            self._own.start(now)

    def _firmware_activated(self, event: FirmwareActivated, now: Instant) -> None:
        if self._own is not None:
            self._own.tell_firmware(event.version, now)

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
            case Answered(request=Request(purpose=KeyedIn())):
                self._consumer.answered(told, now)
            case Unanswered(request=Request(purpose=KeyedIn() as keyed)):
                self._consumer.unanswered(keyed, now)
            case Unanswered(request=Request(purpose=Looked())):
                self._screen.unanswered(now)
            case Unasked():
                self._screen.unasked(told, now)

    def _seen(self, delivery: str, values: str, now: Instant) -> None:
        self._relaying.seen(delivery, values, now)

    # -- what concerns the tunnel ---------------------------------------------------------------

    def _arrived(self, event: Arrived, now: Instant) -> None:
        try:
            if is_block(event.data):
                self._take_block(event.data, now)
            else:
                self._take(peek(event.data), event.data, now)
        except DecodeError as error:
            self._out.put(Note("refused", f"from the hub: {error}", event.data))

    def _take_own(self, header: GroupingHeader, message: bytes, now: Instant) -> None:
        """Take a message that is for this Device: a Command, or a GSME's Response."""
        if header.cra is Cra.RESPONSE:
            self._consumer.responded(header, message, now)
        elif self._own is not None:
            self._own.take(message, now)
        else:
            why = "a message addressed to it, which has no keys to check it with"
            self._out.put(Note("for this Device", why, message))

    def _delivered(self, event: Delivered, now: Instant) -> None:
        """The hub has confirmed something; which of the two it was of, the name says."""
        self._relaying.delivered(event, now)
        if self._own is not None:
            self._own.delivered(event)

    def _undelivered(self, event: Undelivered, now: Instant) -> None:
        self._relaying.undelivered(event, now)
        if self._own is not None:
            self._own.undelivered(event, now)

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
        """Give the User what the hub tunnelled, unless it is for this Device itself."""
        if header.business_target_id == self._config.eui:
            self._take_own(header, message, now)
        else:
            self._relaying.answered(header, message, now)
