"""The gas meter as a machine: it sleeps, wakes, reports, fetches its Commands and hands over what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.asn1.names import DeviceType as Joined
from doorstep.gbcs.times import Instant, utc2000
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import AlertCode, Device, Executors
from doorstep.road.device.clusters import Attr
from doorstep.road.device.memory import Entries
from doorstep.road.machine import Memory, Note
from doorstep.road.meter import administration
from doorstep.road.meter.gas.alerts import future_dated_outcome
from doorstep.road.meter.gas.attributes import blank_attributes
from doorstep.road.meter.gas.conditions import CONDITIONS
from doorstep.road.meter.gas.config import GsmeConfig, WakePolicy
from doorstep.road.meter.gas.execute import GasClusters
from doorstep.road.meter.gas.memory import changes, remembered
from doorstep.road.meter.gas.reports import REPORTED
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.road.meter.gas.supply import settled
from doorstep.road.meter.gas.waking import WAKING, Action, Event, State
from doorstep.road.meter.machine import Meter
from doorstep.road.meter.policy import MeterPolicy
from doorstep.road.tunnel import ENDPOINTS, Path, TunnelClient, TunnelPolicy
from doorstep.zigbee import gsme
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import METERING
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.clusters.metering import (
    ConfigureMirror,
    FunctionalFlag,
    MirrorReportAttributeResponse,
    NotificationScheme,
    RequestMirror,
    RequestMirrorResponse,
)
from doorstep.zigbee.mirror import ENERGY_SERVICES, report
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame

__all__ = ["Gsme"]

_GET: Final = "0/get"
"""The tunnel's reference for a GET, which is nothing that is remembered."""

_MIRRORED: Final = {cluster.id: cluster for cluster, _attributes in REPORTED}
_NO_MIRROR: Final = 0xFFFF
_SECOND: Final = 1000


class Gsme(Meter[GasState]):
    """A GSME, the client of a tunnel that its Communications Hub grants; it moves by :data:`WAKING`.

    It hears only while it is awake: for some time after it last sent or heard something. ``keys`` holds
    the Device's own private keys, and the certificates of the parties and PPMIDs that it trusts.
    ``memory`` is what earlier :class:`~doorstep.road.machine.Remember` events held. Raises
    :class:`DecodeError` for a memory that no gas meter wrote.
    """

    def __init__(
        self,
        config: GsmeConfig,
        keys: KeyRing,
        policy: MeterPolicy | None = None,
        memory: Memory | None = None,
        tunnel: TunnelPolicy | None = None,
        waking: WakePolicy | None = None,
    ) -> None:
        policy, tunnel = policy or MeterPolicy(), tunnel or TunnelPolicy()
        self._clusters = GasClusters(config.faults, policy.keep_partial)
        blank = GasState(
            cells=config.cells,
            firmware=config.firmware,
            joined=dict.fromkeys(config.cells.peers, Joined.PPMID) | {config.hub: Joined.GPF},
            attributes=blank_attributes() | dict(config.initial),
            published=config.published,
        )
        state = remembered(blank, memory or {})
        executors: Executors[GasState] = {
            PayloadKind.GBZ: self._clusters.execute,
            PayloadKind.ASN1: administration.execute,
        }
        super().__init__(
            Device(
                config.eui,
                DeviceType.GSME,
                keys,
                executors,
                policy.check_non_critical,
                administration.GSME,
            ),
            settled(state, state),
            policy,
            Path(config.eui, ENDPOINTS[DeviceType.GSME], config.hub, ENDPOINTS[DeviceType.CHF]),
            TunnelClient(tunnel),
            tunnel.maximum_transfer,
            CONDITIONS,
        )
        self.config = config
        self.waking = State.ASLEEP
        self._waking = waking or WakePolicy()
        self._next_wake: Instant | None = None
        self._awake_until: Instant | None = None
        self._mirror: int | None = None
        self._reported: dict[Attr, Value] = {}
        self._sequence = 0
        self._actions: dict[Action, Callable[[Instant], None]] = {
            Action.REPORT: self._report,
            Action.REPORT_CHANGES: self._report_changes,
            Action.REQUEST_MIRROR: self._request_mirror,
            Action.FORGET_MIRROR: self._forget_mirror,
            Action.GET: self._get,
        }

    # -- sleeping and waking ----------------------------------------------------------------------

    def deadline(self) -> Instant | None:
        """When it wakes, goes to sleep, or has something else to do."""
        times = (super().deadline(), self._next_wake, self._awake_until)
        return min((time for time in times if time is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
        if self._awake_until is not None and self._awake_until <= now:
            self._awake_until = None
            self._step(Event.QUIET, now)
        if self._next_wake is not None and self._next_wake <= now:
            self._wake(now)
        super().on_deadline(now)

    def _start(self, now: Instant) -> None:
        self._next_wake = now
        self._tunnel.open(now)
        self._wake(now)

    def _wake(self, now: Instant) -> None:
        """Wake, and plan the next time: at a multiple of the interval, however late this one was."""
        assert self._next_wake is not None, "it wakes once it was switched on"
        interval = self._waking.interval
        self._next_wake += interval * ((now - self._next_wake) // interval + 1)
        self._step(Event.WOKEN_ALONE if self._mirror is None else Event.WOKEN, now)
        self._hand_over(now)

    def _step(self, event: Event, now: Instant) -> None:
        """Move as the table says; an event without a row changes nothing."""
        self.waking, actions = WAKING.get((self.waking, event), (self.waking, ()))
        for action in actions:
            self._actions[action](now)

    def _stay_awake(self, now: Instant) -> None:
        self._awake_until = now + self._waking.listening
        if self.waking is State.ASLEEP:
            self.waking = State.LISTENING

    def _send(self, asdu: Asdu, now: Instant) -> None:
        super()._send(asdu, now)
        self._stay_awake(now)

    def _hear(self, asdu: Asdu, now: Instant) -> None:
        if self._awake_until is None or self._awake_until < now:
            self._out.put(Note("asleep", f"nothing is heard of {asdu.source}", asdu.payload))
            return
        self._stay_awake(now)
        super()._hear(asdu, now)

    # -- the mirror -------------------------------------------------------------------------------

    def _report(self, now: Instant) -> None:
        assert self._mirror is not None, "it reports to the mirror that it knows"
        self._reported = self._reportable()
        for cluster, attributes in REPORTED:
            values = ((one.id, self._reported[one]) for one in attributes)
            self._say(cluster, report(cluster, values, sequence=self._next_sequence()), self._mirror, now)

    def _report_changes(self, now: Instant) -> None:
        if self._mirror is not None and self._reported != self._reportable():
            self._report(now)

    def _reportable(self) -> dict[Attr, Value]:
        return {one: self._state.attributes[one] for _cluster, found in REPORTED for one in found}

    def _request_mirror(self, now: Instant) -> None:
        self._command(RequestMirror(), ENERGY_SERVICES, now)

    def _forget_mirror(self, _now: Instant) -> None:
        self._mirror = None

    def _mirrored(self, endpoint: int, now: Instant) -> None:
        """The hub has given the meter a mirror: say how it is used."""
        if endpoint == _NO_MIRROR or endpoint > 0xFF:
            return
        self._mirror = endpoint
        seconds = self._waking.interval // _SECOND
        self._command(ConfigureMirror(utc2000(now), seconds, 1, NotificationScheme.A), endpoint, now)

    def _hear_other(self, asdu: Asdu, now: Instant) -> None:
        """What the mirror says, and nobody else's business."""
        cluster = _MIRRORED.get(asdu.cluster)
        if cluster is None or asdu.source != self.config.hub or asdu.profile != SMART_ENERGY:
            super()._hear_other(asdu, now)
            return
        try:
            frame = Frame.from_bytes(asdu.payload)
            command = cluster.command_in(frame) if frame.cluster_specific else frame.general_command
        except DecodeError as error:
            self._out.put(Note("ignored", f"of the mirror: {error}", asdu.payload))
            return
        match command:
            case RequestMirrorResponse(endpoint=endpoint):
                self._mirrored(endpoint, now)
            case MirrorReportAttributeResponse(flags=flags):
                pending = any(flags[:1]) and flags[0] & FunctionalFlag.TUNNEL_MESSAGE_PENDING
                self._step(Event.FLAGGED if pending else Event.UNFLAGGED, now)
            case DefaultResponse():
                pass  # It confirms a report or a configuration, of which no answer is awaited.

    def _command(self, command: Command, endpoint: int, now: Instant) -> None:
        frame = METERING.frame(command, Direction.TO_CLIENT, sequence=self._next_sequence())
        self._say(METERING, frame, endpoint, now)

    def _say(self, cluster: Cluster, frame: Frame, endpoint: int, now: Instant) -> None:
        own = ENDPOINTS[DeviceType.GSME]
        payload = frame.to_bytes()
        self._send(
            Asdu(self.config.eui, self.config.hub, own, endpoint, cluster.id, SMART_ENERGY, payload), now
        )

    def _next_sequence(self) -> int:
        self._sequence = (self._sequence + 1) % 0x100
        return self._sequence

    # -- the tunnel -------------------------------------------------------------------------------

    def _get(self, now: Instant) -> None:
        self._tunnel.withdraw(_GET)
        self._tunnel.send(_GET, gsme.to_bytes(gsme.Get()), now)

    def _framed(self, message: bytes) -> bytes:
        return gsme.to_bytes(gsme.Put(message))

    def _arrived(self, data: bytes, now: Instant) -> None:
        try:
            form = gsme.from_bytes(data)
        except DecodeError as error:
            self._out.put(Note("refused", f"no form of a gas meter's tunnel: {error}", data))
            return
        if not isinstance(form, gsme.GetResponse):
            self._out.put(Note("refused", "the hub sends a gas meter nothing but GET-RESPONSE", data))
            return
        if form.message:
            self._take_message(form.message, now)
        self._step(Event.MORE if form.remaining else Event.LAST, now)

    # -- what is for later ------------------------------------------------------------------------

    def _activate(self, pending: Pending, state: GasState, now: Instant) -> GasState:
        return self._clusters.activate(pending, state, self._device, now)

    def _outcome(self, pending: Pending, counter: int, code: AlertCode, now: Instant) -> bytes:
        return future_dated_outcome(self.config.eui, counter, pending, code, now, self._device.keys)

    def _settled(self, before: GasState, after: GasState) -> GasState:
        return settled(before, after)

    def _changes(self, before: GasState, after: GasState) -> Entries:
        return changes(before, after)
