"""Payloads on their way in: blocks put together, copies dropped, everything acknowledged."""

from __future__ import annotations

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.air import Air, Dropped
from doorstep.road.han.config import HanConfig, HanPolicy
from doorstep.road.han.neighbours import Neighbour
from doorstep.road.han.protection import needs_link_key
from doorstep.zigbee import aps
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.fragmentation import Arrived, Block, MessageKey, Receiving, SendAcknowledgement

__all__ = ["Incoming"]


class _Copy(Struct, frozen=True):
    """What tells a payload of one frame from the next of its sender."""

    source: Eui
    counter: int


class Incoming:
    """The payloads that one radio is sent. Each sender has room of its own, so none takes another's."""

    def __init__(self, config: HanConfig, policy: HanPolicy, air: Air) -> None:
        self._config = config
        self._policy = policy
        self._air = air
        self._receiving: dict[Eui, Receiving] = {}
        self._recent: dict[_Copy, Instant] = {}

    def take(self, sender: Neighbour, frame: aps.Frame, secured: bool, now: Instant) -> Asdu | None:
        """The payload that a data frame, in clear, is or completes; None where it does neither.

        ``secured`` says whether a link key opened it. Raises :class:`Dropped` for what is weaker than its
        cluster asks for, which is not acknowledged either.
        """
        if frame.cluster is None or frame.profile is None or frame.destination_endpoint is None:
            raise Dropped("for a group")
        if needs_link_key(frame.profile, frame.cluster) and not secured:
            raise Dropped("weaker than its cluster asks for")
        number = frame.block_number
        if number is None:
            return self._take_whole(sender, frame, now)
        return self._take_block(sender, frame, Block(number, frame.payload, frame.total_blocks), now)

    def forget(self, eui: Eui) -> None:
        """Keep nothing of a Device that has left."""
        self._receiving.pop(eui, None)

    def _take_whole(self, sender: Neighbour, frame: aps.Frame, now: Instant) -> Asdu | None:
        copy = _Copy(sender.eui, frame.counter)
        known = self._recent.get(copy, now) > now
        if not known:
            self._remember(copy, now)
        if frame.wants_acknowledgement:
            self._acknowledge(sender, frame.acknowledgement(), now)
        return None if known else self._asdu(sender, frame, frame.payload)

    def _take_block(self, sender: Neighbour, frame: aps.Frame, block: Block, now: Instant) -> Asdu | None:
        receiving = self._receiving_from(sender.eui)
        receiving.receive(MessageKey(sender.eui, frame.counter), block, now)
        asdu = None
        while (event := receiving.next_event()) is not None:
            match event:
                case SendAcknowledgement(acknowledgement=acknowledgement):
                    answer = frame.acknowledgement(acknowledgement.window, acknowledgement.received)
                    self._acknowledge(sender, answer, now)
                case Arrived(payload=payload):
                    asdu = self._asdu(sender, frame, payload)
        return asdu

    def _receiving_from(self, sender: Eui) -> Receiving:
        receiving = self._receiving.get(sender)
        if receiving is None:
            if len(self._receiving) >= self._policy.neighbours:
                del self._receiving[next(iter(self._receiving))]
            receiving = self._receiving[sender] = Receiving(self._policy.fragments)
        return receiving

    def _remember(self, copy: _Copy, now: Instant) -> None:
        if len(self._recent) >= self._policy.remembered:
            del self._recent[next(iter(self._recent))]
        self._recent[copy] = now + self._policy.fragments.remembered_for

    def _acknowledge(self, sender: Neighbour, answer: aps.Frame, now: Instant) -> None:
        if sender.short is not None:
            self._air.send(sender.short, answer.to_bytes(), now)

    def _asdu(self, sender: Neighbour, frame: aps.Frame, payload: bytes) -> Asdu:
        assert frame.source_endpoint is not None, "a data frame names its source's endpoint"
        assert frame.destination_endpoint is not None, "and its destination's"
        assert frame.cluster is not None, "and its cluster"
        assert frame.profile is not None, "and its profile"
        return Asdu(
            sender.eui,
            self._config.eui,
            frame.source_endpoint,
            frame.destination_endpoint,
            frame.cluster,
            frame.profile,
            payload,
        )
