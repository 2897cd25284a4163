"""Serving an ASGI application on a socket of our own, within a process that looks after its own signals."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from typing import Any, Final

import uvicorn

from doorstep.errors import UsageError

__all__ = ["listening_socket", "serving", "serving_at"]

_BACKLOG: Final = 512
_SHUTDOWN_SECONDS: Final = 3
_MAX_WEBSOCKET_FRAME: Final = 100_000


@contextlib.asynccontextmanager
async def serving(
    application: Any, host: str, port: int, *, most_connections: int = 1000
) -> AsyncIterator[int]:
    """Serve an application while the context lasts; gives the port, which is one to be had if ``port`` is 0.

    Once entered, whoever connects is served. Beyond ``most_connections`` at once, requests get 503.
    Raises :class:`UsageError` where it cannot listen.
    """
    listener = listening_socket(host, port)
    async with serving_at(application, listener, most_connections=most_connections):
        yield int(listener.getsockname()[1])


@contextlib.asynccontextmanager
async def serving_at(
    application: Any, listener: socket.socket, *, most_connections: int = 1000
) -> AsyncIterator[None]:
    """As :func:`serving`, on a socket that listens already and is closed in the end."""
    server = _Server(
        uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="websockets-sansio",
            ws_max_size=_MAX_WEBSOCKET_FRAME,
            ws_per_message_deflate=False,
            limit_concurrency=most_connections,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
    )
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        try:
            await running
        finally:
            listener.close()


def listening_socket(host: str, port: int) -> socket.socket:
    """A TCP socket that listens, so that a connection made from now on waits at worst.

    Raises :class:`UsageError` where it cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except (OSError, OverflowError):
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"cannot listen on {host}:{port}: {detail}") from None
    listener.setblocking(False)
    return listener


class _Server(uvicorn.Server):
    """Uvicorn without its own handling of signals: a process has several servers, and one way to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
