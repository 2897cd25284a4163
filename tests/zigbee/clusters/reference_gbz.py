"""The ZCL frames inside the reference GBZ messages: as little of GBCS as it takes to get at them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from doorstep.zigbee.zcl import Frame
from tests.reference import hex_file, shared

LAST, ENCRYPTED, FROM_DATE_TIME = 0x01, 0x02, 0x10


class Component(NamedTuple):
    path: str
    cluster: int
    frame: Frame


def components() -> Iterator[Component]:
    """Every component in clear of every Command and Response (an Alert's have no ZCL header)."""
    root = shared("rtds")
    with (root / "manifest.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            if row["payload_kind"] == "GBZ" and row["kind"] != "ALERT":
                for cluster, body in _bodies(_payload(hex_file(root / row["path"]))):
                    yield Component(row["path"], cluster, Frame.from_bytes(body))


def _payload(message: bytes) -> bytes:
    at = 0
    if message[0] == 0xDD:
        _, at = _length(message, 7)
        at += 5
    at += 1 + 10 + 9 + 9
    at += 1 + message[at]
    size, at = _length(message, at)
    at += size
    size, at = _length(message, at)
    return message[at : at + size]


def _length(data: bytes, at: int) -> tuple[int, int]:
    if data[at] < 0x80:
        return data[at], at + 1
    end = at + 1 + (data[at] & 0x7F)
    return int.from_bytes(data[at + 1 : end], "big"), end


def _bodies(payload: bytes) -> Iterator[tuple[int, bytes]]:
    assert payload[:2] == b"\x01\x09"
    at = 3
    for _ in range(payload[2]):
        control = payload[at]
        cluster = int.from_bytes(payload[at + 1 : at + 3], "big")
        end = at + 5 + int.from_bytes(payload[at + 3 : at + 5], "big")
        if not control & ENCRYPTED:
            yield cluster, payload[at + 5 + (4 if control & FROM_DATE_TIME else 0) : end]
        at = end
    assert at == len(payload)
