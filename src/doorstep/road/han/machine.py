"""The radio of one box as a machine: payloads on one side, radio frames on the other.

It is a coordinator with the trust centre (the Communications Hub), or a Device that joins. What it
cannot use it drops and counts (:attr:`Radio.dropped`); nothing that comes off the air raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from doorstep.errors import DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han import events
from doorstep.road.han.air import Air, Dropped
from doorstep.road.han.config import HanConfig, HanPolicy, Role
from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.discovery import DeviceObjects
from doorstep.road.han.inquiries import Inquiries
from doorstep.road.han.joining import Joiner
from doorstep.road.han.layers import Layers
from doorstep.road.han.membership import Membership
from doorstep.road.han.neighbours import Neighbours
from doorstep.road.han.outgoing import Outgoing
from doorstep.road.han.polling import Polling
from doorstep.road.han.reception import Reception
from doorstep.road.han.states import State
from doorstep.road.han.trust_centre import TrustCentre
from doorstep.road.machine import Alarms, Memory, Note, Remember, Send, Stop
from doorstep.zigbee import aps, mac, nwk, zdo
from doorstep.zigbee.auxiliary import KeyId

__all__ = ["Radio"]


class Radio(Stop[events.HanEvent]):
    """One radio. ``memory`` is what it asked to have remembered before it was last switched off."""

    def __init__(
        self, config: HanConfig, policy: HanPolicy | None = None, memory: Memory | None = None
    ) -> None:
        super().__init__()
        memory = memory or {}
        self._config = config
        self._policy = policy = policy or HanPolicy()
        # A Remember is an event of the radio, so its outbox takes what the counters say.
        counters = FrameCounters(memory, policy.counter_step, self._out)  # type: ignore[arg-type]
        self._neighbours = Neighbours(policy.neighbours, memory)
        self._air = Air(config, policy, counters, self._neighbours, self._out)
        self._outgoing = Outgoing(config, policy, counters, self._neighbours, self._air, self._out)
        self._objects = DeviceObjects(config, self._short)
        self._layers = Layers(
            config,
            policy,
            counters,
            self._neighbours,
            self._air,
            self._outgoing,
            self._objects,
            self._out,
        )
        self._polling = Polling(policy)
        self._seeking: Alarms[Eui] = Alarms()
        self._joiner: Joiner | None = None
        self._centre: TrustCentre | None = None
        if config.role is Role.COORDINATOR:
            self._centre = TrustCentre(self._layers, memory)
        else:
            self._joiner = Joiner(self._layers, Membership.remembered(memory))
        self._inquiries = Inquiries(self._layers)
        self._reception = Reception(self._layers, self._joiner, self._centre, self._inquiries)
        self._now: Instant = 0
        self._air.stranger = self._stranger
        self._inputs: dict[type, Callable[[Any, Instant], None]] = {
            events.PoweredOn: self._powered_on,
            events.Received: self._received,
            Send: self._send,
            events.Permit: self._permit,
            events.Expel: self._expel,
            events.Describe: self._inquiries.ask,
        }

    @property
    def state(self) -> State:
        """Where this radio stands; a coordinator is ``JOINED`` once it is switched on."""
        if self._joiner is not None:
            return self._joiner.state
        return State.OFF if self._air.membership is None else State.JOINED

    @property
    def dropped(self) -> Counter[str]:
        """How often what came off the air, or was to go there, was of no use, by reason."""
        return self._air.dropped

    @property
    def network_key(self) -> bytes | None:
        """The network key in use; None off the network."""
        place = self._air.membership
        return None if place is None else place.key

    def keys(self) -> Iterator[tuple[bytes, str]]:
        """Every key that this radio uses, as ``nwk`` or ``link``: for a capture that its owner makes."""
        if self.network_key is not None:
            yield self.network_key, "nwk"
        if self._config.link_key is not None:
            yield self._config.link_key, "link"
        if self._centre is not None:
            yield from ((key, "link") for key in self._centre.install_keys())
        for neighbour in self._neighbours:
            if neighbour.link_key is not None:
                yield neighbour.link_key, "link"

    def hears(self, frame: bytes) -> bool:
        """Whether a radio frame may be for this radio, by its address alone.

        Others need not be given to it, unless something still waits that was: that may change its address.
        """
        return self.state is not State.OFF and self._air.is_for_here(frame)

    def receive(self, event: events.HanInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.han.events`."""
        self._now = now
        self._inputs[type(event)](event, now)
        self._see_to(now)

    def deadline(self) -> Instant | None:
        """When something is due: a repetition, a step of joining, a poll, or the end of somebody's time."""
        parts = (self._outgoing, self._joiner, self._centre, self._polling)
        dues = [part.deadline() for part in parts if part is not None]
        dues.append(self._seeking.earliest())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        self._now = now
        self._outgoing.on_deadline(now)
        if self._centre is not None:
            self._centre.on_deadline(now)
        if self._joiner is not None:
            self._joiner.on_deadline(now)
            if self._joiner.state is State.REJOINING:
                self._wake(now)
        for eui in self._seeking.due(now):
            self._seek(eui, now)
        self._poll(now)
        self._see_to(now)

    # -- the box -------------------------------------------------------------------------------------

    def _powered_on(self, event: events.PoweredOn, now: Instant) -> None:
        self._layers.counters.begin(now)
        if self._joiner is not None:
            self._joiner.power_on(now)
        elif self._centre is not None and self._config.network is not None:
            self._air.membership = Membership.of_coordinator(self._config.network, self._config.eui)
            self._centre.power_on(now)

    def _send(self, event: Send, now: Instant) -> None:
        asdu = event.asdu
        if asdu.source != self._config.eui or asdu.destination == self._config.eui:
            self._out.put(Note("undelivered", f"not from this radio to another: {asdu.source}", asdu.payload))
            return
        self._wake(now)
        self._outgoing.put(asdu, now)

    def _permit(self, event: events.Permit, now: Instant) -> None:
        if self._centre is None:
            self._out.put(Note("refused", "only the trust centre lets Devices join"))
        else:
            self._centre.permit(event, now)

    def _expel(self, event: events.Expel, now: Instant) -> None:
        if self._centre is None:
            self._out.put(Note("refused", "only the trust centre sends Devices away"))
        else:
            self._inquiries.forget(event.eui)
            self._centre.expel(event, now)

    def _short(self) -> int:
        place = self._air.membership
        return mac.BROADCAST if place is None else place.short

    def _stranger(self, eui: Eui, short: int) -> None:
        if self._centre is not None:
            self._centre.stranger(eui, short, self._now)

    # -- what follows from everything ------------------------------------------------------------------

    def _see_to(self, now: Instant) -> None:
        """Turn to Devices that did not answer, and to those that payloads wait for."""
        while self._outgoing.unheard:
            self._unheard(self._outgoing.unheard.popleft(), now)
        if self._joiner is None:
            return
        if self._joiner.awaits_answers and self._polling.deadline() is None:
            self._polling.wake(now)
        if self._joiner.state is not State.JOINED:
            return
        for eui in self._outgoing.stuck():
            if not self._seeking.set_for(eui):
                self._seek(eui, now)

    def _unheard(self, eui: Eui, now: Instant) -> None:
        if self._joiner is None:
            return
        if eui == self._joiner.centre:
            self._joiner.unheard(now)
            self._wake(now)
            return
        neighbour = self._neighbours.of(eui)
        if neighbour is not None and neighbour.link_key is not None:
            # It may hold another key than this radio; a new one for both is asked for with the next payload.
            neighbour.link_key = None
            self._out.put(Remember(self._neighbours.entries(neighbour)))

    def _seek(self, eui: Eui, now: Instant) -> None:
        """Ask for the short address of a Device, or for a key to share with it; and again later."""
        if (
            self._joiner is None
            or self._joiner.state is not State.JOINED
            or eui not in self._outgoing.stuck()
        ):
            return
        centre = None if self._joiner.centre is None else self._neighbours.of(self._joiner.centre)
        neighbour = self._neighbours.of(eui)
        if neighbour is None or neighbour.short is None:
            self._layers.tell_all(zdo.NwkAddressRequest(eui))
        elif centre is not None and centre.link_key is not None and neighbour is not centre:
            request = aps.RequestKey(aps.KeyType.APPLICATION_REQUEST, eui)
            try:
                octets = self._layers.command(request, KeyId.LINK, centre.link_key)
            except NoKey:
                return
            self._air.send(nwk.COORDINATOR, octets, now)
        self._seeking.set(eui, now + self._policy.seek)

    def _wake(self, now: Instant) -> None:
        if self._config.role is Role.SLEEPY:
            self._polling.wake(now)

    def _poll(self, now: Instant) -> None:
        """Ask the parent for what waits: a child that sleeps, and anybody who awaits a short address."""
        joiner, place = self._joiner, self._air.membership
        if joiner is None or not self._polling.is_due(now, awaiting=joiner.awaits_answers):
            return
        if place is None:
            return
        if joiner.state is State.ASSOCIATING:
            self._air.mac_command(mac.DataRequest(), place.pan, nwk.COORDINATOR, self._config.eui)
        elif self._config.role is Role.SLEEPY and place.short != mac.BROADCAST:
            self._air.mac_command(mac.DataRequest(), place.pan, nwk.COORDINATOR, place.short)

    # -- the air -------------------------------------------------------------------------------------

    def _received(self, event: events.Received, now: Instant) -> None:
        if not self.hears(event.frame):
            return
        try:
            frame = self._reception.take(event.frame, now)
        except Dropped as why:
            self._air.dropped[str(why)] += 1
        except DecodeError as error:
            self._air.dropped[f"malformed: {error.field}"] += 1
        else:
            self._listen_on(frame, now)

    def _listen_on(self, frame: mac.Frame, now: Instant) -> None:
        """A child that sleeps stays awake a while after it was sent something, for there may be more."""
        if self._config.role is not Role.SLEEPY or frame.destination != self._short():
            return
        if frame.frame_pending:
            self._polling.at_once(now)
        else:
            self._polling.wake(now)
