"""The layers of one radio together, and what its parts say on them of their own accord."""

from __future__ import annotations

from msgspec import Struct

from doorstep.eui import Eui
from doorstep.road.han.air import Air
from doorstep.road.han.config import HanConfig, HanPolicy
from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.discovery import DeviceObjects
from doorstep.road.han.events import HanEvent
from doorstep.road.han.neighbours import Neighbours
from doorstep.road.han.outgoing import Outgoing
from doorstep.road.machine import Outbox
from doorstep.zigbee import aps, zdo
from doorstep.zigbee.asdu import SMART_ENERGY, ZDO_PROFILE, Asdu
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.clusters import KEY_ESTABLISHMENT
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.keys import key_load_key, key_transport_key
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.security import seal
from doorstep.zigbee.zcl import Direction

__all__ = ["Establishing", "Layers", "key_for"]


class Layers(Struct, frozen=True):
    """The layers of one radio, for the parts that stand on them."""

    config: HanConfig
    policy: HanPolicy
    counters: FrameCounters
    neighbours: Neighbours
    air: Air
    outgoing: Outgoing
    objects: DeviceObjects
    out: Outbox[HanEvent]

    def command(self, command: Layout, key_id: KeyId, key: bytes) -> bytes:
        """The octets of an APS command, sealed with what is made of a link key. Raises :class:`NoKey`."""
        auxiliary = Auxiliary.of(key_id, self.counters.link(), self.config.eui)
        frame = aps.Frame.command(self.outgoing.next_counter(), aps.COMMANDS.to_bytes(command), auxiliary)
        return seal(frame, key_for(key_id, key)).to_bytes()

    def tell_all(self, command: Layout) -> None:
        """Broadcast a command of the device objects."""
        message = zdo.Message(self.objects.next_sequence(), command)
        counter = self.outgoing.next_counter()
        frame = aps.Frame.data(
            0, 0, message.cluster, ZDO_PROFILE, counter, message.to_bytes(), delivery=aps.Delivery.BROADCAST
        )
        self.air.broadcast(frame.to_bytes())

    def endpoint(self) -> int:
        """Where this Device has key establishment: its first endpoint."""
        return self.config.endpoints[0].endpoint


def key_for(key_id: KeyId, link_key: bytes) -> bytes:
    """The key that protects a frame of this kind, made of a link key."""
    if key_id is KeyId.KEY_TRANSPORT:
        return key_transport_key(link_key)
    return key_load_key(link_key) if key_id is KeyId.KEY_LOAD else link_key


class Establishing(Struct, frozen=True):
    """Where the other side of key establishment is, seen from one side; ``outward`` is its direction."""

    own: Eui
    own_endpoint: int
    peer: Eui
    peer_endpoint: int
    outward: Direction

    def carrying(self, command: Command, sequence: int) -> Asdu:
        """The payload that carries a command to the other side."""
        frame = KEY_ESTABLISHMENT.frame(command, self.outward, sequence=sequence & 0xFF, quiet=True)
        return Asdu(
            self.own,
            self.peer,
            self.own_endpoint,
            self.peer_endpoint,
            KEY_ESTABLISHMENT.id,
            SMART_ENERGY,
            frame.to_bytes(),
        )
