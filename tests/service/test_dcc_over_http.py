"""The DCC itself behind its gateway, over real HTTP: bad input is refused, and good input still served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from doorstep.gbcs import Holding, KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.configurations import dcc_config
from doorstep.road.dcc import events as dcc
from doorstep.road.dcc.machine import Dcc
from doorstep.road.dcc.policy import DccPolicy
from doorstep.service.driver import Driver
from doorstep.service.gateway import Gateway
from doorstep.service.http_server import serving
from doorstep.service.memory import VolatileMemory
from tests.road.dcc.bad_input import BAD, BEFORE, Bad
from tests.road.dcc.office import DCC, KEYS, NOW, PLAN, asked, document, read, service_of
from tests.service.aio import in_loop

XML = {"content-type": "application/xml"}


class Stands:
    def now(self) -> Instant:
        return NOW


@asynccontextmanager
async def dcc_serving() -> AsyncIterator[tuple[httpx.AsyncClient, VolatileMemory]]:
    memory, policy = VolatileMemory(), DccPolicy()

    async def perform(event: dcc.DccEvent) -> None:
        if isinstance(event, dcc.Answer):
            gateway.answer(event)

    machine = Dcc(dcc_config(PLAN, KEYS, NOW), KeyRing(Holding(KEYS, DCC)), policy, memory.load())
    driver: Driver[dcc.DccInput, dcc.DccEvent] = Driver(machine, memory, perform, Stands())
    gateway = Gateway(driver.take, max_body=policy.max_body)
    running = asyncio.create_task(driver.run())
    try:
        async with (
            serving(gateway, "127.0.0.1", 0) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):
            got = await client.post(service_of(BEFORE), content=document(BEFORE), headers=XML)
            assert read(got.content).code == "I99"
            yield client, memory
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@in_loop
async def test_bad_input_over_http(bad: Bad) -> None:
    async with dcc_serving() as (client, memory):
        before = memory.load()
        got = await client.post(bad.path, content=bad.make(), headers=XML)
        if isinstance(bad.answer, int):
            assert (got.status_code, got.content) == (bad.answer, b"")
        else:
            assert got.status_code == 200
            assert got.headers["content-type"] == "application/xml"
            assert read(got.content).code == bad.answer
        assert memory.load() == before
        good = await client.post(service_of(BEFORE), content=document(asked(1, 70)), headers=XML)
        assert read(good.content).code == "I99"
