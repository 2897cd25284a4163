"""The client end of a tunnel: it asks for the tunnel, and keeps it."""

from __future__ import annotations

from typing import Final

from doorstep.gbcs.times import Instant
from doorstep.road.tunnel.end import End, Timer, Turn, named
from doorstep.road.tunnel.events import Rejected
from doorstep.road.tunnel.policy import TunnelPolicy
from doorstep.road.tunnel.states import CLIENT, Action, Event
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.tunneling import (
    NO_TUNNEL,
    TUNNELING,
    CloseTunnel,
    RequestTunnel,
    RequestTunnelResponse,
    RequestTunnelStatus,
    TunnelClosureNotification,
)
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, Status

__all__ = ["TunnelClient"]

_ANSWERS: Final[dict[int, Event]] = {
    RequestTunnelStatus.SUCCESS: Event.GRANTED,
    RequestTunnelStatus.BUSY: Event.BUSY,
    RequestTunnelStatus.NO_MORE_TUNNEL_IDS: Event.NO_IDS,
}
_REQUEST_TUNNEL: Final = TUNNELING.command_id(RequestTunnel(), Direction.TO_SERVER)
_CLOSE_TUNNEL: Final = TUNNELING.command_id(CloseTunnel(0), Direction.TO_SERVER)
_SECOND: Final = 1000


class TunnelClient(End):
    """One tunnel to one server; moves by the table :data:`~doorstep.road.tunnel.states.CLIENT`."""

    def __init__(self, policy: TunnelPolicy | None = None) -> None:
        super().__init__(policy, CLIENT, Direction.TO_SERVER)
        self._request_sequence: int | None = None
        self._requests = 0
        self._closing: set[int] = set()
        self._actions |= {
            Action.ASK: self._ask,
            Action.ASK_AGAIN: self._ask_again,
            Action.ENTER: self._granted,
            Action.PAUSE: self._pause,
            Action.RENEW_SOON: self._renew_soon,
            Action.RENEW_LATER: self._renew_later,
            Action.CLOSE_ALL: self._close_all,
            Action.TELL_REJECTED: self._tell_rejected,
            Action.REOPEN_IF_WANTED: self._reopen_if_wanted,
        }
        self._timers |= {
            Timer.ANSWER: self._unanswered,
            Timer.PAUSE: lambda now: self._step(Turn(Event.PAUSED, now)),
            Timer.CLEAR: lambda now: self._step(Turn(Event.CLEARED, now)),
            Timer.KEEP: lambda now: self._step(Turn(Event.RENEWAL, now)),
        }
        self._commands |= {
            RequestTunnelResponse: self._read_response,
            TunnelClosureNotification: self._read_closure,
        }

    # -- frames in --------------------------------------------------------------------------------

    def _read_response(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, RequestTunnelResponse)
        if frame.sequence != self._request_sequence:
            return  # It answers a request that is no longer waited for.
        event = _ANSWERS.get(command.status, Event.DENIED)
        if event is Event.GRANTED and command.tunnel_id == NO_TUNNEL:
            event = Event.DENIED
        detail = f"RequestTunnelResponse {named(RequestTunnelStatus, command.status)}"
        self._answered(Turn(event, now, frame, command, detail))

    def _read_closure(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, TunnelClosureNotification)
        if command.tunnel_id == self._tunnel_id:
            self._step(Turn(Event.CLOSURE, now, frame, command))
        else:
            self._refuse(frame, command)

    def _read_default_response(self, frame: Frame, response: DefaultResponse, now: Instant) -> None:
        super()._read_default_response(frame, response, now)
        detail = f"Default Response {named(Status, response.status)}"
        answered = frame.sequence, response.command
        if answered == (self._request_sequence, _REQUEST_TUNNEL) and response.status != Status.SUCCESS:
            self._answered(Turn(Event.DENIED, now, frame, None, detail))
        elif response.command == _CLOSE_TUNNEL and frame.sequence in self._closing:
            self._closing.remove(frame.sequence)
            # The ids were guesses, so most of them name no tunnel; anything else is worth telling.
            if response.status not in (Status.SUCCESS, Status.NOT_FOUND):
                self._out.put(Rejected("CloseTunnel", detail))
            if not self._closing:
                self._alarms.clear(Timer.CLEAR)
                self._step(Turn(Event.CLEARED, now, frame))

    def _answered(self, turn: Turn) -> None:
        self._request_sequence = None
        self._alarms.clear(Timer.ANSWER)
        self._step(turn)

    def _unanswered(self, now: Instant) -> None:
        event = Event.SILENCE if self._requests < self._policy.tries else Event.GIVEN_UP
        self._step(Turn(event, now, detail=f"RequestTunnel was sent {self._requests} times"))

    # -- actions ----------------------------------------------------------------------------------

    def _ask(self, turn: Turn) -> None:
        self._request_sequence = self._next_sequence()
        self._requests = 0
        self._ask_again(turn)

    def _ask_again(self, turn: Turn) -> None:
        assert self._request_sequence is not None, "the table repeats only what was asked"
        self._requests += 1
        request = RequestTunnel(maximum_incoming_transfer_size=self._policy.maximum_transfer)
        self._transmit(request, self._request_sequence)
        self._alarms.set(Timer.ANSWER, self._policy.answer_due(self._requests, turn.now))

    def _granted(self, turn: Turn) -> None:
        assert isinstance(turn.command, RequestTunnelResponse)
        self._enter(turn.command.tunnel_id, turn.command.maximum_incoming_transfer_size)
        self._renew_later(turn)

    def _pause(self, turn: Turn) -> None:
        self._alarms.set(Timer.PAUSE, turn.now + self._policy.busy_pause)

    def _renew_soon(self, turn: Turn) -> None:
        self._alarms.set(Timer.KEEP, turn.now + self._policy.busy_pause)

    def _renew_later(self, turn: Turn) -> None:
        self._alarms.set(Timer.KEEP, turn.now + self._policy.renewal_seconds * _SECOND)

    def _close_all(self, turn: Turn) -> None:
        self._closing = set()
        for tunnel_id in range(self._policy.tunnel_ids):
            sequence = self._next_sequence()
            self._closing.add(sequence)
            self._transmit(CloseTunnel(tunnel_id), sequence)
        self._alarms.set(Timer.CLEAR, self._policy.answer_due(1, turn.now))

    def _tell_rejected(self, turn: Turn) -> None:
        self._out.put(Rejected("RequestTunnel", turn.detail))

    def _reopen_if_wanted(self, turn: Turn) -> None:
        if self.waiting:
            self._step(Turn(Event.WANTED, turn.now))
