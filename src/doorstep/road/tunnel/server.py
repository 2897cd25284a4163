"""The server end of a tunnel: it is asked for the tunnel, and closes it when it is idle."""

from __future__ import annotations

from typing import Final

from doorstep.gbcs.times import Instant
from doorstep.road.tunnel.end import End, Timer, Turn
from doorstep.road.tunnel.policy import TunnelPolicy
from doorstep.road.tunnel.states import SERVER, Action, Event
from doorstep.zigbee import types
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.tunneling import (
    GB_HRGP,
    MANUFACTURER_NOT_USED,
    NO_TUNNEL,
    CloseTunnel,
    GetSupportedTunnelProtocols,
    RequestTunnel,
    RequestTunnelResponse,
    RequestTunnelStatus,
    SupportedTunnelProtocolsResponse,
    TransferStatus,
    TunnelClosureNotification,
    TunnelProtocol,
)
from doorstep.zigbee.zcl import Direction, Frame, Status

__all__ = ["Slots", "TunnelServer"]

_CLOSE_TUNNEL_TIMEOUT: Final = 0x0000
_SECOND: Final = 1000


class Slots:
    """The tunnel ids of one server, shared by all its ends: small numbers from 0.

    While ``busy`` is set, every request for a tunnel is answered *busy*.
    """

    def __init__(self, capacity: int = 8) -> None:
        self.busy = False
        self._free = list(range(capacity - 1, -1, -1))
        self._used: set[int] = set()

    def __contains__(self, tunnel_id: int) -> bool:
        return tunnel_id in self._used

    @property
    def full(self) -> bool:
        """Whether every id is in use."""
        return not self._free

    def take(self) -> int:
        """An id that was free; only to be called where there is one."""
        tunnel_id = self._free.pop()
        self._used.add(tunnel_id)
        return tunnel_id

    def release(self, tunnel_id: int) -> None:
        """The id is free again."""
        if tunnel_id in self._used:
            self._used.remove(tunnel_id)
            self._free.append(tunnel_id)


class TunnelServer(End):
    """One tunnel with one client; moves by the table :data:`~doorstep.road.tunnel.states.SERVER`.

    A Device with several clients gives all its ends the same ``slots``.
    """

    def __init__(self, policy: TunnelPolicy | None = None, slots: Slots | None = None) -> None:
        super().__init__(policy, SERVER, Direction.TO_CLIENT)
        self._slots = slots or Slots(self._policy.tunnel_ids)
        self._attributes = {_CLOSE_TUNNEL_TIMEOUT: (types.UINT16, self._policy.close_tunnel_timeout)}
        self._actions |= {
            Action.TAKE_ID: self._take_id,
            Action.GRANT: self._grant,
            Action.REFUSE: self._refuse_request,
            Action.NOTIFY: self._notify,
        }
        self._timers |= {Timer.KEEP: self._idle}
        self._commands |= {
            RequestTunnel: self._read_request,
            CloseTunnel: self._read_close,
            GetSupportedTunnelProtocols: self._read_protocols,
        }

    # -- frames in --------------------------------------------------------------------------------

    def _read_request(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, RequestTunnel)
        event = Event.ASKED if self._objection(command) is None else Event.ASKED_IN_VAIN
        self._step(Turn(event, now, frame, command))

    def _objection(self, request: RequestTunnel) -> RequestTunnelStatus | None:
        """The first check that the request fails; a client that has a tunnel needs no free id."""
        protocol = request.protocol == GB_HRGP and request.manufacturer == MANUFACTURER_NOT_USED
        checks = (
            (protocol, RequestTunnelStatus.PROTOCOL_NOT_SUPPORTED),
            (not request.flow_control, RequestTunnelStatus.FLOW_CONTROL_NOT_SUPPORTED),
            (not self._slots.busy, RequestTunnelStatus.BUSY),
            (self._tunnel_id is not None or not self._slots.full, RequestTunnelStatus.NO_MORE_TUNNEL_IDS),
        )
        return next((status for passed, status in checks if not passed), None)

    def _misdirected(self, tunnel_id: int) -> TransferStatus | None:
        if tunnel_id != self._tunnel_id and tunnel_id in self._slots:
            return TransferStatus.WRONG_DEVICE
        return super()._misdirected(tunnel_id)

    def _read_close(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, CloseTunnel)
        if command.tunnel_id == self._tunnel_id:
            self._step(Turn(Event.CLOSE, now, frame, command))
        elif command.tunnel_id in self._slots:
            self._answer(frame, Status.NOT_AUTHORIZED)
        else:
            self._refuse(frame, command)

    def _read_protocols(self, frame: Frame, command: Command, now: Instant) -> None:
        assert isinstance(command, GetSupportedTunnelProtocols)
        protocols = (TunnelProtocol(MANUFACTURER_NOT_USED, GB_HRGP),)[command.offset :]
        self._transmit(SupportedTunnelProtocolsResponse(1, protocols), frame.sequence)

    # -- actions ----------------------------------------------------------------------------------

    def _take_id(self, turn: Turn) -> None:
        assert isinstance(turn.command, RequestTunnel)
        self._enter(self._slots.take(), turn.command.maximum_incoming_transfer_size)
        self._alarms.set(Timer.KEEP, turn.now + self._policy.close_tunnel_timeout * _SECOND)

    def _grant(self, turn: Turn) -> None:
        assert turn.frame is not None
        assert self._tunnel_id is not None
        # A client that asks again may have started afresh, and count its frames from the beginning.
        self._last_arrived = None
        self._last_used = turn.now
        response = RequestTunnelResponse(
            self._tunnel_id, RequestTunnelStatus.SUCCESS, self._policy.maximum_transfer
        )
        self._transmit(response, turn.frame.sequence)

    def _refuse_request(self, turn: Turn) -> None:
        assert turn.frame is not None
        assert isinstance(turn.command, RequestTunnel)
        status = self._objection(turn.command)
        assert status is not None
        self._transmit(
            RequestTunnelResponse(NO_TUNNEL, status, self._policy.maximum_transfer), turn.frame.sequence
        )

    def _notify(self, turn: Turn) -> None:
        assert self._tunnel_id is not None
        self._transmit(TunnelClosureNotification(self._tunnel_id), self._next_sequence())

    def _leave(self, turn: Turn) -> None:
        if self._tunnel_id is not None:
            self._slots.release(self._tunnel_id)
        super()._leave(turn)

    def _idle(self, now: Instant) -> None:
        """Close the tunnel, if it was idle for all this time; the alarm does not move with every use."""
        due = self._last_used + self._policy.close_tunnel_timeout * _SECOND
        if now < due and self._tunnel_id is not None:
            self._alarms.set(Timer.KEEP, due)
        else:
            self._step(Turn(Event.IDLE, now))
