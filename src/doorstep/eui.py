"""The Entity Identifier (EUI-64) that names every Device and every party."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from doorstep.errors import DecodeError, InputError

__all__ = ["Eui"]

_TEXT: Final = re.compile(r"(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{16}")


class Eui(bytes):
    """Eight bytes, most significant first, as GBCS messages and certificates carry them.

    It *is* those bytes, so joining it into a message costs nothing; ``str`` gives the form that
    people and DUIS use, ``00-DB-12-34-56-78-90-A0``.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Eui:
        """Read the dashed form or sixteen bare hex digits, in either case.

        Raises :class:`InputError` for anything else.
        """
        if not _TEXT.fullmatch(text):
            raise InputError(f"not an Entity Identifier (8 hex pairs joined by dashes): {text[:40]!r}")
        return cls(bytes.fromhex(text.replace("-", "")))

    @classmethod
    def of(cls, data: bytes, field: str = "Entity Identifier", offset: int = 0) -> Eui:
        """Take eight bytes as they stand; raises :class:`DecodeError` for another length."""
        if len(data) != 8:
            raise DecodeError(field, offset, f"an Entity Identifier has 8 bytes, not {len(data)}")
        return cls(data)

    @classmethod
    def from_little_endian(cls, data: bytes) -> Eui:
        """The identifier as ZigBee carries it, least significant byte first."""
        return cls.of(data[::-1])

    @property
    def little_endian(self) -> bytes:
        """The eight bytes as ZigBee carries them, least significant first."""
        return self[::-1]

    def __str__(self) -> str:
        return _dashed(self)

    def __repr__(self) -> str:
        return f"Eui({str(self)!r})"


@lru_cache(maxsize=4096)
def _dashed(data: bytes) -> str:
    """The dashed form; kept, since the same few identifiers are written again and again."""
    return data.hex("-").upper()
