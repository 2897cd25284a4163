"""The electricity meter as a machine: events in, events out."""

from __future__ import annotations

from doorstep.errors import DecodeError
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.asn1.names import DeviceType as Joined
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import AlertCode, Device, Executors
from doorstep.road.device.memory import Entries
from doorstep.road.machine import Memory, Note
from doorstep.road.meter import administration
from doorstep.road.meter.electricity.alerts import future_dated_outcome
from doorstep.road.meter.electricity.conditions import CONDITIONS
from doorstep.road.meter.electricity.config import EsmeConfig
from doorstep.road.meter.electricity.execute import Objects
from doorstep.road.meter.electricity.memory import changes, remembered
from doorstep.road.meter.electricity.methods import Caller
from doorstep.road.meter.electricity.registers import blank_registers
from doorstep.road.meter.electricity.schedule import activated
from doorstep.road.meter.electricity.serving import serve
from doorstep.road.meter.electricity.state import Pending, State
from doorstep.road.meter.electricity.supply import settled
from doorstep.road.meter.machine import Meter
from doorstep.road.meter.policy import MeterPolicy
from doorstep.road.tunnel import ENDPOINTS, Path, TunnelPolicy, TunnelServer
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["Esme"]


class Esme(Meter[State]):
    """An ESME, the server of the tunnel that its Communications Hub opens.

    ``keys`` holds the Device's own private keys and the certificates of the parties in its trust anchor
    cells. ``memory`` is what earlier :class:`~doorstep.road.machine.Remember` events held. Raises
    :class:`DecodeError` for a memory that no meter wrote.
    """

    def __init__(
        self,
        config: EsmeConfig,
        keys: KeyRing,
        policy: MeterPolicy | None = None,
        memory: Memory | None = None,
        tunnel: TunnelPolicy | None = None,
    ) -> None:
        policy, tunnel = policy or MeterPolicy(), tunnel or TunnelPolicy()
        blank = State(
            cells=config.cells,
            firmware=config.firmware,
            joined=dict.fromkeys(config.cells.peers, Joined.PPMID),
            registers=blank_registers() | dict(config.initial),
            usage=config.usage,
            twin=config.twin,
        )
        objects = Objects(config.faults, policy.keep_partial)
        executors: Executors[State] = {
            PayloadKind.DLMS: objects.execute,
            PayloadKind.ASN1: administration.execute,
        }
        super().__init__(
            Device(
                config.eui,
                DeviceType.ESME,
                keys,
                executors,
                policy.check_non_critical,
                administration.ESME,
            ),
            remembered(blank, memory or {}),
            policy,
            Path(config.eui, ENDPOINTS[DeviceType.ESME], config.hub, ENDPOINTS[DeviceType.CHF]),
            TunnelServer(tunnel),
            tunnel.maximum_transfer,
            CONDITIONS,
        )
        self.config = config

    # -- the Devices of the home ------------------------------------------------------------------

    def _hear_other(self, asdu: Asdu, now: Instant) -> None:
        """Answer a Device of the home that asks for a cluster of this one; the change comes first."""
        if asdu.destination_endpoint != ENDPOINTS[DeviceType.ESME] or asdu.profile != SMART_ENERGY:
            super()._hear_other(asdu, now)
            return
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._out.put(Note("ignored", f"no ZCL frame: {error}", asdu.payload))
            return
        before = self._state
        caller = Caller(self.config.eui, self._device.keys_in(before), None, now)
        served = serve(asdu, frame, before, caller, now)
        state = before if served.state is before else settled(before, served.state)
        self._become(state, (*served.notes, *self._noticed(before, state)), now)
        if served.answer is not None:
            self._send(asdu.answer(served.answer.to_bytes()), now)

    # -- what is for later ------------------------------------------------------------------------

    def _activate(self, pending: Pending, state: State, now: Instant) -> State:
        return activated(state, pending.place, self.config.faults)

    def _outcome(self, pending: Pending, counter: int, code: AlertCode, now: Instant) -> bytes:
        return future_dated_outcome(self.config.eui, counter, pending, code, now, self._device.keys)

    def _settled(self, before: State, after: State) -> State:
        return settled(before, after)

    def _changes(self, before: State, after: State) -> Entries:
        return changes(before, after)
