"""A Device of the home asks an ESME by ZCL: who may, what is read or changed, and what answers."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant
from doorstep.road.device import AlertCode
from doorstep.road.device.clusters import Attr
from doorstep.road.machine import Note
from doorstep.road.meter.electricity.clusters import ATTRIBUTES, CLUSTERS, COMMANDS, Asked, Reply
from doorstep.road.meter.electricity.methods import Caller
from doorstep.road.meter.electricity.state import State
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters.cluster import Cluster
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import (
    AttributeRecord,
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)

__all__ = ["Served", "serve"]


_MOST_ATTRIBUTES: Final = 64
"""How many attributes are told at a time: a choice, so that no short question has a very long answer."""


class Served(Struct, frozen=True):
    """The state that follows, the frame that answers if any does, and what is noted."""

    state: State
    answer: Frame | None = None
    notes: tuple[Note, ...] = ()


def serve(asdu: Asdu, frame: Frame, state: State, caller: Caller, now: Instant) -> Served:
    """Answer one frame of a Device of the home.

    Only a Device that has joined with this meter is answered to, one of ``state.cells.peers``: whoever else
    is on the network reads no balance and turns no supply on. Nothing is raised, whatever the frame holds.
    """
    if frame.direction is Direction.TO_CLIENT or _is_default_response(frame):
        return Served(state)  # It answers something, and a server has asked nothing.
    if asdu.source not in state.cells.peers:
        note = Note("refused", f"{asdu.source} has not joined with this meter", asdu.payload)
        return Served(state, frame.default_response(Status.NOT_AUTHORIZED), (note,))
    cluster = CLUSTERS.get(asdu.cluster)
    if cluster is None:
        return Served(state, frame.default_response(Status.UNSUPPORTED_CLUSTER))
    try:
        command = cluster.command_in(frame) if frame.cluster_specific else frame.general_command
    except DecodeError as error:
        note = Note("refused", f"from {asdu.source}: {error}", asdu.payload)
        return Served(state, frame.default_response(Status.MALFORMED_COMMAND), (note,))
    if isinstance(command, ReadAttributes):
        if len(command.attributes) > _MOST_ATTRIBUTES:
            return Served(state, frame.default_response(Status.INSUFFICIENT_SPACE))
        return Served(state, _read(cluster, frame, command, state, now))
    row = COMMANDS.get(type(command))  # type: ignore[arg-type]  # General commands have no row.
    if row is None:
        return Served(state, frame.default_response(_unsupported(frame)))
    return _replied(cluster, frame, row(state, Asked(command, caller, now)), asdu)


def _is_default_response(frame: Frame) -> bool:
    return frame.profile_wide and isinstance(_general(frame), DefaultResponse)


def _general(frame: Frame) -> Any:
    try:
        return frame.general_command
    except DecodeError:
        return None


def _unsupported(frame: Frame) -> Status:
    specific, general = Status.UNSUPPORTED_CLUSTER_COMMAND, Status.UNSUPPORTED_GENERAL_COMMAND
    return specific if frame.cluster_specific else general


def _read(cluster: Cluster, frame: Frame, asked: ReadAttributes, state: State, now: Instant) -> Frame:
    """Each attribute that was asked for, or that it is not there."""
    records = []
    for identifier in asked.attributes:
        attribute = Attr(cluster.id, identifier)
        source = ATTRIBUTES.get(attribute)
        if source is None:
            records.append(AttributeRecord(identifier, Status.UNSUPPORTED_ATTRIBUTE))
        else:
            value: Value = source(state, now)
            records.append(AttributeRecord(identifier, Status.SUCCESS, attribute.type.id, value))
    return Frame.of_general(
        ReadAttributesResponse(tuple(records)),
        sequence=frame.sequence,
        direction=Direction.TO_CLIENT,
        quiet=True,
    )


def _replied(cluster: Cluster, frame: Frame, reply: Reply, asdu: Asdu) -> Served:
    """The frame for a reply, and a note of what someone in the home has done or tried to do."""
    if reply.answer is not None:
        answer: Frame | None = cluster.frame(
            reply.answer, Direction.TO_CLIENT, sequence=frame.sequence, quiet=True
        )
    elif reply.refused is not None:
        # Of a question it says that there is nothing, of a request that it was not granted.
        answer = frame.default_response(Status.FAILURE if reply.code else Status.NOT_FOUND)
    else:
        answer = None if frame.quiet else frame.default_response(Status.SUCCESS)
    return Served(reply.state, answer, _notes(reply, asdu))


def _notes(reply: Reply, asdu: Asdu) -> tuple[Note, ...]:
    if not reply.code:
        return ()
    if reply.refused is None:
        return (Note("local", f"{asdu.source} asked for it, and it was done", asdu.payload, reply.code),)
    code = reply.refused.alert or AlertCode.COMMAND_NOT_ACTIONED
    return (
        Note("refused locally", f"{asdu.source} asked for it, and it was not done", asdu.payload, reply.code),
        Note("event", str(reply.refused), asdu.payload, code),
    )
