"""Demo key establishment: a Device and the trust centre come to a link key that only they hold.

The commands, their order, sizes and timers are those of Key Establishment (cluster 0x0800, suite 2). The
calculation behind them is **not** CBKE, which needs ECMQV over sect283k1 and a certificate of the ZigBee
Smart Energy PKI, and neither is public. In its place:

* the certificate names its Device and certifies nothing;
* the ephemeral key is one of X25519, its 32 octets in front of five zeros;
* the keys are HMAC-SHA-256 of both Devices, both ephemeral keys and the shared secret, keyed with the
  link key of the install code.

So what proves who a Device is, is its install code and nothing else, and no real Device will join.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from doorstep.eui import Eui
from doorstep.secret import Secret
from doorstep.zigbee.clusters.key_establishment import PUBLIC_KEY_SIZES, Certificate, Suite
from doorstep.zigbee.keys import hmac_mmo

__all__ = ["POLICY", "Agreed", "Ephemeral", "Roles", "agree", "certificate", "derived", "ephemeral"]

POLICY: Final = "demo key establishment"
"""The name of this choice, in logs and documents."""

_LABEL: Final = b"doorstep demo key establishment v1"
_X25519_SIZE: Final = 32
_PUBLIC_KEY_SIZE: Final = PUBLIC_KEY_SIZES[Suite.K283]
_PADDING: Final = bytes(_PUBLIC_KEY_SIZE - _X25519_SIZE)
_CERTIFIES_NOTHING: Final = b"DOORSTEP"
_FOR_EVER: Final = 0xFFFF_FFFF
_AGREEMENT_AND_SIGNATURE: Final = 0x88


class Roles(Struct, frozen=True):
    """Who began, and who answers."""

    initiator: Eui
    responder: Eui


class Ephemeral(Struct, frozen=True):
    """A key pair for one attempt; ``public`` has the 37 octets that travel."""

    private: Secret
    public: bytes


class Agreed(Struct, frozen=True):
    """What both sides have calculated: the new link key, and the proofs that each sends of it."""

    link_key: Secret
    from_initiator: bytes
    from_responder: bytes


def derived(seed: bytes, purpose: str, number: int, *names: bytes) -> bytes:
    """32 octets that only the holder of ``seed`` can make, other ones for each purpose, number and names."""
    message = b"|".join((b"doorstep han v1", purpose.encode(), number.to_bytes(8, "big"), *names))
    return hmac.digest(seed, message, hashlib.sha256)


def ephemeral(seed: bytes, number: int) -> Ephemeral:
    """The key pair of one attempt, which ``number`` tells from every other."""
    private = derived(seed, "ephemeral", number)
    public = X25519PrivateKey.from_private_bytes(private).public_key()
    return Ephemeral(Secret(private), public.public_bytes(Encoding.Raw, PublicFormat.Raw) + _PADDING)


def certificate(subject: Eui) -> bytes:
    """74 octets in the form of a certificate, which certify nothing."""
    reconstruction = hashlib.sha256(_LABEL + subject).digest() + _PADDING
    return Certificate(
        0,
        bytes(subject),
        0x0D,
        0x08,
        _CERTIFIES_NOTHING,
        0,
        _FOR_EVER,
        subject,
        _AGREEMENT_AND_SIGNATURE,
        b"\x02" + reconstruction[:36],
    ).to_bytes()


def agree(
    install_key: bytes,
    roles: Roles,
    private: bytes,
    from_initiator: bytes,
    from_responder: bytes,
    theirs: bytes,
) -> Agreed | None:
    """What both sides make of the ephemeral keys; ``theirs`` is the one that came from the other side.

    None where that is no key.
    """
    if len(theirs) != _PUBLIC_KEY_SIZE or theirs[_X25519_SIZE:] != _PADDING:
        return None
    try:
        peer = X25519PublicKey.from_public_bytes(theirs[:_X25519_SIZE])
        shared = X25519PrivateKey.from_private_bytes(private).exchange(peer)
    except ValueError:
        return None  # A point that gives every private key the same secret.
    transcript = roles.initiator + roles.responder + from_initiator + from_responder
    keys = hmac.digest(install_key, _LABEL + transcript + shared, hashlib.sha256)
    mac_key, link_key = keys[:16], keys[16:]
    forward = roles.initiator + roles.responder + from_initiator + from_responder
    backward = roles.responder + roles.initiator + from_responder + from_initiator
    return Agreed(
        Secret(link_key), hmac_mmo(mac_key, b"\x02" + forward), hmac_mmo(mac_key, b"\x03" + backward)
    )
