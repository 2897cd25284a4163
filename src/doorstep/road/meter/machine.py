"""What every meter is: it takes Commands from its tunnel, checks, counts and executes them, and answers.

For a Command that passes the checks it remembers first, in one entry for all: the counter, what changed,
and the Response until the hub has confirmed it. So a meter that stops anywhere and starts again executes
nothing twice and loses no answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Generic, TypeVar

from msgspec import structs

from doorstep.errors import DecodeError
from doorstep.gbcs.gbt import Ask, GaveUp, Reassembly, Whole, decode_block, is_block, pieces_of
from doorstep.gbcs.times import Instant
from doorstep.road.device import AlertCode, Device, Executed, Failure, alert, process
from doorstep.road.device.memory import Entries
from doorstep.road.machine import Note, Remember, Send, Stop
from doorstep.road.meter.administration import carry_out_deferred
from doorstep.road.meter.conditions import Condition, began
from doorstep.road.meter.events import MeterEvent, MeterInput, PoweredOn, Rejected
from doorstep.road.meter.logs import noted
from doorstep.road.meter.policy import MeterPolicy
from doorstep.road.meter.state import MeterState
from doorstep.road.tunnel import Arrived, Delivered, End, FrameOut, Opened, Path, Pieces, Undelivered, Why
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["Meter"]

S = TypeVar("S", bound=MeterState)

# After these the hub would not take the message later either.
_HOPELESS: Final = (Why.REFUSED, Why.TOO_LONG)

_ASK: Final = "0/"
"""The tunnel's reference for a request for missing blocks, which is nothing that is remembered."""


class Meter(Stop[MeterEvent], Generic[S]):
    """A meter behind its end of a tunnel; how its language, its state and its tunnel differ is a subclass's.

    Whatever arrives raises nothing, provided that the Device's own keys are held: without them there is no
    answer, and :class:`NoKey` says so before anything has changed. ``longest`` is the most bytes of one
    transfer; what is longer goes in blocks. ``conditions`` are those whose beginning it logs.
    """

    def __init__(
        self,
        device: Device[S],
        state: S,
        policy: MeterPolicy,
        path: Path,
        tunnel: End,
        longest: int,
        conditions: Iterable[Condition[S]],
    ) -> None:
        super().__init__()
        self.policy = policy
        self._device = device
        self._state = state
        self._path = path
        self._tunnel = tunnel
        self._longest = longest
        self._conditions = tuple(conditions)
        self._reassembly = Reassembly(policy.blocks)
        self._security_log: deque[Rejected] = deque(maxlen=policy.security_log)
        self._in_tunnel = Pieces(self._send_piece, tunnel.withdraw)

    @property
    def state(self) -> S:
        """All that is remembered, as it stands."""
        return self._state

    @property
    def security_log(self) -> tuple[Rejected, ...]:
        """The last Commands that were rejected, oldest first."""
        return tuple(self._security_log)

    def receive(self, event: MeterInput, now: Instant) -> None:
        """Take a payload from the HAN, or start. What was due before that comes first."""
        self._do_due(now)
        if isinstance(event, PoweredOn):
            self._start(now)
        else:
            self._hear(event.asdu, now)
        self._drain(now)

    def take(self, command: bytes, now: Instant) -> None:
        """Process a Command, whichever way it came: check it, execute it, answer it."""
        self._do_due(now)
        self._process(command, now)
        self._drain(now)

    def deadline(self) -> Instant | None:
        """When the tunnel, a block or a pending activation is due, or None."""
        times = (self._tunnel.deadline(), self._reassembly.deadline(), self._state.next_due())
        dues = (*times, *(one.due for one in self._state.deferred))
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
        self._tunnel.on_deadline(now)
        self._reassembly.on_deadline(now)
        self._do_due(now)
        self._drain(now)

    # -- what the kinds of meter say for themselves -----------------------------------------------

    def _start(self, now: Instant) -> None:
        """The meter has power again."""
        self._hand_over(now)

    def _activate(self, pending: Any, state: S, now: Instant) -> S:
        """The state after an instruction has taken effect; raises :class:`Failure`."""
        raise NotImplementedError

    def _outcome(self, pending: Any, counter: int, code: AlertCode, now: Instant) -> bytes:
        """The Alert on what became of an instruction, with the Device's own Originator Counter."""
        raise NotImplementedError

    def _settled(self, before: S, after: S) -> S:
        """``after``, with what follows by itself from the change."""
        raise NotImplementedError

    def _changes(self, before: S, after: S) -> Entries:
        """What to remember of a change."""
        raise NotImplementedError

    def _arrived(self, data: bytes, now: Instant) -> None:
        """The hub has sent this: for most a message, and nothing but."""
        self._take_message(data, now)

    def _framed(self, message: bytes) -> bytes:
        """What is sent to the hub for a message."""
        return message

    def _hear_other(self, asdu: Asdu, now: Instant) -> None:
        """A payload that is not of the hub's tunnel."""
        self._out.put(Note("ignored", f"not from the hub's tunnel: {asdu.source}", asdu.payload))

    def _send(self, asdu: Asdu, now: Instant) -> None:
        """Put a payload on the HAN."""
        self._out.put(Send(asdu))

    # -- Commands ---------------------------------------------------------------------------------

    def _take_message(self, data: bytes, now: Instant) -> None:
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
                    self._tunnel.send(_ASK, self._framed(bytes(event.block)), now)
                case GaveUp():
                    code = f"0x{event.header.message_code:04X}"
                    self._out.put(Note("given up", f"a long Command, {code}: {event.why}"))

    def _process(self, command: bytes, now: Instant) -> None:
        before = self._state
        outcome = process(command, before, self._device, now)
        state = outcome.state
        if isinstance(outcome.event, Executed):
            state = state.with_unsent(outcome.event.response, self.policy.unsent)
        else:
            self._security_log.append(outcome.event)
        self._become(state, (*outcome.notes, *self._noticed(before, state)), now)
        self._out.put(outcome.event)
        self._hand_over(now)

    def _do_due(self, now: Instant) -> None:
        self._carry_out_deferred(now)
        self._activate_due(now)

    def _carry_out_deferred(self, now: Instant) -> None:
        """Carry out the Commands in ASN.1 whose time has come, each with its Alert."""
        for one in [one for one in self._state.deferred if one.due <= now]:
            before = self._state
            kept = tuple(other for other in before.deferred if other is not one)
            state = structs.replace(before, deferred=kept, own_counter=before.own_counter + 1)
            outcome = carry_out_deferred(one, state, self._device.keys_in(state))
            message = alert(
                outcome.message_code,
                outcome.payload,
                self._device.eui,
                state.own_counter,
                one.originator,
                self._device.keys_in(outcome.state),
            )
            note = Note("activated", f"0x{one.message_code:04X} was carried out", message, outcome.code)
            self._become(outcome.state.with_unsent(message, self.policy.unsent), (note,), now)
            self._hand_over(now)

    def _activate_due(self, now: Instant) -> None:
        """Carry out what was asked for by now, and tell whoever asked; each instruction has its Alert."""
        before = self._state
        state, due = before.taking_due(now)
        if not due:
            return
        notes = []
        for pending in due:
            code, why = AlertCode.FUTURE_DATED_ACTIONED, "it took effect"
            try:
                state = self._activate(pending, state, now)
            except Failure as failure:
                code, why = AlertCode.FUTURE_DATED_NOT_ACTIONED, str(failure)
            state = structs.replace(state, own_counter=state.own_counter + 1)
            alert = self._outcome(pending, state.own_counter, code, now)
            state = state.with_unsent(alert, self.policy.unsent)
            notes.append(Note("activated", why, alert, code))
        state = self._settled(before, state)
        self._become(state, (*notes, *self._noticed(before, state)), now)
        self._hand_over(now)

    # -- the tunnel -------------------------------------------------------------------------------

    def _hear(self, asdu: Asdu, now: Instant) -> None:
        if not self._path.leads_here(asdu):
            self._hear_other(asdu, now)
            return
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            self._out.put(Note("ignored", f"no ZCL frame: {error}", asdu.payload))
            return
        self._path = self._path.back_to(asdu)
        self._tunnel.receive(frame, now)

    def _drain(self, now: Instant) -> None:
        self._put_together(now)
        while (event := self._tunnel.next_event()) is not None:
            match event:
                case FrameOut(frame):
                    self._send(self._path.carrying(frame), now)
                case Arrived(data):
                    self._arrived(data, now)
                case Opened():
                    self._hand_over(now)
                case Delivered():
                    self._delivered(event)
                case Undelivered():
                    self._undelivered(event)

    def _hand_over(self, now: Instant) -> None:
        """Give the tunnel what it does not have yet; it keeps that until it is open."""
        longest = self._longest - len(self._framed(b""))
        for number, message in self._state.unsent.items():
            if str(number) not in self._in_tunnel:
                self._in_tunnel.send(str(number), pieces_of(message, longest), now)

    def _send_piece(self, reference: str, piece: bytes, now: Instant) -> None:
        self._tunnel.send(reference, self._framed(piece), now)

    def _undelivered(self, event: Undelivered) -> None:
        """Keep the message for the next time the tunnel is opened, unless that would not help."""
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

    def _noticed(self, before: S, after: S) -> tuple[Note, ...]:
        return began(self._conditions, before, after)

    def _become(self, state: S, notes: tuple[Note, ...], now: Instant) -> None:
        """Take on a state, with what is noted of the change in its logs, and say what was noted."""
        self._remember(structs.replace(state, logs=noted(state.logs, notes, now)))
        for note in notes:
            self._out.put(note)

    def _remember(self, state: S) -> None:
        entries = self._changes(self._state, state)
        self._state = state
        if entries:
            self._out.put(Remember(entries))
