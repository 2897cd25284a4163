"""The DCC as a process: its gateway for Users, its end of the WAN, and the pushes to receive addresses."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import httpx
from msgspec import Struct, structs

from doorstep.errors import XmlError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.road.configurations import dcc_config, hubs_of
from doorstep.road.dcc import events as dcc
from doorstep.road.dcc.machine import Dcc
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.smki import Repository
from doorstep.service.clock import WallClock
from doorstep.service.dcc_admin import Admin, serving_admin
from doorstep.service.driver import Driver, Stopped
from doorstep.service.event_log import EventLog
from doorstep.service.gateway import GATEWAY_PORT, Gateway, Pusher
from doorstep.service.http_server import serving
from doorstep.service.process import Ready, StopSetting, until_signalled
from doorstep.service.schema_folder import open_schema
from doorstep.service.smki import SmkiService
from doorstep.service.tasks import Background
from doorstep.service.thresholds_file import read_thresholds
from doorstep.service.wan_link import WAN_PORT, WanServer

__all__ = ["RECEIVE_PATH", "DccSetting", "Hubs", "run_dcc"]

RECEIVE_PATH: Final = "/smartdcc/duis"
"""Where the DCC's own client has its Receive Response Service by default."""

_OUR_FAULT: Final = 500
_RECEIVE: Final = f"http://127.0.0.1:8080{RECEIVE_PATH}"


class DccSetting(Struct, frozen=True):
    """Where the DCC listens, and where its Users do.

    ``receive`` has the URL of each User's Receive Response Service; the street's supplier is looked for
    at ``http://127.0.0.1:8080/smartdcc/duis`` unless it says otherwise. Without ``smki_port`` the SMKI
    repository is not served, without ``admin``, a socket's path, nobody decides on what is in quarantine.
    ``thresholds`` is the file of those of anomaly detection. ``schema`` is a folder with the published
    schemas: what comes in and is not valid gets 400, and what would go out and is not does not go: 500, or
    no push (policy).
    """

    host: str = "127.0.0.1"
    gateway_port: int = GATEWAY_PORT
    wan_port: int = WAN_PORT
    smki_port: int | None = None
    receive: Mapping[Eui, str] = {}
    thresholds: Path | None = None
    admin: Path | None = None
    schema: Path | None = None


async def run_dcc(setting: StopSetting, dcc_setting: DccSetting, ready: Ready) -> None:
    """The DCC, until it is told to end."""
    street, keys = setting.street()
    clock = WallClock()
    host = dcc_setting.host
    policy = DccPolicy()
    config = dcc_config(street, keys, clock.now())
    if dcc_setting.thresholds is not None:
        config = structs.replace(config, thresholds=read_thresholds(dcc_setting.thresholds))
    own_keys = KeyRing(Holding(keys, street.dcc, street.transitional_cos))
    log = EventLog("dcc")
    schema = open_schema(dcc_setting.schema) if dcc_setting.schema is not None else None
    if schema is not None:
        config = structs.replace(config, check=schema.check)

    async def perform(event: dcc.DccEvent) -> None:
        log(event)
        if isinstance(event, dcc.Answer):
            gateway.answer(event if may_go(event.body) else dcc.Answer(event.exchange, _OUR_FAULT))
        elif isinstance(event, dcc.Administered):
            admin.told(event)
        elif isinstance(event, dcc.Push):
            background.start(push(event))
        elif isinstance(event, dcc.ToWan) and not wan.send(event.hub, event.message, event.reference):
            log.say("kept", hub=str(event.hub), why="its WAN went before the message did")

    async def push(event: dcc.Push) -> None:
        pushed = await pusher.push(event) if may_go(event.body) else dcc.Pushed(event.push, None)
        with suppress(Stopped):
            await driver.take(pushed)

    def may_go(document: bytes) -> bool:
        if schema is None or not document:
            return True
        try:
            schema.check_document(document)
        except XmlError as error:
            log.say("held back", why=str(error))
            return False
        return True

    with setting.memory(f"dcc {street.dcc}", log) as memory:
        machine = Dcc(config, own_keys, policy, memory.load())
        driver: Driver[dcc.DccInput, dcc.DccEvent] = Driver(machine, memory, perform, clock)
        gateway = Gateway(driver.take, max_body=policy.max_body)
        wan = WanServer(street.dcc, own_keys, hubs_of(street), Hubs(driver))
        admin = Admin(lambda: machine.quarantined, driver.take)
        background = Background()
        smki = SmkiService(lambda: Repository(keys.described()), clock, log)
        async with httpx.AsyncClient(trust_env=False) as client, AsyncExitStack() as servers:
            pusher = Pusher({street.supplier: _RECEIVE, **dcc_setting.receive}, client)
            hubs = await wan.listen(host, dcc_setting.wan_port)
            try:
                await servers.enter_async_context(serving(gateway, host, dcc_setting.gateway_port))
                if dcc_setting.smki_port is not None:
                    await servers.enter_async_context(serving(smki, host, dcc_setting.smki_port))
                if dcc_setting.admin is not None:
                    await servers.enter_async_context(serving_admin(admin, dcc_setting.admin))
                await until_signalled(ready, driver.run())
            finally:
                hubs.close()
                await hubs.wait_closed()
                await background.close()


class Hubs:
    """Tells the machine of hubs."""

    def __init__(self, driver: Driver[dcc.DccInput, dcc.DccEvent]) -> None:
        self._driver = driver

    async def up(self, hub: Eui) -> None:
        await self._driver.take(dcc.WanUp(hub))

    async def down(self, hub: Eui) -> None:
        await self._driver.take(dcc.WanDown(hub))

    async def heard(self, hub: Eui, message: bytes) -> None:
        await self._driver.take(dcc.FromWan(hub, message))

    async def taken(self, hub: Eui, reference: str) -> None:
        await self._driver.take(dcc.WanTook(hub, reference))
