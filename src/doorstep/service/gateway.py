"""The DCC's gateway for its Users: three services over HTTP, and the pushes to their receive addresses.

Every request, right or wrong, becomes a :class:`~doorstep.road.dcc.events.Posted`, and the machine's
:class:`~doorstep.road.dcc.events.Answer` its response. Those that come while the machine is busy with others
are given to it together. HTTP alone answers only what must not reach the
machine: 413 for a body over the limit, of which no more than the limit is ever read; 408 for one that
takes too long to come; 503 when too many are in hand, or when no answer comes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

import httpx
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from doorstep.eui import Eui
from doorstep.road.dcc.events import Answer, Posted, Push, Pushed, Together
from doorstep.service.driver import Stopped
from doorstep.service.http_body import BodyTooLarge, read_body

__all__ = ["GATEWAY_PORT", "Gateway", "Pusher"]

GATEWAY_PORT: Final = 8079
"""Where real clients look for the gateway."""

_READ_SECONDS: Final = 10.0
_ANSWER_SECONDS: Final = 30.0
_PUSH_SECONDS: Final = 10.0
_OK: Final = 200
_UNAVAILABLE: Final = 503
_GATHER_SECONDS: Final = 0.002
"""How long those who were answered together are waited for, as their next requests may come together again:
what is done for many at once costs each of them a quarter less. One that comes alone is not kept waiting."""

_HttpAnswer: TypeAlias = tuple[int, bytes, tuple[tuple[bytes, bytes], ...]]
"""An HTTP response: status, body and headers. Made by hand, since this is done for every request."""

_XML: Final = ((b"content-type", b"application/xml"),)
_RETRY: Final = ((b"retry-after", b"1"),)
_CLOSE: Final = ((b"connection", b"close"),)  # or the rest of the body would be read after all


class Gateway:
    """The Users' side of the DCC, as an ASGI application.

    ``take`` gives the machine an event and returns when it has been dealt with; meanwhile what the machine
    answers comes back by :meth:`answer`. ``max_body`` is in bytes; ``most_exchanges`` bounds the requests
    that are in hand at once.
    """

    def __init__(
        self, take: Callable[[Together], Awaitable[None]], *, max_body: int, most_exchanges: int = 64
    ) -> None:
        self._take = take
        self._arrived: list[Posted] = []
        self._giving: asyncio.Task[None] | None = None
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
        status, body, headers = await self._respond(scope, receive)
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
        await send({"type": "http.response.body", "body": body})

    def answer(self, answer: Answer) -> None:
        """Let the exchange have its answer, if anybody still waits for it."""
        waiting = self._waiting.get(answer.exchange)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def _respond(self, scope: Scope, receive: Receive) -> _HttpAnswer:
        if self._in_hand >= self._most_exchanges:
            return _UNAVAILABLE, b"", _RETRY
        self._in_hand += 1
        try:
            return await self._serve(scope, receive)
        finally:
            self._in_hand -= 1

    async def _serve(self, scope: Scope, receive: Receive) -> _HttpAnswer:
        headers = dict(scope["headers"])
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await read_body(headers, receive, self._max_body)
        except BodyTooLarge:
            return 413, b"", _CLOSE
        except (TimeoutError, ClientDisconnect):
            return 408, b"", _CLOSE
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        answer = await self._exchange(scope["method"], scope["path"], content_type, body)
        return answer.status, answer.body, _XML if answer.status == _OK else ()

    async def _exchange(self, method: str, path: str, content_type: str, body: bytes) -> Answer:
        exchange = str(next(self._numbers))
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[exchange] = waiting
        self._arrived.append(Posted(exchange, method, path, content_type, body))
        if self._giving is None:
            self._giving = asyncio.create_task(self._give_all())
        try:
            return await waiting
        finally:
            del self._waiting[exchange]

    async def _give_all(self) -> None:
        """Give the machine what has arrived, until nothing more has."""
        while self._arrived:
            together, self._arrived = self._arrived, []
            await self._give(together)
            if len(together) > 1:
                await asyncio.sleep(_GATHER_SECONDS)
        self._giving = None

    async def _give(self, together: list[Posted]) -> None:
        """Give the machine some requests, and let those go that have no answer afterwards.

        Those that it fails for are given one by one, as it may be one's fault.
        """
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._take(Together(tuple(together)))
        except (TimeoutError, Stopped):
            # Those that have come meanwhile have waited, too.
            together += self._arrived
            self._arrived.clear()
        except Exception as error:
            for posted in together:
                waiting = self._waiting.get(posted.exchange)
                if waiting is None or waiting.done():
                    continue
                if len(together) > 1:
                    await self._give([posted])
                else:
                    waiting.set_exception(error)
        for posted in together:
            self.answer(Answer(posted.exchange, _UNAVAILABLE))


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
