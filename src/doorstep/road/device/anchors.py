"""Trust anchors that Commands have brought: certificates in place of those that the key store holds.

A Device is made with a key store that has the certificates of its first parties. What CS02b replaces, and
what a join brings of another Device, is kept in the Device's state and comes first from then on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, KeyStore, KeyUsage, PrivateKey, PublicKey, Role
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.credentials import TrustAnchorCellIdentifier
from doorstep.gbcs.payloads.asn1.names import CellUsage, KeyUsageBits
from doorstep.road.device.counters import Sender

__all__ = ["Anchor", "Anchors", "anchored", "checked", "key_identifier", "usage_of"]

Anchor = tuple[Sender, KeyUsage]
"""Whose certificate, for which use: a trust anchor cell, or what is held of a Device of the home."""

Anchors = Mapping[Anchor, Certificate]

_USAGES: Final[Mapping[tuple[int, int], KeyUsage]] = MappingProxyType(
    {
        (KeyUsageBits.DIGITAL_SIGNATURE, CellUsage.MANAGEMENT): KeyUsage.DIGITAL_SIGNATURE,
        (KeyUsageBits.KEY_AGREEMENT, CellUsage.MANAGEMENT): KeyUsage.KEY_AGREEMENT,
        (KeyUsageBits.KEY_AGREEMENT, CellUsage.PRE_PAYMENT_TOP_UP): KeyUsage.PREPAYMENT_TOP_UP,
    }
)


def usage_of(cell: TrustAnchorCellIdentifier) -> KeyUsage | None:
    """What the keys in a cell are for; None for a cell that no key store has, such as the root's."""
    return _USAGES.get((cell.key_usage, cell.cell_usage))


def key_identifier(key: PublicKey | None) -> bytes:
    """The 8-byte identifier of a key, as GBCS certificates have it; empty for none.

    It is 0100 and the last 60 bits of the SHA-1 of the public key (RFC 5280, 4.2.1.2).
    """
    if key is None:
        return b""
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    tail = hashlib.sha1(point, usedforsecurity=False).digest()[-8:]
    return bytes((0x40 | tail[0] & 0x0F,)) + tail[1:]


def anchored(keys: KeyRing, anchors: Anchors) -> KeyRing:
    """The keys of a Device that holds these anchors."""
    return KeyRing(_Anchored(keys.store, anchors)) if anchors else keys


class _Anchored:
    """A key store in which anchors come before what it holds otherwise."""

    def __init__(self, store: KeyStore, anchors: Anchors) -> None:
        self._store = store
        self._anchors: dict[tuple[Eui, KeyUsage], PublicKey] = {}
        for (_holder, usage), certificate in anchors.items():
            view = certificate.view
            assert view.subject_unique_id is not None, "only a certificate with a subject is an anchor"
            self._anchors[view.subject_unique_id, usage] = view.public_key

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        return self._anchors.get((eui, usage)) or self._store.public_key(eui, usage)

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        return self._store.private_key(eui, usage)

    def parties(self, role: Role) -> tuple[Eui, ...]:
        return self._store.parties(role)


def checked(certificate: Certificate) -> Certificate:
    """A certificate that can be an anchor; raises :class:`DecodeError` for any other."""
    if certificate.view.subject_unique_id is None:
        raise DecodeError("certificate", 0, "it names no subject")
    return certificate
