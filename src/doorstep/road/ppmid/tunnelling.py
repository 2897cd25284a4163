"""The PPMID's end of its tunnel with the Communications Hub: messages in, messages out."""

from __future__ import annotations

from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.machine import Note, Outbox, Send
from doorstep.road.ppmid.config import PpmidConfig
from doorstep.road.ppmid.events import PpmidEvent
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
    TunnelEvent,
    TunnelPolicy,
    TunnelServer,
    Undelivered,
)
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["Post", "Tunnelling"]

Post = Arrived | Delivered | Undelivered
"""What the tunnel tells that somebody has to do something about."""


class Tunnelling:
    """One tunnel with the hub. Its frames go to ``out``, and so does what is only worth a note.

    Messages that have :class:`Arrived` come from :meth:`next_event` before the frame that confirms their
    arrival goes to ``out``.
    """

    def __init__(self, config: PpmidConfig, policy: TunnelPolicy, out: Outbox[PpmidEvent]) -> None:
        self._config = config
        self._policy = policy
        self._out = out
        self._path = Path(config.eui, ENDPOINTS[config.device_type], config.hub, ENDPOINTS[DeviceType.CHF])
        self._end = self._new_end()

    def start(self, now: Instant) -> None:
        """Begin with no tunnel, and want one."""
        self._end = self._new_end()
        self._end.open(now)

    def send(self, reference: str, data: bytes, now: Instant) -> None:
        """Send a message; its reference comes back in :class:`Delivered` or :class:`Undelivered`."""
        self._end.send(reference, data, now)

    def withdraw(self, reference: str) -> None:
        """Take back a message that is not in flight yet, silently."""
        self._end.withdraw(reference)

    def leads_here(self, asdu: Asdu) -> bool:
        """Whether a payload is the hub's, for this end of the tunnel."""
        return self._path.leads_here(asdu)

    def hear(self, asdu: Asdu, now: Instant) -> None:
        """Take a payload that leads here."""
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._out.put(Note("refused", f"not a ZCL frame: {error}", asdu.payload))
            return
        self._path = self._path.back_to(asdu)
        self._end.receive(frame, now)

    def next_event(self) -> Post | None:
        """What the tunnel tells next, or None."""
        while (event := self._end.next_event()) is not None:
            if isinstance(event, Arrived | Delivered | Undelivered):
                return event
            self._out.put(self._performed(event))
        return None

    def deadline(self) -> Instant | None:
        """When the tunnel wants something done."""
        return self._end.deadline()

    def on_deadline(self, now: Instant) -> None:
        """Let the tunnel do what is due."""
        self._end.on_deadline(now)

    def _new_end(self) -> End:
        kind = TunnelServer if self._config.hub_opens_tunnel else TunnelClient
        return kind(self._policy)

    def _performed(self, event: TunnelEvent) -> PpmidEvent:
        """What is done about an event that concerns nobody but the tunnel."""
        match event:
            case FrameOut():
                return Send(self._path.carrying(event.frame))
            case Opened():
                return Note("tunnel opened", f"tunnel {event.tunnel_id} with the hub")
            case Closed():
                return Note("tunnel closed", event.why)
            case Rejected():
                return Note("tunnel rejected", f"{event.command}: {event.detail}")
        raise AssertionError(_CONCERNS_OTHERS)


_CONCERNS_OTHERS: Final = "what arrived, was delivered or was not has left by next_event"
