"""Inputs to start from: what we build ourselves, so that none of it is anybody's data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from tests.gbcs import specimens
from tests.gbcs.vectors import COMMAND_18_4
from tests.road.han.home import METER, PPMID, RadioHome, device_config, hub_config
from tests.road.hub import messages as hub_messages

from doorstep import duis
from doorstep.duis import element
from doorstep.duis.request_id import RequestId
from doorstep.gbcs.gbt import split
from doorstep.gbcs.json_form import to_json
from doorstep.gbcs.keys import KeyUsage
from doorstep.gbcs.payloads.gbz import Encrypted, GbzPayload
from doorstep.zigbee.capture import HEADER, record
from fuzz.targets import FRAMES

__all__ = ["SEEDS"]


def _gbcs() -> Iterator[bytes]:
    yield COMMAND_18_4
    for message in specimens.messages().values():
        yield bytes(message)
        yield from map(bytes, split(bytes(message), 100))


def _payload() -> Iterator[bytes]:
    for message in specimens.messages().values():
        header = message.header
        yield bytes((header.cra,)) + header.message_code.to_bytes(2, "big") + message.content


def _json() -> Iterator[bytes]:
    for message in specimens.messages().values():
        yield json.dumps(to_json(message)).encode()


def _zigbee() -> Iterator[bytes]:
    """Zeros are valid for most layouts, and say how much room there is to the rest."""
    for choice in range(len(FRAMES) + 1):
        for size in (4, 16, 48):
            yield bytes((choice,)) + bytes(size)
    for message in specimens.messages().values():
        for part in message.payload.components if isinstance(message.payload, GbzPayload) else ():
            if not isinstance(part.command, Encrypted):
                yield bytes((FRAMES.index(type(part.frame)),)) + part.frame.to_bytes()
                yield bytes((FRAMES.index(type(part.command)),)) + part.command.to_bytes()


def _frames() -> list[bytes]:
    """What is said on the air while two Devices join a hub."""
    home = RadioHome([hub_config(METER, PPMID), device_config(METER), device_config(PPMID)])
    home.run(5)
    return home.frames


def _capture() -> Iterator[bytes]:
    frames = _frames()
    yield HEADER + b"".join(record(frame, number) for number, frame in enumerate(frames))
    yield from (HEADER + record(frame, 0) for frame in frames)


def _radio() -> Iterator[bytes]:
    """The same frames without their checks, and the payloads of network frames, to be sealed."""
    for frame in _frames():
        body = frame[:-2]
        yield bytes((len(body),)) + body
        yield bytes((0x80 | len(body[9:]),)) + body[9:]


def _duis() -> Iterator[bytes]:
    request_id = RequestId(specimens.SUPPLIER, specimens.ESME, 1000)
    key = specimens.KEYS.store.private_key(specimens.SUPPLIER, KeyUsage.DIGITAL_SIGNATURE)
    assert key is not None
    bodies = (
        element("EnableSupply"),
        element("TopUpDevice", element("UTRN", "73946144332040217315")),
        element("UpdateMeterBalance", element("CreditMode", element("AdjustMeterBalance", "-1250"))),
    )
    for body in bodies:
        request = duis.service_request(request_id, 4, body)
        yield duis.build_request(request)
        yield duis.sign(duis.build_request(request), key, "CN=Z1,OU=07", 2**80)
    signed = duis.signed_pre_command(request, 5, specimens.specimens()["ECS42 Signed Pre-Command"])
    yield duis.build_request(signed)
    answer = duis.ResponseMessage("1.5", "1.5")
    yield duis.build_response(
        duis.Response(code="I0", response_date_time=1_800_000_000_000, body=answer, request_id=request_id)
    )


def _hub() -> Iterator[bytes]:
    """What a PPMID, a gas meter and the WAN would say, each by itself and all together."""
    ask = bytes.fromhex("01000006FFFF00DC05")
    relayed = bytes.fromhex("0103020100") + hub_messages.command(hub_messages.ESME)
    answer = hub_messages.response(hub_messages.GSME)
    steps = [
        _step(2, 3, 0, ask),
        _step(2, 3, 0, relayed),
        _step(1, 3, 0, bytes.fromhex("010402000001")),
        _step(1, 3, 0, bytes.fromhex("010502000003") + answer),
        _step(1, 1, 1, bytes.fromhex("090601")),
        _step(1, 2, 1, bytes.fromhex("0907080A0000000807000101")),
        _step(1, 2, 1, bytes.fromhex("08080AFEFF3001")),
        _step(2, 1, 3, bytes.fromhex("0009000103")),
        _step(7, 0, 0, hub_messages.command(hub_messages.GSME)),
        _step(0, 3, 0, bytes.fromhex("090000010000DC05")),
        bytes(4),
    ]
    yield from steps
    yield b"".join(steps)


def _step(who: int, endpoint: int, cluster: int, octets: bytes) -> bytes:
    return bytes((who, endpoint, cluster, len(octets))) + octets


SEEDS: Final[dict[str, Callable[[], Iterator[bytes]]]] = {
    "gbcs": _gbcs,
    "payload": _payload,
    "json": _json,
    "zigbee": _zigbee,
    "capture": _capture,
    "radio": _radio,
    "duis": _duis,
    "hub": _hub,
}
"""Valid inputs for each target, by its name."""
