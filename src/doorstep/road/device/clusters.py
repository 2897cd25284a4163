"""ZCL clusters as a Device sees them: what a GBZ component asks, in which order, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Struct

from doorstep.gbcs.payloads.gbz import Component, GbzPayload, compose
from doorstep.road.device.failure import Failure
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.clusters.cluster import Cluster, Command
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.types import DataType, Value
from doorstep.zigbee.zcl import (
    AttributeRecord,
    DefaultResponse,
    Direction,
    Frame,
    ReadAttributes,
    ReadAttributesResponse,
    Status,
)

__all__ = ["Attr", "Declined", "Performed", "answers", "carry_out", "direction_of", "named", "read"]

S = TypeVar("S")

# The command and status that answer every component behind one that failed: no command, plain failure.
_NOT_REACHED: Final = 0xFF, Status.FAILURE
# A component that finds nothing has not failed: those behind it are carried out.
_HARMLESS: Final = (Status.NOT_FOUND,)


class Attr(Struct, frozen=True):
    """One attribute of one cluster's server; ``str`` gives ``0705 0001``."""

    cluster: int
    id: int

    @property
    def type(self) -> DataType:
        """The type of its values, from the cluster's table."""
        row = CLUSTERS[self.cluster].attribute(self.id)
        assert row is not None, f"{self} has no row"
        return row.type

    def __str__(self) -> str:
        return f"{self.cluster:04X} {self.id:04X}"


class Declined(Failure):
    """A component that is not carried out: its status, and what answers it if not a Default Response."""

    def __init__(
        self, status: int, why: str, alert: int | None = None, answers: tuple[Component, ...] = ()
    ) -> None:
        super().__init__(why, alert)
        self.status = status
        self.answers = answers


Performed = Callable[[Component, S], tuple[S, tuple[Component, ...]]]
"""Carries out one component upon a state; gives the state that follows and the components that answer, none
for a Default Response that all went well. Raises :class:`Declined`."""


def named(cluster: Cluster, name: str) -> Attr:
    """The attribute of a cluster that has this name in its table."""
    return next(Attr(cluster.id, row.id) for row in cluster.attributes if row.name == name)


def carry_out(payload: GbzPayload, before: S, perform: Performed[S]) -> tuple[S, GbzPayload, Declined | None]:
    """Carry out the components in order, up to the first that fails (fail-fast).

    Every component is answered: by what it asked for, by a Default Response with its status, or, behind
    one that failed, by one for no command. A component that finds nothing stops nothing. Gives the state
    with the effects of those before the failure, the answer, and what failed.
    """
    state, failure = before, None
    found: list[Component] = []
    for component in payload.components:
        if failure is not None:
            found.append(_default_response(component, *_NOT_REACHED))
            continue
        try:
            state, responses = perform(component, state)
            found += responses or (_default_response(component, component.command_id, Status.SUCCESS),)
        except Declined as declined:
            found += declined.answers or (
                _default_response(component, component.command_id, declined.status),
            )
            if declined.status not in _HARMLESS:
                failure = declined
    return state, compose(found), failure


def answers(component: Component, commands: Iterable[Command], *, quiet: bool) -> tuple[Component, ...]:
    """The components that answer one by commands of its cluster; ``quiet`` wants no Default Response."""
    cluster = CLUSTERS[component.cluster]
    back = direction_of(component).opposite
    return tuple(
        _component(
            component.cluster,
            cluster.frame(command, back, sequence=component.sequence, quiet=quiet),
            command,
        )
        for command in commands
    )


def read(
    component: Component, value: Callable[[Attr], Value | Declined], *, quiet: bool = False
) -> tuple[Component, ...]:
    """The answer to a request for attributes; ``value`` gives each one's value, or why it has none.

    All are answered; where one has no value, the component has failed: raises :class:`Declined`.
    """
    assert isinstance(component.command, ReadAttributes)
    records, failure = [], None
    for identifier in component.command.attributes:
        attribute = Attr(component.cluster, identifier)
        found = value(attribute)
        if isinstance(found, Declined):
            failure = failure or found
            records.append(AttributeRecord(identifier, found.status))
        else:
            records.append(AttributeRecord(identifier, Status.SUCCESS, attribute.type.id, found))
    answer = (_general(component, ReadAttributesResponse(tuple(records)), quiet=quiet),)
    if failure is not None:
        raise Declined(failure.status, failure.why, failure.alert, answer)
    return answer


def direction_of(component: Component) -> Direction:
    """Which side of its cluster a component is for."""
    return Direction(component.frame_control >> 3 & 1)


def _default_response(component: Component, command: int, status: int) -> Component:
    return _general(component, DefaultResponse(command, status))


def _general(component: Component, command: Layout, *, quiet: bool = False) -> Component:
    back = direction_of(component).opposite
    frame = Frame.of_general(command, sequence=component.sequence, direction=back, quiet=quiet)
    return _component(component.cluster, frame, command)


def _component(cluster: int, frame: Frame, command: Layout) -> Component:
    return Component(cluster, frame.frame_control, frame.sequence, frame.command, command)
