"""The remote parties of a hub under test, its keys, and Commands to its own Functions that verify."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import Holding, KeyRing, KeyUsage, MemoryKeyStore, Role
from doorstep.gbcs.message import Message, build, decode
from doorstep.gbcs.payloads import Payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse, Action, Component, invoke_id
from doorstep.gbcs.protection import protect
from doorstep.gbcs.times import from_iso
from doorstep.gbcs.usecases import USE_CASES
from doorstep.road.device import Cells
from doorstep.road.device.objects import place
from doorstep.road.hub.config import HubKeys
from tests.road.hub.messages import CHF, GPF, SUPPLIER

NOW = from_iso("2026-11-28T03:10:00Z")
BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")

_PARTIES = (SUPPLIER, BROKER, CHF, GPF)
_USAGES = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT)
_PRIVATE = {
    (party, usage): ec.derive_private_key(1 + 2 * number + kind, ec.SECP256R1())
    for number, party in enumerate(_PARTIES)
    for kind, usage in enumerate(_USAGES)
}
STORE = MemoryKeyStore(_PRIVATE, roles={BROKER: Role.ACCESS_CONTROL_BROKER})
KEYS = HubKeys(KeyRing(Holding(STORE, CHF)), KeyRing(Holding(STORE, GPF)))
PARTY_KEYS = KeyRing(Holding(STORE, SUPPLIER, BROKER))
CHF_CELLS = Cells({Role.ACCESS_CONTROL_BROKER: BROKER})
GPF_CELLS = Cells({Role.SUPPLIER: SUPPLIER, Role.ACCESS_CONTROL_BROKER: BROKER})

DEVICE_LOG = "104 0-0:30.3.0.255"
HISTORIC_LOG = "104 0-0:30.3.1.255"
NULL = Data(Tag.NULL_DATA)


def octets(value: bytes) -> Data:
    return Data(Tag.OCTET_STRING, bytes(value))


def structure(*parts: Data) -> Data:
    return Data(Tag.STRUCTURE, parts)


def component(action: Action, text: str, data: Data = NULL, **more: Any) -> Component:
    at = place(text)
    return Component(action, at.class_id, at.obis, at.index, data, **more)


def to_chf(code: int, counter: int, *components: Component) -> bytes:
    """A Command in DLMS from the Access Control Broker, on behalf of the supplier."""
    return sealed(code, counter, AccessRequest(invoke_id(counter), components))


def sealed(
    code: int,
    counter: int,
    payload: Payload,
    *,
    originator: Eui = BROKER,
    target: Eui = CHF,
    on_behalf: bool = True,
) -> bytes:
    """A Command with the protection that its use case asks for."""
    supplementary = (SUPPLIER, counter) if on_behalf else (None, None)
    header = GroupingHeader(Cra.COMMAND, counter, originator, target, code, b"", *supplementary)
    return bytes(protect(build(header, payload), USE_CASES[code].command[0], PARTY_KEYS, BROKER))


def ccs01(counter: int, device: Eui, install_code: bytes = b"0123456789ABCDEF", timeout: int = 90) -> bytes:
    """Add a Device to the CHF Device Log, and let it join within ``timeout`` seconds."""
    registration = structure(octets(device), Data(Tag.ENUM, 1), octets(install_code), Data(Tag.ENUM, 0))
    return to_chf(
        0x0001,
        counter,
        component(Action.ACTION, f"{DEVICE_LOG} 1", registration),
        component(Action.SET, f"{DEVICE_LOG} 3", Data(Tag.LONG_UNSIGNED, timeout)),
        component(Action.SET, f"{DEVICE_LOG} 2", Data(Tag.BOOLEAN, 0xFF)),
    )


def ccs02(counter: int, device: Eui) -> bytes:
    """Remove a Device from the CHF Device Log."""
    return to_chf(0x0002, counter, component(Action.ACTION, f"{DEVICE_LOG} 2", octets(device)))


def ccs03(counter: int, extended_pan: bytes, devices: dict[Eui, bytes]) -> bytes:
    """Restore a CHF Device Log: Devices with the hashes of their link keys."""
    listed = tuple(structure(octets(device), octets(key)) for device, key in devices.items())
    restored = structure(octets(extended_pan), Data(Tag.ARRAY, listed))
    return to_chf(0x0003, counter, component(Action.ACTION, f"{DEVICE_LOG} 5", restored))


def ccs06(counter: int) -> bytes:
    """Read the CHF Device Log."""
    return to_chf(0x010F, counter, component(Action.GET, f"{DEVICE_LOG} 4"))


def ccs07(counter: int) -> bytes:
    """Read the CHF Device Log and the historic one, with the hashes of the link keys."""
    return to_chf(
        0x00FE,
        counter,
        component(Action.ACTION, f"{DEVICE_LOG} 4"),
        component(Action.ACTION, f"{HISTORIC_LOG} 4"),
    )


def read_log(counter: int, since: int, until: int, *, security: bool = False) -> bytes:
    """Read the CHF's Event Log, or its Security Log; times in seconds since 2000."""
    code, log = (0x0094, "7 0-0:99.98.1.255 2") if security else (0x0093, "7 0-0:99.98.0.255 2")
    column = structure(
        Data(Tag.LONG_UNSIGNED, 1),
        octets(bytes.fromhex("00005E2C64FF")),
        Data(Tag.INTEGER, 2),
        Data(Tag.LONG_UNSIGNED, 0),
    )
    bounds = (Data(Tag.DOUBLE_LONG_UNSIGNED, since), Data(Tag.DOUBLE_LONG_UNSIGNED, until))
    selection = structure(column, *bounds, Data(Tag.ARRAY, ()))
    asked = component(Action.GET_WITH_SELECTION, log, selector=1, selection=selection)
    return to_chf(code, counter, asked)


def results(message: bytes) -> list[int]:
    """The result of each component of a Response in DLMS."""
    return [result.result for result in response(message).results]


def response(message: bytes) -> AccessResponse:
    payload = opened(message).payload
    assert isinstance(payload, AccessResponse)
    return payload


def opened(message: bytes) -> Message:
    """A message of the hub's, once its MAC or signature has proved that it is."""
    from doorstep.gbcs import verify

    found = decode(message)
    verify(found, PARTY_KEYS)
    return found


def plain(data: Data) -> Any:
    """A COSEM value without its tags."""
    if isinstance(data.value, tuple):
        return [plain(part) for part in data.value]
    return data.value
