"""Message protection: key derivation, MAC, signature and payload encryption, and what they prove.

Every key is derived from the static key pairs of two parties and from the Message Identifier, so that
no key protects two messages. The parties' roles decide whose pairs: the Access Control Broker and the
Device for a Command, the Device and the recipient for a Response or an Alert.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from doorstep.errors import BadMac, BadSignature, NoKey, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Form, Message, build
from doorstep.gbcs.usecases import Category

__all__ = [
    "Proof",
    "Verdict",
    "decrypt",
    "derive_key",
    "encrypt",
    "gmac",
    "judge",
    "mac_parties",
    "seal",
    "sign",
    "verify",
]

# KDF of SP 800-56A, one round, with AlgorithmID aes-gcm-128 (7 bytes) at the front of OtherInfo.
_ROUND: Final = bytes.fromhex("00000001")
_ALGORITHM: Final = bytes.fromhex("60857406080300")
# Security control 0x11 (authentication only, suite 1) and the five empty general-ciphering fields.
_MAC_PREFIX: Final = bytes.fromhex("110000000000")
# Security control 0x31: authentication and encryption, suite 1; all that an encrypted item's AAD is.
_ENCRYPTION_AAD: Final = b"\x31"
_ENCRYPTION_CRA: Final = b"\x04"
_TAG_LENGTH: Final = 12


class Verdict(Enum):
    """What came of checking one protection."""

    VERIFIED = "verified"
    ABSENT = "absent"
    NO_KEY = "no-key"
    FAILED = "failed"


class Proof(Struct, frozen=True):
    """What :func:`verify` proved of a message; ``encrypted`` and ``decrypted`` count encrypted items."""

    mac: Verdict
    signature: Verdict
    encrypted: int = 0
    decrypted: int = 0


def derive_key(secret: bytes, originator: Eui, transaction_id: bytes, recipient: Eui) -> bytes:
    """The 16-byte AES key that ``secret`` (Z) gives for one message."""
    info = _ALGORITHM + originator + b"\x09" + transaction_id + recipient
    return sha256(_ROUND + secret + info).digest()[:16]


def gmac(key: bytes, originator: Eui, covered: bytes) -> bytes:
    """The full 16-byte GMAC over ``covered``; messages carry its first 12 bytes."""
    return AESGCM(key).encrypt(originator + b"\x00\x00\x00\x00", b"", _MAC_PREFIX + covered)


def mac_parties(message: Message, keys: KeyRing) -> tuple[tuple[Eui, Eui], ...]:
    """The pairs of parties whose key agreement pairs may have made the message's MAC.

    A Command to a Device is MACed by the Access Control Broker whoever the Business Originator is;
    all else, and what a PPMID says to a GSME, by its originator for its recipient.
    """
    header = message.header
    use_case = message.use_case
    between_devices = use_case is not None and use_case.category is Category.SME_C_PPMID_GSME
    if header.cra is Cra.COMMAND and not between_devices:
        return tuple((broker, header.business_target_id) for broker in keys.access_control_brokers)
    return ((header.business_originator_id, header.business_target_id),)


def verify(message: Message, keys: KeyRing) -> Proof:
    """Check every protection of ``message`` that ``keys`` can check.

    Returns what was proved; a key that is not held gives ``NO_KEY``, not an error. Raises
    :class:`BadMac` or :class:`BadSignature` where a protection does not hold.
    """
    return Proof(_check_mac(message, keys), _check_signature(message, keys))


def judge(message: Message, keys: KeyRing) -> Proof:
    """As :func:`verify`, with ``FAILED`` in place of an error, for a report over many messages."""
    return Proof(_verdict(_check_mac, message, keys), _verdict(_check_signature, message, keys))


def sign(message: Message, keys: KeyRing) -> Message:
    """The same message signed by its Business Originator; a Pre-Command becomes a signed one."""
    signature = keys.sign(message.header.business_originator_id, message.grouped[1:])
    return build(message.header, message.payload, signature=signature)


def seal(message: Message, keys: KeyRing, author: Eui | None = None) -> Message:
    """The same message with a MAC for its recipient, its signature kept.

    ``author`` is whose key agreement pair makes the MAC: the Access Control Broker for a Command, by
    default the Business Originator. Raises :class:`NoKey`.
    """
    header = message.header
    maker = author or header.business_originator_id
    secret = keys.shared_secret(maker, header.business_target_id)
    if secret is None:
        raise NoKey(f"no key agreement keys are held for {maker} and {header.business_target_id}")
    mac = _mac(secret, header, message.authenticated)
    return build(header, message.payload, signature=message.signature, mac=mac)


def encrypt(secret: bytes, header: GroupingHeader, plaintext: bytes) -> bytes:
    """An encrypted item: ciphertext and 12-byte tag, without the security header in front of it."""
    sealed = AESGCM(_encryption_key(secret, header)).encrypt(_iv(header), plaintext, _ENCRYPTION_AAD)
    return sealed[: len(plaintext) + _TAG_LENGTH]


def decrypt(secret: bytes, header: GroupingHeader, item: bytes) -> bytes:
    """The plaintext of one encrypted item (ciphertext and 12-byte tag); raises :class:`BadMac`.

    ``secret`` is that of the Device and of the *User* who reads, never of the Access Control Broker.
    """
    if len(item) < _TAG_LENGTH:
        raise BadMac(f"an encrypted item of {len(item)} bytes cannot hold its tag")
    # AESGCM takes whole tags only; the lower-level mode takes those that GBCS truncates to 12 bytes.
    mode = modes.GCM(_iv(header), item[-_TAG_LENGTH:], min_tag_length=_TAG_LENGTH)
    opener = Cipher(algorithms.AES(_encryption_key(secret, header)), mode).decryptor()
    opener.authenticate_additional_data(_ENCRYPTION_AAD)
    try:
        return opener.update(item[:-_TAG_LENGTH]) + opener.finalize()
    except InvalidTag:
        raise BadMac("the tag of an encrypted item does not hold") from None


def _verdict(check: Callable[[Message, KeyRing], Verdict], message: Message, keys: KeyRing) -> Verdict:
    try:
        return check(message, keys)
    except VerificationError:
        return Verdict.FAILED


def _check_mac(message: Message, keys: KeyRing) -> Verdict:
    if message.form is not Form.MACED:
        return Verdict.ABSENT
    tried = False
    covered = message.authenticated
    for author, recipient in mac_parties(message, keys):
        secret = keys.shared_secret(author, recipient)
        if secret is None:
            continue
        tried = True
        if compare_digest(_mac(secret, message.header, covered), message.mac):
            return Verdict.VERIFIED
    if tried:
        raise BadMac("the MAC does not hold")
    return Verdict.NO_KEY


def _check_signature(message: Message, keys: KeyRing) -> Verdict:
    if not message.signature:
        return Verdict.ABSENT
    try:
        keys.verify(message.header.business_originator_id, message.signature, message.grouped[1:])
    except NoKey:
        return Verdict.NO_KEY
    except BadSignature as error:
        raise BadSignature(f"{error} ({message.header.business_originator_id})") from None
    return Verdict.VERIFIED


def _mac(secret: bytes, header: GroupingHeader, covered: bytes) -> bytes:
    originator = header.business_originator_id
    key = derive_key(secret, originator, header.transaction_id, header.business_target_id)
    return gmac(key, originator, covered)[:12]


def _encryption_key(secret: bytes, header: GroupingHeader) -> bytes:
    counter = header.originator_counter
    if header.supplementary_originator_counter is not None:
        counter = header.supplementary_originator_counter
    recipient = header.supplementary_remote_party_id or header.business_target_id
    transaction_id = _ENCRYPTION_CRA + counter.to_bytes(8, "big")
    return derive_key(secret, header.business_originator_id, transaction_id, recipient)


def _iv(header: GroupingHeader) -> bytes:
    return header.business_originator_id + b"\x00\x00\x00\x00"
