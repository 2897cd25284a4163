"""The payloads that carry a tunnel's frames."""

from __future__ import annotations

from msgspec.structs import replace

from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.tunnel import ENDPOINTS, Path
from doorstep.zigbee.asdu import Asdu

PPMID = Eui.parse("D0055E00000000A2")
GPF = Eui.parse("D0055E00000000C0")
THERE = Path(PPMID, 1, GPF, 3)
BACK = Path(GPF, 3, PPMID, 1)


def test_endpoints_are_the_documented_ones() -> None:
    assert ENDPOINTS[DeviceType.CHF] == 3
    assert {kind.name for kind, endpoint in ENDPOINTS.items() if endpoint == 1} == {
        "ESME",
        "GSME",
        "PPMID",
        "HCALCS",
        "SAPC",
        "HHT",
    }


def test_what_one_path_carries_leads_to_its_opposite() -> None:
    asdu = THERE.carrying(b"\x01\x00\x00")
    assert asdu == Asdu(PPMID, GPF, 1, 3, 0x0704, 0x0109, b"\x01\x00\x00")
    assert BACK.leads_here(asdu)
    assert not THERE.leads_here(asdu)


def test_only_the_tunneling_cluster_between_these_two_leads_here() -> None:
    asdu = THERE.carrying(b"")
    for wrong in (
        replace(asdu, source=GPF),
        replace(asdu, destination=PPMID),
        replace(asdu, destination_endpoint=1),
        replace(asdu, cluster=0x0702),
        replace(asdu, profile=0),
    ):
        assert not BACK.leads_here(wrong)


def test_answers_go_to_the_endpoint_that_asked() -> None:
    asdu = replace(THERE.carrying(b""), source_endpoint=9)
    assert BACK.leads_here(asdu)
    assert BACK.back_to(asdu).carrying(b"").destination_endpoint == 9
