"""Payloads on their way out: one at a time to each Device, in blocks where they are long, until they
are acknowledged; the others wait their turn, or for their Device to join, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from doorstep.errors import EncodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.air import Air
from doorstep.road.han.config import HanConfig, HanPolicy
from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.events import HanEvent
from doorstep.road.han.neighbours import Neighbour, Neighbours
from doorstep.road.han.protection import BLOCK_SIZES, FRAME_SIZES, needs_link_key
from doorstep.road.machine import Alarms, Note, Outbox
from doorstep.zigbee import aps
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.fragmentation import Acknowledgement, Block, Delivered, GaveUp, SendBlock, Sending
from doorstep.zigbee.security import seal

__all__ = ["Outgoing"]

_ALL_RECEIVED: Final = 0xFF
_BETWEEN_RUNS: Final = 16
"""The least by which the frame counters of two runs differ, where a second lies between them."""
_ODD: Final = 61
"""Spreads the APS counters of runs over all 256."""


class _Waiting(Struct, frozen=True):
    """A payload that has not begun to go out, and until when it may wait."""

    asdu: Asdu
    until: Instant


class _Transit:
    """The payload that is going out to a Device now. A payload of one frame is a message of one block."""

    def __init__(self, asdu: Asdu, counter: int, sending: Sending, in_blocks: bool, secured: bool) -> None:
        self.asdu = asdu
        self.counter = counter
        self.sending = sending
        self.in_blocks = in_blocks
        self.secured = secured

    def frame(self, block: Block, auxiliary: Auxiliary | None) -> aps.Frame:
        """The APS frame of a block, not sealed yet."""
        fragment, number = aps.Fragment.NONE, None
        if self.in_blocks:
            fragment = aps.Fragment.LATER if block.number else aps.Fragment.FIRST
            number = block.number or block.total
        return aps.Frame.data(
            self.asdu.destination_endpoint,
            self.asdu.source_endpoint,
            self.asdu.cluster,
            self.asdu.profile,
            self.counter,
            block.octets,
            auxiliary=auxiliary,
            fragment=fragment,
            block=number,
        )


class Outgoing:
    """The payloads of one radio. ``unheard`` names the Devices that did not acknowledge, in order."""

    def __init__(
        self,
        config: HanConfig,
        policy: HanPolicy,
        counters: FrameCounters,
        neighbours: Neighbours,
        air: Air,
        out: Outbox[HanEvent],
    ) -> None:
        self._config = config
        self._policy = policy
        self._counters = counters
        self._neighbours = neighbours
        self._air = air
        self._out = out
        self._counter: int | None = None
        self._queues: dict[Eui, deque[_Waiting]] = {}
        self._transits: dict[Eui, _Transit] = {}
        self._alarms: Alarms[Eui] = Alarms()
        self.unheard: deque[Eui] = deque()

    def __len__(self) -> int:
        return sum(map(len, self._queues.values())) + len(self._transits)

    def next_counter(self) -> int:
        """The APS counter of the next payload or command."""
        if self._counter is None:
            # Whoever remembers this radio's last payloads must not take its first after a restart for them.
            self._counter = self._counters.first // _BETWEEN_RUNS * _ODD
        self._counter = (self._counter + 1) & 0xFF
        return self._counter

    def put(self, asdu: Asdu, now: Instant) -> None:
        """Send a payload as soon as it can be; one that waits already says nothing new."""
        queue = self._queues.setdefault(asdu.destination, deque())
        if any(waiting.asdu == asdu for waiting in queue):
            return
        if len(queue) >= self._policy.waiting or len(self) >= self._policy.waiting_in_all:
            self._give_up(asdu, "too many payloads wait")
        elif len(asdu.payload) > self._policy.fragments.largest_payload:
            self._give_up(asdu, f"{len(asdu.payload)} octets are too many for one payload")
        else:
            queue.append(_Waiting(asdu, now + self._policy.patience))
        self.go_on(asdu.destination, now)

    def stuck(self) -> Iterator[Eui]:
        """The Devices for which payloads wait that cannot be sent yet."""
        return (eui for eui, queue in tuple(self._queues.items()) if queue and eui not in self._transits)

    def go_on(self, eui: Eui, now: Instant) -> None:
        """Begin the next payload for a Device, where there is one, none is on its way, and it can be.

        What has waited too long meanwhile is given up.
        """
        queue = self._queues.get(eui, deque())
        for waiting in [one for one in queue if one.until <= now]:
            queue.remove(waiting)
            self._give_up(waiting.asdu, "its Device is not on the network, or shares no key")
        # What needs no link key goes before what does: it may be how the key is made.
        for waiting in sorted(queue, key=_needs_link_key):
            if eui in self._transits:
                break
            if self._begins(eui, waiting.asdu, now):
                queue.remove(waiting)
        if not queue:
            self._queues.pop(eui, None)
        self._set_alarm(eui)

    def acknowledged(self, neighbour: Neighbour, frame: aps.Frame, now: Instant) -> None:
        """Take an acknowledgement, of a window of blocks or of a whole payload."""
        transit = self._transits.get(neighbour.eui)
        if transit is None or frame.counter != transit.counter:
            return
        if frame.block is None or frame.received is None:
            if transit.in_blocks:
                return
            acknowledgement = Acknowledgement(0, _ALL_RECEIVED)
        else:
            acknowledgement = Acknowledgement(frame.block, frame.received)
        transit.sending.receive(acknowledgement, now)
        self._pump(neighbour.eui, now)

    def forget(self, eui: Eui) -> None:
        """Send nothing more to a Device."""
        self._queues.pop(eui, None)
        self._transits.pop(eui, None)
        self._alarms.clear(eui)

    def deadline(self) -> Instant | None:
        """When a block or a repetition is due, or a payload has waited long enough."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        for eui in self._alarms.due(now):
            transit = self._transits.get(eui)
            if transit is not None:
                transit.sending.on_deadline(now)
                self._pump(eui, now)
            else:
                self.go_on(eui, now)

    # -- one payload -------------------------------------------------------------------------------

    def _begins(self, eui: Eui, asdu: Asdu, now: Instant) -> bool:
        """Whether a payload has been begun, or cannot ever be; False where it has to wait."""
        neighbour = self._neighbours.of(eui)
        place = self._air.membership
        if neighbour is None or neighbour.short is None or place is None or place.key is None:
            return False
        secured = needs_link_key(asdu.profile, asdu.cluster)
        if secured and (neighbour.link_key is None or not place.established):
            return False
        in_blocks = len(asdu.payload) > FRAME_SIZES[secured]
        size = BLOCK_SIZES[secured] if in_blocks else FRAME_SIZES[secured]
        try:
            sending = Sending(asdu.payload, self._policy.fragments, now, size)
        except EncodeError as error:
            self._give_up(asdu, str(error))
            return True
        self._transits[eui] = _Transit(asdu, self.next_counter(), sending, in_blocks, secured)
        self._pump(eui, now)
        return True

    def _pump(self, eui: Eui, now: Instant) -> None:
        """Do what the sending of a payload says, until it waits or is over."""
        transit = self._transits[eui]
        while (event := transit.sending.next_event()) is not None:
            match event:
                case SendBlock(block):
                    self._send(eui, transit, block, now)
                case Delivered():
                    del self._transits[eui]
                case GaveUp():
                    del self._transits[eui]
                    self.unheard.append(eui)
                    self._give_up(transit.asdu, "it was not acknowledged, however often it was sent")
        if eui in self._transits:
            self._set_alarm(eui)
        else:
            self.go_on(eui, now)

    def _send(self, eui: Eui, transit: _Transit, block: Block, now: Instant) -> None:
        neighbour = self._neighbours.of(eui)
        if neighbour is None or neighbour.short is None:
            return  # It left meanwhile; nobody will acknowledge, and that ends it.
        try:
            octets = self._octets(neighbour, transit, block)
        except NoKey:
            return
        self._air.send(neighbour.short, octets, now)

    def _octets(self, neighbour: Neighbour, transit: _Transit, block: Block) -> bytes:
        """The APS frame of a block, sealed where its cluster asks for it."""
        if not transit.secured:
            return transit.frame(block, None).to_bytes()
        if neighbour.link_key is None:
            raise NoKey(f"no link key is shared with {neighbour.eui}")
        auxiliary = Auxiliary.of(KeyId.LINK, self._counters.link(), self._config.eui)
        return seal(transit.frame(block, auxiliary), neighbour.link_key).to_bytes()

    # -- waiting -----------------------------------------------------------------------------------

    def _set_alarm(self, eui: Eui) -> None:
        transit, queue = self._transits.get(eui), self._queues.get(eui)
        due = transit.sending.deadline() if transit else queue[0].until if queue else None
        if due is None:
            self._alarms.clear(eui)
        else:
            self._alarms.set(eui, due)

    def _give_up(self, asdu: Asdu, why: str) -> None:
        about = f"cluster 0x{asdu.cluster:04X} for {asdu.destination}: {why}"
        self._out.put(Note("undelivered", about, asdu.payload))


def _needs_link_key(waiting: _Waiting) -> bool:
    return needs_link_key(waiting.asdu.profile, waiting.asdu.cluster)
