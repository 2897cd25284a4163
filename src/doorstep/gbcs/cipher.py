"""AES-128-GCM under the keys that two parties derive: the MAC of a message, and its encrypted items.

Every key comes from the static key agreement pairs of two parties, by ECDH, and from the Message
Identifier, so that no key protects two messages. Whose pairs they are is for the caller to know, see
:mod:`doorstep.gbcs.protection`; here the outcome is ``secret``, the 32 bytes of Z.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doorstep.errors import BadMac
from doorstep.eui import Eui
from doorstep.gbcs.header import GroupingHeader

__all__ = ["TAG_LENGTH", "decrypt", "derive_key", "encrypt", "gmac", "message_mac", "reader"]

TAG_LENGTH: Final = 12
"""Bytes of a tag that travel, of the 16 that AES-GCM makes: of a MAC and of an encrypted item alike."""

# KDF of SP 800-56A, one round, with AlgorithmID aes-gcm-128 (7 bytes) at the front of OtherInfo.
_ROUND: Final = bytes.fromhex("00000001")
_ALGORITHM: Final = bytes.fromhex("60857406080300")
_IV_TAIL: Final = bytes(4)
# Security control 0x11 (authentication only, suite 1) and the five empty general-ciphering fields.
_MAC_PREFIX: Final = bytes.fromhex("110000000000")
# Security control 0x31: authentication and encryption, suite 1; all that an encrypted item's AAD is.
_ENCRYPTION_AAD: Final = b"\x31"
_ENCRYPTION_CRA: Final = b"\x04"


def derive_key(secret: bytes, originator: Eui, transaction_id: bytes, recipient: Eui) -> bytes:
    """The 16-byte AES key that ``secret`` (Z) gives for one message."""
    other_info = b"".join((_ALGORITHM, originator, b"\x09", transaction_id, recipient))
    return sha256(_ROUND + secret + other_info).digest()[:16]


def gmac(key: bytes, originator: Eui, covered: bytes) -> bytes:
    """The full 16-byte GMAC over ``covered``; messages carry its first 12 bytes."""
    return AESGCM(key).encrypt(originator + _IV_TAIL, b"", _MAC_PREFIX + covered)


def message_mac(secret: bytes, header: GroupingHeader, authenticated: bytes) -> bytes:
    """The 12-byte MAC of the message with this header, over all that stands before it."""
    originator = header.business_originator_id
    key = derive_key(secret, originator, header.transaction_id, header.business_target_id)
    return gmac(key, originator, authenticated)[:TAG_LENGTH]


def reader(header: GroupingHeader) -> Eui:
    """The User whom a message's encrypted items are for.

    It is the real User, the Supplementary Remote Party, where the Access Control Broker asked for one.
    """
    return header.supplementary_remote_party_id or header.business_target_id


def encrypt(secret: bytes, header: GroupingHeader, plaintext: bytes) -> bytes:
    """An encrypted item: ciphertext and 12-byte tag, without the security header in front of it."""
    sealed = AESGCM(_encryption_key(secret, header)).encrypt(_iv(header), plaintext, _ENCRYPTION_AAD)
    return sealed[: len(plaintext) + TAG_LENGTH]


def decrypt(secret: bytes, header: GroupingHeader, item: bytes) -> bytes:
    """The plaintext of one encrypted item (ciphertext and 12-byte tag); raises :class:`BadMac`.

    ``secret`` is that of the Device and of the *User* who reads, never of the Access Control Broker.
    """
    if len(item) < TAG_LENGTH:
        raise BadMac(f"an encrypted item of {len(item)} bytes cannot hold its tag")
    # AESGCM takes whole tags only; the lower-level mode takes those that GBCS truncates to 12 bytes.
    mode = modes.GCM(_iv(header), item[-TAG_LENGTH:], min_tag_length=TAG_LENGTH)
    opener = Cipher(algorithms.AES(_encryption_key(secret, header)), mode).decryptor()
    opener.authenticate_additional_data(_ENCRYPTION_AAD)
    try:
        return opener.update(item[:-TAG_LENGTH]) + opener.finalize()
    except InvalidTag:
        raise BadMac("the tag of an encrypted item does not hold") from None


def _encryption_key(secret: bytes, header: GroupingHeader) -> bytes:
    counter = header.originator_counter
    if header.supplementary_originator_counter is not None:
        counter = header.supplementary_originator_counter
    transaction_id = _ENCRYPTION_CRA + counter.to_bytes(8, "big")
    return derive_key(secret, header.business_originator_id, transaction_id, reader(header))


def _iv(header: GroupingHeader) -> bytes:
    return header.business_originator_id + _IV_TAIL
