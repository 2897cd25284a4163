"""What a cluster is: its commands and attributes as rows, and the two look-ups made from them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import msgspec

from doorstep.errors import EncodeError
from doorstep.zigbee.layout import Layout, Unknown
from doorstep.zigbee.types import DataType
from doorstep.zigbee.zcl import Direction, Frame

__all__ = ["Attribute", "Cluster", "Command"]


class Command(Layout, frozen=True):
    """A cluster-specific command: the fields of its payload. A subclass with no fields has no payload."""


class Attribute(msgspec.Struct, frozen=True):
    """One attribute: its identifier, the standard's name and its data type."""

    id: int
    name: str
    type: DataType


class Cluster(msgspec.Struct, frozen=True, eq=False):
    """A cluster. The same layout may stand under several identifiers, in both directions."""

    id: int
    name: str
    to_server: Mapping[int, type[Command]] = {}
    to_client: Mapping[int, type[Command]] = {}
    attributes: tuple[Attribute, ...] = ()
    client_attributes: tuple[Attribute, ...] = ()

    def decode(
        self, direction: Direction, command: int, data: bytes, start: int = 0, end: int | None = None
    ) -> Command | Unknown:
        """The command whose payload ``data[start:end]`` is; :class:`Unknown` where there is no row.

        Raises :class:`DecodeError` where the payload does not follow the row.
        """
        layout = self.commands(direction).get(command)
        if layout is None:
            return Unknown(command, data[start:end])
        return layout.from_bytes(data, start, end)

    def command_in(self, frame: Frame) -> Command | Unknown:
        """The command of a cluster-specific frame; raises :class:`DecodeError`."""
        return self.decode(frame.direction, frame.command, frame.payload)

    def frame(
        self, command: Command | Unknown, direction: Direction, *, sequence: int, quiet: bool = False
    ) -> Frame:
        """The frame that carries a command; raises :class:`EncodeError`."""
        identifier = self.command_id(command, direction)
        return Frame.of_cluster(
            identifier, command.to_bytes(), sequence=sequence, direction=direction, quiet=quiet
        )

    def command_id(self, command: Command | Unknown, direction: Direction) -> int:
        """The identifier of a command; raises :class:`EncodeError` where it cannot go that way."""
        if isinstance(command, Unknown):
            return command.id
        identifier = _identifiers(self, direction).get(type(command))
        if identifier is None:
            name = type(command).__name__
            raise EncodeError("command", f"{name} is not a {self.name} command {direction.name}")
        return identifier

    def attribute(self, identifier: int, *, client: bool = False) -> Attribute | None:
        """The row of an attribute of the server, or of the client; None where there is none."""
        return _attributes(self, client).get(identifier)

    def commands(self, direction: Direction) -> Mapping[int, type[Command]]:
        """The layouts of the commands that go one way, by identifier."""
        return self.to_server if direction == Direction.TO_SERVER else self.to_client


@functools.cache
def _identifiers(cluster: Cluster, direction: Direction) -> dict[type[Command], int]:
    return {layout: identifier for identifier, layout in cluster.commands(direction).items()}


@functools.cache
def _attributes(cluster: Cluster, client: bool) -> dict[int, Attribute]:
    return {row.id: row for row in (cluster.client_attributes if client else cluster.attributes)}
