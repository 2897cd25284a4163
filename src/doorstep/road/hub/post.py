"""The hub's post for its home: what waits for each Device, and the tunnel that it goes by.

A GSME comes for its messages; every other Device is sent them as they come. Which is which, and how a
GSME's tunnel frames them, ends here: to the rest of the hub a message is just its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.chf_objects import LinkRecord
from doorstep.road.hub.config import HubConfig, HubPolicy
from doorstep.road.hub.events import HubEvent
from doorstep.road.hub.gas import FRAMING, Fetching
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.store import Entries, Held, Store
from doorstep.road.hub.tunnels import Tunnels
from doorstep.road.machine import Alarms, Memory, Outbox, Remember, Send
from doorstep.road.tunnel import Arrived, Closed, Delivered, Opened, Rejected, Undelivered, Why
from doorstep.zigbee import gsme
from doorstep.zigbee.asdu import Asdu

__all__ = ["Post"]

_REJECTED: Final = {"RequestTunnel": 0x81BA, "CloseTunnel": 0x81A4}
_NOT_RETRIEVED: Final = 0x819D
_FAILED_TO_DELIVER: Final = {DeviceType.ESME: 0x8F84}

# A GSME may come again for a message that it did not confirm, but not for one that it cannot take.
_FOR_GOOD: Final = (Why.REFUSED, Why.TOO_LONG)


class Post:
    """Tunnels, queues and time limits towards the Devices of the log.

    What is to be sent and remembered goes to ``out``; what arrived comes from
    :meth:`next_arrival`, before the confirmation of its arrival goes to ``out``.
    """

    def __init__(
        self,
        config: HubConfig,
        policy: HubPolicy,
        memory: Memory,
        out: Outbox[HubEvent],
        journal: Journal,
    ) -> None:
        self._policy = policy
        self._out = out
        self._journal = journal
        self._types: dict[Eui, DeviceType] = {}
        self._links: dict[Eui, LinkRecord] = {}
        self._tunnels = Tunnels(config.gpf, policy.tunnel, opens_ppmid_tunnels=config.opens_ppmid_tunnels)
        self._waiting = Store("han", policy.waiting, memory)
        self._fetching = Fetching(self._waiting)
        self._retention: Alarms[str] = Alarms()
        self._handlers: dict[type, Callable[[Eui, Any, Instant], None]] = {
            Send: self._send,
            Delivered: self._delivered,
            Undelivered: self._undelivered,
            Opened: self._opened,
            Closed: self._closed,
            Rejected: self._rejected,
        }

    # -- which Devices there are ------------------------------------------------------------------

    def start(self, devices: dict[Eui, DeviceType], now: Instant) -> None:
        """The hub was switched on: begin with no tunnel, and go on with what waits."""
        self._tunnels.clear(now)
        self._fetching.clear()
        self._types = {}
        for eui, device_type in devices.items():
            self.listed(eui, device_type, now)
        for held in self._waiting.all():
            self.dispatch(held, now)

    def listed(self, device: Eui, device_type: DeviceType, now: Instant) -> None:
        """A Device is in the log."""
        self._types[device] = device_type
        self._tunnels.add(device, device_type, now)

    def unlisted(self, device: Eui, now: Instant) -> Entries:
        """A Device is out of the log: its tunnel and its queue are gone."""
        self._types.pop(device, None)
        self._links.pop(device, None)
        self._tunnels.remove(device, now)
        self._fetching.over(device)
        entries: Entries = {}
        for held in self._waiting.of(device):
            entries |= self._drop(held)
            self._journal.note(now, "discarded", f"{device} is out of the CHF Device Log", held.message)
        return entries

    def rejoined(self, device: Eui, now: Instant) -> None:
        """A Device is on the network anew: its tunnel begins anew, and what waits is sent anew."""
        self._reset(device, now, reopen=True)

    def left(self, device: Eui, now: Instant) -> None:
        """A Device is not on the network: its tunnel is forgotten, and asked for when something is for it."""
        self._reset(device, now, reopen=False)

    def _reset(self, device: Eui, now: Instant, *, reopen: bool) -> None:
        if device not in self._tunnels:
            return
        self._fetching.over(device)
        self._tunnels.reset(device, self._types[device], now, reopen=reopen)
        for held in self._waiting.of(device):
            self.dispatch(held, now)

    def waits(self, device: Eui) -> bool:
        """Whether a message waits for the Device."""
        return self._waiting.count(device) > 0

    def link(self, device: Eui) -> LinkRecord:
        """How the Device was last heard, and how transmissions to it went."""
        return self._links.get(device, LinkRecord())

    # -- messages to Devices ----------------------------------------------------------------------

    def add(
        self, device: Eui, sender: Eui | None, message: bytes, now: Instant
    ) -> tuple[Held, Entries] | str:
        """Take on a message for a Device of the log, to be remembered and then dispatched; or why not."""
        if device not in self._tunnels:
            return f"{device} has no tunnel"
        framing = FRAMING if self._sleeps(device) else 0
        limit = min(self._policy.largest_message, self._policy.tunnel.maximum_transfer - framing)
        if len(message) > limit:
            return f"{len(message)} bytes are over the {limit} that can go to {device} at once"
        added = self._waiting.add(device, sender, message, now)
        return added or f"too many messages from {sender or 'the WAN'} wait for {device} already"

    def dispatch(self, held: Held, now: Instant) -> None:
        """Set a message on its way that is written down."""
        if held.device not in self._tunnels:
            self._out.put(Remember(self._drop(held)))
            self._journal.note(now, "discarded", f"{held.device} has no tunnel any more", held.message)
        elif self._sleeps(held.device):
            self._retention.set(held.name, held.since + self._policy.gas_retention)
        else:
            self._tunnels.send(held.device, held.name, held.message, now)

    # -- the home's network -----------------------------------------------------------------------

    def hear(self, asdu: Asdu, now: Instant) -> None:
        """Take a payload from a Device of the log."""
        self._links[asdu.source] = structs.replace(self.link(asdu.source), heard=now)
        objection = self._tunnels.hear(asdu, now)
        if objection is not None:
            self._journal.note(now, "ignored", f"{asdu.source}: {objection}", asdu.payload)

    def next_arrival(self, now: Instant) -> tuple[Eui, bytes] | None:
        """The next message that came through a tunnel, and from whom; None when there is no more."""
        while (item := self._tunnels.next_event()) is not None:
            device, event = item
            if not isinstance(event, Arrived):
                self._handlers[type(event)](device, event, now)
            elif not self._sleeps(device):
                return device, event.data
            elif (message := self._unwrap(device, event.data, now)) is not None:
                return device, message
        return None

    def deadline(self) -> Instant | None:
        """When a tunnel or a message that waits is due."""
        dues = (self._retention.earliest(), self._tunnels.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        for name in self._retention.due(now):
            held = self._waiting.named(name)
            if held is not None:
                self._not_retrieved(held, now)
        self._tunnels.on_deadline(now)

    # -- GSMEs ------------------------------------------------------------------------------------

    def _sleeps(self, device: Eui) -> bool:
        return self._types.get(device) is DeviceType.GSME

    def _unwrap(self, device: Eui, data: bytes, now: Instant) -> bytes | None:
        """The message that a GSME puts; a GET is answered here."""
        try:
            form = gsme.from_bytes(data)
        except DecodeError as error:
            self._journal.note(now, "refused", f"from {device}: {error}", data)
            return None
        if isinstance(form, gsme.Put):
            return form.message
        if isinstance(form, gsme.Get):
            if (answer := self._fetching.asked(device)) is not None:
                self._tunnels.send(device, *answer, now)
        else:
            self._journal.note(now, "refused", f"from {device}: a GSME sends no GET-RESPONSE", data)
        return None

    def _not_retrieved(self, held: Held, now: Instant) -> None:
        if self._tunnels.withdraw(held.device, held.name):
            self._fetching.over(held.device)
        self._out.put(Remember(self._drop(held)))
        why = f"{held.device} did not come for it in time"
        self._journal.note(now, "not retrieved", why, held.message, _NOT_RETRIEVED)

    # -- what the tunnels tell --------------------------------------------------------------------

    def _send(self, device: Eui, event: Send, now: Instant) -> None:
        self._out.put(event)

    def _delivered(self, device: Eui, event: Delivered, now: Instant) -> None:
        self._fetching.over(device)
        held = self._waiting.named(event.reference)
        if held is not None:
            link = self.link(device)
            self._links[device] = structs.replace(link, successes=link.successes + 1)
            self._out.put(Remember(self._drop(held)))
            self._journal.note(now, "delivered", f"{device} confirmed it", held.message)

    def _undelivered(self, device: Eui, event: Undelivered, now: Instant) -> None:
        self._fetching.over(device)
        held = self._waiting.named(event.reference)
        if held is None or (self._sleeps(device) and event.why not in _FOR_GOOD):
            return
        why = f"{device}: {event.why.value}" + (f", {event.detail}" if event.detail else "")
        code = _FAILED_TO_DELIVER.get(self._types[device])
        link = self.link(device)
        self._links[device] = structs.replace(link, failures=link.failures + 1)
        self._out.put(Remember(self._drop(held)))
        self._journal.note(now, "undelivered", why, held.message, code)

    def _opened(self, device: Eui, event: Opened, now: Instant) -> None:
        self._journal.note(now, "tunnel opened", f"tunnel {event.tunnel_id} with {device}")

    def _closed(self, device: Eui, event: Closed, now: Instant) -> None:
        self._journal.note(now, "tunnel closed", f"{device}: {event.why}")

    def _rejected(self, device: Eui, event: Rejected, now: Instant) -> None:
        why = f"{device} rejected {event.command}: {event.detail}"
        self._journal.note(now, "tunnel rejected", why, code=_REJECTED[event.command])

    def _drop(self, held: Held) -> Entries:
        self._retention.clear(held.name)
        return self._waiting.drop(held.name)
