"""A User's client of the DCC's gateway: one HTTP request for one document, and what came back."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx

from doorstep.road.supplier.events import Answered, SendRequest

__all__ = ["ANSWER_SECONDS", "GatewayClient"]

ANSWER_SECONDS: Final = 3.0
"""How long the DCC's own client waits for an answer."""

_MOST_REQUESTS: Final = 16
_MAX_ANSWER: Final = 1 << 20


class GatewayClient:
    """Posts documents to the gateway at ``url``: sixteen at a time, each for ``seconds`` at most."""

    def __init__(self, url: str, client: httpx.AsyncClient, *, seconds: float = ANSWER_SECONDS) -> None:
        self._url = url
        self._client = client
        self._seconds = seconds
        self._free = asyncio.Semaphore(_MOST_REQUESTS)

    async def send(self, request: SendRequest) -> Answered:
        """Post a document, and say what came back: no status where nothing did in time."""
        async with self._free:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._post(request)
            except (httpx.HTTPError, TimeoutError):
                return Answered(request.request, None)

    async def _post(self, request: SendRequest) -> Answered:
        headers = {"content-type": "application/xml"}
        url = self._url + request.path
        async with self._client.stream("POST", url, content=request.body, headers=headers) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > _MAX_ANSWER:
                    raise httpx.ReadError("the answer is too large")
            return Answered(request.request, response.status_code, body)
