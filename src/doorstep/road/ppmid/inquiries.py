"""Requests by ZCL to other Devices of the home, and their answers: the client's side of every cluster.

Only the tunnel has a room of its own. A request is sent, perhaps repeated, and answered or given up; a
response belongs to the request whose Device, endpoint, cluster and sequence number it repeats. What comes
without having been asked for is told as :class:`Unasked`.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Alarms, Note, Outbox, Send
from doorstep.road.ppmid.config import InquiryPolicy
from doorstep.road.ppmid.events import PpmidEvent
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.layout import Unknown
from doorstep.zigbee.zcl import (
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)

__all__ = ["Answered", "Inquiries", "Request", "Server", "Unanswered", "Unasked"]

_SEQUENCES: Final = 0x100


class Server(Struct, frozen=True):
    """Where a Device has the server of a cluster."""

    device: Eui
    endpoint: int
    cluster: Cluster


class Request(Struct, frozen=True):
    """What is asked of whom, and what for. ``repeatable``: asking twice does no harm."""

    server: Server
    command: Command | ReadAttributes
    purpose: Any
    repeatable: bool = True


class Answered(Struct, frozen=True):
    """The answer to a request: a command of the cluster, the attributes read, or a Default Response."""

    request: Request
    answer: Command | ReadAttributesResponse | DefaultResponse


class Unanswered(Struct, frozen=True):
    """Nobody answered a request."""

    request: Request


class Unasked(Struct, frozen=True):
    """A command that a server sent of its own accord."""

    device: Eui
    cluster: Cluster
    command: Command


Told = Answered | Unanswered | Unasked


class _Open(Struct):
    """A request that awaits its answer."""

    request: Request
    sequence: int
    tries: int = 0


class Inquiries:
    """The requests of one Device, which has ``own_endpoint`` for all of them. Frames go to ``out``.

    ``servers`` are those whose commands are listened to without a request. At most ``policy.open`` requests
    await an answer; those that would be more are given up at once.
    """

    def __init__(
        self,
        own: Eui,
        own_endpoint: int,
        servers: tuple[Server, ...],
        policy: InquiryPolicy,
        out: Outbox[PpmidEvent],
    ) -> None:
        self._own = own
        self._own_endpoint = own_endpoint
        self._servers = {(server.device, server.cluster.id): server.cluster for server in servers}
        self._policy = policy
        self._out = out
        self._open: dict[int, _Open] = {}
        self._alarms: Alarms[int] = Alarms()
        self._told: deque[Told] = deque()
        self._sequence = -1

    def start(self) -> None:
        """Begin with nothing asked."""
        for sequence in list(self._open):
            self._close(sequence)
        self._told.clear()

    def ask(self, request: Request, now: Instant) -> None:
        """Send a request."""
        if len(self._open) >= self._policy.open:
            self._told.append(Unanswered(request))
            return
        sequence = self._free_sequence()
        self._open[sequence] = _Open(request, sequence)
        self._send(self._open[sequence], now)

    def hear(self, asdu: Asdu) -> None:
        """Take a payload that is none of the tunnel's."""
        try:
            frame = Frame.from_bytes(asdu.payload)
            if asdu.profile != SMART_ENERGY or not self._take(asdu, frame):
                self._ignore(asdu)
        except DecodeError as error:
            self._out.put(Note("refused", f"from {asdu.source}: {error}", asdu.payload))

    def next_event(self) -> Told | None:
        """What came of a request, or came without one; None when there is no more."""
        return self._told.popleft() if self._told else None

    def deadline(self) -> Instant | None:
        """When a request is to be repeated or given up."""
        return self._alarms.earliest()

    def on_deadline(self, now: Instant) -> None:
        """Repeat, or give up, what was not answered in time."""
        for sequence in self._alarms.due(now):
            request = self._open[sequence]
            if request.request.repeatable and request.tries < self._policy.tries:
                self._send(request, now)
            else:
                self._close(sequence)
                self._told.append(Unanswered(request.request))

    # -- frames in --------------------------------------------------------------------------------

    def _take(self, asdu: Asdu, frame: Frame) -> bool:
        """Whether a frame is an answer that is awaited, or a command that is listened to."""
        if frame.direction is not Direction.TO_CLIENT or frame.manufacturer is not None:
            return False
        waiting = self._open.get(frame.sequence)
        server = None if waiting is None else waiting.request.server
        if waiting is not None and server is not None and _is_from(server, asdu):
            answer = _answer(server.cluster, frame, waiting.request)
            if answer is not None:
                self._close(frame.sequence)
                self._told.append(Answered(waiting.request, answer))
                return True
        return self._take_unasked(asdu, frame)

    def _take_unasked(self, asdu: Asdu, frame: Frame) -> bool:
        cluster = self._servers.get((asdu.source, asdu.cluster))
        if cluster is None or not frame.cluster_specific:
            return False
        command = cluster.command_in(frame)
        if isinstance(command, Unknown):
            self._reply(asdu, frame, Status.UNSUPPORTED_CLUSTER_COMMAND)
            return False
        self._told.append(Unasked(asdu.source, cluster, command))
        if not frame.quiet:
            self._reply(asdu, frame, Status.SUCCESS)
        return True

    def _reply(self, asdu: Asdu, frame: Frame, status: Status) -> None:
        self._out.put(Send(asdu.answer(frame.default_response(status).to_bytes())))

    def _ignore(self, asdu: Asdu) -> None:
        self._out.put(Note("ignored", f"cluster 0x{asdu.cluster:04X} from {asdu.source}", asdu.payload))

    # -- frames out -------------------------------------------------------------------------------

    def _send(self, waiting: _Open, now: Instant) -> None:
        waiting.tries += 1
        server, command = waiting.request.server, waiting.request.command
        to_server = Direction.TO_SERVER
        if isinstance(command, ReadAttributes):
            frame = Frame.of_general(command, sequence=waiting.sequence, direction=to_server)
        else:
            frame = server.cluster.frame(command, to_server, sequence=waiting.sequence)
        self._out.put(
            Send(
                Asdu(
                    self._own,
                    server.device,
                    self._own_endpoint,
                    server.endpoint,
                    server.cluster.id,
                    SMART_ENERGY,
                    frame.to_bytes(),
                )
            )
        )
        self._alarms.set(waiting.sequence, now + self._policy.answer_wait)

    def _free_sequence(self) -> int:
        """The next sequence number that no open request has."""
        self._sequence = (self._sequence + 1) % _SEQUENCES
        while self._sequence in self._open:
            self._sequence = (self._sequence + 1) % _SEQUENCES
        return self._sequence

    def _close(self, sequence: int) -> None:
        del self._open[sequence]
        self._alarms.clear(sequence)


def _is_from(server: Server, asdu: Asdu) -> bool:
    return (server.device, server.endpoint, server.cluster.id) == (
        asdu.source,
        asdu.source_endpoint,
        asdu.cluster,
    )


def _answer(
    cluster: Cluster, frame: Frame, request: Request
) -> Command | ReadAttributesResponse | DefaultResponse | None:
    """What a frame answers to a request; None where it can be no answer to it."""
    if frame.cluster_specific:
        command = cluster.command_in(frame)
        reads = isinstance(request.command, ReadAttributes)
        return None if reads or isinstance(command, Unknown) else command
    general = frame.general_command
    if isinstance(general, ReadAttributesResponse):
        return general if isinstance(request.command, ReadAttributes) else None
    return general if isinstance(general, DefaultResponse) else None
