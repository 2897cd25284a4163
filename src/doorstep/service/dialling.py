"""Keeping a connection outwards: dial, use it while it lasts, wait, dial again.

Homes have no address that a service could dial, so whatever leaves a home is dialled from inside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidURI, WebSocketException
from websockets.frames import CloseCode
from websockets.uri import parse_uri

from doorstep.errors import DoorstepError, UsageError
from doorstep.service.back_off import BackOff
from doorstep.service.driver import Stopped

__all__ = ["keep_dialling"]

_LOG: Final = logging.getLogger(__name__)


async def keep_dialling(
    url: str,
    use: Callable[[ClientConnection], Awaitable[None]],
    back_off: BackOff,
    *,
    max_frame: int,
    open_timeout: float = 10.0,
    ping_interval: float | None = 20.0,
) -> None:
    """Dial ``url`` for ever, and let ``use`` have each connection; frames over ``max_frame`` end one.

    ``use`` resets ``back_off`` once the peer has let it in. Returns never; raises :class:`UsageError` for
    what is no URL of a WebSocket, and :class:`Stopped` where ``use`` finds its driver stopped.
    """
    try:
        parse_uri(url)
    except (InvalidURI, ValueError) as error:
        raise UsageError(f"not the URL of a WebSocket (ws://host:port): {error}") from None
    while True:
        try:
            # The environment's proxies are for browsing; a link to a service says itself where it goes.
            async with connect(
                url,
                proxy=None,
                compression=None,
                max_size=max_frame,
                max_queue=16,
                open_timeout=open_timeout,
                ping_interval=ping_interval,
                ping_timeout=ping_interval,
                close_timeout=2.0,
            ) as connection:
                try:
                    await use(connection)
                except asyncio.CancelledError:
                    # A process that is ended goes away; left to itself the library calls it an error of ours.
                    await connection.close(CloseCode.GOING_AWAY)
                    raise
            _LOG.warning("%s: the connection has ended", url)
        except Stopped:
            raise
        except (OSError, TimeoutError, WebSocketException, DoorstepError) as error:
            _LOG.warning("%s: %s", url, str(error) or type(error).__name__)
        await asyncio.sleep(back_off.wait())
