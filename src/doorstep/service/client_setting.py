"""Opening a client: whose keys, which gateway, and where the DCC's posts are taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from msgspec import Struct
from msgspec.structs import replace

from doorstep.errors import NoKey, UsageError
from doorstep.eui import Eui
from doorstep.gbcs import Holding, KeyRing, KeyUsage
from doorstep.road.configurations import user_config
from doorstep.road.supplier.policy import Policy
from doorstep.service.clock import WallClock
from doorstep.service.dcc_client import DccClient
from doorstep.service.gateway import GATEWAY_PORT
from doorstep.service.gateway_client import ANSWER_SECONDS, GatewayClient
from doorstep.service.http_server import serving
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.memory import SqliteMemory, VolatileMemory
from doorstep.service.receive_address import RECEIVE_PATH, ReceiveAddress
from doorstep.service.request_counters import RequestCounters
from doorstep.service.schema_folder import open_schema
from doorstep.service.street_file import STREET_FILE, read_street

__all__ = ["ClientSetting", "open_client"]


class ClientSetting(Struct, frozen=True):
    """What a client is told.

    ``keys`` is a key store's folder; ``user`` and ``dcc`` are read from its ``street.toml``, or else from
    its keys: the only party with a private key for XML signatures, and the Access Control Broker. ``listen``
    is ``HOST:PORT``, where asynchronous answers are taken at ``/smartdcc/duis``; without it there are none.
    ``state`` is the file that keeps the counters; without it they begin at the present millisecond.
    ``answer_seconds`` is how long one attempt may take. ``schema`` is a folder with the published schemas, to
    which all documents are held, both ways.
    """

    keys: Path
    gateway: str = f"http://127.0.0.1:{GATEWAY_PORT}"
    listen: str | None = None
    receive_path: str = RECEIVE_PATH
    state: Path | None = None
    user: Eui | None = None
    dcc: Eui | None = None
    policy: Policy = Policy(attempts=3, first_retry=500)
    answer_seconds: float = ANSWER_SECONDS
    schema: Path | None = None


@asynccontextmanager
async def open_client(setting: ClientSetting) -> AsyncIterator[DccClient]:
    """A client that works while the context lasts.

    Raises :class:`UsageError` for a folder, file or address that cannot be used, :class:`NoKey` where a key
    or certificate is missing.
    """
    store = FolderKeyStore(setting.keys)
    user, dcc = _parties(setting, store)
    clock = WallClock()
    keys = KeyRing(Holding(store, user))
    config = user_config(user, dcc, store, clock.now())
    if setting.schema is not None:
        config = replace(config, check=open_schema(setting.schema).check)
    async with AsyncExitStack() as stack:
        memory = SqliteMemory(setting.state, f"client {user}") if setting.state else VolatileMemory()
        stack.callback(memory.close)
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        client = DccClient(
            config,
            keys,
            GatewayClient(setting.gateway, http, seconds=setting.answer_seconds),
            RequestCounters(user, memory, clock),
            clock,
            setting.policy,
        )

        async def take(document: bytes) -> None:
            await client.take(document)

        if setting.listen is not None:
            host, port = _address(setting.listen)
            await stack.enter_async_context(serving(ReceiveAddress(take, setting.receive_path), host, port))
        yield client


def _parties(setting: ClientSetting, store: FolderKeyStore) -> tuple[Eui, Eui]:
    """Who the User is, and who the DCC."""
    user, dcc = setting.user, setting.dcc
    if (user is None or dcc is None) and (setting.keys / STREET_FILE).exists():
        street = read_street(setting.keys)
        user, dcc = user or street.supplier, dcc or street.dcc
    dcc = dcc or _only_one(KeyRing(store).access_control_brokers, "Access Control Broker")
    if user is None:
        signers = (eui for eui in store.entities() if store.private_key(eui, KeyUsage.XML_SIGNATURE))
        user = _only_one(tuple(eui for eui in signers if eui != dcc), "User with a key for XML signatures")
    return user, dcc


def _only_one(found: tuple[Eui, ...], what: str) -> Eui:
    if len(found) == 1:
        return found[0]
    raise NoKey(f"the key store has {len(found) or 'no'} parties that are {what}: name the one that is meant")


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 0xFFFF:
        raise UsageError(f"an address to listen at is HOST:PORT, not {text[:80]!r}")
    return host.strip("[]"), int(port)
