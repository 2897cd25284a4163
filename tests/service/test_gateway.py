"""The gateway over real HTTP: every request reaches the machine, and what must not is answered without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorstep.errors import UsageError
from doorstep.road.dcc.events import Answer, Posted, Push, Pushed, Together
from doorstep.service import gateway as gateway_module
from doorstep.service.driver import Stopped
from doorstep.service.gateway import Gateway, Pusher
from doorstep.service.http_server import listening_socket, serving
from tests.service.aio import in_loop, until
from tests.service.device_keys import DCC, SUPPLIER

SERVICE = "/api/v1/serviceT"


class Machine:
    """What stands for the DCC: remembers what was posted, and answers as the test says."""

    def __init__(self, answer: Callable[[Posted], Answer | None], most_exchanges: int = 64) -> None:
        self.posted: list[Posted] = []
        self.together: list[int] = []
        self.idle = asyncio.Event()
        self.idle.set()
        self.gateway = Gateway(self.take, max_body=1000, most_exchanges=most_exchanges)
        self._answer = answer

    async def take(self, together: Together) -> None:
        self.posted += together.posted
        self.together.append(len(together.posted))
        await self.idle.wait()
        for answer in map(self._answer, reversed(together.posted)):
            if answer is not None:
                self.gateway.answer(answer)


def ok(posted: Posted) -> Answer:
    return Answer(posted.exchange, 200, b"<answer/>")


@asynccontextmanager
async def client_of(machine: Machine) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(machine.gateway, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


@in_loop
async def test_a_request_becomes_posted_and_its_answer_the_response() -> None:
    machine = Machine(ok)
    async with client_of(machine) as client:
        got = await client.post(SERVICE, content=b"<r/>", headers={"content-type": "application/xml"})
    assert (got.status_code, got.content, got.headers["content-type"]) == (
        200,
        b"<answer/>",
        "application/xml",
    )
    assert machine.posted == [Posted("1", "POST", SERVICE, "application/xml", b"<r/>")]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
@in_loop
async def test_any_method_and_path_is_the_machine_s_to_judge(method: str) -> None:
    machine = Machine(lambda posted: Answer(posted.exchange, 405))
    async with client_of(machine) as client:
        got = await client.request(method, "/any/where?x=1")
    assert (got.status_code, got.content) == (405, b"")
    assert "content-type" not in got.headers
    assert machine.posted == [Posted("1", method, "/any/where", "", b"")]


@in_loop
async def test_answers_find_their_exchanges_in_whatever_order_they_come() -> None:
    machine = Machine(lambda posted: Answer(posted.exchange, 200, posted.path.encode()))
    machine.idle.clear()
    async with client_of(machine) as client:
        asking = [asyncio.create_task(client.post(f"/{number}", content=b"x")) for number in range(5)]
        await until(lambda: len(machine.posted) + len(machine.gateway._arrived) == 5)
        machine.idle.set()
        got = [await one for one in asking]
    assert [one.content for one in got] == [b"/0", b"/1", b"/2", b"/3", b"/4"]
    assert sum(machine.together) == 5


@in_loop
async def test_those_that_come_while_others_are_served_are_given_together() -> None:
    machine = Machine(ok)
    machine.idle.clear()
    async with client_of(machine) as client:
        first = asyncio.create_task(client.post("/first"))
        await until(lambda: machine.together == [1])
        others = [asyncio.create_task(client.post(f"/{number}")) for number in range(40)]
        await until(lambda: len(machine.gateway._arrived) == 40)
        machine.idle.set()
        assert {(await one).status_code for one in (first, *others)} == {200}
    assert machine.together == [1, 40]


@in_loop
async def test_one_that_the_machine_fails_for_takes_no_other_with_it() -> None:
    def unless_poisoned(posted: Posted) -> Answer:
        if posted.path == "/3":
            raise RuntimeError("poisoned")
        return ok(posted)

    machine = Machine(unless_poisoned)
    machine.idle.clear()
    async with client_of(machine) as client:
        asking = [asyncio.create_task(client.post("/0"))]
        await until(lambda: machine.together == [1])
        asking += [asyncio.create_task(client.post(f"/{number}")) for number in range(1, 6)]
        await until(lambda: len(machine.gateway._arrived) == 5)
        machine.idle.set()
        got = [(await one).status_code for one in asking]
    assert got == [200, 200, 200, 500, 200, 200]
    assert machine.together[:2] == [1, 5]


@in_loop
async def test_a_machine_that_is_stuck_turns_all_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gateway_module, "_ANSWER_SECONDS", 0.5)
    machine = Machine(ok)
    machine.idle.clear()
    async with client_of(machine) as client:
        first = asyncio.create_task(client.post("/first"))
        await until(lambda: machine.together == [1])
        assert (await client.post("/second")).status_code == 503
        assert (await first).status_code == 503
        machine.idle.set()
        assert (await client.post("/third")).status_code == 200
    assert [posted.path for posted in machine.posted] == ["/first", "/third"]


@in_loop
async def test_a_body_over_the_limit_does_not_reach_the_machine() -> None:
    machine = Machine(ok)
    async with client_of(machine) as client:
        assert (await client.post(SERVICE, content=b"x" * 1000)).status_code == 200
        assert (await client.post(SERVICE, content=b"x" * 1001)).status_code == 413
    assert len(machine.posted) == 1


@in_loop
async def test_no_more_than_the_limit_of_an_endless_body_is_read() -> None:
    machine = Machine(ok)
    async with serving(machine.gateway, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST {SERVICE} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        writer.write(b"190\r\n" + b"x" * 400 + b"\r\n")
        writer.write(b"25a\r\n" + b"x" * 602)
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")
        await reader.read()  # ends, since the server closes
        writer.close()
    assert machine.posted == []


@in_loop
async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "_READ_SECONDS", 0.05)
    machine = Machine(ok)
    async with serving(machine.gateway, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST {SERVICE} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n<r".encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
    assert machine.posted == []


@in_loop
async def test_too_many_at_once_are_turned_away() -> None:
    machine = Machine(ok, most_exchanges=2)
    machine.idle.clear()
    async with client_of(machine) as client:
        asking = [asyncio.create_task(client.post(SERVICE)) for _ in range(2)]
        await until(lambda: len(machine.posted) + len(machine.gateway._arrived) == 2)
        refused = await client.post(SERVICE)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        machine.idle.set()
        assert [(await one).status_code for one in asking] == [200, 200]
        assert (await client.post(SERVICE)).status_code == 200


@in_loop
async def test_a_request_that_nobody_answers_ends_all_the_same() -> None:
    machine = Machine(lambda _posted: None)
    async with client_of(machine) as client:
        assert (await client.post(SERVICE)).status_code == 503
        machine.gateway.answer(ok(machine.posted[0]))  # too late, and no harm


@in_loop
async def test_a_stopped_machine_is_not_available() -> None:
    def stopped(_posted: Posted) -> Answer:
        raise Stopped("the driver has stopped")

    async with client_of(Machine(stopped)) as client:
        assert (await client.post(SERVICE)).status_code == 503


@in_loop
async def test_pushes_say_what_came_of_them() -> None:
    received: list[tuple[str, bytes]] = []

    async def receive(request: Request) -> Response:
        received.append((request.headers["content-type"], await request.body()))
        return Response(status_code=int(request.path_params["status"]))

    app = Starlette(routes=[Route("/{status}", receive, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as port, httpx.AsyncClient(trust_env=False) as client:
        here = f"http://127.0.0.1:{port}"

        async def pushed(url: str) -> Pushed:
            return await Pusher({SUPPLIER: url}, client).push(Push("push:1", SUPPLIER, b"<r/>"))

        assert await pushed(f"{here}/204") == Pushed("push:1", 204)
        assert await pushed(f"{here}/400") == Pushed("push:1", 400)
        assert await pushed(f"{here}/307") == Pushed("push:1", 307)
        assert await pushed("http://127.0.0.1:1/") == Pushed("push:1", None)
        assert await Pusher({}, client).push(Push("push:2", DCC, b"")) == Pushed("push:2", None)
    assert received == [("application/xml", b"<r/>")] * 3


def test_a_port_in_use_is_named() -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            listening_socket("127.0.0.1", port)
    for host, wrong in (("127.0.0.1", 70_000), ("no.such.host.invalid", 0)):
        with pytest.raises(UsageError, match="cannot listen on"):
            listening_socket(host, wrong)
