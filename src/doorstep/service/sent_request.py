"""A request that was sent: the DCC's answer, and all that comes for it afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from doorstep.duis import (
    DccAlert,
    Element,
    GbcsPayload,
    LocalCommand,
    Request,
    Response,
    ResponseMessage,
    codes,
    response_code,
)
from doorstep.duis.command_variant import command_variant
from doorstep.errors import DoorstepError
from doorstep.gbcs import KeyRing
from doorstep.road.supplier.correlate import check_command
from doorstep.road.supplier.device_response import DeviceResponse, read_device_response
from doorstep.road.supplier.gateway import SupplierConfig, explained

__all__ = ["NoAnswer", "NotDelivered", "RequestRefused", "SentRequest"]

T = TypeVar("T")


class RequestRefused(DoorstepError):
    """The DCC answers with an error code, at once or afterwards; ``response`` is the whole answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.request_id}: the DCC answers {explained(response.code)}")
        self.response = response


class NotDelivered(DoorstepError):
    """The DCC alerts that it could not deliver the Command; ``response`` is the alert."""

    def __init__(self, response: Response, code: str) -> None:
        super().__init__(f"the DCC could not deliver the Command ({code})")
        self.response = response


class NoAnswer(DoorstepError):
    """What was waited for has not come in time. It may come yet."""


class SentRequest:
    """A request that the DCC has answered well.

    ``request`` is the one that was sent last: of a critical service that is the Signed Pre-Command.
    ``documents`` holds the synchronous answer, then whatever came after it, each once however often the DCC
    posted it.
    """

    def __init__(self, request: Request, config: SupplierConfig, keys: KeyRing) -> None:
        self.request = request
        self.documents: tuple[Response, ...] = ()
        self._config = config
        self._keys = keys
        self._news = asyncio.Event()

    @property
    def answer(self) -> Response:
        """The DCC's synchronous answer."""
        return self.documents[0]

    @property
    def holds_command(self) -> bool:
        """Whether the Command for Local Delivery has come, be it the right one or not."""
        bodies = [response.body for response in self.documents]
        return any(
            isinstance(body, ResponseMessage) and isinstance(body.content, LocalCommand) for body in bodies
        )

    def answered(self, response: Response) -> None:
        """Take the synchronous answer, which goes before what may have overtaken it."""
        self.documents = (response, *self.documents)
        self._news.set()

    def hear(self, response: Response) -> None:
        """Take a document that the DCC posted to the receive address."""
        if response not in self.documents:
            self.documents = (*self.documents, response)
            self._news.set()

    async def local_command(self, timeout: float | None = None) -> bytes:
        """The Command for Local Delivery, as the DCC made it: from its answer, or from what it posts.

        Waits ``timeout`` seconds, None for ever. Raises :class:`NoAnswer`, :class:`NotCorrelated` for a
        Command that is not the one asked for, :class:`RequestRefused` or :class:`DecodeError`.
        """
        try:
            return await self._first(self._local_command, "no Command for Local Delivery", timeout)
        except NoAnswer as error:
            variant = command_variant(self.request.command_variant)
            if self.documents and self.answer.code == codes.I99 and not variant.wan:
                raise NoAnswer(f"{error}; the DCC accepted it, and may keep it in quarantine") from None
            raise

    async def device_response(self, timeout: float | None = None) -> DeviceResponse:
        """The Device's Response, authenticated.

        Waits ``timeout`` seconds, None for ever. Raises :class:`NoAnswer`, :class:`RequestRefused`,
        :class:`NotDelivered`, and what :func:`read_device_response` raises.
        """
        return await self._first(self._device_response, "no Response of the Device", timeout)

    def read(self, data: bytes, *, vouched: bool = False) -> DeviceResponse:
        """A Response to this request that came by another way, such as a PPMID."""
        name, variant = self.request.request_id, self.request.service_reference_variant
        return read_device_response(data, name, variant, self._config.eui, self._keys, vouched=vouched)

    async def _first(self, read: Callable[[Response], T | None], what: str, timeout: float | None) -> T:
        """What ``read`` finds in the first document that has it."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    for response in self.documents:
                        if (found := read(response)) is not None:
                            return found
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NoAnswer(f"{self.request.request_id}: {what} in {timeout:g} seconds") from None

    def _local_command(self, response: Response) -> bytes | None:
        content = _content(response)
        if not isinstance(content, LocalCommand):
            return None
        request = self.request
        check_command(
            content.payload,
            request.request_id,
            request.service_reference_variant,
            self._config.dcc,
            request.gbcs_payload or b"",
        )
        return content.payload

    def _device_response(self, response: Response) -> DeviceResponse | None:
        if isinstance(response.body, DccAlert):
            raise NotDelivered(response, response.body.code)
        payload = _payload(_content(response))
        return self.read(payload, vouched=True) if payload is not None else None


def _content(response: Response) -> object:
    if response_code(response.code).is_error:
        raise RequestRefused(response)
    return response.body.content if isinstance(response.body, ResponseMessage) else None


def _payload(content: object) -> bytes | None:
    """The Device's Response in a document, bare or within an element of the DCC's such as ``CINMessage``."""
    if isinstance(content, GbcsPayload):
        return content.payload
    if isinstance(content, Element) and content.has("GBCSPayload"):
        return content.bytes_of("GBCSPayload")
    return None
