"""The DCC's gateway for its Users: three services over HTTP, and the pushes to their receive addresses.

Every request, right or wrong, becomes a :class:`~doorstep.road.dcc.events.Posted`, and the machine's
:class:`~doorstep.road.dcc.events.Answer` its response. HTTP alone answers only what must not reach the
machine: 413 for a body over the limit, of which no more than the limit is ever read; 408 for one that
takes too long to come; 503 when too many are in hand, or when no answer comes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doorstep.eui import Eui
from doorstep.road.dcc.events import Answer, Posted, Push, Pushed
from doorstep.service.driver import Stopped
from doorstep.service.http_body import BodyTooLarge, body_of

__all__ = ["GATEWAY_PORT", "Gateway", "Pusher"]

GATEWAY_PORT: Final = 8079
"""Where real clients look for the gateway."""

_READ_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 30.0
_PUSH_SECONDS: Final = 10.0
_OK: Final = 200
_CLOSE: Final = {"connection": "close"}  # or the rest of the body would be read after all


class Gateway:
    """The Users' side of the DCC, as an ASGI application.

    ``take`` gives the machine an event; what the machine answers comes back by :meth:`answer`.
    ``max_body`` is in bytes; ``most_exchanges`` bounds the requests that are in hand at once.
    """

    def __init__(
        self, take: Callable[[Posted], Awaitable[None]], *, max_body: int, most_exchanges: int = 64
    ) -> None:
        self._take = take
        self._max_body = max_body
        self._most_exchanges = most_exchanges
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count(1)
        self._in_hand = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; WebSockets are turned away."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    def answer(self, answer: Answer) -> None:
        """Let the exchange have its answer, if anybody still waits for it."""
        waiting = self._waiting.get(answer.exchange)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def _respond(self, request: Request) -> Response:
        if self._in_hand >= self._most_exchanges:
            return Response(status_code=503, headers={"retry-after": "1"})
        self._in_hand += 1
        try:
            return await self._serve(request)
        finally:
            self._in_hand -= 1

    async def _serve(self, request: Request) -> Response:
        try:
            body = await asyncio.wait_for(body_of(request, self._max_body), _READ_SECONDS)
        except BodyTooLarge:
            return Response(status_code=413, headers=_CLOSE)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408, headers=_CLOSE)
        try:
            answer = await asyncio.wait_for(self._exchange(request, body), _ANSWER_SECONDS)
        except (TimeoutError, Stopped):
            return Response(status_code=503)
        media_type = "application/xml" if answer.status == _OK else None
        return Response(answer.body, answer.status, media_type=media_type)

    async def _exchange(self, request: Request, body: bytes) -> Answer:
        exchange = str(next(self._numbers))
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[exchange] = waiting
        content_type = request.headers.get("content-type", "")
        posted = Posted(exchange, request.method, request.url.path, content_type, body)
        try:
            await self._take(posted)
            return await waiting
        finally:
            del self._waiting[exchange]


class Pusher:
    """Posts documents to the Users' receive addresses; ``addresses`` has a URL for each User that has one."""

    def __init__(self, addresses: Mapping[Eui, str], client: httpx.AsyncClient) -> None:
        self._addresses = addresses
        self._client = client

    async def push(self, push: Push) -> Pushed:
        """Make one push, and say what came of it: an HTTP status, or None where nobody answered."""
        url = self._addresses.get(push.user)
        if url is None:
            return Pushed(push.push, None)
        try:
            response = await self._client.post(
                url, content=push.body, headers={"content-type": "application/xml"}, timeout=_PUSH_SECONDS
            )
        except httpx.HTTPError:
            return Pushed(push.push, None)
        return Pushed(push.push, response.status_code)
