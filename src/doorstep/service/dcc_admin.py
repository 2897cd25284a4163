"""The DCC's administrative interface: a Unix socket, for whoever may open it.

``GET /quarantine`` lists what waits, ``POST /quarantine/<reference>/release`` and ``.../delete`` decide on
one, each with ``{"by": "who decides"}``. The socket's file is readable by its owner only: who may open
it is authorised, and says who it is for the log.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from doorstep.errors import UsageError
from doorstep.gbcs.times import iso
from doorstep.road.dcc.events import Administered, Discard, Release
from doorstep.road.dcc.quarantine import Quarantined
from doorstep.service.driver import Stopped
from doorstep.service.http_body import BodyTooLarge, body_of
from doorstep.service.http_server import serving_at

__all__ = ["Admin", "Decided", "ask", "serving_admin"]

T = TypeVar("T")

_MOST_BODY: Final = 1024
_MOST_NAME: Final = 80
_REFERENCE: Final = re.compile("[0-9]{1,18}", re.ASCII)
_EVENTS: Final[dict[str, type[Release] | type[Discard]]] = {"release": Release, "delete": Discard}

Waiting = Callable[[], tuple[tuple[int, Quarantined], ...]]


class Admin:
    """The interface; ``take`` gives the machine an event, what it says of it comes back by :meth:`told`."""

    def __init__(self, waiting: Waiting, take: Callable[[Release | Discard], Awaitable[None]]) -> None:
        self._waiting = waiting
        self._take = take
        self._asked: dict[str, bool] = {}
        self._numbers = itertools.count(1)
        self.application = Starlette(
            routes=[
                Route("/quarantine", self._list, methods=["GET"]),
                Route("/quarantine/{reference:str}/{what:str}", self._decide, methods=["POST"]),
            ]
        )

    def told(self, administered: Administered) -> None:
        """The machine has done it, or has not."""
        self._asked[administered.exchange] = administered.done

    async def _list(self, _request: Request) -> Response:
        return JSONResponse([_described(reference, held) for reference, held in self._waiting()])

    async def _decide(self, request: Request) -> Response:
        event = _EVENTS.get(request.path_params["what"])
        reference = request.path_params["reference"]
        if event is None or not _REFERENCE.fullmatch(reference):
            return JSONResponse({"error": "release or delete, and a reference's number"}, 404)
        try:
            by = _who(await body_of(request, _MOST_BODY))
        except (BodyTooLarge, UsageError) as error:
            return JSONResponse({"error": str(error)}, 400)
        exchange = str(next(self._numbers))
        try:
            # It returns once all that follows is done, so what was told is there.
            await self._take(event(exchange, int(reference), by))
        except Stopped:
            return JSONResponse({"error": "the DCC is stopping"}, 503)
        done = self._asked.pop(exchange, False)
        return JSONResponse({"done": done}, 200 if done else 404)


@contextlib.asynccontextmanager
async def serving_admin(admin: Admin, path: Path) -> AsyncIterator[None]:
    """Serve the interface at a socket's path while the context lasts; raises :class:`UsageError`."""
    listener = _listening(path)
    try:
        async with serving_at(admin.application, listener):
            yield
    finally:
        path.unlink(missing_ok=True)


class Decided(Struct, frozen=True):
    """What the interface says to a decision: whether it was carried out, or what is wrong with it."""

    done: bool = False
    error: str = ""


def ask(path: Path, method: str, where: str, kind: type[T], said: dict[str, str] | None = None) -> T:
    """Ask a running DCC at its socket, whose answer has to be of that kind.

    Raises :class:`UsageError` where it is not there, is something else, or says no.
    """
    if not _answers(path):
        raise UsageError(f"no DCC answers at {path}")
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), timeout=30) as client:
            got = client.request(method, f"http://dcc{where}", json=said)
        if got.status_code >= 400 and (wrong := msgspec.json.decode(got.content, type=Decided).error):
            raise UsageError(f"{path}: {wrong}")
        return msgspec.json.decode(got.content, type=kind)
    except (httpx.HTTPError, msgspec.DecodeError, ValueError, OSError) as error:
        raise UsageError(f"no DCC answers at {path}: {error}") from None


def _who(body: bytes) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError("the body is not JSON") from None
    by = said.get("by") if isinstance(said, dict) else None
    if not isinstance(by, str) or not 0 < len(by) <= _MOST_NAME or not by.isprintable():
        raise UsageError(f'who decides is to be said: {{"by": "..."}}, at most {_MOST_NAME} characters')
    return by


def _described(reference: int, held: Quarantined) -> dict[str, object]:
    request = held.request
    return {
        "reference": reference,
        "request_id": str(request.request_id),
        "service_reference_variant": request.service_reference_variant,
        "command_variant": request.command_variant,
        "breach": held.breach,
        "since": iso(held.since),
    }


def _listening(path: Path) -> socket.socket:
    """A socket at a path, the file of an earlier life taken away; nobody but its owner may open it."""
    if path.exists() and (not path.is_socket() or _answers(path)):
        holder = "another process listens there" if path.is_socket() else "it is there, and no socket"
        raise UsageError(f"cannot listen at {path}: {holder}")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket():
            path.unlink()
        mask = os.umask(0o177)
        try:
            listener.bind(str(path))
        finally:
            os.umask(mask)
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise UsageError(f"cannot listen at {path}: {error.strerror or error}") from None
    listener.setblocking(False)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
        probe.connect(str(path))
        return True
    return False
