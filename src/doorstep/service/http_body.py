"""Reading the body of an HTTP request, and never more of it than is wanted."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from doorstep.errors import InputError

__all__ = ["BodyTooLarge", "body_of", "read_body", "unzipped"]

_GZIP: Final = 16 + zlib.MAX_WBITS


class BodyTooLarge(InputError):
    """The body is over the limit; what there is beyond it was not read."""


async def body_of(request: Request, limit: int) -> bytes:
    """The body, at most ``limit`` bytes of it; raises :class:`BodyTooLarge`."""
    return await read_body(dict(request.headers.raw), request.receive, limit)


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The body of an ASGI request with these headers, as :func:`body_of`.

    Raises :class:`starlette.requests.ClientDisconnect` where the client goes away meanwhile.
    """
    announced = headers.get(b"content-length", b"0")[:20]
    if announced.isdigit() and int(announced) > limit:
        raise BodyTooLarge(f"{int(announced)} bytes are announced, over the limit of {limit}")
    parts = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise BodyTooLarge(f"more than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def unzipped(data: bytes, limit: int) -> bytes:
    """What a gzip body holds; raises :class:`BodyTooLarge` or :class:`InputError`."""
    inflate = zlib.decompressobj(_GZIP)
    try:
        plain = inflate.decompress(data, limit + 1)
    except zlib.error:
        raise InputError("the body is not gzip, as its Content-Encoding says") from None
    if len(plain) > limit:
        raise BodyTooLarge(f"more than {limit} bytes once unpacked")
    if not inflate.eof:
        raise InputError("the gzip body ends too soon")
    return plain
