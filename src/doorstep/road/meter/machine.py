"""The meter: it takes Commands from its tunnel, checks, counts and executes them, and answers.

For a Command that passes the checks it remembers first, in one entry for all: the counter, the registers
that changed, and the Response until the hub has confirmed it. So a meter that stops anywhere and starts
again executes nothing twice and loses no answer.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.gbcs.gbt import Ask, GaveUp, Reassembly, Whole, decode_block, is_block, pieces_of
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import AlertCode, Device, process
from doorstep.road.device.objects import Refused
from doorstep.road.machine import Memory, Note, Remember, Send, Stop
from doorstep.road.meter.alerts import future_dated_outcome
from doorstep.road.meter.conditions import noticed
from doorstep.road.meter.config import MeterConfig, MeterPolicy
from doorstep.road.meter.events import Executed, MeterEvent, MeterInput, PoweredOn, Rejected
from doorstep.road.meter.execute import Objects
from doorstep.road.meter.memory import changes, remembered
from doorstep.road.meter.registers import blank_registers
from doorstep.road.meter.schedule import activated, earliest, taken_due
from doorstep.road.meter.state import State
from doorstep.road.meter.supply import settled
from doorstep.road.tunnel import (
    ENDPOINTS,
    Arrived,
    Delivered,
    FrameOut,
    Opened,
    Path,
    Pieces,
    TunnelPolicy,
    TunnelServer,
    Undelivered,
    Why,
)
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["Meter"]

# After these the hub would not take the message later either.
_HOPELESS: Final = (Why.REFUSED, Why.TOO_LONG)

_ASK: Final = "0/"
"""The tunnel's reference for a request for missing blocks, which is nothing that is remembered."""


class Meter(Stop[MeterEvent]):
    """An ESME, the server of the tunnel that its Communications Hub opens.

    ``keys`` holds the Device's own private keys and the certificates of the parties in its trust anchor
    cells. ``memory`` is what earlier :class:`~doorstep.road.machine.Remember` events held. Raises
    :class:`DecodeError` for a memory that no meter wrote. Whatever arrives raises nothing, provided that
    the Device's own keys are held: without them there is no answer, and :class:`NoKey` says so before
    anything has changed.
    """

    def __init__(
        self,
        config: MeterConfig,
        keys: KeyRing,
        policy: MeterPolicy | None = None,
        memory: Memory | None = None,
        tunnel: TunnelPolicy | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.policy = policy or MeterPolicy()
        self._keys = keys
        blank = State(cells=config.cells, registers=blank_registers() | dict(config.initial))
        self._state = remembered(blank, memory or {})
        objects = Objects(config.faults, self.policy.keep_partial)
        self._device = Device(
            config.eui,
            config.device_type,
            keys,
            {PayloadKind.DLMS: objects.execute},
            self.policy.check_non_critical,
        )
        self._security_log: deque[Rejected] = deque(maxlen=self.policy.security_log)
        self._path = Path(config.eui, ENDPOINTS[config.device_type], config.hub, ENDPOINTS[DeviceType.CHF])
        self._tunnel = TunnelServer(tunnel)
        self._in_tunnel = Pieces(self._tunnel.send, self._tunnel.withdraw)
        self._longest = (tunnel or TunnelPolicy()).maximum_transfer
        self._reassembly = Reassembly(self.policy.blocks)

    @property
    def state(self) -> State:
        """The registers, the counters and what is pending, as they stand."""
        return self._state

    @property
    def security_log(self) -> tuple[Rejected, ...]:
        """The last Commands that were rejected, oldest first."""
        return tuple(self._security_log)

    def receive(self, event: MeterInput, now: Instant) -> None:
        """Take a payload from the HAN, or start. What was due before that comes first."""
        self._activate_due(now)
        if isinstance(event, PoweredOn):
            self._hand_over(now)
            self._drain(now)
        else:
            self._hear(event.asdu, now)

    def take(self, command: bytes, now: Instant) -> None:
        """Process a Command, whichever way it came: check it, execute it, answer it."""
        self._activate_due(now)
        self._process(command, now)
        self._drain(now)

    def deadline(self) -> Instant | None:
        """When the tunnel or a pending activation is due, or None."""
        times = (self._tunnel.deadline(), self._reassembly.deadline(), earliest(self._state))
        return min((time for time in times if time is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
        self._tunnel.on_deadline(now)
        self._reassembly.on_deadline(now)
        self._activate_due(now)
        self._drain(now)

    # -- Commands ---------------------------------------------------------------------------------

    def _process(self, command: bytes, now: Instant) -> None:
        before = self._state
        outcome = process(command, before, self._device, now)
        if isinstance(outcome.event, Executed):
            self._remember(outcome.state.with_unsent(outcome.event.response, self.policy.unsent))
        else:
            self._security_log.append(outcome.event)
        for note in outcome.notes:
            self._out.put(note)
        self._note_conditions(before)
        self._out.put(outcome.event)
        self._hand_over(now)

    # -- future-dated activations -----------------------------------------------------------------

    def _activate_due(self, now: Instant) -> None:
        before = self._state
        state, due = taken_due(before, now)
        if not due:
            return
        notes = []
        for pending in due:
            code, why = AlertCode.FUTURE_DATED_ACTIONED, f"{pending.place} was activated"
            try:
                state = activated(state, pending.place, self.config.faults)
            except Refused as refused:
                code, why = AlertCode.FUTURE_DATED_NOT_ACTIONED, str(refused)
            state = structs.replace(state, own_counter=state.own_counter + 1)
            alert = future_dated_outcome(self.config.eui, state.own_counter, pending, code, now, self._keys)
            state = state.with_unsent(alert, self.policy.unsent)
            notes.append(Note("activated", why, alert, code))
        self._remember(settled(before, state))
        for note in notes:
            self._out.put(note)
        self._note_conditions(before)
        self._hand_over(now)

    # -- the tunnel -------------------------------------------------------------------------------

    def _hear(self, asdu: Asdu, now: Instant) -> None:
        if not self._path.leads_here(asdu):
            self._out.put(Note("ignored", f"not from the hub's tunnel: {asdu.source}", asdu.payload))
            return
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._out.put(Note("ignored", f"no ZCL frame: {error}", asdu.payload))
            return
        self._path = self._path.back_to(asdu)
        self._tunnel.receive(frame, now)
        self._drain(now)

    def _drain(self, now: Instant) -> None:
        self._put_together(now)
        while (event := self._tunnel.next_event()) is not None:
            match event:
                case FrameOut(frame):
                    self._out.put(Send(self._path.carrying(frame)))
                case Arrived(data):
                    self._take_in(data, now)
                case Opened():
                    self._hand_over(now)
                case Delivered():
                    self._delivered(event)
                case Undelivered():
                    self._undelivered(event)

    def _take_in(self, data: bytes, now: Instant) -> None:
        """Take what the hub handed over: a whole Command, or a block of a long one."""
        if not is_block(data):
            self._process(data, now)
            return
        try:
            self._reassembly.receive(decode_block(data), now)
        except DecodeError as error:
            self._out.put(Note("refused", f"no block: {error}", data))
        self._put_together(now)

    def _put_together(self, now: Instant) -> None:
        """What became of the Commands that came in blocks."""
        while (event := self._reassembly.next_event()) is not None:
            match event:
                case Whole():
                    self._process(event.message, now)
                case Ask():
                    self._tunnel.send(_ASK, bytes(event.block), now)
                case GaveUp():
                    code = f"0x{event.header.message_code:04X}"
                    self._out.put(Note("given up", f"a long Command, {code}: {event.why}"))

    def _hand_over(self, now: Instant) -> None:
        """Give the tunnel what it does not have yet; it keeps that until the hub has opened it."""
        for number, message in self._state.unsent.items():
            if str(number) not in self._in_tunnel:
                self._in_tunnel.send(str(number), pieces_of(message, self._longest), now)

    def _undelivered(self, event: Undelivered) -> None:
        """Keep the message for the next time the hub opens the tunnel, unless that would not help."""
        name = self._in_tunnel.undelivered(event.reference)
        if name is None:
            return
        message = self._state.unsent.get(int(name), b"")
        self._out.put(Note("undelivered", f"{event.why.value} {event.detail}".rstrip(), message))
        if event.why in _HOPELESS:
            self._forget(name)

    def _delivered(self, event: Delivered) -> None:
        name = self._in_tunnel.delivered(event.reference)
        if name is not None:
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._remember(self._state.without_unsent(int(name)))

    # -- what every change goes through -----------------------------------------------------------

    def _remember(self, state: State) -> None:
        entries = changes(self._state, state)
        self._state = state
        if entries:
            self._out.put(Remember(entries))

    def _note_conditions(self, before: State) -> None:
        for note in noticed(before, self._state):
            self._out.put(note)
