"""The radio over UDP: payloads arrive as they were sent, and whatever is not one of ours is dropped."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.service.radio import MAX_DATAGRAM, Address, UdpRadio, home_addresses
from doorstep.street import street_plan
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from tests.service.aio import in_loop, until

PPMID = Eui.parse("D0-05-5E-01-00-01-00-BD")
HUB = Eui.parse("D0-05-5E-01-00-01-00-CF")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")


def asdu(payload: bytes = b"\x18\x01\x00", source: Eui = PPMID, destination: Eui = HUB) -> Asdu:
    return Asdu(source, destination, 1, 3, 0x0704, SMART_ENERGY, payload)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def two_radios(heard: list[Asdu]) -> AsyncIterator[tuple[UdpRadio, UdpRadio, dict[Eui, Address]]]:
    addresses = {PPMID: ("127.0.0.1", free_port()), HUB: ("127.0.0.1", free_port())}
    ppmid = await UdpRadio.opened((PPMID,), addresses, heard.append)
    hub = await UdpRadio.opened((HUB,), addresses, heard.append)
    try:
        yield ppmid, hub, addresses
    finally:
        ppmid.close()
        hub.close()


@in_loop
async def test_a_payload_arrives_as_it_was_sent() -> None:
    heard: list[Asdu] = []
    async with two_radios(heard) as (ppmid, hub, _addresses):
        ppmid.send(asdu(b"\x00" * 1600))
        hub.send(asdu(b"back", HUB, PPMID))
        await until(lambda: len(heard) == 2)
    assert sorted(heard, key=lambda one: one.source) == [asdu(b"\x00" * 1600), asdu(b"back", HUB, PPMID)]


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "malformed"),
        (b"hello", "malformed"),
        (asdu().to_bytes()[:-4], "malformed"),
        (b"DS\x02" + asdu().to_bytes()[3:], "malformed"),
        (asdu().to_bytes().ljust(MAX_DATAGRAM + 1, b"\x00"), "too large"),
        (asdu(destination=METER).to_bytes(), "for another"),
        (asdu(source=METER).to_bytes(), "not from where its source is"),
        (asdu().to_bytes(), "not from where its source is"),
    ],
)
@in_loop
async def test_what_is_no_payload_of_ours_is_dropped_and_counted(datagram: bytes, why: str) -> None:
    heard: list[Asdu] = []
    async with two_radios(heard) as (ppmid, hub, addresses):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(datagram, addresses[HUB])
        await until(lambda: hub.dropped.total() == 1)
        ppmid.send(asdu(b"still alive"))
        await until(lambda: len(heard) == 1)
    assert hub.dropped == {why: 1}
    assert heard == [asdu(b"still alive")]


@in_loop
async def test_what_cannot_be_sent_is_dropped_and_counted() -> None:
    async with two_radios([]) as (ppmid, _hub, _addresses):
        ppmid.send(asdu(b"\x00" * MAX_DATAGRAM))
        ppmid.send(asdu(destination=METER))
        assert ppmid.dropped == {"too large to send": 1, "no address": 1}
        ppmid.close()
        ppmid.send(asdu())
        assert ppmid.dropped["no address"] == 2


@in_loop
async def test_a_flood_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with two_radios([]) as (ppmid, _hub, _addresses):
        for _ in range(1000):
            ppmid.send(asdu(destination=METER))
    assert len(caplog.records) == 10
    await asyncio.sleep(0)


@in_loop
async def test_a_port_in_use_is_named() -> None:
    async with two_radios([]) as (_ppmid, _hub, addresses):
        with pytest.raises(UsageError, match=f"cannot listen on UDP 127.0.0.1:{addresses[HUB][1]}"):
            await UdpRadio.opened((HUB,), addresses, lambda _asdu: None)
    with pytest.raises(UsageError, match="no address"):
        await UdpRadio.opened((METER,), addresses, lambda _asdu: None)


def test_every_box_of_a_street_has_an_address_of_its_own() -> None:
    plan = street_plan(3)
    tables = [home_addresses(plan, home) for home in plan.homes]
    assert tables[0][HUB] == ("127.0.0.1", 20_000)
    assert tables[0][METER] == ("127.0.0.1", 20_001)
    assert tables[2][plan.homes[2].devices[0][0]] == ("127.0.0.1", 20_017)
    boxes = {address for table in tables for address in table.values()}
    assert len(boxes) == 3 * 5  # CHF and GPF share one


def test_a_home_beyond_the_ports_there_are_is_refused() -> None:
    plan = street_plan(6000)
    assert home_addresses(plan, plan.homes[5691])
    with pytest.raises(UsageError, match="home 5693: there are no ports"):
        home_addresses(plan, plan.homes[5692])
