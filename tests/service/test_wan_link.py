"""The WAN link: a hub that proves who it is has a WAN for as long as it is connected; nobody else has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.service.back_off import BackOff
from doorstep.service.driver import Stopped
from doorstep.service.proof import Purpose, prove
from doorstep.service.wan_link import MAX_MESSAGE, WanDialler, WanServer
from tests.service.aio import in_loop, until
from tests.service.device_keys import DCC, HUB, OTHER, PPMID, SUPPLIER, keys_of

POISON, STOPPING = b"\xdfraise", b"\xdfstop"


class Dcc:
    """The DCC's end, and what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Eui, bytes]] = []
        self.taken_by_hub: list[str] = []
        self.server = WanServer(DCC, keys_of(DCC), {HUB}, self)
        self.url = ""

    async def up(self, hub: Eui) -> None:
        self.told.append(("up", hub, b""))

    async def down(self, hub: Eui) -> None:
        self.told.append(("down", hub, b""))

    async def heard(self, hub: Eui, message: bytes) -> None:
        self.told.append(("heard", hub, message))
        if message == POISON:
            raise ValueError("the machine raised")
        if message == STOPPING:
            raise Stopped("the driver has stopped")

    async def taken(self, hub: Eui, reference: str) -> None:
        self.taken_by_hub.append(reference)


class Hub:
    """The hub's end, and what it was told."""

    def __init__(self, url: str, proves_to: Eui = DCC) -> None:
        self.told: list[str | bytes] = []
        self.taken_by_dcc: list[str] = []
        self.dialler = WanDialler(
            HUB,
            proves_to,
            keys_of(HUB),
            url,
            up=self.up,
            down=self.down,
            heard=self.heard,
            taken=self.taken,
            back_off=BackOff(0.01, 0.02),
        )

    async def up(self) -> None:
        self.told.append("up")

    async def down(self) -> None:
        self.told.append("down")

    async def heard(self, message: bytes) -> None:
        self.told.append(message)

    async def taken(self, reference: str) -> None:
        self.taken_by_dcc.append(reference)


@asynccontextmanager
async def dcc_listening(port: int = 0) -> AsyncIterator[Dcc]:
    async with listening(Dcc(), port) as dcc:
        yield dcc


@asynccontextmanager
async def listening(dcc: Dcc, port: int = 0) -> AsyncIterator[Dcc]:
    server = await dcc.server.listen("127.0.0.1", port)
    dcc.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield dcc
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def dialling(hub: Hub) -> AsyncIterator[None]:
    task = asyncio.create_task(hub.dialler.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def closed_with(connection: ClientConnection) -> int | None:
    with suppress(ConnectionClosed):
        while True:
            await connection.recv()
    return connection.close_code


@in_loop
async def test_messages_go_both_ways_as_they_are() -> None:
    async with dcc_listening() as dcc:
        hub = Hub(dcc.url)
        assert not hub.dialler.send(b"too early", "a")
        async with dialling(hub):
            await until(lambda: hub.told == ["up"] and dcc.told == [("up", HUB, b"")])
            assert dcc.server.send(HUB, b"\xdd" * MAX_MESSAGE, "b")
            assert hub.dialler.send(b"\xdf\x00", "c")
            assert hub.dialler.send(b"\xdf\x01", "d")
            await until(lambda: len(hub.told) == 2 and len(dcc.told) == 3)
            assert not dcc.server.send(PPMID, b"no such hub", "e")
            await until(lambda: hub.taken_by_dcc == ["c", "d"] and dcc.taken_by_hub == ["b"])
        assert hub.told == ["up", b"\xdd" * MAX_MESSAGE, "down"]
        await until(lambda: len(dcc.told) == 4)
        assert [what for what, _hub, _message in dcc.told] == ["up", "heard", "heard", "down"]
        assert not dcc.server.send(HUB, b"too late", "f")


@in_loop
async def test_the_hub_dials_again_when_the_dcc_comes_back() -> None:
    async with dcc_listening() as dcc:
        hub = Hub(dcc.url)
        port = int(dcc.url.rpartition(":")[2])
        task = asyncio.create_task(hub.dialler.run())
        await until(lambda: hub.told == ["up"])
    await until(lambda: hub.told == ["up", "down"])
    async with dcc_listening(port) as again:
        await until(lambda: hub.told == ["up", "down", "up"] and len(again.told) == 1)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    "path", ["", "/", "/v1/wan/", f"/v1/wan/{PPMID}", f"/v1/wan/{HUB}/", f"/v1/wan/{HUB}?x=1", f"/{HUB}"]
)
@in_loop
async def test_only_hubs_of_the_inventory_get_as_far_as_a_websocket(path: str) -> None:
    async with dcc_listening() as dcc:
        with pytest.raises(InvalidStatus) as refused:
            await connect(dcc.url + path, proxy=None)
    assert refused.value.response.status_code == 404
    assert dcc.told == []


@pytest.mark.parametrize("what", ["nothing", "text", "short", "for another", "by another", "stale"])
@in_loop
async def test_a_hub_that_does_not_prove_who_it_is_has_no_wan(what: str) -> None:
    async with dcc_listening() as dcc, connect(f"{dcc.url}/v1/wan/{HUB}", proxy=None) as connection:
        nonce = await connection.recv()
        assert isinstance(nonce, bytes)
        proofs: dict[str, str | bytes] = {
            "nothing": b"",
            "text": "x" * 64,
            "short": prove(keys_of(HUB), Purpose.WAN, HUB, DCC, nonce)[:63],
            "for another": prove(keys_of(HUB), Purpose.WAN, HUB, SUPPLIER, nonce),
            "by another": prove(keys_of(OTHER), Purpose.WAN, OTHER, DCC, nonce),
            "stale": prove(keys_of(HUB), Purpose.WAN, HUB, DCC, bytes(32)),
        }
        await connection.send(proofs[what])
        assert await closed_with(connection) == 1008
        assert dcc.told == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("a text", 1008),
        (b"\x01" + bytes(MAX_MESSAGE + 9), 1009),
        (b"", 1008),
        (b"\x01" + bytes(8), 1008),
        (b"\x02" + bytes(20), 1008),
        (b"\x00" + bytes(8), 1008),
        (b"\x00" + bytes(9), 1008),
    ],
    ids=["text", "too large", "empty", "no message", "no kind", "nothing was sent", "too long a word"],
)
@in_loop
async def test_a_frame_that_is_no_message_ends_the_connection(frame: str | bytes, code: int) -> None:
    async with dcc_listening() as dcc, connect(f"{dcc.url}/v1/wan/{HUB}", proxy=None) as connection:
        nonce = await connection.recv()
        assert isinstance(nonce, bytes)
        await connection.send(prove(keys_of(HUB), Purpose.WAN, HUB, DCC, nonce))
        assert await connection.recv() == b""
        await connection.send(frame)
        assert await closed_with(connection) == code
        await until(lambda: [what for what, _hub, _message in dcc.told] == ["up", "down"])


@in_loop
async def test_a_message_is_acknowledged_when_it_has_been_dealt_with_and_not_before() -> None:
    gate = asyncio.Event()

    class Slow(Dcc):
        async def heard(self, hub: Eui, message: bytes) -> None:
            await gate.wait()
            await super().heard(hub, message)

    async with listening(Slow()) as dcc:
        hub = Hub(dcc.url)
        async with dialling(hub):
            await until(lambda: hub.told == ["up"])
            hub.dialler.send(b"\xdf\x00", "first")
            # A message of the DCC's has gone the other way meanwhile, so the word could have come.
            dcc.server.send(HUB, b"\xdd\x00", "other way")
            await until(lambda: hub.told == ["up", b"\xdd\x00"])
            assert hub.taken_by_dcc == []
            gate.set()
            await until(lambda: hub.taken_by_dcc == ["first"])


@in_loop
async def test_a_message_for_which_the_machine_raises_does_not_come_for_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with dcc_listening() as dcc:
        hub = Hub(dcc.url)
        async with dialling(hub):
            await until(lambda: hub.told == ["up"])
            hub.dialler.send(POISON, "poison")
            hub.dialler.send(b"\xdf\x00", "next")
            await until(lambda: hub.taken_by_dcc == ["poison", "next"])
    assert "6 bytes could not be handled" in caplog.text


@in_loop
async def test_a_dcc_that_stops_acknowledges_nothing() -> None:
    async with dcc_listening() as dcc:
        hub = Hub(dcc.url)
        async with dialling(hub):
            await until(lambda: hub.told == ["up"])
            hub.dialler.send(STOPPING, "stopping")
            await until(lambda: "down" in hub.told)
        assert hub.taken_by_dcc == []


@in_loop
async def test_a_hub_that_is_refused_never_believes_that_the_wan_is_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with dcc_listening() as dcc:
        hub = Hub(dcc.url, proves_to=SUPPLIER)
        async with dialling(hub):
            await until(lambda: caplog.text.count("does not verify") >= 3)
        assert hub.told == []
        assert dcc.told == []


@in_loop
async def test_what_is_no_address_is_said_at_once() -> None:
    for url in ("http://127.0.0.1:1", "127.0.0.1", "ws://"):
        with pytest.raises(UsageError, match="not the URL of a WebSocket"):
            await Hub(url).dialler.run()


@in_loop
async def test_a_port_in_use_is_named() -> None:
    async with dcc_listening() as dcc:
        port = int(dcc.url.rpartition(":")[2])
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}"):
            await Dcc().server.listen("127.0.0.1", port)
