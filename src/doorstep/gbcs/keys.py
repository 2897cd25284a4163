"""Key look-up, and the two P-256 operations that GBCS rests on.

A :class:`KeyStore` answers *whose key is this*: by Entity Identifier and usage. :class:`KeyRing` puts
ECDSA, ECDH and AES-GCM over one, and remembers shared secrets and parsed keys, since the secret of
two static key pairs never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from doorstep.errors import BadSignature, NoKey
from doorstep.eui import Eui
from doorstep.gbcs.role import Role

__all__ = ["Holding", "KeyRing", "KeyStore", "KeyUsage", "MemoryKeyStore", "Role", "sign", "verify_signature"]

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey

# One ECDH secret is 32 bytes; the bound keeps a hostile stream of senders from filling memory.
MAX_SECRETS: Final = 4096

_SIGNING: Final = ec.ECDSA(SHA256(), deterministic_signing=True)
_VERIFYING: Final = ec.ECDSA(SHA256())
_ECDH: Final = ec.ECDH()


class KeyUsage(Enum):
    """What a key pair is for; the value is its part of a key store's file names."""

    DIGITAL_SIGNATURE = "ds"
    KEY_AGREEMENT = "ka"
    PREPAYMENT_TOP_UP = "pp-ka"
    XML_SIGNATURE = "xml"

    # Keys are looked up by usage for every message; the hash that an Enum brings is one of Python code.
    __hash__ = object.__hash__


class KeyStore(Protocol):
    """Where keys come from. Each answer is None where the key is not held."""

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        """The public key in the certificate of ``eui`` for ``usage``."""

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        """The private key of ``eui`` for ``usage``."""

    def parties(self, role: Role) -> tuple[Eui, ...]:
        """The parties whose certificates carry ``role``, in a stable order."""


class MemoryKeyStore:
    """A key store made of mappings; a private key stands for its public key as well."""

    def __init__(
        self,
        private: Mapping[tuple[Eui, KeyUsage], PrivateKey] | None = None,
        public: Mapping[tuple[Eui, KeyUsage], PublicKey] | None = None,
        roles: Mapping[Eui, Role] | None = None,
    ) -> None:
        self._private = dict(private or {})
        self._public = {name: key.public_key() for name, key in self._private.items()} | dict(public or {})
        self._roles = dict(roles or {})

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        return self._public.get((eui, usage))

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        return self._private.get((eui, usage))

    def parties(self, role: Role) -> tuple[Eui, ...]:
        return tuple(sorted(eui for eui, held in self._roles.items() if held is role))


class Holding:
    """What one party holds of a key store: everybody's certificates, and the private keys of its own.

    So a stop that is given a Holding has no other stop's keys, whatever store lies under it.
    """

    def __init__(self, store: KeyStore, *own: Eui) -> None:
        self._store = store
        self._own = frozenset(own)

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        return self._store.public_key(eui, usage)

    def private_key(self, eui: Eui, usage: KeyUsage) -> PrivateKey | None:
        return self._store.private_key(eui, usage) if eui in self._own else None

    def parties(self, role: Role) -> tuple[Eui, ...]:
        return self._store.parties(role)


class KeyRing:
    """ECDSA and ECDH by Entity Identifier, over one key store, with the shared secrets remembered.

    A ring is as long-lived as the keys under it: after a certificate changes, make a new one.
    """

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self._secrets: OrderedDict[tuple[Eui, KeyUsage, Eui], bytes | None] = OrderedDict()
        self._brokers: tuple[Eui, ...] | None = None

    @property
    def access_control_brokers(self) -> tuple[Eui, ...]:
        """The parties that hold the role of Access Control Broker: one, as a rule."""
        if self._brokers is None:
            self._brokers = self.store.parties(Role.ACCESS_CONTROL_BROKER)
        return self._brokers

    def sign(self, eui: Eui, data: bytes) -> bytes:
        """The 64-byte signature of ``eui`` over ``data``; raises :class:`NoKey`."""
        key = self.store.private_key(eui, KeyUsage.DIGITAL_SIGNATURE)
        if key is None:
            raise NoKey(f"no private key for digital signature is held for {eui}")
        return sign(key, data)

    def verify(self, eui: Eui, signature: bytes, data: bytes) -> None:
        """Check a signature of ``eui``; raises :class:`BadSignature` or :class:`NoKey`."""
        key = self.store.public_key(eui, KeyUsage.DIGITAL_SIGNATURE)
        if key is None:
            raise NoKey(f"no certificate for digital signature is held for {eui}")
        verify_signature(key, signature, data)

    def shared_secret(self, one: Eui, other: Eui, usage: KeyUsage = KeyUsage.KEY_AGREEMENT) -> bytes | None:
        """Z of two key agreement pairs, 32 bytes: whichever of the private keys is held will do.

        ``usage`` is that of ``one``'s pair, which for a top-up is the supplier's prepayment key. None
        where neither private key, or not the other's certificate, is held.
        """
        name = (one, usage, other)
        try:
            secret = self._secrets[name]
            self._secrets.move_to_end(name)
        except KeyError:
            secret = self._secrets[name] = self._agree(one, usage, other)
            if len(self._secrets) > MAX_SECRETS:
                self._secrets.popitem(last=False)
        return secret

    def agree(self, own: Eui, public: PublicKey) -> bytes:
        """Z of the key agreement pair of ``own`` and a public key that came in a message.

        It is not remembered. Raises :class:`NoKey` where the private key is not held.
        """
        private = self.store.private_key(own, KeyUsage.KEY_AGREEMENT)
        if private is None:
            raise NoKey(f"no private key for key agreement is held for {own}")
        return private.exchange(_ECDH, public)

    def _agree(self, one: Eui, usage: KeyUsage, other: Eui) -> bytes | None:
        for mine, my_usage, peer, peer_usage in (
            (one, usage, other, KeyUsage.KEY_AGREEMENT),
            (other, KeyUsage.KEY_AGREEMENT, one, usage),
        ):
            private = self.store.private_key(mine, my_usage)
            public = self.store.public_key(peer, peer_usage) if private else None
            if private is not None and public is not None:
                return private.exchange(_ECDH, public)
        return None


def sign(key: PrivateKey, data: bytes) -> bytes:
    """ECDSA with SHA-256 as GBCS carries it: r ‖ s, 32 bytes each. Deterministic (RFC 6979)."""
    r, s = decode_dss_signature(key.sign(data, _SIGNING))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_signature(key: PublicKey, signature: bytes, data: bytes) -> None:
    """Check r ‖ s; raises :class:`BadSignature`."""
    if len(signature) != 64:
        raise BadSignature(f"a signature has 64 bytes, not {len(signature)}")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), data, _VERIFYING)
    except InvalidSignature:
        raise BadSignature("the signature does not verify with the signer's certificate") from None
