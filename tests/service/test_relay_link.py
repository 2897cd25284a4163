"""The relay link, both ends over a real WebSocket: proof, deliveries, reports, heartbeats, coming back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from doorstep.eui import Eui
from doorstep.service import relay_protocol as protocol
from doorstep.service.back_off import BackOff
from doorstep.service.driver import Stopped
from doorstep.service.http_server import serving
from doorstep.service.proof import Purpose, prove
from doorstep.service.relay_link import RelayDialler, RelayServer
from tests.service.aio import in_loop, until
from tests.service.device_keys import DCC, HUB, OTHER, PPMID, SUPPLIER, keys_of


class Supplier:
    """The supplier's end, and what it was told."""

    def __init__(self, heartbeat: float = 20.0) -> None:
        self.told: list[str] = []
        self.stopped = False
        self.server = RelayServer(SUPPLIER, keys_of(SUPPLIER), {PPMID}, self, heartbeat=heartbeat)
        self.url = ""

    async def online(self, relay: Eui) -> None:
        self.told.append(f"{relay} online")

    async def offline(self, relay: Eui) -> None:
        self.told.append(f"{relay} offline")

    async def reported(self, relay: Eui, report: protocol.Report) -> None:
        if self.stopped:
            raise Stopped("the driver has stopped")
        self.told.append(f"{report.delivery} {report.stage} {report.detail} {report.message.hex()}".strip())

    async def socket(self, socket: WebSocket) -> None:
        await self.server.serve(socket, socket.path_params["relay"])


@asynccontextmanager
async def listening(supplier: Supplier, port: int = 0) -> AsyncIterator[Supplier]:
    app = Starlette(routes=[WebSocketRoute("/v1/relays/{relay}", supplier.socket)])
    async with serving(app, "127.0.0.1", port) as bound:
        supplier.url = f"ws://127.0.0.1:{bound}"
        yield supplier


class Home:
    """The home's end, and what was delivered to it."""

    def __init__(self, url: str, supplier: Eui = SUPPLIER) -> None:
        self.delivered: list[tuple[str, bytes]] = []
        self.dialler = RelayDialler(
            PPMID, supplier, keys_of(PPMID), url, self.deliver, back_off=BackOff(0.01, 0.02)
        )

    async def deliver(self, delivery: str, command: bytes) -> None:
        self.delivered.append((delivery, command))


@asynccontextmanager
async def dialling(home: Home) -> AsyncIterator[None]:
    task = asyncio.create_task(home.dialler.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def let_in(connection: ClientConnection) -> None:
    """Say by hand what a relay says until it is welcome."""
    await connection.send('{"kind":"hello","version":1}')
    challenge = protocol.from_supplier(await connection.recv())
    assert isinstance(challenge, protocol.Challenge)
    proof = prove(keys_of(PPMID), Purpose.RELAY, PPMID, SUPPLIER, challenge.nonce)
    await connection.send(protocol.encode(protocol.Proof(proof)))
    assert isinstance(protocol.from_supplier(await connection.recv()), protocol.Welcome)


async def ending(connection: ClientConnection) -> tuple[str, int | None]:
    """The reason that the supplier gave, and the code it closed with."""
    why = ""
    with suppress(ConnectionClosed):
        while True:
            message = protocol.from_supplier(await connection.recv())
            if isinstance(message, protocol.Refused):
                why = message.why
    return why, connection.close_code


@in_loop
async def test_a_command_goes_out_and_a_report_comes_back() -> None:
    async with listening(Supplier()) as supplier:
        home = Home(supplier.url)
        assert not supplier.server.hand(PPMID, "order 1", b"\xdd\x01")
        async with dialling(home):
            await until(lambda: supplier.told == [f"{PPMID} online"])
            assert supplier.server.relays_online == (PPMID,)
            assert supplier.server.hand(PPMID, "order 1", b"\xdd" * 0xFFFF)
            await until(lambda: home.delivered == [("order 1", b"\xdd" * 0xFFFF)])
            home.dialler.report("order 1", "response", "d" * 600, b"\xdf\x00")
            await until(lambda: len(supplier.told) == 2)
        await until(lambda: len(supplier.told) == 3)
    assert supplier.told[1] == "order 1 response " + "d" * 499 + "… df00"
    assert supplier.told[2] == f"{PPMID} offline"


@in_loop
async def test_reports_made_without_a_link_are_sent_when_there_is_one() -> None:
    async with listening(Supplier()) as supplier:
        home = Home(supplier.url)
        for number in range(3):
            home.dialler.report(f"order {number}", "received")
        async with dialling(home):
            await until(lambda: len(supplier.told) == 4)
    assert supplier.told[1:4] == ["order 0 received", "order 1 received", "order 2 received"]


@in_loop
async def test_the_relay_dials_again_when_the_supplier_comes_back() -> None:
    supplier = Supplier()
    async with listening(supplier):
        home = Home(supplier.url)
        port = int(supplier.url.rpartition(":")[2])
        task = asyncio.create_task(home.dialler.run())
        await until(lambda: len(supplier.told) == 1)
    async with listening(supplier, port):
        await until(lambda: supplier.told == [f"{PPMID} online", f"{PPMID} offline", f"{PPMID} online"])
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@in_loop
async def test_heartbeats_keep_the_link_and_silence_ends_it() -> None:
    async with listening(Supplier(heartbeat=0.05)) as supplier:
        home = Home(supplier.url)
        async with dialling(home):
            await until(lambda: len(supplier.told) == 1)
            async with connect(f"{supplier.url}/v1/relays/{PPMID}", proxy=None) as silent:
                # The newer link replaces the home's; it says nothing, so that it ends, and the home is back.
                await let_in(silent)
                assert (await ending(silent))[1] in (1001, 1008)
            await until(lambda: supplier.server.relays_online == (PPMID,))
            started = asyncio.get_running_loop().time()
            told = len(supplier.told)
            await until(lambda: asyncio.get_running_loop().time() > started + 0.4)
            assert len(supplier.told) == told, "the link ended although heartbeats went both ways"


@pytest.mark.parametrize("name", [str(OTHER), str(HUB), "PPMID", "x" * 2000, "%00"])
@in_loop
async def test_only_relays_of_this_supplier_get_as_far_as_a_websocket(name: str) -> None:
    async with listening(Supplier()) as supplier:
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{supplier.url}/v1/relays/{name}", proxy=None)
        assert refused.value.response.status_code == 403
        assert supplier.told == []


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        (['{"kind":"hello","version":2}'], "version at offset 0: 2; this supplier speaks 1"),
        (['{"kind":"heartbeat"}'], "heartbeat is out of turn"),
        (['{"kind":"report","delivery":"a","stage":"received"}'], "report is out of turn"),
        (["nonsense"], "relay frame at offset 0"),
        ([b'{"kind":"hello","version":1}'], "binary"),
        (['{"kind":"hello","version":1}', '{"kind":"hello","version":1}'], "hello is out of turn"),
        (
            ['{"kind":"hello","version":1}', protocol.encode(protocol.Proof(bytes(64)))],
            "the signature does not verify",
        ),
    ],
)
@in_loop
async def test_a_relay_that_does_not_prove_who_it_is_is_told_why_not(
    frames: list[str | bytes], why: str
) -> None:
    async with listening(Supplier()) as supplier:
        async with connect(f"{supplier.url}/v1/relays/{PPMID}", proxy=None) as connection:
            for frame in frames:
                await connection.send(frame)
            said, code = await ending(connection)
        assert why in said
        assert code == 1008
        assert supplier.told == []


@pytest.mark.parametrize("server", [DCC, PPMID])
@in_loop
async def test_a_proof_for_another_server_is_no_proof(server: Eui, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(Supplier()) as supplier:
        home = Home(supplier.url, supplier=server)
        async with dialling(home):
            await until(lambda: caplog.text.count("the supplier refuses the link") >= 2)
        assert supplier.told == []


@in_loop
async def test_a_frame_over_the_limit_ends_the_link() -> None:
    async with listening(Supplier()) as supplier:
        async with connect(f"{supplier.url}/v1/relays/{PPMID}", proxy=None) as connection:
            await let_in(connection)
            with suppress(ConnectionClosed):
                await connection.send('{"kind":"heartbeat"' + " " * protocol.MAX_FRAME + "}")
            assert (await ending(connection))[1] == 1009
        await until(lambda: supplier.told == [f"{PPMID} online", f"{PPMID} offline"])


@in_loop
async def test_a_supplier_that_is_stopping_says_so() -> None:
    supplier = Supplier()
    async with listening(supplier), connect(f"{supplier.url}/v1/relays/{PPMID}", proxy=None) as connection:
        await let_in(connection)
        supplier.stopped = True
        await connection.send('{"kind":"report","delivery":"a","stage":"received"}')
        assert (await ending(connection))[1] == 1012
