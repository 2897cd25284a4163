"""What the DCC sends a User unasked: Alerts of Devices, and alerts of its own, as a stream."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from msgspec import Struct

from doorstep.duis import DccAlert, DeviceAlert, Response
from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, Message, decode
from doorstep.road.supplier.outcome import authenticate

__all__ = ["Alert", "Alerts", "read_alert"]


class Alert(Struct, frozen=True):
    """An alert that the DCC has signed for.

    ``code`` is a Device's Alert Code in hex (``8F12``) or a DCC Alert Code (``N12``). ``message`` is the
    Device's own Alert, authenticated; None for the DCC's, and where ``doubt`` says why it is not believed.
    """

    code: str
    response: Response
    message: Message | None = None
    doubt: str = ""

    @property
    def device(self) -> Eui | None:
        """The Device that alerts; None for an alert of the DCC."""
        return self.response.response_id.originator if self.response.response_id is not None else None


def read_alert(response: Response, user: Eui, keys: KeyRing) -> Alert | None:
    """The alert in a document of the DCC; None where it is a Response to a request."""
    if isinstance(response.body, DccAlert):
        return Alert(response.body.code, response)
    if not isinstance(response.body, DeviceAlert):
        return None
    code = f"{response.body.alert_code:04X}"
    try:
        message = decode(response.body.payload)
        authenticate(message, keys, user, vouched=True)
    except DoorstepError as error:
        return Alert(code, response, doubt=str(error))
    return Alert(code, response, message)


class Alerts:
    """The alerts that nobody has read yet, at most ``most`` of them: beyond that the oldest is ``lost``.

    Who does not read them must not keep the DCC from delivering what comes after (policy).
    """

    def __init__(self, most: int) -> None:
        self._waiting: deque[Alert] = deque(maxlen=most)
        self._news = asyncio.Event()
        self.lost = 0

    def put(self, alert: Alert) -> None:
        """Add an alert behind those that wait."""
        self.lost += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(alert)
        self._news.set()

    async def __aiter__(self) -> AsyncIterator[Alert]:
        """Every alert once, in the order in which they came; waits for the next."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            self._news.clear()
            await self._news.wait()
