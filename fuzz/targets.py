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

from doorstep import duis, gbcs
from doorstep.errors import DecodeError, EncodeError, NoKey, Unsupported, VerificationError, XmlError
from doorstep.gbcs.block import decode_block, is_block
from doorstep.gbcs.encrypted import encrypted_items
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.json_form import from_json, to_json
from doorstep.gbcs.message import Message
from doorstep.gbcs.view import describe, text
from doorstep.zigbee import aps, mac, nwk, zcl, zdo, zep
from doorstep.zigbee.clusters import CLUSTERS
from doorstep.zigbee.layout import Layout

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


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "gbcs": _gbcs,
    "payload": _payload,
    "json": _json,
    "zigbee": _zigbee,
    "duis": _duis,
}
"""What can be fuzzed, by name."""
