"""What is fuzzed: each target takes any bytes, and fails where a promise of ours does not hold for them.

The promises are the same everywhere. Bytes that do not parse are refused with the error that the docstring
names, and no other. Bytes that parse give a value that gives the same bytes back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from cryptography import x509
from tests.gbcs import specimens
from tests.road.hub import messages as hub_messages
from tests.road.hub.bench import Bench

from doorstep import duis, gbcs
from doorstep.errors import DecodeError, EncodeError, NoKey, Unsupported, VerificationError, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.block import decode_block, is_block
from doorstep.gbcs.encrypted import encrypted_items
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form import from_json, to_json
from doorstep.gbcs.message import Message
from doorstep.gbcs.view import describe, text
from doorstep.road.han.config import Admission, HanConfig, Network, Role
from doorstep.road.han.events import PoweredOn, Received
from doorstep.road.han.machine import Radio
from doorstep.road.han.trace import Tracer
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.events import FromWan
from doorstep.road.machine import Heard
from doorstep.zigbee import aps, capture, mac, nwk, zcl, zdo, zep
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.auxiliary import Auxiliary, KeyId
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.layout import Layout
from doorstep.zigbee.security import seal

__all__ = ["FRAMES", "TARGETS"]


# -- GBCS ---------------------------------------------------------------------------------------------


def _gbcs(data: bytes) -> None:
    """A whole message, or a block of one."""
    if is_block(data):
        block = _read(decode_block, data)
        assert block is None or bytes(block) == data
        return
    message = _read(gbcs.decode, data)
    if message is not None:
        assert bytes(message) == data
        _check(message)


def _payload(data: bytes) -> None:
    """CRA Flag and Message Code, three bytes, then the content of such a message."""
    if len(data) < 3 or data[0] not in tuple(Cra):
        return
    code, content = int.from_bytes(data[1:3], "big"), data[3:]
    header = GroupingHeader(Cra(data[0]), 1, specimens.SUPPLIER, specimens.ESME, code)
    message = _read(gbcs.decode, header.encode(len(content)) + content)
    if message is not None:
        assert message.content == content
        _check(message)


def _check(message: Message) -> None:
    """What can be done with every message that was read."""
    assert gbcs.peek(bytes(message)) == message.header
    assert gbcs.encode_payload(message.payload) == message.content
    assert from_json(json.loads(json.dumps(to_json(message)))) == message
    assert text(describe(message))
    encrypted_items(message)
    gbcs.judge(message, specimens.KEYS)


def _json(data: bytes) -> None:
    """A message in its JSON form, from anyone's hands."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        message = from_json(plain)
    except EncodeError:
        return
    assert bytes(gbcs.decode(bytes(message))) == bytes(message)


def _read(decode: Callable[[bytes], Any], data: bytes) -> Any:
    """The value, or None where it is refused as it should be."""
    try:
        return decode(data)
    except DecodeError as error:
        refusal = error
    assert refusal.field
    assert 0 <= refusal.offset <= len(data)
    return None


# -- ZigBee -------------------------------------------------------------------------------------------

FRAMES: Final[tuple[type[Layout], ...]] = (
    mac.Frame,
    nwk.Frame,
    aps.Frame,
    aps.InterPan,
    zcl.Frame,
    zep.Data,
    zep.Acknowledgement,
    *zcl.GENERAL_COMMANDS.rows.values(),
    *(row for cluster in CLUSTERS.values() for row in cluster.to_server.values()),
    *(row for cluster in CLUSTERS.values() for row in cluster.to_client.values()),
)


def _zigbee(data: bytes) -> None:
    """A byte that chooses a frame or command, then its octets; the last choice is a device object."""
    if not data:
        return
    choice, octets = data[0], data[1:]
    if choice < len(FRAMES):
        value = _read(FRAMES[choice].from_bytes, octets)
        assert value is None or value.to_bytes() == octets
    elif len(octets) > 2:
        cluster, octets = int.from_bytes(octets[:2], "big"), octets[2:]
        value = _read(lambda octets: zdo.Message.from_bytes(cluster, octets), octets)
        assert value is None or value.to_bytes() == octets


def _capture(data: bytes) -> None:
    """A capture file, from anyone's hands, and what a trace makes of its frames."""
    tracer = Tracer()
    try:
        for captured in capture.read(data):
            assert tracer.take(captured.frame, captured.at)
    except DecodeError as error:
        refusal = error
        assert 0 <= refusal.offset <= len(data)


def _radio(data: bytes) -> None:
    """Radio frames, each behind an octet with its length, to a hub that has joined nobody yet.

    A frame whose first octet is odd has its check made right, and one of the upper half is sealed with the
    network key in the name of a Device that may join.
    """
    radio = Radio(_HUB)
    radio.receive(PoweredOn(), 0)
    at = 0
    while at < len(data):
        size, body = data[at] & 0x7F, data[at + 1 : at + 1 + (data[at] & 0x7F)]
        radio.receive(Received(_sealed(body, at) if data[at] & 0x80 else body + mac.check(body)), at)
        at += 1 + size
        radio.on_deadline(at)
        while radio.next_event() is not None:
            pass
    assert len(radio.dropped) < 60


_PPMID: Final = Eui.parse("D0-05-5E-01-00-01-00-BD")
_GPF: Final = Eui.parse("D0-05-5E-01-00-01-00-6F")
_HUB: Final = HanConfig(
    eui=_GPF,
    role=Role.COORDINATOR,
    seed=bytes(32),
    network=Network(1, _GPF, bytes(16)),
    admitted=(Admission(_PPMID, bytes(16)),),
)


def _sealed(inner: bytes, counter: int) -> bytes:
    auxiliary = Auxiliary.of(KeyId.NETWORK, counter, _PPMID, 0)
    kind = nwk.FrameType.COMMAND if inner[:1] < b"\x10" else nwk.FrameType.DATA
    packet = nwk.Frame.of(kind, 0, 1, 1, inner[:90], auxiliary=auxiliary)
    octets = seal(packet, bytes(16)).to_bytes()
    return mac.Frame.of(mac.FrameType.DATA, 1, octets, pan=1, destination=0, source=1).to_bytes()


# -- DUIS ---------------------------------------------------------------------------------------------


def _duis(data: bytes) -> None:
    """A document: a request, a response, or nothing of the sort; signed or not."""
    languages: tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...] = (
        (duis.parse_request, duis.build_request),
        (duis.parse_response, duis.build_response),
    )
    for parse, build in languages:
        try:
            value = parse(data)
        except (XmlError, Unsupported):
            continue
        assert parse(build(value)) == value
    try:
        duis.verify(data, _nobody)
    except (XmlError, NoKey, VerificationError):
        return


def _nobody(_issuer: str, _serial: int) -> x509.Certificate | None:
    return None


# -- the hub ------------------------------------------------------------------------------------------

_DEVICES: Final = (hub_messages.ESME, hub_messages.GSME, hub_messages.PPMID, hub_messages.STRANGER)
_CLUSTERS: Final = (0x0704, 0x0702, 0x0705, 0x0700, 0x0703, 0x0000)
_STEPS: Final = 200


def _hub(data: bytes) -> None:
    """Payloads one after the other: Device, endpoint, cluster, length and octets of each.

    A length of 0 lets an hour pass; without a Device the octets come over the WAN.
    """
    bench = Bench(policy=HubPolicy(waiting=3, wan_waiting=3, taps=2, mirrored=5, events=5, returns=3))
    bench.open(hub_messages.PPMID)
    bench.open(hub_messages.GSME)
    at = steps = 0
    while at + 4 <= len(data) and steps < _STEPS:
        who, endpoint, what, size = data[at : at + 4]
        octets, at, steps = data[at + 4 : at + 4 + size], at + 4 + size, steps + 1
        if not size:
            bench.wait(3_600_000)
        elif who % 8 < len(_DEVICES):
            cluster = _CLUSTERS[what % len(_CLUSTERS)]
            payload = Asdu(_DEVICES[who % 8], hub_messages.GPF, 1, endpoint % 5, cluster, 0x0109, octets)
            bench.tell(Heard(payload))
        else:
            bench.tell(FromWan(octets))
    assert len(bench.memory) <= 60


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "gbcs": _gbcs,
    "payload": _payload,
    "json": _json,
    "zigbee": _zigbee,
    "capture": _capture,
    "radio": _radio,
    "duis": _duis,
    "hub": _hub,
}
"""What can be fuzzed, by name."""
