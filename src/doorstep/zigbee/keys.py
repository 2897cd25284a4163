"""Keys: the AES-MMO hash, link keys from install codes, and the keys that are made from link keys.

An install code is random octets with a check, printed on a Device; the hub is told it before the
Device joins, and both make the same link key from it.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from doorstep.errors import EncodeError, InputError
from doorstep.zigbee.crc import crc16
from doorstep.zigbee.types import KEY128

__all__ = [
    "mmo",
    "hmac_mmo",
    "INSTALL_CODE_CHECK",
    "install_code",
    "link_key",
    "key_transport_key",
    "key_load_key",
    "verify_key_hash",
    "hashed_link_key",
]

_BLOCK: Final = 16
_LONGEST: Final = 0x10000 // 8
"""From this many octets on, their number of bits does not fit the two octets that the hash ends with."""

INSTALL_CODE_CHECK: Final = 2
"""The octets of check behind an install code."""
_INSTALL_CODE_SIZES: Final = (6, 8, 12, 16)


def mmo(data: bytes) -> bytes:
    """The AES-MMO-128 hash, 16 octets. Raises :class:`EncodeError` from 8,192 octets of data on."""
    if len(data) >= _LONGEST:
        raise EncodeError("AES-MMO", f"hashes fewer than {_LONGEST} octets, not {len(data)}")
    zeros = (_BLOCK - 2 - (len(data) + 1)) % _BLOCK
    padded = data + b"\x80" + bytes(zeros) + (8 * len(data)).to_bytes(2, "big")
    state = bytes(_BLOCK)
    for at in range(0, len(padded), _BLOCK):
        block = padded[at : at + _BLOCK]
        state = _xor(_encrypt(state, block), block)
    return state


def hmac_mmo(key: bytes, data: bytes) -> bytes:
    """HMAC with AES-MMO as its hash. Raises :class:`EncodeError` for a key that has not 16 octets."""
    key = KEY128.write("key", key)
    inner = mmo(_xor(key, b"\x36" * _BLOCK) + data)
    return mmo(_xor(key, b"\x5c" * _BLOCK) + inner)


def install_code(code: bytes) -> bytes:
    """The code with its check, as it is printed: 2 octets more, the less significant first.

    Raises :class:`InputError` for a code that has not 6, 8, 12 or 16 octets.
    """
    if len(code) not in _INSTALL_CODE_SIZES:
        raise InputError(f"an install code has 6, 8, 12 or 16 octets and its check, not {len(code)}")
    return code + (crc16(code, 0xFFFF) ^ 0xFFFF).to_bytes(2, "little")


def link_key(code: bytes) -> bytes:
    """The link key that an install code, with its check, stands for.

    Raises :class:`InputError` where the check or the length is wrong.
    """
    if code != install_code(code[:-INSTALL_CODE_CHECK]):
        raise InputError("the check of the install code is wrong: it was misread or mistyped")
    return mmo(code)


def key_transport_key(key: bytes) -> bytes:
    """The key that protects a network key on its way, from the link key."""
    return hmac_mmo(key, b"\x00")


def key_load_key(key: bytes) -> bytes:
    """The key that protects another link key on its way, from the link key."""
    return hmac_mmo(key, b"\x02")


def verify_key_hash(key: bytes) -> bytes:
    """What Verify Key carries to show that its sender holds the link key."""
    return hmac_mmo(key, b"\x03")


def hashed_link_key(key: bytes) -> bytes:
    """The link key as the Device Log and its backup hold it."""
    return mmo(key)


def _encrypt(key: bytes, block: bytes) -> bytes:
    # One block under a key of its own is what the hash is made of; no message is encrypted so.
    return Cipher(AES(key), ECB()).encryptor().update(block)  # noqa: S305


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
