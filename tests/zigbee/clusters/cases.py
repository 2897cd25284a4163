"""One case for each row of a cluster: the direction, the identifier, the payload and what it says."""

from __future__ import annotations

from typing import TypeAlias

from doorstep.zigbee.clusters import Cluster, Command
from doorstep.zigbee.zcl import Direction
from tests.zigbee.hostile import every_truncation

Case: TypeAlias = tuple[Direction, int, str, Command]

TO_SERVER = Direction.TO_SERVER
TO_CLIENT = Direction.TO_CLIENT


def both_ways(cluster: Cluster, case: Case) -> None:
    """The payload decodes to the value, the value encodes to the payload, and cuts do no harm."""
    direction, identifier, payload, value = case
    octets = bytes.fromhex(payload)
    assert cluster.decode(direction, identifier, octets) == value
    assert value.to_bytes() == octets
    assert cluster.frame(value, direction, sequence=1).command == identifier
    every_truncation(type(value).from_bytes, octets)


def rows(cluster: Cluster) -> set[tuple[Direction, int]]:
    """Every direction and identifier that the cluster has a layout for."""
    return {(way, identifier) for way in Direction for identifier in cluster.commands(way)}


def covered(cases: list[Case]) -> set[tuple[Direction, int]]:
    return {(direction, identifier) for direction, identifier, _, _ in cases}
