"""Reading the body of an HTTP request, and never more of it than is wanted."""

from __future__ import annotations

import zlib
from typing import Final

from starlette.requests import Request

from doorstep.errors import InputError

__all__ = ["BodyTooLarge", "body_of", "unzipped"]

_GZIP: Final = 16 + zlib.MAX_WBITS


class BodyTooLarge(InputError):
    """The body is over the limit; what there is beyond it was not read."""


async def body_of(request: Request, limit: int) -> bytes:
    """The body, at most ``limit`` bytes of it; raises :class:`BodyTooLarge`."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise BodyTooLarge(f"{announced[:20]} bytes are announced, over the limit of {limit}")
    parts = []
    size = 0
    async for part in request.stream():
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
