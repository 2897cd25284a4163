"""The Gas Proxy Function: it answers for the gas meter, which sleeps, to the Devices of the home.

What the meter reports is in the mirror; what Commands have set is tapped off. A display reads both by ZCL,
at the endpoints where it finds the clusters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import AlertCode
from doorstep.road.hub import gas_configuration, tapping
from doorstep.road.hub.blocks import Blocks
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.events import HubEvent
from doorstep.road.hub.function import Function
from doorstep.road.hub.gpf_state import GpfState
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.mirror import Mirror
from doorstep.road.hub.store import Entries
from doorstep.road.hub.tapping import TAPPED, Taps
from doorstep.road.machine import Memory, Outbox, Remember, Send
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import (
    BASIC,
    CALENDAR,
    DEVICE_MANAGEMENT,
    MESSAGING,
    METERING,
    PREPAYMENT,
    PRICE,
)
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.mirror import ENERGY_SERVICES, MIRROR
from doorstep.zigbee.zcl import (
    GENERAL_COMMANDS,
    AttributeRecord,
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    ReportAttributes,
    Status,
)

__all__ = ["MIRROR_RECORD", "TAP_OFF_FAILED", "GasProxy"]

MIRROR_RECORD: Final = "mirror"
"""The key under which the mirror's record is remembered."""
TAP_OFF_FAILED: Final = 0x819E
"""The event code of what could not be tapped off, which becomes an Alert."""

_CLUSTERS: Final[Mapping[int, Mapping[int, Cluster]]] = MappingProxyType(
    {
        endpoint: MappingProxyType({cluster.id: cluster for cluster in clusters})
        for endpoint, clusters in {
            ENERGY_SERVICES: (BASIC, PRICE, MESSAGING, CALENDAR, DEVICE_MANAGEMENT, METERING),
            MIRROR: (BASIC, METERING, PREPAYMENT),
        }.items()
    }
)
"""Where which clusters are. Metering is at the first endpoint for a meter that asks for a mirror."""

_READERS: Final = (DeviceType.PPMID, DeviceType.TYPE2)
"""The Devices that may read: a choice, where the GPF Device Log would say it."""

_PHYSICAL_ENVIRONMENT: Final = 0x0011
_CAN_MIRROR: Final = 0x01
_DEFAULT_RESPONSE: Final = GENERAL_COMMANDS.number(DefaultResponse(0, 0))


class GasProxy:
    """The GPF in its home. What it says and remembers goes to ``out``."""

    def __init__(
        self,
        gpf: Function[GpfState],
        own: Eui,
        policy: HubPolicy,
        memory: Memory,
        out: Outbox[HubEvent],
        journal: Journal,
        mirror: Mirror,
    ) -> None:
        self._gpf = gpf
        self._own = own
        self._out = out
        self._journal = journal
        self._taps = Taps(policy.taps, memory)
        self._blocks = Blocks(journal, "not tapped off", TAP_OFF_FAILED)
        self.mirror = mirror

    # -- the Tapping Off Mechanism ----------------------------------------------------------------

    def tap(self, header: GroupingHeader, command: bytes, now: Instant) -> Entries:
        """Know a Command that was taken on for a GSME, if it is one of TOM; gives what to remember.

        One that comes in blocks is known once all of them have been taken on.
        """
        if header.message_code not in TAPPED:
            return {}
        whole = self._blocks.whole(command, now)
        if whole is None:
            return {}
        entries, forgotten = self._taps.add(header, whole)
        if forgotten is not None:
            why = "too many Commands wait for their Responses"
            self._journal.note(now, "not tapped off", why, forgotten, TAP_OFF_FAILED)
        return entries

    def untap(self, header: GroupingHeader) -> Entries:
        """A Command will not reach its GSME."""
        tapped = self._taps.of(header)
        return {} if tapped is None else self._taps.drop(tapped)

    def forget(self, device: Eui) -> Entries:
        """A Device is out of the log: its mirror is gone, and what was to be tapped off of its Commands."""
        gone: Entries = {MIRROR_RECORD: None} if self.mirror.owner == device else {}
        self.mirror.forget(device)
        return gone | self._taps.forget(device)

    def answered(self, header: GroupingHeader, response: bytes, now: Instant) -> None:
        """Do what a Response of a GSME's says of a Command that was tapped off."""
        tapped = self._taps.answered(header) if header.cra is Cra.RESPONSE else None
        whole = None if tapped is None else self._blocks.whole(response, now)
        if tapped is None or whole is None:
            return
        entries = self._taps.drop(tapped)
        components = tapping.settled(tapped.command, whole)
        if components is None:
            self._out.put(Remember(entries))
            why = "the Response does not answer the Command component by component"
            self._journal.note(now, "not tapped off", why, tapped.command, AlertCode.COMMAND_NOT_ACTIONED)
            self._journal.note(now, "tap off failed", why, tapped.command, TAP_OFF_FAILED)
            return
        state = tapping.apply(header.message_code, components, self._gpf.state, now)
        self._out.put(Remember(entries | self._gpf.become(state)))
        done = all(succeeded for _component, succeeded in components)
        code = AlertCode.COMMAND_ACTIONED if done else AlertCode.COMMAND_NOT_ACTIONED
        why = "the gas proxy has what the GSME accepted" + ("" if done else ", which is not all")
        self._journal.note(now, "tapped off", why, tapped.command, code)

    def deadline(self) -> Instant | None:
        """When blocks have waited for the others for too long."""
        return self._blocks.deadline()

    def on_deadline(self, now: Instant) -> None:
        """Forget blocks that have waited for too long."""
        self._blocks.on_deadline(now)

    # -- the home's network -----------------------------------------------------------------------

    def is_for(self, asdu: Asdu) -> bool:
        """Whether a payload is for one of the proxy's endpoints."""
        return (asdu.destination, asdu.profile) == (
            self._own,
            SMART_ENERGY,
        ) and asdu.destination_endpoint in _CLUSTERS

    def hear(self, asdu: Asdu, device_type: DeviceType | None, now: Instant) -> None:
        """Take a payload from a Device of the log; a frame that wants an answer is given one."""
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._journal.note(now, "refused", f"{asdu.source}: not a ZCL frame: {error}", asdu.payload)
            return
        if frame.profile_wide and frame.command == _DEFAULT_RESPONSE:
            return
        record = self.mirror.record
        answers = self._answers(asdu, frame, device_type, now)
        if self.mirror.record != record:
            self._out.put(Remember({MIRROR_RECORD: self.mirror.record}))
        for answer in answers:
            self._out.put(Send(asdu.answer(answer.to_bytes())))

    def _answers(
        self, asdu: Asdu, frame: Frame, device_type: DeviceType | None, now: Instant
    ) -> tuple[Frame, ...]:
        cluster = _CLUSTERS[asdu.destination_endpoint].get(asdu.cluster)
        if cluster is None:
            return (frame.default_response(Status.UNSUPPORTED_CLUSTER),)
        try:
            asked = cluster.command_in(frame) if frame.cluster_specific else frame.general_command
        except DecodeError:
            return (frame.default_response(Status.MALFORMED_COMMAND),)
        if frame.direction is Direction.TO_CLIENT:
            return self._of_meter(asdu, frame, asked, device_type, now)
        if device_type not in _READERS:
            return (frame.default_response(Status.NOT_AUTHORIZED),)
        if isinstance(asked, ReadAttributes):
            return (self._read(cluster, frame, asked, now),)
        return self._of_display(cluster, frame, asked, now)

    def _of_meter(
        self, asdu: Asdu, frame: Frame, asked: Any, device_type: DeviceType | None, now: Instant
    ) -> tuple[Frame, ...]:
        """What the server of a meter's clusters says to the mirror."""
        if device_type is not DeviceType.GSME:
            return (frame.default_response(Status.NOT_AUTHORIZED),)
        if isinstance(asked, ReportAttributes):
            answer = self.mirror.report(asdu.source, asdu.cluster, frame, asked, now)
            return () if answer is None else (answer,)
        if asdu.cluster != METERING.id:
            return (frame.default_response(Status.UNSUPPORTED_CLUSTER_COMMAND),)
        if isinstance(asked, ReadAttributes):
            return (self.mirror.read_flags(asdu.source, frame, asked),)
        return (self.mirror.command(asdu.source, frame, asked),)

    def _of_display(self, cluster: Cluster, frame: Frame, asked: Any, now: Instant) -> tuple[Frame, ...]:
        """A command by which a display asks."""
        answer = gas_configuration.ANSWERS.get(type(asked))
        if answer is None:
            unknown = frame.cluster_specific
            status = Status.UNSUPPORTED_CLUSTER_COMMAND if unknown else Status.UNSUPPORTED_GENERAL_COMMAND
            return (frame.default_response(status),)
        found = answer(self._gpf.state, asked, now)
        if not found:
            return (frame.default_response(Status.NOT_FOUND),)
        return tuple(_answering(cluster, frame, command) for command in found)

    def _read(self, cluster: Cluster, frame: Frame, asked: ReadAttributes, now: Instant) -> Frame:
        records = tuple(self._record(cluster, identifier, now) for identifier in asked.attributes)
        return Frame.of_general(
            ReadAttributesResponse(records),
            sequence=frame.sequence,
            direction=Direction.TO_CLIENT,
            quiet=True,
        )

    def _record(self, cluster: Cluster, identifier: int, now: Instant) -> AttributeRecord:
        """An attribute as it was reported, or as what was tapped off decides it."""
        reported = self.mirror.reported(cluster.id, identifier)
        if reported is not None:
            return AttributeRecord(identifier, Status.SUCCESS, reported.type, reported.value)
        row = cluster.attribute(identifier)
        value = None
        if cluster is PRICE and identifier in gas_configuration.ATTRIBUTES:
            value = gas_configuration.ATTRIBUTES[identifier](self._gpf.state, now)
        elif (cluster, identifier) == (BASIC, _PHYSICAL_ENVIRONMENT):
            value = _CAN_MIRROR
        if row is None or value is None:
            return AttributeRecord(identifier, Status.UNSUPPORTED_ATTRIBUTE)
        return AttributeRecord(identifier, Status.SUCCESS, row.type.id, value)


def _answering(cluster: Cluster, frame: Frame, command: Command) -> Frame:
    return cluster.frame(command, Direction.TO_CLIENT, sequence=frame.sequence, quiet=True)
