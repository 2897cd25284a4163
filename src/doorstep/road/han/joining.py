"""Joining, and coming back: what the radio of a Device does until its payloads pass (``zigbee.md`` 5.2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import BadMac, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.air import Dropped
from doorstep.road.han.establishment import POLICY
from doorstep.road.han.events import Joined, Left
from doorstep.road.han.exchange import Initiator, Step
from doorstep.road.han.layers import Establishing, Layers, key_for
from doorstep.road.han.membership import Membership
from doorstep.road.han.states import JOINING, Action, Event, State
from doorstep.road.machine import Note, Remember
from doorstep.secret import Secret
from doorstep.zigbee import aps, mac, nwk, zdo
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.auxiliary import KeyId
from doorstep.zigbee.clusters import KEY_ESTABLISHMENT
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.security import unseal
from doorstep.zigbee.zcl import Direction

__all__ = ["Joiner"]

_PERMITS_JOINING: Final = 0x8000
"""The bit of a beacon's superframe that says so."""
_MOST_OFFERS: Final = 8
_AWAITING: Final = frozenset((State.ASSOCIATING, State.AWAITING_KEY, State.FINDING, State.ESTABLISHING))


class _Offer(Struct, frozen=True):
    """A network that lets Devices join."""

    pan: int
    extended_pan: Eui


class Joiner:
    """The Device's side of joining. ``state`` moves by :data:`~doorstep.road.han.states.JOINING` alone."""

    def __init__(self, layers: Layers, remembered: Membership | None) -> None:
        assert layers.config.link_key is not None, "a Device that joins has an install code"
        self._layers = layers
        self._install_key = layers.config.link_key
        self._remembered = remembered
        self._offers: deque[_Offer] = deque()
        self._pause = layers.policy.join_pause
        self._due: Instant | None = None
        self._in_vain = 0
        self._transported: tuple[Eui, aps.TransportKey] | None = None
        self._endpoint = 0
        self._sequence = 0
        self._initiator = Initiator(layers.config.eui, layers.config.seed, self._install_key, layers.counters)
        self.state = State.OFF
        self._actions: dict[Action, Callable[[Instant], None]] = {
            Action.SCAN: self._scan,
            Action.TRY_NEXT: self._try_next,
            Action.ASSOCIATE: self._associate,
            Action.AWAIT: self._await,
            Action.KEEP_KEY: self._keep_key,
            Action.ANNOUNCE: self._announce,
            Action.FIND: self._find,
            Action.INITIATE: self._initiate,
            Action.KEEP_PLACE: self._keep_place,
            Action.TELL_JOINED: self._tell_joined,
            Action.TELL_LEFT: self._tell_left,
            Action.ASK_BACK: self._ask_back,
            Action.FORGET: self._forget,
            Action.REST: self._rest,
            Action.COUNT_ANEW: self._count_anew,
        }

    @property
    def centre(self) -> Eui | None:
        """The trust centre of the network that the Device is on, or is joining."""
        place = self._layers.air.membership
        return None if place is None else place.centre

    @property
    def awaits_answers(self) -> bool:
        """Whether it waits for what a parent would hold for a sleeping child."""
        return self.state in _AWAITING

    def power_on(self, now: Instant) -> None:
        """Begin, or begin again, from what is remembered."""
        self.state = State.OFF
        self._layers.air.membership = self._remembered
        self._happen(Event.ON_NEW if self._remembered is None else Event.ON_KNOWN, now)

    def deadline(self) -> Instant | None:
        """When the present step is overdue."""
        return self._due

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        if self._due is not None and self._due <= now:
            self._due = None
            self._happen(Event.OVERDUE, now)

    # -- what is heard -----------------------------------------------------------------------------

    def beacon(self, frame: mac.Frame) -> None:
        """A network says who it is, and whether Devices may join."""
        if self.state is not State.SCANNING or frame.source_pan is None or frame.source != nwk.COORDINATOR:
            return
        beacon = mac.Beacon.from_bytes(frame.payload)
        offer = _Offer(frame.source_pan, beacon.extended_pan)
        wanted = beacon.superframe & _PERMITS_JOINING and offer not in self._offers
        if wanted and len(self._offers) < _MOST_OFFERS:
            self._offers.append(offer)

    def association(self, frame: mac.Frame, response: mac.AssociationResponse, now: Instant) -> None:
        """The network gives a short address, or none."""
        place = self._layers.air.membership
        if self.state is not State.ASSOCIATING or place is None or frame.destination_pan != place.pan:
            return
        if response.status or response.address >= nwk.ROUTERS:
            self._happen(Event.REFUSED, now)
            return
        self._layers.air.membership = structs.replace(place, short=response.address)
        self._happen(Event.ADDRESSED, now)

    def transport_key(self, frame: aps.Frame, now: Instant) -> None:
        """The network key, protected by the install code's key. Raises :class:`Dropped` for any other."""
        auxiliary = frame.auxiliary
        if self.state is not State.AWAITING_KEY or auxiliary is None or auxiliary.source is None:
            raise Dropped("Transport Key: not awaited, or not secured")
        if auxiliary.key is not KeyId.KEY_TRANSPORT:
            raise Dropped("Transport Key: not awaited, or not secured")
        try:
            opened = unseal(frame, key_for(KeyId.KEY_TRANSPORT, self._install_key))
        except BadMac:
            raise Dropped("Transport Key: the key of the install code does not open it") from None
        command = aps.COMMANDS.from_bytes(opened.payload)
        own = self._layers.config.eui
        if not isinstance(command, aps.TransportKey) or command.key_type != aps.KeyType.NETWORK:
            raise Dropped("Transport Key: not a network key")
        if (command.destination, command.source) != (own, auxiliary.source) or auxiliary.source == own:
            raise Dropped("Transport Key: for another Device")
        centre = self._layers.neighbours.meet(auxiliary.source)
        if centre is None or auxiliary.frame_counter <= centre.install_heard:
            raise Dropped("Transport Key: replayed")
        centre.install_heard = auxiliary.frame_counter
        self._transported = auxiliary.source, command
        self._happen(Event.KEYED, now)

    def found(self, asdu: Asdu, now: Instant) -> bool:
        """The trust centre's answer to where key establishment is; False for any other payload."""
        if self.state is not State.FINDING or asdu.source != self.centre:
            return False
        response = zdo.Message.from_bytes(asdu.cluster, asdu.payload).command
        if not isinstance(response, zdo.MatchDescriptorResponse) or not response.endpoints:
            return False
        self._endpoint = response.endpoints[0]
        self._happen(Event.FOUND, now)
        return True

    def establishing(self, sender: Eui, command: object, now: Instant) -> None:
        """A command of key establishment, from the trust centre or from anyone."""
        if self.state is not State.ESTABLISHING:
            return
        try:
            step = self._initiator.take(sender, command)
        except NoKey as error:
            step = Step(failed=str(error))
        if step.answer is not None:
            self._send(step.answer, now)
        if step.failed:
            self._layers.out.put(Note("not joined", f"{POLICY}: {step.failed}"))
            self._happen(Event.REFUSED, now)
        elif step.key is not None:
            self._share(step.key)
            self._happen(Event.ESTABLISHED, now)

    def rejoined(self, sender: Eui, response: nwk.RejoinResponse, now: Instant) -> None:
        """The network has the Device back, or has no room."""
        place = self._layers.air.membership
        if self.state is not State.REJOINING or place is None or sender != place.centre or response.status:
            return
        self._layers.air.membership = structs.replace(place, short=response.address)
        self._happen(Event.TAKEN_BACK, now)

    def heard_centre(self, now: Instant) -> None:
        """The coordinator is on the air: ask to come back now, rather than after the pause."""
        if self.state is State.REJOINING and self._due is not None:
            self._count_anew(now)
            self._due = min(self._due, now + self._layers.policy.scan)

    def opened_centre(self) -> None:
        """A frame of the trust centre was opened with the link key, so both hold the same."""
        self._in_vain = 0

    def unheard(self, now: Instant) -> None:
        """The coordinator acknowledges nothing. Where coming back does not help, the keys are no good."""
        if self.state is State.JOINED:
            self._in_vain += 1
        lost = self._in_vain > self._layers.policy.rejoins
        self._happen(Event.EXPELLED if lost else Event.UNHEARD, now)

    def expelled(self, now: Instant) -> None:
        """The coordinator told this Device to leave."""
        self._happen(Event.EXPELLED, now)

    # -- the table ---------------------------------------------------------------------------------

    def _happen(self, event: Event, now: Instant) -> None:
        row = JOINING.get((self.state, event))
        if row is None:
            return
        self.state, actions = row
        self._due = None
        for action in actions:
            self._actions[action](now)

    def _scan(self, now: Instant) -> None:
        self._offers.clear()
        self._layers.air.ask_for_beacons()
        self._due = now + self._layers.policy.scan

    def _try_next(self, now: Instant) -> None:
        self._happen(Event.OFFERED if self._offers else Event.NOT_OFFERED, now)

    def _associate(self, now: Instant) -> None:
        offer = self._offers.popleft()
        self._layers.air.membership = Membership(
            pan=offer.pan, extended_pan=offer.extended_pan, short=mac.BROADCAST
        )
        self.ask_for_address()
        self._await(now)

    def ask_for_address(self) -> None:
        """Send Association Request, at first and while no answer comes."""
        place = self._layers.air.membership
        assert place is not None, "a network was chosen"
        config = self._layers.config
        request = mac.AssociationRequest(int(config.role.value))
        self._layers.air.mac_command(request, place.pan, nwk.COORDINATOR, config.eui, mac.BROADCAST)

    def _await(self, now: Instant) -> None:
        self._due = now + self._layers.policy.join_step

    def _keep_key(self, now: Instant) -> None:
        place = self._layers.air.membership
        assert place is not None, "a Device that awaits the key has a short address"
        assert self._transported is not None, "the key has come"
        centre, command = self._transported
        self._layers.air.membership = structs.replace(
            place, centre=centre, key=Secret(command.key), key_sequence=command.key_sequence or 0
        )
        neighbour = self._layers.neighbours.meet(centre)
        assert neighbour is not None, "the trust centre was met when the key came"
        self._layers.neighbours.move(neighbour, nwk.COORDINATOR)
        self._layers.out.put(Remember(self._layers.neighbours.entries(neighbour)))

    def _announce(self, now: Instant) -> None:
        place = self._layers.air.membership
        assert place is not None, "only a Device on a network announces itself"
        config = self._layers.config
        self._layers.tell_all(zdo.DeviceAnnounce(place.short, config.eui, int(config.role.value)))

    def _find(self, now: Instant) -> None:
        assert self.centre is not None, "the network key names the trust centre"
        question = zdo.MatchDescriptorRequest(nwk.COORDINATOR, SMART_ENERGY, (KEY_ESTABLISHMENT.id,))
        self._layers.outgoing.put(self._layers.objects.request(self.centre, question), now)
        self._await(now)

    def _initiate(self, now: Instant) -> None:
        assert self.centre is not None, "the network key names the trust centre"
        self._send(self._initiator.begin(self.centre), now)
        self._await(now)

    def _keep_place(self, now: Instant) -> None:
        place = self._layers.air.membership
        assert place is not None, "only a Device on a network keeps its place"
        assert place.centre is not None, "and it knows the trust centre"
        self._layers.air.membership = self._remembered = structs.replace(place, established=True)
        centre = self._layers.neighbours.meet(place.centre)
        entries = {} if centre is None else self._layers.neighbours.entries(centre)
        self._layers.out.put(Remember(self._remembered.entries() | entries))

    def _tell_joined(self, now: Instant) -> None:
        self._layers.out.put(Joined(self._layers.config.eui))
        for eui in tuple(self._layers.outgoing.stuck()):
            self._layers.outgoing.go_on(eui, now)

    def _tell_left(self, now: Instant) -> None:
        self._layers.out.put(Left(self._layers.config.eui))

    def _ask_back(self, now: Instant) -> None:
        request = nwk.RejoinRequest(int(self._layers.config.role.value))
        self._layers.air.command(nwk.COORDINATOR, request, now)
        self._rest(now)

    def _forget(self, now: Instant) -> None:
        self._in_vain = 0
        entries: dict[str, bytes | None] = {}
        place, self._remembered = self._remembered, None
        self._layers.air.membership = None
        if place is not None:
            entries |= structs.replace(place, established=False).entries()
        for neighbour in self._layers.neighbours:
            entries |= self._layers.neighbours.forget(neighbour.eui)
            self._layers.outgoing.forget(neighbour.eui)
        if entries:
            self._layers.out.put(Remember(entries))

    def _rest(self, now: Instant) -> None:
        self._due = now + self._pause
        self._pause = min(2 * self._pause, self._layers.policy.longest_join_pause)

    def _count_anew(self, now: Instant) -> None:
        self._pause = self._layers.policy.join_pause

    # -- key establishment -------------------------------------------------------------------------

    def _send(self, command: Command, now: Instant) -> None:
        assert self.centre is not None, "the other side is the trust centre"
        layers = self._layers
        self._sequence += 1
        way = Establishing(
            layers.config.eui, layers.endpoint(), self.centre, self._endpoint, Direction.TO_SERVER
        )
        layers.outgoing.put(way.carrying(command, self._sequence), now)

    def _share(self, key: Secret) -> None:
        assert self.centre is not None, "the key is shared with the trust centre"
        centre = self._layers.neighbours.meet(self.centre)
        assert centre is not None, "the trust centre was met when the network key came"
        centre.share(key)
