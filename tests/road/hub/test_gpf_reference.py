"""The reference Commands to a GPF: its Responses are those of the set, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, Message, Role
from doorstep.gbcs.encrypted import opened
from doorstep.gbcs.times import from_iso
from doorstep.road.device import Cells
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.events import FromWan, WanUp
from doorstep.road.hub.mirror import Reported
from doorstep.service.keystore import FolderKeyStore
from doorstep.zigbee.zcl import ReadAttributesResponse
from tests.reference import available, hex_file, manifest, shared
from tests.road.hub.bench import Bench, sent_to_wan

CHF = Eui.parse("00-DB-12-34-56-78-90-A2")
GPF = Eui.parse("00-DB-12-34-56-78-90-A3")
THEN = from_iso("2015-01-01T00:00:00Z")
CELLS = Cells(
    {
        Role.SUPPLIER: Eui.parse("90-B3-D5-1F-30-01-00-00"),
        Role.NETWORK_OPERATOR: Eui.parse("90-B3-D5-1F-30-02-00-00"),
        Role.ACCESS_CONTROL_BROKER: Eui.parse("90-B3-D5-1F-30-00-00-02"),
    }
)
EXACT = ("GCS13a", "GCS13b", "GCS13c", "GCS14", "GCS60a", "GCS61", "GCS59")


@pytest.fixture(scope="module")
def keys() -> HubKeys:
    ring = KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
    return HubKeys(ring, ring)


def commands() -> list[str]:
    """Reads of registers, the read of samples of which there are none, and the restored log."""
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and Eui.parse(row["recipient_eui"]) == GPF
        and row["use_case"] in EXACT
        and not (row["use_case"] == "GCS61" and "NOT_FOUND" not in row["scenario"])
        # These say of the clock that it is the gas meter's, for which nothing in the Command asks.
        and not row["scenario"].endswith("RELIABLE_GSME")
    ]


def read(path: str) -> Message:
    return gbcs.decode(hex_file(shared(f"rtds/{path}")))


@pytest.mark.parametrize("path", commands())
def test_the_response_is_that_of_the_set(path: str, keys: HubKeys) -> None:
    command, expected = read(path), read(path.replace("COMMAND", "RESPONSE"))
    bench = Bench(HubConfig(chf=CHF, gpf=GPF, gpf_cells=CELLS), keys=keys, now=THEN)
    told: Any = opened(expected, keys.gpf)
    for component in getattr(told, "components", ()):
        if isinstance(component.command, ReadAttributesResponse):
            for record in component.command.records:
                place = component.cluster, record.attribute
                bench.hub._proxy.mirror._values[place] = Reported(record.type or 0, record.value, THEN)
    bench.tell(WanUp())
    assert sent_to_wan(bench.tell(FromWan(bytes(command))))[0] == bytes(expected)
