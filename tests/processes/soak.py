"""A DCC that is killed while it holds and answers requests: who asks, who answers, and what is counted.

The supplier is the client of the library, the hubs dial the DCC's WAN, and the receive address counts what
it is given. Only the DCC is a process, and only it is killed.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from doorstep.duis import GbcsPayload, Request, RequestId, ResponseMessage, element
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing
from doorstep.road.configurations import user_config
from doorstep.road.supplier.events import SendRequest
from doorstep.road.supplier.gateway import believed, document_of
from doorstep.road.supplier.policy import Policy
from doorstep.service.back_off import BackOff
from doorstep.service.clock import WallClock
from doorstep.service.dcc_client import DccClient
from doorstep.service.gateway_client import GatewayClient
from doorstep.service.http_server import serving
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.memory import VolatileMemory
from doorstep.service.receive_address import RECEIVE_PATH, ReceiveAddress
from doorstep.service.request_counters import RequestCounters
from doorstep.service.sent_request import SentRequest
from doorstep.service.wan_link import WanDialler
from doorstep.street import StreetPlan
from tests.processes.street import POLL, Stop, free_ports
from tests.road.dcc.office import response_to

__all__ = ["Soak"]

_READ, _ENABLE = element("ReadMeterBalance"), element("EnableSupply")
# What is asked of the meters in turn: by the WAN, for Local Delivery, and both ways; critical and not.
_KINDS = ((_READ, 1), (_ENABLE, 5), (_READ, 2), (_ENABLE, 6), (_READ, 1), (_ENABLE, 7))
_WAN = (1, 5, 7)
_ASKED_AGAIN = 2_000


class Soak:
    """One run. ``count`` requests are made; the hubs come when a third of them is accepted."""

    def __init__(self, plan: StreetPlan, keys: Path, folder: Path, count: int) -> None:
        self.plan = plan
        self.count = count
        self.kills = 0
        self.sent: list[SentRequest] = []
        self.heard: dict[RequestId, Counter[bytes]] = defaultdict(Counter)
        self.executed: Counter[bytes] = Counter()
        self._keys, self._folder = keys, folder
        self._store = FolderKeyStore(keys)
        self._ring = KeyRing(self._store)
        self._config = user_config(plan.supplier, plan.dcc, self._store, WallClock().now())
        self._gateway, self._wan, self._receive, self._smki = free_ports(4)
        self._dcc: Stop | None = None

    async def run(self, kill_at: tuple[float, ...], kill_when_heard: tuple[float, ...]) -> None:
        """Make all requests and hear all answers, killing the DCC when so much is accepted, or answered."""
        async with AsyncExitStack() as stack:
            http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
            client = self._client(http)
            address = ReceiveAddress(lambda document: self._take(client, document))
            await stack.enter_async_context(serving(address, "127.0.0.1", self._receive))
            await self._start()
            stack.callback(self._end)
            asking = asyncio.gather(*(self._ask(client, line) for line in range(len(self.plan.homes))))
            for share in kill_at:
                await self._kill_when(lambda share=share: len(self.sent) >= share * self.count)  # type: ignore[misc]
            await stack.enter_async_context(self._hubs())
            await asking
            for share in kill_when_heard:
                await self._kill_when(lambda share=share: len(self.heard) >= share * len(self.held))  # type: ignore[misc]
            await self._until(lambda: len(self.heard) == len(self.held))
            self.repeated = await self._ask_again(client, http)

    @property
    def held(self) -> list[RequestId]:
        """The requests that a Device's Response is to come for."""
        return [one.request.request_id for one in self.sent if one.request.command_variant in _WAN]

    def _client(self, http: httpx.AsyncClient) -> DccClient:
        clock = WallClock()
        return DccClient(
            self._config,
            self._ring,
            GatewayClient(f"http://127.0.0.1:{self._gateway}", http, seconds=20),
            RequestCounters(self.plan.supplier, VolatileMemory(), clock),
            clock,
            Policy(attempts=1000, first_retry=20, longest_retry=500),
        )

    async def _ask(self, client: DccClient, line: int) -> None:
        meter = self.plan.homes[line].eui("ESME")
        for number in range(line, self.count, len(self.plan.homes)):
            body, variant = _KINDS[number // len(self.plan.homes) % len(_KINDS)]
            self.sent.append(await client.request(body, meter, command_variant=variant))

    async def _ask_again(self, client: DccClient, http: httpx.AsyncClient) -> dict[RequestId, bool]:
        """Post requests once more, and say of each whether the answer is that of the first time.

        The last ones: the DCC keeps ten thousand answers, and a critical request has two.
        """
        gateway, found = GatewayClient(f"http://127.0.0.1:{self._gateway}", http, seconds=20), {}
        free = asyncio.Semaphore(16)

        async def again(sent: SentRequest) -> None:
            async with free:
                answered = await gateway.send(_posting(client, sent.request))
            same = answered.status == 200 and believed(self._config, answered.body) == sent.answer
            found[sent.request.request_id] = same

        await asyncio.gather(*map(again, self.sent[-_ASKED_AGAIN:]))
        return found

    async def _take(self, client: DccClient, document: bytes) -> None:
        response = await client.take(document)
        if isinstance(response.body, ResponseMessage) and isinstance(response.body.content, GbcsPayload):
            assert response.request_id is not None
            self.heard[response.request_id][document] += 1

    @asynccontextmanager
    async def _hubs(self) -> AsyncIterator[None]:
        """The hubs on the WAN, behind each a meter that answers whatever comes."""
        running = [asyncio.create_task(self._hub(home.eui("CHF"))) for home in self.plan.homes]
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _hub(self, hub: Eui) -> None:
        async def heard(command: bytes) -> None:
            self.executed[command] += 1
            dialler.send(response_to(command, keys=self._ring), command[-8:].hex())

        url = f"ws://127.0.0.1:{self._wan}"
        dialler = WanDialler(
            hub,
            self.plan.dcc,
            self._ring,
            url,
            up=_nothing,
            down=_nothing,
            heard=heard,
            taken=_nothing,
            back_off=BackOff(0.05, 0.5),
        )
        await dialler.run()

    # -- the DCC's process ------------------------------------------------------------------------

    async def _start(self) -> None:
        receive = f"{self.plan.supplier}=http://127.0.0.1:{self._receive}{RECEIVE_PATH}"
        ports = ("--port", str(self._gateway), "--wan-port", str(self._wan), "--smki-port", str(self._smki))
        state = ("--state", str(self._folder / "dcc.state"))
        arguments = ("dcc", "--keys", str(self._keys), "--json", *ports, *state, "--receive", receive)
        self._dcc = Stop("dcc", arguments, self._folder)
        await self._until(lambda: self._dcc is not None and self._dcc.ready)

    async def _kill_when(self, condition: Callable[[], bool]) -> None:
        """Kill the DCC as soon as the condition holds, and start it again."""
        await self._until(condition)
        assert self._dcc is not None
        self._dcc.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(self._dcc.process.wait)
        self.kills += 1
        await self._start()

    def _end(self) -> None:
        assert self._dcc is not None
        assert self._dcc.end() == 0, self._dcc.tail()

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            assert self._dcc is not None
            assert self._dcc.process.poll() is None, self._dcc.tail()
            await asyncio.sleep(POLL)


def _posting(client: DccClient, request: Request) -> SendRequest:
    return SendRequest(str(request.request_id), *document_of(client.config, request))


async def _nothing(*_told: object) -> None:
    """What these hubs do about it."""
