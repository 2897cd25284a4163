"""The supplier's client of the gateway: an answer, or none in time, and never too much of one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorstep.road.supplier.events import Answered, SendRequest
from doorstep.service.gateway_client import ANSWER_SECONDS, GatewayClient
from doorstep.service.http_server import serving
from tests.service.aio import in_loop

ASKED = SendRequest("request 1", "/api/v1/serviceT", b"<r/>")


@asynccontextmanager
async def client_of(
    answer: Response | None, seconds: float = ANSWER_SECONDS
) -> AsyncIterator[tuple[GatewayClient, list[tuple[str, bytes]]]]:
    """A client of a gateway that answers so, or never; and what that gateway was sent."""
    received: list[tuple[str, bytes]] = []

    async def serve(request: Request) -> Response:
        received.append((request.headers["content-type"], await request.body()))
        if answer is None:
            await asyncio.Event().wait()
        assert answer is not None
        return answer

    app = Starlette(routes=[Route("/api/v1/serviceT", serve, methods=["POST"])])
    async with serving(app, "127.0.0.1", 0) as port, httpx.AsyncClient(trust_env=False) as client:
        yield GatewayClient(f"http://127.0.0.1:{port}", client, seconds=seconds), received


@in_loop
async def test_the_answer_comes_back_as_it_is() -> None:
    async with client_of(Response(b"<answer/>", media_type="application/xml")) as (client, received):
        assert await client.send(ASKED) == Answered("request 1", 200, b"<answer/>")
    assert received == [("application/xml", b"<r/>")]


@pytest.mark.parametrize("status", [307, 400, 413, 503])
@in_loop
async def test_statuses_come_back_and_redirects_are_not_followed(status: int) -> None:
    redirect = Response(b"no", status, headers={"location": "http://127.0.0.1:1/"})
    async with client_of(redirect) as (client, received):
        assert await client.send(ASKED) == Answered("request 1", status, b"no")
    assert len(received) == 1


@in_loop
async def test_no_answer_in_time_is_none() -> None:
    async with client_of(None, seconds=0.05) as (client, received):
        assert await client.send(ASKED) == Answered("request 1", None)
        assert len(received) == 1
        received.clear()
        # The way is free for the next one.
        assert await client.send(ASKED) == Answered("request 1", None)


@in_loop
async def test_an_answer_that_is_too_large_is_none() -> None:
    async with client_of(Response(b"x" * ((1 << 20) + 1))) as (client, _received):
        assert await client.send(ASKED) == Answered("request 1", None)


@in_loop
async def test_nobody_there_is_none() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        assert await GatewayClient("http://127.0.0.1:1", client).send(ASKED) == Answered("request 1", None)
