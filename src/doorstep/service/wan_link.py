"""The WAN between a Communications Hub and the DCC: a WebSocket that the hub dials.

The path, ``/v1/wan/<eui>``, says which hub dials; the first frames prove it (:mod:`doorstep.service.proof`):
32 bytes that the DCC makes up, the hub's signature of 64 bytes, and an empty frame by which the DCC lets the
hub in. From then on, for as long as the connection stands, the WAN is up, and each end sends GBCS messages
that the other acknowledges (:mod:`doorstep.service.acknowledged`) once it cannot lose them any more: the
driver has performed, and so written down, all that follows from them.

How hubs and the DCC really talk is not in any public document: this link is policy, and nothing above
it knows of it. GBCS protects the messages themselves; who talks when can be seen, so beyond one machine
put TLS in front of it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Final, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from doorstep.errors import DecodeError, DoorstepError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.service.acknowledged import OVERHEAD, Carrier, Outgoing, Taken
from doorstep.service.back_off import BackOff
from doorstep.service.dialling import keep_dialling
from doorstep.service.driver import Stopped
from doorstep.service.peers import Line, Peers
from doorstep.service.proof import NONCE_LENGTH, Purpose, check, new_nonce, prove

__all__ = ["MAX_MESSAGE", "WAN_PORT", "HubSide", "WanDialler", "WanServer"]

WAN_PORT: Final = 8078
"""Where the DCC listens for hubs: beside its Users' gateway at 8079, but apart from it."""

MAX_MESSAGE: Final = 0xFFFF
"""Bytes of the largest message: no GBCS message comes near."""

PATH: Final = "/v1/wan/"

_MAX_FRAME: Final = MAX_MESSAGE + OVERHEAD
_WELCOME: Final = b""
_PROOF_TIMEOUT: Final = 5.0
_MOST_WAITING: Final = 4096  # a hub sends all that it holds for the WAN when that is back
_MOST_CONNECTIONS: Final = 10_000
_PATH: Final = re.compile(re.escape(PATH) + r"((?:[0-9A-F]{2}-){7}[0-9A-F]{2})", re.IGNORECASE)
_LOG: Final = logging.getLogger(__name__)


class HubSide(Protocol):
    """What the DCC's end of the WAN tells of hubs."""

    async def up(self, hub: Eui) -> None:
        """The hub has connected and shown who it is."""

    async def down(self, hub: Eui) -> None:
        """The hub's connection is gone."""

    async def heard(self, hub: Eui, message: bytes) -> None:
        """The hub sent a message. It is acknowledged, and the next one read, when this returns."""

    async def taken(self, hub: Eui, reference: str) -> None:
        """The hub has a message that was sent to it."""


class WanServer:
    """The DCC's end. ``hubs`` are those that it lets in; ``dcc`` is whom they prove themselves to."""

    def __init__(self, dcc: Eui, keys: KeyRing, hubs: Collection[Eui], told: HubSide) -> None:
        self._dcc = dcc
        self._keys = keys
        self._hubs = frozenset(hubs)
        self._told = told
        self._peers: Peers[Outgoing | Taken] = Peers(told.up, told.down)
        self._connections = 0

    async def listen(self, host: str, port: int) -> Server:
        """Begin to listen; close the server that this returns. Raises :class:`UsageError`."""
        try:
            return await serve(
                self._serve,
                host,
                port,
                process_request=self._admit,
                compression=None,
                max_size=_MAX_FRAME,
                max_queue=16,
                open_timeout=_PROOF_TIMEOUT,
                close_timeout=2.0,
                server_header=None,
            )
        except OSError as error:
            raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None

    def send(self, hub: Eui, message: bytes, reference: str) -> bool:
        """Send a message; False where the hub is not connected, and nothing is sent."""
        return self._peers.send(hub, Outgoing(message, reference))

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away, before any WebSocket is opened, what is not a hub of ours."""
        match = _PATH.fullmatch(request.path)
        if match is None or Eui.parse(match[1]) not in self._hubs:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such hub\n")
        if self._connections >= _MOST_CONNECTIONS:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        hub = Eui.parse(connection.request.path.removeprefix(PATH))
        self._connections += 1
        try:
            await self._verify(hub, connection)
            carrier = Carrier(connection.send)
            line = Line(carrier.write)
            await self._peers.serve(hub, line, self._read(hub, connection, carrier, line))
        except (ConnectionClosed, TimeoutError) as error:
            _LOG.info("hub %s: %s", hub, str(error) or "it said nothing in time")
        except Stopped:
            await connection.close(1012, "the DCC is stopping")
        except DoorstepError as error:
            _LOG.warning("hub %s, from %s: %s", hub, connection.remote_address, error)
            await connection.close(1008, "not accepted")
        finally:
            self._connections -= 1

    async def _verify(self, hub: Eui, connection: ServerConnection) -> None:
        nonce = new_nonce()
        async with asyncio.timeout(_PROOF_TIMEOUT):
            await connection.send(nonce)
            check(self._keys, Purpose.WAN, hub, self._dcc, nonce, await _frame(connection))
            await connection.send(_WELCOME)

    async def _read(
        self, hub: Eui, connection: ServerConnection, carrier: Carrier, line: Line[Outgoing | Taken]
    ) -> None:
        await _read(
            connection,
            carrier,
            line,
            heard=lambda message: self._told.heard(hub, message),
            taken=lambda reference: self._told.taken(hub, reference),
        )


class WanDialler:
    """The hub's end: dials the DCC for as long as :meth:`run` runs, and tells when it is connected.

    ``up`` and ``down`` are told of the WAN, ``heard`` of each message, which is acknowledged, and the next
    one read, when it returns; ``taken`` of each that was sent and has arrived.
    """

    def __init__(
        self,
        hub: Eui,
        dcc: Eui,
        keys: KeyRing,
        url: str,
        *,
        up: Callable[[], Awaitable[None]],
        down: Callable[[], Awaitable[None]],
        heard: Callable[[bytes], Awaitable[None]],
        taken: Callable[[str], Awaitable[None]],
        back_off: BackOff | None = None,
    ) -> None:
        self._hub = hub
        self._dcc = dcc
        self._keys = keys
        self._url = f"{url.rstrip('/')}{PATH}{hub}"
        self._up = up
        self._down = down
        self._heard = heard
        self._taken = taken
        self._back_off = back_off or BackOff()
        self._line: Line[Outgoing | Taken] | None = None

    async def run(self) -> None:
        """Keep the WAN up as well as can be; runs until cancelled."""
        await keep_dialling(self._url, self._use, self._back_off, max_frame=_MAX_FRAME)

    def send(self, message: bytes, reference: str) -> bool:
        """Send a message; False where the WAN is down, and nothing is sent."""
        return self._line is not None and self._line.put(Outgoing(message, reference))

    async def _use(self, connection: ClientConnection) -> None:
        async with asyncio.timeout(_PROOF_TIMEOUT):
            nonce = await _frame(connection)
            if len(nonce) != NONCE_LENGTH:
                raise DecodeError("nonce", 0, f"{len(nonce)} bytes, not {NONCE_LENGTH}")
            await connection.send(prove(self._keys, Purpose.WAN, self._hub, self._dcc, nonce))
            if (welcome := await _frame(connection)) != _WELCOME:
                raise DecodeError("welcome", 0, f"{len(welcome)} bytes where an empty frame belongs")
        carrier = Carrier(connection.send)
        line = self._line = Line(carrier.write, _MOST_WAITING)
        self._back_off.reset()
        await self._up()
        try:
            await line.run(_read(connection, carrier, line, heard=self._heard, taken=self._taken))
        finally:
            self._line = None
            await self._down()


async def _read(
    connection: ServerConnection | ClientConnection,
    carrier: Carrier,
    line: Line[Outgoing | Taken],
    *,
    heard: Callable[[bytes], Awaitable[None]],
    taken: Callable[[str], Awaitable[None]],
) -> None:
    """Take what comes, and acknowledge every message that whoever is told of it has dealt with.

    One for which the machine raised has been dealt with as well: it would raise again.
    """
    while True:
        came = carrier.read(await _frame(connection))
        if isinstance(came, str):
            await taken(came)
            continue
        try:
            await heard(came.message)
        except Stopped:
            raise
        except Exception:
            _LOG.exception("a message of %d bytes could not be handled", len(came.message))
        line.put(Taken(came.number))


async def _frame(connection: ServerConnection | ClientConnection) -> bytes:
    """The next binary frame; raises :class:`DecodeError` for a frame of text."""
    frame = await connection.recv()
    if isinstance(frame, str):
        raise DecodeError("frame", 0, "text, where messages are binary")
    return frame
