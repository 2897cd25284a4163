"""The reference Commands to a CHF: its Responses are those of the set, byte for byte."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, Message, Role
from doorstep.gbcs.payloads.axdr import CompactArray, Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, DataNotification
from doorstep.gbcs.times import from_iso, from_utc2000
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Cells
from doorstep.road.device.objects import Place
from doorstep.road.hub.chf_objects import backup
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.device_log import DeviceLog, Entry
from doorstep.road.hub.events import FromWan, WanUp
from doorstep.road.hub.state import ChfState
from doorstep.service.keystore import FolderKeyStore
from tests.reference import available, hex_file, manifest, shared
from tests.road.hub.bench import Bench, sent_to_wan
from tests.road.hub.parties import plain

ESME = Eui.parse("00-DB-12-34-56-78-90-A0")
GSME = Eui.parse("00-DB-12-34-56-78-90-A1")
CHF = Eui.parse("00-DB-12-34-56-78-90-A2")
GPF = Eui.parse("00-DB-12-34-56-78-90-A3")
BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
THEN = from_iso("2015-01-01T00:00:00Z")

CONFIG = HubConfig(
    chf=CHF,
    gpf=GPF,
    devices=DeviceLog(
        (Entry(ESME, DeviceType.ESME, bytes(16), joined=True),),
        (Entry(GSME, DeviceType.GSME, bytes(16)),),
    ),
    chf_cells=Cells({Role.ACCESS_CONTROL_BROKER: BROKER}),
    manufacturer=b"CSW",
    model=b"ATGTypeY",
)
# What is left out: the link measurements of CCS05 and CCS06, the link keys behind the hashes of CCS07, and
# the radio below one gigahertz beyond its configuration.
EXACT = ("CCS01", "CCS02", "CCS03", "ECS26i", "ECS26n", "ECS35c", "ECS35d", "DBCH03", "DBCH04")
SHAPES = ("CCS05CCS04", "CCS06", "CCS07")


@pytest.fixture(scope="module")
def keys() -> HubKeys:
    ring = KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
    return HubKeys(ring, ring)


def commands(*use_cases: str) -> list[str]:
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and Eui.parse(row["recipient_eui"]) == CHF
        and row["use_case"] in use_cases
    ]


def read(path: str) -> Message:
    return gbcs.decode(hex_file(shared(f"rtds/{path}")))


def hub_behind(request: AccessRequest, response: AccessResponse, keys: HubKeys) -> Bench:
    """A hub that knows what the Response reports, and is broken where it reports a fault."""
    faults = {
        Place(component.class_id, component.obis, component.attribute)
        for component, result in zip(request.components, response.results, strict=True)
        if result.result == 1
    }
    bench = Bench(replace(CONFIG, faults=frozenset(faults)), keys=keys, now=THEN)
    for result in response.results:
        if isinstance(result.data.value, CompactArray):
            for element in result.data.value.elements:
                time, code, *data = plain(element)
                bench.hub.log.add(code, from_utc2000(time), *data)
    return bench


def run(bench: Bench, command: bytes) -> bytes:
    bench.tell(WanUp())
    return sent_to_wan(bench.tell(FromWan(command)))[0]


@pytest.mark.parametrize("path", commands(*EXACT))
def test_the_response_is_that_of_the_set(path: str, keys: HubKeys) -> None:
    command = read(path)
    expected = read(path.replace("COMMAND", "RESPONSE"))
    assert isinstance(command.payload, AccessRequest)
    assert isinstance(expected.payload, AccessResponse)
    bench = hub_behind(command.payload, expected.payload, keys)
    if "DBCH03" in path and expected.payload.results[0].result == 0:
        bench.hub._chf.state = replace(bench.hub._chf.state, sub_ghz=expected.payload.results[0].data)
    assert run(bench, bytes(command)) == bytes(expected)


@pytest.mark.parametrize("path", commands(*SHAPES))
def test_the_response_has_the_shape_of_that_of_the_set(path: str, keys: HubKeys) -> None:
    command = read(path)
    expected = read(path.replace("COMMAND", "RESPONSE"))
    assert isinstance(command.payload, AccessRequest)
    assert isinstance(expected.payload, AccessResponse)
    found = gbcs.decode(run(hub_behind(command.payload, expected.payload, keys), bytes(command)))
    assert isinstance(found.payload, AccessResponse)
    for ours, theirs in zip(found.payload.results, expected.payload.results, strict=True):
        assert (ours.action, ours.result) == (theirs.action, theirs.result)
        assert kind(ours.data) == kind(theirs.data)


def test_the_backup_is_that_of_the_alert_of_the_set() -> None:
    if not available():
        pytest.skip("no reference data")
    alert = read("messages/NA_CS14/CS14_NA_8F12_ALERT_GBCS.HEX")
    assert isinstance(alert.payload, DataNotification)
    state = ChfState(cells=Cells({}), devices=DeviceLog(), extended_pan=Eui(bytes(range(8))), firmware=1)
    ours = backup(state, (Entry(ESME, link_key=bytes(16)),), THEN)
    theirs = alert.payload.body.value[2]  # type: ignore[index]  # A structure.
    assert isinstance(theirs, Data)
    assert kind(ours) == kind(theirs)
    assert plain(ours)[:2] == plain(theirs)[:2]


def kind(data: Data) -> object:
    """The tags of a value and how long its strings are; of an array, its first element's."""
    if data.tag is Tag.ARRAY and isinstance(data.value, tuple):
        return data.tag, kind(data.value[0]) if data.value else None
    if isinstance(data.value, tuple):
        return data.tag, tuple(map(kind, data.value))
    return data.tag, len(data.value) if isinstance(data.value, bytes) else None
