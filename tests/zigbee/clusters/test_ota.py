"""OTA Upgrade: every command, and the forms that their status or control chooses."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.zigbee.clusters import ota as o
from doorstep.zigbee.clusters.ota import OTA_UPGRADE
from doorstep.zigbee.zcl import Status
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

METER = Eui.parse("00-DB-12-34-56-78-90-A0")

CASES: list[Case] = [
    (TO_SERVER, 0x01, "00 5D11 0100 04030201", o.QueryNextImageRequest(0, 0x115D, 1, 0x01020304)),
    (TO_SERVER, 0x01, "01 5D11 0100 04030201 0200", o.QueryNextImageRequest(1, 0x115D, 1, 0x01020304, 2)),
    (
        TO_SERVER,
        0x03,
        "00 5D11 0100 04030201 40000000 30",
        o.ImageBlockRequest(0, 0x115D, 1, 0x01020304, 64, 48),
    ),
    (
        TO_SERVER,
        0x03,
        "03 5D11 0100 04030201 40000000 30 A09078563412DB00 6400",
        o.ImageBlockRequest(3, 0x115D, 1, 0x01020304, 64, 48, METER, 100),
    ),
    (TO_SERVER, 0x06, "00 5D11 0100 04030201", o.UpgradeEndRequest(0, 0x115D, 1, 0x01020304)),
    (TO_CLIENT, 0x00, "00 64", o.ImageNotify(0, 100)),
    (TO_CLIENT, 0x00, "01 64 5D11", o.ImageNotify(1, 100, 0x115D)),
    (TO_CLIENT, 0x00, "03 64 5D11 0100 04030201", o.ImageNotify(3, 100, 0x115D, 1, 0x01020304)),
    (TO_CLIENT, 0x02, "98", o.QueryNextImageResponse(Status.NO_IMAGE_AVAILABLE)),
    (
        TO_CLIENT,
        0x02,
        "00 5D11 0100 04030201 00000100",
        o.QueryNextImageResponse(0, 0x115D, 1, 0x01020304, 65536),
    ),
    (
        TO_CLIENT,
        0x05,
        "00 5D11 0100 04030201 40000000 02 AABB",
        o.ImageBlockResponse(0, 0x115D, 1, 0x01020304, 64, b"\xaa\xbb"),
    ),
    (
        TO_CLIENT,
        0x05,
        "97 01000000 02000000",
        o.ImageBlockResponse(Status.WAIT_FOR_DATA, current_time=1, request_time=2),
    ),
    (TO_CLIENT, 0x05, "95", o.ImageBlockResponse(Status.ABORT)),
    (TO_CLIENT, 0x07, "5D11 0100 04030201 01000000 FFFFFFFF", o.UpgradeEndResponse(0x115D, 1, 0x01020304, 1)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(OTA_UPGRADE, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(OTA_UPGRADE)


def test_a_block_may_have_255_octets() -> None:
    block = o.ImageBlockResponse(0, 1, 1, 1, 0, bytes(255))
    assert o.ImageBlockResponse.from_bytes(block.to_bytes()) == block


def test_a_refusal_carries_no_image() -> None:
    with pytest.raises(DecodeError, match="left over"):
        o.QueryNextImageResponse.from_bytes(bytes.fromhex("98 5D11 0100 04030201 00000100"))
