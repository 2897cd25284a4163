"""A DCC behind real HTTP for tests of its Users' client: the machine, its gateway, its pushes, and meters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx

from doorstep.duis import build_response, issuer_and_serial
from doorstep.duis.response import Response
from doorstep.gbcs import Holding, KeyRing, KeyUsage
from doorstep.road.configurations import user_config
from doorstep.road.dcc import events
from doorstep.road.dcc.machine import Dcc, DccConfig
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.supplier.policy import Policy
from doorstep.service.clock import WallClock
from doorstep.service.dcc_client import DccClient
from doorstep.service.driver import Driver
from doorstep.service.gateway import Gateway, Pusher
from doorstep.service.gateway_client import GatewayClient
from doorstep.service.http_server import serving
from doorstep.service.memory import Memory, VolatileMemory
from doorstep.service.receive_address import RECEIVE_PATH, ReceiveAddress
from doorstep.service.request_counters import RequestCounters
from doorstep.service.tasks import Background
from tests.published import valid
from tests.road.dcc import office

NOW = WallClock().now()
USER_KEYS = KeyRing(Holding(office.KEYS, office.SUPPLIER))
USER = user_config(office.SUPPLIER, office.DCC, office.KEYS, NOW)


def dcc_signs(response: Response) -> bytes:
    """A document with the DCC's own signature."""
    return office.xml_signed(build_response(response), office.DCC)


class LiveDcc:
    """What a test sees of it: what was posted to it, and what it sent to hubs.

    ``meter`` answers what comes over the WAN; None leaves it unanswered. ``ill`` says what the next
    requests get instead of the gateway: an HTTP status, or 0 for the right answer lost on its way.
    ``instead`` is a document that answers everything.
    """

    def __init__(self, policy: DccPolicy) -> None:
        key = office.KEYS.private_key(office.DCC, KeyUsage.XML_SIGNATURE)
        certificate = office.KEYS.certificate(office.DCC, KeyUsage.XML_SIGNATURE)
        assert key is not None
        assert certificate is not None
        issuer, serial = issuer_and_serial(certificate)
        config = DccConfig(
            office.DCC, office.INVENTORY, key, issuer, serial, office.KEYS.certificate_by_serial
        )
        self.posted: list[bytes] = []
        self.to_wan: list[bytes] = []
        self.pushes: list[bytes] = []
        self.ill: list[int] = []
        self.instead = b""
        self.meter: Callable[[bytes], bytes | None] = office.response_to
        self.driver: Driver[events.DccInput, events.DccEvent] = Driver(
            Dcc(config, KeyRing(Holding(office.KEYS, office.DCC)), policy),
            VolatileMemory(),
            self._perform,
            WallClock(),
        )
        self.gateway = Gateway(self._take, max_body=policy.max_body)
        self.background = Background()
        self.pusher: Pusher | None = None

    async def _take(self, together: events.Together) -> None:
        for posted in together.posted:
            self.posted.append(posted.body)
            ill = self.ill.pop(0) if self.ill and self.ill[0] else 0
            if ill or self.instead:
                self.gateway.answer(events.Answer(posted.exchange, ill or 200, self.instead))
            else:
                await self.driver.take(posted)

    async def _perform(self, event: events.DccEvent) -> None:
        if isinstance(event, events.Answer | events.Push) and event.body:
            valid(event.body)
        if isinstance(event, events.Answer):
            lost = bool(self.ill) and self.ill[0] == 0
            if lost:
                self.ill.pop(0)
            self.gateway.answer(events.Answer(event.exchange, 503) if lost else event)
        elif isinstance(event, events.ToWan):
            self.to_wan.append(event.message)
            response = self.meter(event.message)
            if response is not None:
                self.driver.offer(events.FromWan(event.hub, response))
        elif isinstance(event, events.Push):
            self.pushes.append(event.body)
            self.background.start(self._push(event))

    async def _push(self, event: events.Push) -> None:
        assert self.pusher is not None
        await self.driver.take(await self.pusher.push(event))


@asynccontextmanager
async def client_and_dcc(
    policy: DccPolicy | None = None, memory: Memory | None = None
) -> AsyncIterator[tuple[DccClient, LiveDcc]]:
    """A client, its receive address, and a DCC with one hub on the WAN."""
    dcc = LiveDcc(policy or DccPolicy())
    async with serving(dcc.gateway, "127.0.0.1", 0) as port, httpx.AsyncClient(trust_env=False) as http:
        client = DccClient(
            USER,
            USER_KEYS,
            GatewayClient(f"http://127.0.0.1:{port}", http),
            RequestCounters(office.SUPPLIER, memory or VolatileMemory(), WallClock()),
            WallClock(),
            Policy(attempts=3, first_retry=10),
        )

        async def take(document: bytes) -> None:
            await client.take(document)

        async with serving(ReceiveAddress(take), "127.0.0.1", 0) as listening:
            address = f"http://127.0.0.1:{listening}{RECEIVE_PATH}"
            dcc.pusher = Pusher({office.SUPPLIER: address}, http)
            running = asyncio.create_task(dcc.driver.run())
            await dcc.driver.take(events.WanUp(office.CHF))
            try:
                yield client, dcc
            finally:
                await dcc.background.close()
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
