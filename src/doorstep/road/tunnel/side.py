"""One side of the Tunneling cluster: ZCL frames in and out, with the manners that ZCL asks for.

Every frame that wants an answer gets one, and no answer is answered. What a command means to a tunnel
is said by :mod:`doorstep.road.tunnel.end` and its subclasses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant
from doorstep.road.machine import Outbox
from doorstep.road.tunnel.events import FrameOut, TunnelEvent
from doorstep.zigbee import types, zcl
from doorstep.zigbee.clusters.cluster import Command
from doorstep.zigbee.clusters.tunneling import TUNNELING
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.zcl import DefaultResponse, Direction, Frame, Status

__all__ = ["Reader", "Side"]

Reader = Callable[[Frame, Command, Instant], None]
"""What takes a command of the cluster, in its frame."""

_DEFAULT_RESPONSE: Final = zcl.GENERAL_COMMANDS.number(DefaultResponse(0, 0))
_RESPONSES: Final = (
    zcl.ReadAttributesResponse,
    zcl.WriteAttributesResponse,
    zcl.ConfigureReportingResponse,
    zcl.DiscoverAttributesResponse,
)


class Side:
    """The client's or the server's side: ``outward`` is the direction of the frames that it sends.

    A subclass fills ``_commands`` with what it understands, and ``_attributes`` with what it holds.
    """

    def __init__(self, outward: Direction) -> None:
        self._outward = outward
        self._out: Outbox[TunnelEvent] = Outbox()
        self._sequence = -1
        self._commands: dict[type[Layout], Reader] = {}
        self._attributes: Mapping[int, tuple[types.DataType, int]] = {}

    def receive(self, frame: Frame, now: Instant) -> None:
        """Take a frame of the Tunneling cluster; one that makes no sense is answered, never raised."""
        if frame.profile_wide:
            self._receive_general(frame, now)
        elif frame.cluster_specific:
            self._receive_command(frame, now)

    def next_event(self) -> TunnelEvent | None:
        """The next thing to do, or None."""
        return self._out.take()

    def _receive_command(self, frame: Frame, now: Instant) -> None:
        if frame.manufacturer is not None or frame.direction is self._outward:
            self._answer(frame, Status.UNSUPPORTED_CLUSTER_COMMAND)
            return
        try:
            command = TUNNELING.command_in(frame)
        except DecodeError:
            self._answer(frame, Status.MALFORMED_COMMAND)
            return
        if isinstance(command, Unknown) or (reader := self._commands.get(type(command))) is None:
            self._answer(frame, Status.UNSUPPORTED_CLUSTER_COMMAND)
        else:
            reader(frame, command, now)

    def _receive_general(self, frame: Frame, now: Instant) -> None:
        command: Layout | Unknown | None
        try:
            command = frame.general_command
        except DecodeError:
            command = None
        if frame.command == _DEFAULT_RESPONSE:
            # Neither a good nor a malformed Default Response is ever answered.
            if isinstance(command, DefaultResponse) and frame.direction is not self._outward:
                self._read_default_response(frame, command, now)
        elif command is None:
            self._answer(frame, Status.MALFORMED_COMMAND)
        elif isinstance(command, zcl.ReadAttributes):
            self._read_attributes(frame, command)
        elif not isinstance(command, _RESPONSES):
            self._answer(frame, Status.UNSUPPORTED_GENERAL_COMMAND)

    def _read_default_response(self, frame: Frame, response: DefaultResponse, now: Instant) -> None:
        """Take the answer to something sent; one that answers nothing is passed over."""

    def _read_attributes(self, frame: Frame, command: zcl.ReadAttributes) -> None:
        records = []
        for attribute in command.attributes:
            if (held := self._attributes.get(attribute)) is None:
                records.append(zcl.AttributeRecord(attribute, Status.UNSUPPORTED_ATTRIBUTE))
            else:
                kind, value = held
                records.append(zcl.AttributeRecord(attribute, Status.SUCCESS, kind.id, value))
        response = zcl.ReadAttributesResponse(tuple(records))
        self._put(Frame.of_general(response, sequence=frame.sequence, direction=self._outward))

    def _next_sequence(self) -> int:
        """A new transaction sequence number; after 255 they begin again."""
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def _transmit(self, command: Command, sequence: int) -> None:
        """Send a command of the cluster."""
        self._put(TUNNELING.frame(command, self._outward, sequence=sequence))

    def _answer(self, frame: Frame, status: Status) -> None:
        """Send the Default Response to a frame."""
        self._put(frame.default_response(status))

    def _confirm(self, frame: Frame) -> None:
        """Send the Default Response that all is well, unless the frame asks for none."""
        if not frame.quiet:
            self._answer(frame, Status.SUCCESS)

    def _put(self, frame: Frame) -> None:
        self._out.put(FrameOut(frame.to_bytes()))
