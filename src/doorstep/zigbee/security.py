"""The protection of network and APS frames: AES-CCM* with a 4-octet MIC.

A frame with an auxiliary header is sealed with a key and opened again; both give the same frame with
another payload. What is authenticated besides is the frame up to its payload. An APS frame is sealed
first, with a link key, and the network frame around it then with the network key.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from doorstep.errors import BadMac, EncodeError, NoKey, Truncated
from doorstep.eui import Eui
from doorstep.zigbee import aps, nwk
from doorstep.zigbee.auxiliary import Auxiliary
from doorstep.zigbee.types import EUI64, KEY128, UINT32

__all__ = ["seal", "unseal", "MIC_SIZE"]

F = TypeVar("F", nwk.Frame, aps.Frame)

MIC_SIZE: Final = 4
"""Octets of the message integrity code at the end of a sealed payload."""

_LEVEL: Final = 5
"""Encryption and a MIC of 4 octets: the level that is reckoned with, and left out on the air."""
_LEVEL_BITS: Final = 0x07
_LONGEST: Final = 0xFFFF
"""The most octets that the two octets of length inside CCM can count."""


def seal(frame: F, key: bytes, source: Eui | None = None) -> F:
    """The frame with its payload encrypted and the MIC behind it.

    ``source`` is the sender, where the auxiliary header does not say it. Raises :class:`EncodeError`
    where the frame has no auxiliary header, and :class:`NoKey` where its sender is not known.
    """
    if frame.auxiliary is None:
        raise EncodeError("auxiliary", "a frame is sealed by what its auxiliary header says")
    if len(frame.payload) > _LONGEST:
        raise EncodeError("payload", f"has {len(frame.payload)} octets; {_LONGEST} can be sealed")
    nonce, authenticated = _inputs(frame, frame.auxiliary, source)
    return msgspec.structs.replace(frame, payload=_cipher(key).encrypt(nonce, frame.payload, authenticated))


def unseal(frame: F, key: bytes, source: Eui | None = None) -> F:
    """The frame with its payload in clear.

    Raises :class:`BadMac` where the key is another or an octet was changed, :class:`NoKey` where the
    frame is not sealed or its sender is not known.
    """
    if frame.auxiliary is None:
        raise NoKey("the frame has no auxiliary header, so no key opens it")
    if len(frame.payload) < MIC_SIZE:
        raise Truncated("MIC", 0, f"needs {MIC_SIZE} octets, {len(frame.payload)} left")
    nonce, authenticated = _inputs(frame, frame.auxiliary, source)
    try:
        payload = _cipher(key).decrypt(nonce, frame.payload, authenticated)
    except InvalidTag:
        raise BadMac(f"the {frame.auxiliary.key.name.lower()} key does not open the frame") from None
    return msgspec.structs.replace(frame, payload=payload)


def _inputs(frame: nwk.Frame | aps.Frame, header: Auxiliary, source: Eui | None) -> tuple[bytes, bytes]:
    """The nonce, and the octets that are authenticated only; both with the level put in."""
    sender = header.source or source
    if sender is None:
        raise NoKey("who sent the frame is neither in it nor known, and its protection depends on it")
    control = header.control & ~_LEVEL_BITS | _LEVEL
    counter = UINT32.write("frame counter", header.frame_counter)
    nonce = EUI64.write("source", sender) + counter + bytes((control,))
    levelled = msgspec.structs.replace(header, control=control)
    return nonce, msgspec.structs.replace(frame, auxiliary=levelled, payload=b"").to_bytes()


def _cipher(key: bytes) -> AESCCM:
    return AESCCM(KEY128.write("key", key), tag_length=MIC_SIZE)
