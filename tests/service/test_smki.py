"""The SMKI repository over real HTTP, as the clients call it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from doorstep.duis.smki import SearchRequest, build_search_request, parse_search_response
from doorstep.errors import UsageError
from doorstep.road.dcc.smki import Repository
from doorstep.service.clock import WallClock
from doorstep.service.event_log import EventLog
from doorstep.service.http_server import serving
from doorstep.service.smki import SmkiService
from tests.road.dcc.office import ESME, KEYS
from tests.service.aio import in_loop

SEARCH = "/services/certificatesearch?apikey=anything"
XML = {"content-type": "application/xml"}


@asynccontextmanager
async def client_of(service: SmkiService) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(service, "127.0.0.1", 0) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        yield client


def service(made: list[int] | None = None) -> SmkiService:
    def make() -> Repository:
        (made if made is not None else []).append(1)
        return Repository(KEYS.described())

    return SmkiService(make, WallClock(), EventLog("dcc"))


@in_loop
async def test_a_device_s_certificates_are_found_and_the_repository_is_made_once() -> None:
    made: list[int] = []
    async with client_of(service(made)) as client:
        for _ in range(2):
            got = await client.post(
                SEARCH, content=build_search_request(SearchRequest(device=ESME)), headers=XML
            )
            assert (got.status_code, got.headers["content-type"]) == (200, "application/xml")
            assert {entry.device for entry in parse_search_response(got.content)} == {ESME}
    assert made == [1]


@in_loop
async def test_what_http_itself_refuses() -> None:
    async with client_of(service()) as client:
        assert (await client.post(SEARCH, content=b"x" * 5000, headers=XML)).status_code == 413
        assert (await client.post(SEARCH, content=b"<x/>", headers=XML)).status_code == 401
        assert (await client.get(SEARCH)).status_code == 405
        bare = await client.post("/services/certificatesearch", content=b"<x/>", headers=XML)
        assert (bare.status_code, bare.content) == (401, b"")


@in_loop
async def test_a_key_store_that_cannot_be_read_is_no_traceback() -> None:
    def make() -> Repository:
        raise UsageError("no key store there")

    async with client_of(SmkiService(make, WallClock(), EventLog("dcc"))) as client:
        got = await client.post(SEARCH, content=build_search_request(SearchRequest(device=ESME)), headers=XML)
    assert got.status_code == 503


@in_loop
async def test_a_key_store_that_can_be_read_later_is() -> None:
    tries: list[int] = []

    def make() -> Repository:
        tries.append(1)
        if len(tries) == 1:
            raise UsageError("no key store there yet")
        return Repository(KEYS.described())

    async with client_of(SmkiService(make, WallClock(), EventLog("dcc"))) as client:
        body = build_search_request(SearchRequest(device=ESME))
        answers = [(await client.post(SEARCH, content=body, headers=XML)).status_code for _ in range(3)]
    assert answers == [503, 200, 200]
    assert len(tries) == 2
