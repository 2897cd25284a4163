"""The SMKI repository over HTTP, beside the DCC's gateway: certificate search and retrieval.

What a request is answered with is the pure :class:`~doorstep.road.dcc.smki.Repository`'s to say. HTTP alone
answers 413 for a body over the limit, of which no more is read, and 408 for one that takes too long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doorstep.duis.smki import MAX_REQUEST
from doorstep.errors import DoorstepError
from doorstep.road.dcc.smki import Asked, Repository, Told
from doorstep.service.clock import Clock
from doorstep.service.event_log import EventLog
from doorstep.service.http_body import BodyTooLarge, body_of

__all__ = ["SMKI_PORT", "SmkiService"]

SMKI_PORT: Final = 8083
"""Where real clients look for the repository."""

_READ_SECONDS: Final = 10.0
_OK: Final = 200
_UNAVAILABLE: Final = 503
_CLOSE: Final = {"connection": "close"}


class SmkiService:
    """The repository as an ASGI application.

    ``repository`` is made when the first request comes, in a thread, as a large street's certificates take
    a while to read.
    """

    def __init__(self, repository: Callable[[], Repository], clock: Clock, log: EventLog) -> None:
        self._make = repository
        self._clock = clock
        self._log = log
        self._made: asyncio.Task[Repository] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; WebSockets are turned away."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        response = await self._respond(Request(scope, receive))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        try:
            body = await asyncio.wait_for(body_of(request, MAX_REQUEST), _READ_SECONDS)
        except BodyTooLarge:
            return Response(status_code=413, headers=_CLOSE)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408, headers=_CLOSE)
        asked = Asked(
            request.method,
            request.url.path,
            request.headers.get("content-type", ""),
            request.query_params.get("apikey", ""),
            body,
        )
        try:
            told = (await self._repository()).answer(asked, self._clock.now())
        except DoorstepError as error:
            told = Told(_UNAVAILABLE, why=str(error))
        self._log.say("smki", path=asked.path[:80], status=told.status, why=told.why)
        media_type = "application/xml" if told.status == _OK else None
        return Response(told.body, told.status, media_type=media_type)

    async def _repository(self) -> Repository:
        """The repository, made once however many wait for it; what could not be made is tried again."""
        if self._made is None or (self._made.done() and self._made.exception() is not None):
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._made)
