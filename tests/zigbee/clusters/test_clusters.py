"""The clusters together: the registry, rows that agree, and octets that nobody meant well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import DecodeError
from doorstep.zigbee.clusters import CLUSTERS, Cluster
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.zcl import Direction
from tests.zigbee.hostile import decodes_or_refuses


def test_every_cluster_of_a_gb_home_is_there() -> None:
    assert {identifier: cluster.name for identifier, cluster in CLUSTERS.items()} == {
        0x0000: "Basic",
        0x000A: "Time",
        0x0019: "OTA Upgrade",
        0x0025: "Keep-Alive",
        0x0700: "Price",
        0x0702: "Metering",
        0x0703: "Messaging",
        0x0704: "Tunneling",
        0x0705: "Prepayment",
        0x0707: "Calendar",
        0x0708: "Device Management",
        0x0709: "Events",
        0x0800: "Key Establishment",
    }


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=lambda cluster: cluster.name)
def test_rows_agree(cluster: Cluster) -> None:
    for rows in (cluster.attributes, cluster.client_attributes):
        assert len({row.id for row in rows}) == len({row.name for row in rows}) == len(rows)
    for commands in (cluster.to_server, cluster.to_client):
        assert len(set(commands.values())) == len(commands)
        assert all(layout.__doc__ for layout in commands.values())


def all_layouts() -> list[type[Layout]]:
    return list(
        {
            layout
            for cluster in CLUSTERS.values()
            for commands in (cluster.to_server, cluster.to_client)
            for layout in commands.values()
        }
    )


@given(st.binary(max_size=80))
def test_any_octets_decode_and_come_back_or_are_refused(data: bytes) -> None:
    for layout in all_layouts():
        decodes_or_refuses(layout.from_bytes, data)


@given(
    st.sampled_from(sorted(CLUSTERS)),
    st.sampled_from(Direction),
    st.integers(0, 255),
    st.binary(max_size=30),
)
def test_every_command_decodes_or_stays_octets(
    identifier: int, direction: Direction, command: int, data: bytes
) -> None:
    cluster = CLUSTERS[identifier]
    try:
        value = cluster.decode(direction, command, b"\xee" + data + b"\xee", 1, 1 + len(data))
    except DecodeError:
        return
    assert value.to_bytes() == data
    assert cluster.command_id(value, direction) == command
