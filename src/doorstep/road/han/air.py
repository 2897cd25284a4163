"""The two lowest layers: network frames sealed with the network key, in radio frames with addresses.

A home is one hop wide here: every Device that is awake hears every other, so nothing is routed. A child
that sleeps is spoken to by its parent, the coordinator, and by nobody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.errors import BadMac, DoorstepError, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.children import Held
from doorstep.road.han.config import HanConfig, HanPolicy, Role
from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.events import HanEvent, Transmit
from doorstep.road.han.membership import Membership
from doorstep.road.han.neighbours import Neighbour, Neighbours
from doorstep.road.machine import Outbox, Remember
from doorstep.zigbee import mac, nwk
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.security import seal, unseal

__all__ = ["Air", "Dropped", "Packet"]

_BROADCASTS: Final = frozenset((nwk.ALL_DEVICES, nwk.RECEIVERS_ON, nwk.ROUTERS))
_NEIGHBOURS_ONLY: Final = 1


class Dropped(DoorstepError):
    """What came off the air is of no use; ``str()`` is the reason under which it is counted."""


class Packet(Struct, frozen=True):
    """A network frame before its protection, which it is given when it goes on the air.

    So the frames of one sender leave in the order of their counters, however long one was held.
    """

    destination: int
    payload: bytes
    command: bool = False
    secured: bool = True
    destination_eui: Eui | None = None


class Air:
    """The air as one radio has it. ``dropped`` counts what came and was not for use, by reason.

    ``admits`` says who may be on the network; ``stranger`` is told of a frame, sealed with the network
    key, of somebody who may not, or whom the coordinator gave no short address that it remembers.
    """

    def __init__(
        self,
        config: HanConfig,
        policy: HanPolicy,
        counters: FrameCounters,
        neighbours: Neighbours,
        out: Outbox[HanEvent],
    ) -> None:
        self._config = config
        self._policy = policy
        self._counters = counters
        self._neighbours = neighbours
        self._out = out
        self._mac_sequence = 0
        self._nwk_sequence = 0
        self._held: Held[Packet] = Held(policy.held_for_child, policy.held_frames)
        self.membership: Membership | None = None
        self.dropped: Counter[str] = Counter()
        self.admits: Callable[[Eui], bool] = _anyone
        self.stranger: Callable[[Eui, int], None] = _nobody_minds

    # -- out ---------------------------------------------------------------------------------------

    def send(self, short: int, payload: bytes, now: Instant) -> None:
        """Send an APS frame to a neighbour; one that sleeps gets it when it asks."""
        self._dispatch(Packet(short, payload), now)

    def command(self, short: int, command: Layout, now: Instant, to: Eui | None = None) -> None:
        """Send a network command to a neighbour; one that names it, where ``to`` is given."""
        octets = nwk.COMMANDS.to_bytes(command)
        self._dispatch(Packet(short, octets, command=True, destination_eui=to), now)

    def send_unsecured(self, short: int, payload: bytes, now: Instant) -> None:
        """Send the one APS frame that no network key protects, because it brings that key."""
        self._dispatch(Packet(short, payload, secured=False), now)

    def broadcast(self, payload: bytes) -> None:
        """Send an APS frame to every Device that is awake."""
        self._transmit(Packet(nwk.RECEIVERS_ON, payload))

    def mac_command(
        self,
        command: Layout,
        pan: int,
        destination: int | Eui,
        source: int | Eui,
        source_pan: int | None = None,
    ) -> None:
        """Send a MAC command to one Device, or to all."""
        frame = mac.Frame.of(
            mac.FrameType.COMMAND,
            self._next_mac(),
            mac.COMMANDS.to_bytes(command),
            pan=pan,
            destination=destination,
            source=source,
            source_pan=source_pan,
            ack_request=destination != mac.BROADCAST,
        )
        self._out.put(Transmit(frame.to_bytes()))

    def ask_for_beacons(self) -> None:
        """Ask all networks to say who they are."""
        payload = mac.COMMANDS.to_bytes(mac.BeaconRequest())
        frame = mac.Frame.of(
            mac.FrameType.COMMAND,
            self._next_mac(),
            payload,
            pan=mac.BROADCAST,
            destination=mac.BROADCAST,
        )
        self._out.put(Transmit(frame.to_bytes()))

    def beacon(self, *, permit_joining: bool) -> None:
        """Say which network this is."""
        place = self.membership
        assert place is not None, "only a coordinator has beacons, and it is on its network"
        payload = mac.Beacon.of(place.extended_pan, permit_joining=permit_joining).to_bytes()
        frame = mac.Frame.of(
            mac.FrameType.BEACON, self._next_mac(), payload, pan=place.pan, source=place.short
        )
        self._out.put(Transmit(frame.to_bytes()))

    def acknowledge(self, frame: mac.Frame, *, pending: bool = False) -> None:
        """Acknowledge a radio frame, as the radio itself does; nobody relies on it."""
        self._out.put(Transmit(frame.acknowledgement(frame_pending=pending).to_bytes()))

    def _dispatch(self, packet: Packet, now: Instant) -> None:
        neighbour = self._neighbours.at(packet.destination)
        if self._config.role is Role.COORDINATOR and neighbour is not None and neighbour.sleeps:
            if not self._held.put(packet.destination, packet, now):
                self.dropped["too much held for a sleeping child"] += 1
        else:
            self._transmit(packet)

    def _transmit(self, packet: Packet, *, pending: bool = False) -> None:
        place = self.membership
        if place is None or (packet.secured and place.key is None):
            self.dropped["not on the network"] += 1
            return
        try:
            octets = self._network_frame(packet, place).to_bytes()
        except NoKey:
            self.dropped["the frame counter is used up"] += 1
            return
        self._nwk_sequence += 1
        broadcast = packet.destination in _BROADCASTS
        frame = mac.Frame.of(
            mac.FrameType.DATA,
            self._next_mac(),
            octets,
            pan=place.pan,
            destination=mac.BROADCAST if broadcast else packet.destination,
            source=place.short,
            ack_request=not broadcast,
            frame_pending=pending,
        )
        self._out.put(Transmit(frame.to_bytes()))

    def _network_frame(self, packet: Packet, place: Membership) -> nwk.Frame:
        own = self._config.eui
        auxiliary = None
        if packet.secured:
            auxiliary = Auxiliary.of(KeyId.NETWORK, self._counters.network(), own, place.key_sequence)
        frame = nwk.Frame.of(
            nwk.FrameType.COMMAND if packet.command else nwk.FrameType.DATA,
            packet.destination,
            place.short,
            self._nwk_sequence & 0xFF,
            packet.payload,
            radius=_NEIGHBOURS_ONLY if packet.command else nwk.RADIUS,
            auxiliary=auxiliary,
            destination_eui=packet.destination_eui,
            source_eui=own if packet.command else None,
            discover_route=not packet.command,
        )
        return seal(frame, place.key) if packet.secured and place.key is not None else frame

    def _next_mac(self) -> int:
        self._mac_sequence = (self._mac_sequence + 1) & 0xFF
        return self._mac_sequence

    # -- children that sleep ------------------------------------------------------------------------

    def polled(self, frame: mac.Frame, short: int, now: Instant) -> None:
        """A child asks for what waits: acknowledge, saying whether anything does, and send the oldest."""
        packet = self._held.take(short, now)
        self.acknowledge(frame, pending=packet is not None)
        if packet is not None:
            self._transmit(packet, pending=self._held.waits(short, now))

    # -- in ----------------------------------------------------------------------------------------

    def is_for_here(self, octets: bytes) -> bool:
        """Whether a radio frame may be for this radio: the address filter that every radio chip has."""
        destination = mac.destination_of(octets)
        if destination is None:
            return not mac.is_acknowledgement(octets)
        pan, address = destination
        if isinstance(address, Eui):
            return address == self._config.eui
        if address == mac.BROADCAST:
            return True
        place = self.membership
        return place is not None and (pan, address) == (place.pan, place.short)

    def open(self, frame: mac.Frame) -> tuple[Neighbour | None, nwk.Frame]:
        """The network frame in a radio frame, in clear, and who sent it.

        The sender is None for a frame that nothing protects, which is taken only while there is no
        network key yet. Raises :class:`Dropped` or :class:`DecodeError` for what is not for use.
        """
        place = self.membership
        if place is None or frame.destination_pan != place.pan:
            raise Dropped("of another network")
        packet = nwk.Frame.from_bytes(frame.payload)
        if packet.destination != place.short and packet.destination not in _BROADCASTS:
            raise Dropped("for another Device")
        if packet.auxiliary is None:
            if place.key is not None:
                raise Dropped("not secured")
            return None, packet
        return self._unsealed(packet, packet.auxiliary, place)

    def _unsealed(
        self, packet: nwk.Frame, auxiliary: Auxiliary, place: Membership
    ) -> tuple[Neighbour, nwk.Frame]:
        sender = auxiliary.source
        if place.key is None or auxiliary.key is not KeyId.NETWORK or sender is None:
            raise Dropped("secured with no key of ours")
        if auxiliary.key_sequence != place.key_sequence or sender == self._config.eui:
            raise Dropped("secured with no key of ours")
        known = self._neighbours.of(sender)
        if known is not None and auxiliary.frame_counter <= known.network_heard:
            raise Dropped("replayed network frame")
        try:
            opened = unseal(packet, place.key)
        except BadMac:
            raise Dropped("the network key does not open it") from None
        if not self.admits(sender):
            self.stranger(sender, packet.source)
            raise Dropped("not a Device of this network")
        neighbour = self._neighbours.meet(sender)
        if neighbour is None:
            raise Dropped("too many neighbours")
        self._note(neighbour, auxiliary.frame_counter)
        if not self._is_at(neighbour, packet):
            if neighbour.short is None:
                self.stranger(sender, packet.source)
            raise Dropped("not from where its sender lives")
        return neighbour, opened

    def _is_at(self, neighbour: Neighbour, packet: nwk.Frame) -> bool:
        """Whether a frame has the short address of its sender, which the coordinator gave, others learn."""
        if self._config.role is Role.COORDINATOR:
            return packet.is_command or neighbour.short == packet.source
        self._neighbours.move(neighbour, packet.source)
        return True

    def _note(self, neighbour: Neighbour, counter: int) -> None:
        """Never take this counter again, and write it down every now and then."""
        neighbour.network_heard = counter
        if counter - neighbour.written >= self._policy.heard_step:
            self._out.put(Remember(self._neighbours.entries(neighbour)))


def _anyone(_eui: Eui) -> bool:
    return True


def _nobody_minds(_eui: Eui, _short: int) -> None:
    """A Device leaves it to the trust centre who is on the network."""
