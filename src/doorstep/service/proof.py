"""How a Device proves to a server who it is: it signs what the server makes up for the occasion.

The Device's key for digital signature does it, the same that signs its GBCS messages. A proof can never
be taken for one of those, nor a proof to one party for a proof to another: what is signed begins with
the purpose in letters, where the signed part of a GBCS message begins with 09, and names both parties.

No public document describes these links; the form is policy.
"""

from __future__ import annotations

import secrets
from enum import Enum
from typing import Final

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing

__all__ = ["NONCE_LENGTH", "Purpose", "check", "new_nonce", "prove"]

NONCE_LENGTH: Final = 32
"""Bytes that the server makes up for one connection."""


class Purpose(Enum):
    """What a proof is for; the value begins what is signed."""

    WAN = b"doorstep wan v1"
    RELAY = b"doorstep relay v1"


def new_nonce() -> bytes:
    """Bytes that were never used before and cannot be foreseen."""
    return secrets.token_bytes(NONCE_LENGTH)


def prove(keys: KeyRing, purpose: Purpose, device: Eui, server: Eui, nonce: bytes) -> bytes:
    """The 64-byte signature of ``device`` for ``server``; raises :class:`~doorstep.errors.NoKey`."""
    return keys.sign(device, _text(purpose, device, server, nonce))


def check(keys: KeyRing, purpose: Purpose, device: Eui, server: Eui, nonce: bytes, proof: bytes) -> None:
    """Hold a proof against the certificate of ``device``.

    Raises :class:`~doorstep.errors.BadSignature` or :class:`~doorstep.errors.NoKey`.
    """
    keys.verify(device, proof, _text(purpose, device, server, nonce))


def _text(purpose: Purpose, device: Eui, server: Eui, nonce: bytes) -> bytes:
    return purpose.value + nonce + device + server
