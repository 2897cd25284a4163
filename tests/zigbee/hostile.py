"""What every decoder must withstand, whatever the octets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from doorstep.errors import DecodeError


class Encodable(Protocol):
    def to_bytes(self) -> bytes: ...


def decodes_or_refuses(decode: Callable[[bytes], Encodable], data: bytes) -> bool:
    """Whether ``data`` decodes. It must then come back the same; otherwise only DecodeError is allowed."""
    try:
        value = decode(data)
    except DecodeError as refusal:
        where = refusal.offset
    else:
        assert value.to_bytes() == data
        return True
    assert 0 <= where <= len(data)
    return False


def every_truncation(decode: Callable[[bytes], Encodable], data: bytes) -> int:
    """Cut ``data`` at every place; gives how many of the cuts still decode (optional fields, rest)."""
    assert decodes_or_refuses(decode, data)
    return sum(decodes_or_refuses(decode, data[:size]) for size in range(len(data)))
