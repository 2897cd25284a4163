"""The hub's side of joining: who may, who has, and which keys they are given (``zigbee.md`` 5.2)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from doorstep.errors import DecodeError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.children import Held
from doorstep.road.han.config import Admission
from doorstep.road.han.establishment import POLICY, derived
from doorstep.road.han.events import Expel, Joined, Left, Permit
from doorstep.road.han.exchange import Responder, Step
from doorstep.road.han.layers import Establishing, Layers
from doorstep.road.han.neighbours import Neighbour
from doorstep.road.machine import Memory, Note, Remember
from doorstep.secret import repr_without
from doorstep.zigbee import aps, mac, nwk, zdo
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.auxiliary import KeyId
from doorstep.zigbee.crc import crc16
from doorstep.zigbee.keys import hashed_link_key
from doorstep.zigbee.zcl import Direction

__all__ = ["TrustCentre"]

_NAME: Final = "han/admitted"
_SHORT_ADDRESSES: Final = 0xFFF7
_DENIED: Final = 0x02
_LONGEST_PERMIT: Final = 0xFE
_KEY_SIZE: Final = 16


class _Admitted(Struct, frozen=True, array_like=True):
    """A Device that is in the CHF Device Log, the key of its install code, and until when it may join."""

    eui: bytes
    link_key: bytes
    until: Instant | None

    def __repr__(self) -> str:
        return repr_without(self, "link_key")


class TrustCentre:
    """Admission to one network, and its keys. Whoever is not admitted gets none."""

    def __init__(self, layers: Layers, memory: Memory) -> None:
        self._layers = layers
        remembered = _restored(memory.get(_NAME))
        from_start = {one.eui: _admitted(one) for one in layers.config.admitted}
        self._admitted = from_start if remembered is None else remembered
        self._associations: Held[mac.AssociationResponse] = Held(layers.policy.held_for_child, 1)
        self._responder = Responder(layers.config.eui, layers.config.seed, layers.counters)
        self._sequence = 0
        layers.air.admits = self._admitted.__contains__

    def install_keys(self) -> list[bytes]:
        """The link keys of the install codes of those who are admitted."""
        return [one.link_key for one in self._admitted.values()]

    # -- admission -----------------------------------------------------------------------------------

    def power_on(self, now: Instant) -> None:
        """Say that the network is there, and for how long it lets Devices join.

        Whoever is admitted and shares no key may be on the network all the same, where this hub has lost
        its memory: it is called, and its answer is that of a stranger, who is told to join anew.
        """
        self._tell_permit(now)
        for one in self._awaited():
            self._layers.tell_all(zdo.NwkAddressRequest(Eui(one.eui)))

    def permit(self, event: Permit, now: Instant) -> None:
        """Let a Device join."""
        if event.eui not in self._admitted and len(self._admitted) >= self._layers.policy.neighbours:
            self._layers.out.put(Note("refused", f"{event.eui}: the trust centre admits no more Devices"))
            return
        self._admitted[event.eui] = _admitted(event)
        self._remember()
        self._layers.out.put(Note("permitted", f"{event.eui} may join with its install code"))
        self._tell_permit(now)

    def expel(self, event: Expel, now: Instant) -> None:
        """Send a Device away, and know it no more."""
        if self._admitted.pop(event.eui, None) is None:
            return
        neighbour = self._layers.neighbours.of(event.eui)
        was_there = neighbour is not None and neighbour.link_key is not None
        if neighbour is not None and neighbour.short is not None:
            self._layers.air.command(neighbour.short, _leave(), now, to=event.eui)
        self._responder.forget(event.eui)
        self._layers.outgoing.forget(event.eui)
        self._remember(self._layers.neighbours.forget(event.eui))
        self._layers.out.put(Note("expelled", f"{event.eui} is no longer admitted"))
        if was_there:
            self._layers.out.put(Left(event.eui))

    def deadline(self) -> Instant | None:
        """When the time of somebody who has not joined is over."""
        return min((one.until for one in self._awaited() if one.until is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Admit those no more whose time to join is over."""
        late = [Eui(one.eui) for one in self._awaited() if one.until is not None and one.until <= now]
        for eui in late:
            del self._admitted[eui]
            self._layers.out.put(Note("not joined", f"{eui} has not joined in its time"))
        if late:
            entries: dict[str, bytes | None] = {}
            for eui in late:
                entries |= self._layers.neighbours.forget(eui)
            self._remember(entries)

    def _awaited(self) -> list[_Admitted]:
        return [one for one in self._admitted.values() if not self._has_joined(Eui(one.eui))]

    def _has_joined(self, eui: Eui) -> bool:
        neighbour = self._layers.neighbours.of(eui)
        return neighbour is not None and neighbour.link_key is not None

    def _may_join(self, eui: Eui, now: Instant) -> bool:
        admitted = self._admitted.get(eui)
        if admitted is None:
            return False
        return admitted.until is None or admitted.until > now or self._has_joined(eui)

    def _is_open(self, now: Instant) -> bool:
        return any(one.until is None or one.until > now for one in self._admitted.values())

    def _tell_permit(self, now: Instant) -> None:
        seconds = 0
        for one in self._admitted.values():
            left = _LONGEST_PERMIT if one.until is None else max(0, one.until - now) // 1000
            seconds = max(seconds, min(left, _LONGEST_PERMIT))
        self._layers.tell_all(zdo.PermitJoiningRequest(seconds))

    def _remember(self, entries: dict[str, bytes | None] | None = None) -> None:
        admitted = msgspec.msgpack.encode(list(self._admitted.values()))
        self._layers.out.put(Remember({_NAME: admitted, **(entries or {})}))

    # -- association -----------------------------------------------------------------------------------

    def beacon_requested(self, now: Instant) -> None:
        """Somebody looks for networks."""
        self._layers.air.beacon(permit_joining=self._is_open(now))

    def association_requested(self, frame: mac.Frame, request: mac.AssociationRequest, now: Instant) -> None:
        """A Device asks for a short address. One that may not join is denied at once, and costs no room."""
        eui = frame.source_eui
        place = self._layers.air.membership
        if eui is None or place is None or (frame.destination_pan, frame.destination) != (place.pan, 0):
            return
        self._layers.air.acknowledge(frame)
        if not self._may_join(eui, now):
            self._layers.air.dropped["association of a Device that may not join"] += 1
            self._answer(eui, mac.AssociationResponse(mac.BROADCAST, _DENIED))
            return
        neighbour = self._layers.neighbours.meet(eui)
        if neighbour is None:
            self._answer(eui, mac.AssociationResponse(mac.BROADCAST, 1))
            return
        neighbour.capability = request.capability
        if neighbour.short is None:
            self._layers.neighbours.move(neighbour, self._free_address(eui))
        assert neighbour.short is not None, "it was just given one"
        self._associations.put(eui, mac.AssociationResponse(neighbour.short, 0), now)

    def polled(self, frame: mac.Frame, now: Instant) -> None:
        """A Device asks for what is held: its association response, or frames for a child that sleeps."""
        if frame.source is not None:
            self._layers.air.polled(frame, frame.source, now)
        elif frame.source_eui is not None:
            response = self._associations.take(frame.source_eui, now)
            self._layers.air.acknowledge(frame, pending=response is not None)
            if response is not None:
                self._answer(frame.source_eui, response)
                self._transport_network_key(frame.source_eui, response.address, now)

    def _answer(self, eui: Eui, response: mac.AssociationResponse) -> None:
        place = self._layers.air.membership
        assert place is not None, "a coordinator is on its network"
        self._layers.air.mac_command(response, place.pan, eui, self._layers.config.eui)

    def _free_address(self, eui: Eui) -> int:
        """A short address that nobody has: by chance from the identifier, so that it tells nothing."""
        address = crc16(eui, 0) % _SHORT_ADDRESSES
        while address == nwk.COORDINATOR or self._layers.neighbours.at(address) is not None:
            address = (address + 1) % _SHORT_ADDRESSES
        return address

    def _transport_network_key(self, eui: Eui, short: int, now: Instant) -> None:
        place, admitted = self._layers.air.membership, self._admitted.get(eui)
        if place is None or place.key is None or admitted is None:
            return
        command = aps.TransportKey(
            aps.KeyType.NETWORK,
            place.key,
            key_sequence=place.key_sequence,
            destination=eui,
            source=self._layers.config.eui,
        )
        try:
            octets = self._layers.command(command, KeyId.KEY_TRANSPORT, admitted.link_key)
        except NoKey:
            return
        self._layers.air.send_unsecured(short, octets, now)

    # -- those who have the network key -----------------------------------------------------------------

    def stranger(self, eui: Eui, short: int, now: Instant) -> None:
        """Somebody has the network key, and no business here or none that is remembered: send them away."""
        self._layers.air.command(short, _leave(), now, to=eui)

    def rejoin_requested(
        self, sender: Neighbour, frame: nwk.Frame, request: nwk.RejoinRequest, now: Instant
    ) -> None:
        """A Device comes back. One that no link key is shared with has to join from the start."""
        if sender.link_key is None:
            self._layers.air.command(frame.source, _leave(), now, to=sender.eui)
            return
        sender.capability = request.capability
        if sender.short is None:
            self._layers.neighbours.move(sender, self._free_address(sender.eui))
        assert sender.short is not None, "it was just given one"
        response = nwk.RejoinResponse(sender.short, 0)
        self._layers.out.put(Remember(self._layers.neighbours.entries(sender)))
        self._layers.air.command(frame.source, response, now, to=sender.eui)
        self._layers.out.put(_joined(sender))

    def establishing(self, sender: Neighbour, asdu: Asdu, command: object, now: Instant) -> None:
        """A command of key establishment, answered with what follows from it."""
        admitted = self._admitted.get(sender.eui)
        if admitted is None:
            return
        try:
            step = self._responder.take(sender.eui, admitted.link_key, command)
        except NoKey as error:
            step = Step(failed=str(error))
        if step.key is not None:
            sender.share(step.key)
            self._layers.out.put(Remember(self._layers.neighbours.entries(sender)))
        if step.answer is not None:
            way = Establishing(
                self._layers.config.eui,
                asdu.destination_endpoint,
                sender.eui,
                asdu.source_endpoint,
                Direction.TO_CLIENT,
            )
            self._sequence += 1
            self._layers.outgoing.put(way.carrying(step.answer, self._sequence), now)
        if step.failed:
            self._layers.out.put(Note("not joined", f"{sender.eui}: {POLICY} {step.failed}"))
        elif step.key is not None:
            self._layers.out.put(Note("joined", f"{sender.eui}: {POLICY} made a link key"))
            self._layers.out.put(_joined(sender))
            self._layers.outgoing.go_on(sender.eui, now)

    def key_requested(self, sender: Neighbour, request: aps.RequestKey, now: Instant) -> None:
        """Two Devices are to share a key of their own: make one, and send it to both."""
        partner = None if request.partner is None else self._layers.neighbours.of(request.partner)
        if request.key_type != aps.KeyType.APPLICATION_REQUEST or partner is None or partner is sender:
            return
        if sender.link_key is None or partner.link_key is None:
            return
        try:
            number = self._layers.counters.link()
            key = derived(self._layers.config.seed, "application link key", number, sender.eui, partner.eui)
            # The partner first: it has to know the key when the one who asked begins to use it.
            self._transport_link_key(partner, sender, key[:_KEY_SIZE], initiator=False, now=now)
            self._transport_link_key(sender, partner, key[:_KEY_SIZE], initiator=True, now=now)
        except NoKey:
            return
        self._layers.out.put(Note("link key", f"{sender.eui} and {partner.eui} share one now"))

    def _transport_link_key(
        self, to: Neighbour, partner: Neighbour, key: bytes, *, initiator: bool, now: Instant
    ) -> None:
        if to.short is None or to.link_key is None:
            return
        command = aps.TransportKey(
            aps.KeyType.APPLICATION_LINK, key, partner=partner.eui, initiator=initiator
        )
        self._layers.air.send(to.short, self._layers.command(command, KeyId.KEY_LOAD, to.link_key), now)


def _admitted(told: Admission | Permit) -> _Admitted:
    return _Admitted(bytes(told.eui), bytes(told.link_key), told.until)


def _joined(device: Neighbour) -> Joined:
    assert device.link_key is not None, "who has joined shares a link key"
    return Joined(device.eui, hashed_link_key(device.link_key))


def _leave() -> nwk.Leave:
    return nwk.Leave(0x40)


def _restored(data: bytes | None) -> dict[Eui, _Admitted] | None:
    """Who was admitted, as remembered; None where nothing is."""
    if data is None:
        return None
    try:
        return {Eui(one.eui): one for one in msgspec.msgpack.decode(data, type=list[_Admitted])}
    except msgspec.DecodeError as error:
        raise DecodeError("remembered admissions", 0, str(error)) from None
