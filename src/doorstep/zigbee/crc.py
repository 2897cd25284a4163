"""The 16-bit cyclic redundancy check of radio frames and install codes."""

from __future__ import annotations

from typing import Final

__all__ = ["crc16"]

_POLYNOMIAL: Final = 0x8408
"""x16 + x12 + x5 + 1, least significant bit first."""


def crc16(data: bytes, initial: int) -> int:
    """The remainder of ``data``, without any final inversion."""
    remainder = initial
    for octet in data:
        remainder = remainder >> 8 ^ _REMAINDERS[(remainder ^ octet) & 0xFF]
    return remainder


def _remainder(octet: int) -> int:
    for _ in range(8):
        octet = octet >> 1 ^ (_POLYNOMIAL if octet & 1 else 0)
    return octet


_REMAINDERS: Final = tuple(_remainder(octet) for octet in range(256))
