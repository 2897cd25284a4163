"""What both ends of a tunnel have in common: the step through the table, and data both ways.

An end does no I/O. Its owner calls:

* ``open(now)``, ``send(reference, data, now)``, ``destroy(now)``;
* ``receive(frame, now)`` with each frame of the Tunneling cluster from the Device at the other end;
* ``on_deadline(now)`` when ``deadline()`` has come;
* ``next_event()`` until it gives None, after each of these (:mod:`doorstep.road.tunnel.events`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Final

from msgspec import Struct

from doorstep.gbcs.times import Instant
from doorstep.road.machine import Alarms
from doorstep.road.tunnel.events import Arrived, Closed, Delivered, Opened, Undelivered, Why
from doorstep.road.tunnel.policy import TunnelPolicy
from doorstep.road.tunnel.sending import Parcel, Sending
from doorstep.road.tunnel.side import Side
from doorstep.road.tunnel.states import Action, Event, State, Table
from doorstep.zigbee.clusters import tunneling
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.tunneling import TUNNELING, TransferData, TransferDataError, TransferStatus
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, Status

__all__ = ["End", "Timer", "Turn", "named"]


class Timer(Enum):
    """What an end may be waiting for."""

    ANSWER = "the answer to RequestTunnel"
    PAUSE = "the end of the pause after busy"
    CLEAR = "the answers to CloseTunnel"
    KEEP = "renewal, or idleness"
    TRANSFER = "the answer to TransferData"
    PATIENCE = "the first message that will have waited too long"


class Turn(Struct, frozen=True):
    """One event in the life of an end, with the frame and the command that caused it, if any.

    ``detail`` says in words what happened.
    """

    event: Event
    now: Instant
    frame: Frame | None = None
    command: Command | None = None
    detail: str = ""


_DATA_ERRORS: Final[dict[int, Event]] = {
    TransferStatus.NO_SUCH_TUNNEL: Event.LOST,
    TransferStatus.WRONG_DEVICE: Event.LOST,
    TransferStatus.DATA_OVERFLOW: Event.REJECTED,
}
_FAILURES: Final = {
    Event.REJECTED: Why.REFUSED,
    Event.GONE: Why.NO_TUNNEL,
    Event.GIVEN_UP: Why.UNANSWERED,
    Event.DENIED: Why.DENIED,
    Event.DESTROYED: Why.DESTROYED,
}
_WANT_AN_ANSWER: Final = (
    tunneling.CloseTunnel,
    tunneling.TransferDataError,
    tunneling.TunnelClosureNotification,
)


class End(Side):
    """One end of one tunnel. How client and server differ is in the subclasses and their tables."""

    def __init__(self, policy: TunnelPolicy | None, table: Table, outward: Direction) -> None:
        super().__init__(outward)
        self.state = State.CLOSED
        self._policy = policy or TunnelPolicy()
        self._table = table
        self._alarms: Alarms[Timer] = Alarms()
        self._sending = Sending(self._policy)
        self._transfer_data = TUNNELING.command_id(TransferData(0, b""), outward)
        self._tunnel_id: int | None = None
        self._peer_maximum = self._policy.maximum_transfer
        self._last_used: Instant = 0
        self._last_arrived: tuple[int, bytes] | None = None
        self._actions: dict[Action, Callable[[Turn], None]] = {
            Action.CONFIRM: self._confirm_turn,
            Action.TAKE: self._take,
            Action.SEND_NEXT: self._send_next,
            Action.DELIVERED: self._delivered,
            Action.UNDELIVERED: self._undelivered,
            Action.REPEAT: self._repeat,
            Action.START_OVER: self._start_over,
            Action.LEAVE: self._leave,
            Action.FAIL_ALL: self._fail_all,
        }
        self._timers: dict[Timer, Callable[[Instant], None]] = {
            Timer.TRANSFER: lambda now: self._step(Turn(Event.UNHEARD, now)),
            Timer.PATIENCE: self._expire,
        }
        self._commands = {TransferData: self._read_data, TransferDataError: self._read_data_error}

    # -- the owner's side -------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many messages are neither delivered nor given up."""
        return len(self._sending)

    def open(self, now: Instant) -> None:
        """Want the tunnel to be there; a server can only wait to be asked."""
        self._step(Turn(Event.WANTED, now))

    def send(self, reference: str, data: bytes, now: Instant) -> None:
        """Send a message, opening the tunnel if need be.

        ``reference`` comes back once, in :class:`Delivered` or :class:`Undelivered`, unless it is withdrawn.
        """
        objection = self._sending.add(reference, data, now)
        if objection is None:
            self._step(Turn(Event.WANTED, now))
        else:
            self._out.put(Undelivered(reference, objection))

    def withdraw(self, reference: str) -> bool:
        """Take back a message that waits, silently; False where none does, or it is in flight."""
        withdrawn = self._sending.remove(reference)
        self._watch_patience()
        return withdrawn

    def destroy(self, now: Instant) -> None:
        """Forget the tunnel and every message, without a word to the other end."""
        self._step(Turn(Event.DESTROYED, now))
        self._alarms = Alarms()

    def deadline(self) -> Instant | None:
        """When :meth:`on_deadline` is wanted, or None."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
        for timer in self._alarms.due(now):
            self._timers[timer](now)

    # -- the table --------------------------------------------------------------------------------

    def _step(self, turn: Turn) -> None:
        """Move as the table says; an event without a row moves nothing."""
        row = self._table.get((self.state, turn.event))
        if row is None:
            self._refuse(turn.frame, turn.command)
            return
        self.state, actions = row
        for action in actions:
            self._actions[action](turn)
        self._watch_patience()

    def _refuse(self, frame: Frame | None, command: Command | None) -> None:
        """The one rule for what is illegal: there is no such tunnel. A response is not answered."""
        if frame is None:
            return
        if isinstance(command, TransferData):
            error = TransferDataError(command.tunnel_id, TransferStatus.NO_SUCH_TUNNEL)
            self._transmit(error, frame.sequence)
        elif isinstance(command, _WANT_AN_ANSWER):
            self._answer(frame, Status.NOT_FOUND)

    # -- frames in --------------------------------------------------------------------------------

    def _read_data(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, TransferData)
        error = self._misdirected(command.tunnel_id)
        if error is None and len(command.data) > self._policy.maximum_transfer:
            error = TransferStatus.DATA_OVERFLOW
        if error is None:
            self._step(Turn(Event.DATA, now, frame, command))
        else:
            self._transmit(TransferDataError(command.tunnel_id, error), frame.sequence)

    def _misdirected(self, tunnel_id: int) -> TransferStatus | None:
        """What is wrong with data for this tunnel id, if anything."""
        return None if tunnel_id == self._tunnel_id else TransferStatus.NO_SUCH_TUNNEL

    def _read_data_error(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, TransferDataError)
        if command.tunnel_id != self._tunnel_id:
            self._refuse(frame, command)
            return
        self._confirm(frame)
        # Whether the error repeats the sequence number of the data differs from one stack to another,
        # so it is taken to be about the one message that is in flight.
        if self._sending.in_flight is None:
            return
        event = _DATA_ERRORS.get(command.status, Event.REJECTED)
        if event is Event.LOST and not self._sending.may_repeat:
            event = Event.GONE
        detail = f"TransferDataError {named(TransferStatus, command.status)}"
        self._step(Turn(event, now, frame, command, detail))

    def _read_default_response(self, frame: Frame, response: DefaultResponse, now: Instant) -> None:
        parcel = self._sending.in_flight
        if parcel is None or (parcel.sequence, self._transfer_data) != (frame.sequence, response.command):
            return
        event = Event.TAKEN if response.status == Status.SUCCESS else Event.REJECTED
        self._step(Turn(event, now, frame, detail=f"Default Response {named(Status, response.status)}"))

    # -- actions: data in -------------------------------------------------------------------------

    def _confirm_turn(self, turn: Turn) -> None:
        assert turn.frame is not None, "only what a frame caused is confirmed"
        self._confirm(turn.frame)

    def _take(self, turn: Turn) -> None:
        """Hand data over once: a copy that comes again is only confirmed again."""
        assert turn.frame is not None
        assert isinstance(turn.command, TransferData)
        arrived = turn.frame.sequence, turn.command.data
        if arrived != self._last_arrived:
            self._out.put(Arrived(turn.command.data))
        self._last_arrived = arrived
        self._last_used = turn.now
        self._confirm(turn.frame)

    # -- actions: data out ------------------------------------------------------------------------

    def _send_next(self, turn: Turn) -> None:
        while (parcel := self._sending.begin()) is not None:
            if len(parcel.data) > self._peer_maximum:
                self._give_up(Why.TOO_LONG, f"the other end takes {self._peer_maximum} bytes")
            elif not self._sending.may_repeat:
                self._give_up(Why.NO_TUNNEL, f"sent {parcel.tries} times")
            else:
                parcel.sequence = self._next_sequence()
                self._transmit_parcel(parcel, turn.now)
                return

    def _repeat(self, turn: Turn) -> None:
        parcel = self._sending.in_flight
        if parcel is not None and self._sending.may_repeat:
            self._transmit_parcel(parcel, turn.now)
        elif parcel is not None:
            self._give_up(Why.UNANSWERED, f"sent {parcel.tries} times")

    def _transmit_parcel(self, parcel: Parcel, now: Instant) -> None:
        assert self._tunnel_id is not None, "the tables send data in open states alone"
        parcel.tries += 1
        self._last_used = now
        self._transmit(TransferData(self._tunnel_id, parcel.data), parcel.sequence)
        self._alarms.set(Timer.TRANSFER, self._policy.answer_due(parcel.tries, now))

    def _start_over(self, turn: Turn) -> None:
        if self._sending.in_flight is not None:
            self._sending.in_flight.tries = 0

    def _delivered(self, turn: Turn) -> None:
        self._alarms.clear(Timer.TRANSFER)
        if (parcel := self._sending.finish()) is not None:
            self._out.put(Delivered(parcel.reference))

    def _undelivered(self, turn: Turn) -> None:
        self._give_up(_FAILURES[turn.event], turn.detail)

    def _give_up(self, why: Why, detail: str) -> None:
        self._alarms.clear(Timer.TRANSFER)
        if (parcel := self._sending.finish()) is not None:
            self._out.put(Undelivered(parcel.reference, why, detail))

    def _fail_all(self, turn: Turn) -> None:
        for parcel in self._sending.clear():
            self._out.put(Undelivered(parcel.reference, _FAILURES[turn.event], turn.detail))

    # -- actions: the tunnel comes and goes -------------------------------------------------------

    def _enter(self, tunnel_id: int, peer_maximum: int) -> None:
        """The tunnel is there, or is there still."""
        self._peer_maximum = min(self._policy.maximum_transfer, peer_maximum)
        if tunnel_id != self._tunnel_id:
            self._tunnel_id = tunnel_id
            self._out.put(Opened(tunnel_id))

    def _leave(self, turn: Turn) -> None:
        self._tunnel_id = None
        self._last_arrived = None
        self._alarms.clear(Timer.TRANSFER)
        self._sending.recall()
        self._out.put(Closed(turn.detail or turn.event.value))

    # -- patience ---------------------------------------------------------------------------------

    def _watch_patience(self) -> None:
        expiry = self._sending.expiry()
        if expiry is None:
            self._alarms.clear(Timer.PATIENCE)
        else:
            self._alarms.set(Timer.PATIENCE, expiry)

    def _expire(self, now: Instant) -> None:
        for parcel in self._sending.expired(now):
            self._out.put(Undelivered(parcel.reference, Why.EXPIRED))
        self._watch_patience()


def named(statuses: type[IntEnum], value: int) -> str:
    """A status as people read it: ``0x8B not found``; a number that has no name stays one."""
    try:
        return f"0x{value:02X} {statuses(value).name.replace('_', ' ').lower()}"
    except ValueError:
        return f"0x{value:02X}"
