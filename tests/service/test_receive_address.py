"""The Receive Response Service by itself: what is taken, and how the rest is turned away (duis.md 5.2)."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from doorstep.errors import BadSignature
from doorstep.service import receive_address
from doorstep.service.driver import Stopped
from doorstep.service.http_server import serving
from doorstep.service.receive_address import MAX_PUSH, RECEIVE_PATH, ReceiveAddress
from tests.service.aio import in_loop

XML = "application/xml"
DOCUMENT = b"<document/>"


@asynccontextmanager
async def address(path: str = RECEIVE_PATH) -> AsyncIterator[tuple[httpx.AsyncClient, list[bytes]]]:
    """A receive address that believes all but two documents, and what it took."""
    taken: list[bytes] = []

    async def take(document: bytes) -> None:
        if document == b"<forged/>":
            raise BadSignature("not the DCC's")
        if document == b"<late/>":
            raise Stopped("it is over")
        taken.append(document)

    async with (
        serving(ReceiveAddress(take, path), "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client, taken


@pytest.mark.parametrize("content_type", [XML, "application/xml; charset=utf-8", "APPLICATION/XML"])
@pytest.mark.parametrize("packed", [False, True])
@in_loop
async def test_a_document_is_taken_packed_or_not(content_type: str, packed: bool) -> None:
    headers = {"content-type": content_type} | ({"content-encoding": "gzip"} if packed else {})
    async with address() as (client, taken):
        body = gzip.compress(DOCUMENT) if packed else DOCUMENT
        answer = await client.post(RECEIVE_PATH, content=body, headers=headers)
    assert (answer.status_code, answer.content, taken) == (204, b"", [DOCUMENT])


BOMB = gzip.compress(b"x" * (MAX_PUSH + 1), mtime=0)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "text/xml"}, DOCUMENT, 404),
        ({}, DOCUMENT, 404),
        ({"content-type": XML}, b"<forged/>", 400),
        ({"content-type": XML}, b"<late/>", 503),
        ({"content-type": XML}, b"x" * (MAX_PUSH + 1), 413),
        ({"content-type": XML, "content-encoding": "gzip"}, BOMB, 413),
        ({"content-type": XML, "content-encoding": "gzip"}, gzip.compress(DOCUMENT, mtime=0)[:-9], 400),
        ({"content-type": XML, "content-encoding": "gzip"}, DOCUMENT, 400),
    ],
)
@in_loop
async def test_what_is_not_taken(headers: dict[str, str], body: bytes, status: int) -> None:
    async with address() as (client, taken):
        answer = await client.post(RECEIVE_PATH, content=body, headers=headers)
    assert (answer.status_code, answer.content, taken) == (status, b"", [])


@in_loop
async def test_only_posts_at_its_own_path() -> None:
    async with address("/here") as (client, taken):
        there = await client.post(RECEIVE_PATH, content=DOCUMENT, headers={"content-type": XML})
        got = await client.get("/here")
        here = await client.post("/here", content=DOCUMENT, headers={"content-type": XML})
    assert [one.status_code for one in (there, got, here)] == [404, 405, 204]
    assert taken == [DOCUMENT]


@in_loop
async def test_a_document_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_address, "_READ_SECONDS", 0.0)
    said: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message)

    async def take(document: bytes) -> None:
        raise AssertionError("there is no document")

    headers = [(b"content-type", XML.encode()), (b"content-length", b"9")]
    scope = {"type": "http", "method": "POST", "path": RECEIVE_PATH, "headers": headers, "query_string": b""}
    await ReceiveAddress(take)(scope, receive, send)
    assert said[0]["status"] == 408
