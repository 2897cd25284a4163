"""The Receive Response Service: where the DCC posts a User's asynchronous Responses and its alerts.

One document a POST, and the statuses of the DCC's own client (``duis.md`` section 5.2): 204 for one that is
taken, 404 for another content type, 413 for one over about 100 kB, 400 for one that cannot be read or is not
the DCC's, 408 for one that does not come in time. 503 where the service is stopping: the DCC tries again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from doorstep.errors import DoorstepError
from doorstep.service.driver import Stopped
from doorstep.service.http_body import BodyTooLarge, body_of, unzipped

__all__ = ["MAX_PUSH", "RECEIVE_PATH", "ReceiveAddress"]

RECEIVE_PATH: Final = "/smartdcc/duis"
"""Where the DCC's own client has its Receive Response Service by default."""

MAX_PUSH: Final = 100 * 1024
"""Bytes of the largest document that is taken, packed or not: what the real one takes."""

_READ_SECONDS: Final = 10.0


class ReceiveAddress:
    """The service as an ASGI application at ``path``.

    ``take`` is given each document, and raises a :class:`DoorstepError` for one that is not believed.
    """

    def __init__(self, take: Callable[[bytes], Awaitable[None]], path: str = RECEIVE_PATH) -> None:
        self._take = take
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; WebSockets are turned away."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        request = Request(scope, receive)
        if request.url.path != self._path:
            response = Response(status_code=404)
        elif request.method != "POST":
            response = Response(status_code=405)
        else:
            response = await self.respond(request)
        await response(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """Take the document in a POST."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/xml":
            return Response(status_code=404)
        try:
            body = await asyncio.wait_for(body_of(request, MAX_PUSH), _READ_SECONDS)
            if request.headers.get("content-encoding", "").strip().lower() == "gzip":
                body = unzipped(body, MAX_PUSH)
            await self._take(body)
        except BodyTooLarge:
            return Response(status_code=413, headers={"connection": "close"})
        except TimeoutError:
            return Response(status_code=408, headers={"connection": "close"})
        except (Stopped, ClientDisconnect):
            return Response(status_code=503)
        except DoorstepError:
            return Response(status_code=400)
        return Response(status_code=204)
