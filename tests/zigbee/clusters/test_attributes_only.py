"""Basic, Time and Keep-Alive: clusters that are all attributes."""

from __future__ import annotations

import pytest

from doorstep.zigbee import types
from doorstep.zigbee.clusters import BASIC, KEEP_ALIVE, TIME, Cluster


@pytest.mark.parametrize(
    ("cluster", "identifier", "name", "row"),
    [
        (BASIC, 0x0004, "ManufacturerName", types.CHARACTER_STRING),
        (BASIC, 0x0011, "PhysicalEnvironment", types.ENUM8),
        (TIME, 0x0000, "Time", types.UTC_TIME),
        (TIME, 0x0001, "TimeStatus", types.BITMAP8),
        (TIME, 0x0005, "DstShift", types.INT32),
        (KEEP_ALIVE, 0x0000, "TCKeepAliveBase", types.UINT8),
        (KEEP_ALIVE, 0x0001, "TCKeepAliveJitter", types.UINT16),
    ],
)
def test_attributes(cluster: Cluster, identifier: int, name: str, row: types.DataType) -> None:
    attribute = cluster.attribute(identifier)
    assert attribute is not None
    assert (attribute.name, attribute.type) == (name, row)
    assert not cluster.to_server
    assert not cluster.to_client
