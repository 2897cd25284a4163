"""What becomes of a radio frame that was heard, layer by layer up to a payload.

Whatever is not for use is left with an exception (:class:`~doorstep.road.han.air.Dropped`,
:class:`DecodeError`) before it changes anything above the layer that refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import structs

from doorstep.errors import BadMac
from doorstep.gbcs.times import Instant
from doorstep.road.han.air import Dropped
from doorstep.road.han.incoming import Incoming
from doorstep.road.han.inquiries import Inquiries
from doorstep.road.han.joining import Joiner
from doorstep.road.han.layers import Layers, key_for
from doorstep.road.han.neighbours import Neighbour
from doorstep.road.han.trust_centre import TrustCentre
from doorstep.road.machine import Heard, Note, Remember
from doorstep.zigbee import aps, mac, nwk, zcl, zdo
from doorstep.zigbee.asdu import ZDO_PROFILE, Asdu
from doorstep.zigbee.auxiliary import KeyId
from doorstep.zigbee.clusters import KEY_ESTABLISHMENT
from doorstep.zigbee.clusters.key_establishment import Suite
from doorstep.zigbee.security import unseal
from doorstep.zigbee.types import ENUM16

__all__ = ["Reception"]

_COMMAND_KEYS: Final = {aps.TransportKey: KeyId.KEY_LOAD, aps.RequestKey: KeyId.LINK}
"""Which key has to protect an APS command; those without a row are not obeyed."""
_MOST_ATTRIBUTES: Final = 8


class Reception:
    """The way up through the layers of one radio, which has a joiner or a trust centre, not both."""

    def __init__(
        self, layers: Layers, joiner: Joiner | None, centre: TrustCentre | None, inquiries: Inquiries
    ) -> None:
        self._layers = layers
        self._joiner = joiner
        self._centre = centre
        self._inquiries = inquiries
        self._incoming = Incoming(layers.config, layers.policy, layers.air)
        self._frames: dict[int, Callable[[mac.Frame, Instant], None]] = {
            mac.FrameType.BEACON: self._beacon,
            mac.FrameType.COMMAND: self._mac_command,
            mac.FrameType.DATA: self._data,
        }

    def take(self, octets: bytes, now: Instant) -> mac.Frame:
        """Take a radio frame that is for this radio, and give it back as a value.

        Raises :class:`Dropped` and :class:`DecodeError`.
        """
        frame = mac.Frame.from_bytes(octets)
        take = self._frames.get(frame.frame_type)
        if take is None:
            raise Dropped("a radio frame of no use")
        take(frame, now)
        return frame

    # -- MAC -----------------------------------------------------------------------------------------

    def _beacon(self, frame: mac.Frame, now: Instant) -> None:
        if self._joiner is not None:
            self._joiner.beacon(frame)

    def _mac_command(self, frame: mac.Frame, now: Instant) -> None:
        match mac.COMMANDS.from_bytes(frame.payload):
            case mac.BeaconRequest() if self._centre is not None:
                self._centre.beacon_requested(now)
            case mac.AssociationRequest() as request if self._centre is not None:
                self._centre.association_requested(frame, request, now)
            case mac.DataRequest() if self._centre is not None:
                self._centre.polled(frame, now)
            case mac.AssociationResponse() as response if self._joiner is not None:
                self._layers.air.acknowledge(frame)
                self._joiner.association(frame, response, now)

    def _data(self, frame: mac.Frame, now: Instant) -> None:
        sender, packet = self._layers.air.open(frame)
        if frame.wants_acknowledgement:
            self._layers.air.acknowledge(frame)
        if sender is None:
            self._unsecured(packet, now)
        elif packet.is_command:
            self._network_command(sender, packet, now)
        else:
            self._aps_frame(sender, packet, now)

    # -- network -------------------------------------------------------------------------------------

    def _unsecured(self, packet: nwk.Frame, now: Instant) -> None:
        """The one frame that no network key protects: Transport Key, for a Device that joins."""
        if self._joiner is None or packet.is_command:
            raise Dropped("not secured")
        self._joiner.transport_key(aps.Frame.from_bytes(packet.payload), now)

    def _network_command(self, sender: Neighbour, packet: nwk.Frame, now: Instant) -> None:
        if packet.destination_eui not in (None, self._layers.config.eui):
            raise Dropped("for another Device")
        match nwk.COMMANDS.from_bytes(packet.payload):
            case nwk.RejoinRequest() as request if self._centre is not None:
                self._centre.rejoin_requested(sender, packet, request, now)
            case nwk.RejoinResponse() as response if self._joiner is not None:
                self._joiner.rejoined(sender.eui, response, now)
            case nwk.Leave() if self._joiner is not None and sender.eui == self._joiner.centre:
                self._joiner.expelled(now)

    # -- application support -------------------------------------------------------------------------

    def _aps_frame(self, sender: Neighbour, packet: nwk.Frame, now: Instant) -> None:
        frame = aps.Frame.from_bytes(packet.payload)
        if self._joiner is not None and sender.eui == self._joiner.centre:
            self._joiner.heard_centre(now)
        key_id = None if frame.auxiliary is None else frame.auxiliary.key
        if key_id is not None:
            frame = self._unsealed(sender, frame)
        match frame.frame_type:
            case aps.FrameType.ACKNOWLEDGEMENT:
                self._layers.outgoing.acknowledged(sender, frame, now)
            case aps.FrameType.COMMAND:
                self._aps_command(sender, frame, key_id, now)
            case aps.FrameType.DATA if packet.destination >= nwk.ROUTERS:
                self._broadcast(sender, frame, now)
            case aps.FrameType.DATA:
                self._payload(sender, frame, key_id, now)

    def _unsealed(self, sender: Neighbour, frame: aps.Frame) -> aps.Frame:
        """An APS frame in clear, opened with the link key shared with its sender."""
        auxiliary = frame.auxiliary
        if auxiliary is None or sender.link_key is None or auxiliary.source not in (None, sender.eui):
            raise Dropped("secured with no link key of ours")
        if auxiliary.frame_counter <= sender.link_heard:
            raise Dropped("replayed APS frame")
        try:
            opened = unseal(frame, key_for(auxiliary.key, sender.link_key), sender.eui)
        except BadMac:
            raise Dropped("the link key does not open it") from None
        sender.link_heard = auxiliary.frame_counter
        if self._joiner is not None and sender.eui == self._joiner.centre:
            self._joiner.opened_centre()
        return opened

    def _aps_command(self, sender: Neighbour, frame: aps.Frame, key_id: KeyId | None, now: Instant) -> None:
        command = aps.COMMANDS.from_bytes(frame.payload)
        if key_id is None or _COMMAND_KEYS.get(type(command)) is not key_id:
            raise Dropped("an APS command that is not obeyed")
        match command:
            case aps.RequestKey() if self._centre is not None:
                self._centre.key_requested(sender, command, now)
            case aps.TransportKey() if self._joiner is not None and sender.eui == self._joiner.centre:
                self._link_key(command, now)

    def _link_key(self, command: aps.TransportKey, now: Instant) -> None:
        """A key to share with another Device than the trust centre."""
        layers, eui = self._layers, command.partner
        centre = None if self._joiner is None else self._joiner.centre
        if command.key_type != aps.KeyType.APPLICATION_LINK or eui is None:
            raise Dropped("a key of another kind")
        partner = None if eui in (layers.config.eui, centre) else layers.neighbours.meet(eui)
        if partner is None:
            raise Dropped("a link key with nobody")
        partner.share(command.key)
        layers.out.put(Remember(layers.neighbours.entries(partner)))
        layers.out.put(Note("link key", f"one is shared with {eui} now"))
        layers.outgoing.go_on(eui, now)

    def _broadcast(self, sender: Neighbour, frame: aps.Frame, now: Instant) -> None:
        """Something of the device objects that is said to all."""
        if frame.profile != ZDO_PROFILE or frame.cluster is None:
            raise Dropped("a broadcast of no use")
        match zdo.Message.from_bytes(frame.cluster, frame.payload).command:
            case zdo.DeviceAnnounce(eui=eui, capability=capability) if eui == sender.eui:
                sender.capability = capability
                self._layers.outgoing.go_on(sender.eui, now)
            case zdo.NwkAddressRequest():
                own = self._layers.config.eui
                self._answer(Asdu(sender.eui, own, 0, 0, frame.cluster, ZDO_PROFILE, frame.payload), now)

    # -- payloads ------------------------------------------------------------------------------------

    def _payload(self, sender: Neighbour, frame: aps.Frame, key_id: KeyId | None, now: Instant) -> None:
        asdu = self._incoming.take(sender, frame, key_id is KeyId.LINK, now)
        if asdu is None:
            return
        if asdu.profile == ZDO_PROFILE:
            self._device_object(sender, asdu, now)
        elif asdu.cluster == KEY_ESTABLISHMENT.id:
            self._establishing(sender, asdu, now)
        else:
            if key_id is not None:
                # The payload is never taken again, so neither is a copy of its frames.
                self._layers.out.put(Remember(self._layers.neighbours.entries(sender)))
            self._layers.out.put(Heard(asdu))

    def _device_object(self, sender: Neighbour, asdu: Asdu, now: Instant) -> None:
        if self._joiner is None or not self._joiner.found(asdu, now):
            self._layers.outgoing.go_on(sender.eui, now)
            self._inquiries.heard(asdu, now)
            self._answer(asdu, now)

    def _answer(self, asdu: Asdu, now: Instant) -> None:
        answer = self._layers.objects.answer(asdu)
        if answer is not None:
            self._layers.outgoing.put(answer, now)

    def _establishing(self, sender: Neighbour, asdu: Asdu, now: Instant) -> None:
        frame = zcl.Frame.from_bytes(asdu.payload)
        if frame.profile_wide:
            self._suites(asdu, frame, now)
            return
        command = KEY_ESTABLISHMENT.command_in(frame)
        if self._centre is not None and frame.direction is zcl.Direction.TO_SERVER:
            self._centre.establishing(sender, asdu, command, now)
        elif self._joiner is not None and frame.direction is zcl.Direction.TO_CLIENT:
            self._joiner.establishing(sender.eui, command, now)

    def _suites(self, asdu: Asdu, frame: zcl.Frame, now: Instant) -> None:
        """Answer which cryptographic suites there are; any other general command is not answered."""
        question = frame.general_command
        if not isinstance(question, zcl.ReadAttributes) or len(question.attributes) > _MOST_ATTRIBUTES:
            raise Dropped("a general command of no use")
        answer = zcl.Frame.of_general(
            zcl.ReadAttributesResponse(tuple(map(_suite_record, question.attributes))),
            sequence=frame.sequence,
            direction=frame.direction.opposite,
            quiet=True,
        )
        back = structs.replace(
            asdu,
            source=asdu.destination,
            destination=asdu.source,
            source_endpoint=asdu.destination_endpoint,
            destination_endpoint=asdu.source_endpoint,
            payload=answer.to_bytes(),
        )
        self._layers.outgoing.put(back, now)


def _suite_record(attribute: int) -> zcl.AttributeRecord:
    if attribute == KEY_ESTABLISHMENT.attributes[0].id:
        return zcl.AttributeRecord(attribute, zcl.Status.SUCCESS, ENUM16.id, int(Suite.K283))
    return zcl.AttributeRecord(attribute, zcl.Status.UNSUPPORTED_ATTRIBUTE)
