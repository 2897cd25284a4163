"""The supplier's service as a process: one machine between the gateway, the relays and the API."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx
from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.road.configurations import relays_of, supplier_config
from doorstep.road.supplier import events as supplier
from doorstep.road.supplier.gateway import believed
from doorstep.road.supplier.machine import Supplier
from doorstep.road.supplier.policy import Policy
from doorstep.service.clock import WallClock
from doorstep.service.driver import Driver, Stopped
from doorstep.service.event_log import EventLog
from doorstep.service.gateway import GATEWAY_PORT
from doorstep.service.gateway_client import GatewayClient
from doorstep.service.http_server import serving
from doorstep.service.process import Ready, StopSetting, until_signalled
from doorstep.service.relay_link import RelayServer
from doorstep.service.relay_protocol import Report
from doorstep.service.schema_folder import open_schema
from doorstep.service.supplier_app import Deliveries, supplier_app
from doorstep.service.tasks import Background

__all__ = ["SUPPLIER_PORT", "SupplierSetting", "run_supplier"]

SUPPLIER_PORT: Final = 8080

_THIS_MACHINE: Final = ("127.0.0.1", "localhost", "[::1]", "::1")


class SupplierSetting(Struct, frozen=True):
    """Where the supplier listens, and where the DCC's gateway does.

    ``attempts`` is how often a request is posted that the gateway does not answer. ``schema`` is
    a folder with the published schemas: what the DCC says and is not valid is not believed, and a request
    that is not valid is not sent.
    """

    host: str = "127.0.0.1"
    port: int = SUPPLIER_PORT
    gateway: str = f"http://127.0.0.1:{GATEWAY_PORT}"
    attempts: int = Policy().attempts
    schema: Path | None = None


async def run_supplier(setting: StopSetting, own: SupplierSetting, ready: Ready) -> None:
    """The supplier's service, until it is told to end."""
    street, keys = setting.street()
    clock = WallClock()
    own_keys = KeyRing(Holding(keys, street.supplier))
    config = supplier_config(street, keys, clock.now())
    if own.schema is not None:
        config = structs.replace(config, check=open_schema(own.schema).check)
    log = EventLog("supplier")
    deliveries = Deliveries()

    async def perform(event: supplier.SupplierEvent) -> None:
        log(event)
        if isinstance(event, supplier.Progress):
            deliveries.tell(event.delivery)
        elif isinstance(event, supplier.SendRequest):
            background.start(ask(event))
        elif isinstance(event, supplier.Hand) and not relays.hand(event.relay, event.delivery, event.command):
            log.say("lost", delivery=event.delivery, why="the PPMID's link went before the Command did")

    async def ask(request: supplier.SendRequest) -> None:
        with suppress(Stopped):
            await driver.take(await gateway.send(request))

    with setting.memory(f"supplier {street.supplier}", log) as memory:
        # To a Device that it has no counter for, it may have spoken before and forgotten: a count of
        # milliseconds is over whatever was counted then, unless top-ups were among it.
        policy = Policy(attempts=own.attempts, counter_floor=clock.now())
        machine = Supplier(config, own_keys, policy, memory.load())
        driver: Driver[supplier.SupplierInput, supplier.SupplierEvent] = Driver(
            machine, memory, perform, clock
        )
        driver.offer(supplier.PoweredOn())
        background = Background()
        relays = RelayServer(street.supplier, own_keys, relays_of(street), _Relays(driver))
        hosts = _THIS_MACHINE if own.host in _THIS_MACHINE else ("*",)
        app = supplier_app(
            street, driver, deliveries, relays, lambda document: believed(config, document), hosts
        )
        async with httpx.AsyncClient(trust_env=False) as client:
            gateway = GatewayClient(own.gateway, client)
            try:
                async with serving(app, own.host, own.port):
                    await until_signalled(ready, driver.run())
            finally:
                await background.close()


class _Relays:
    """Tells the machine of PPMIDs and HHTs."""

    def __init__(self, driver: Driver[supplier.SupplierInput, supplier.SupplierEvent]) -> None:
        self._driver = driver

    async def online(self, relay: Eui) -> None:
        await self._driver.take(supplier.RelayOnline(relay))

    async def offline(self, relay: Eui) -> None:
        await self._driver.take(supplier.RelayOffline(relay))

    async def reported(self, relay: Eui, report: Report) -> None:
        await self._driver.take(
            supplier.Reported(relay, report.delivery, report.stage, report.detail, report.message)
        )
