"""The bound: what the ``cryptography`` library takes for the same checks, and nothing else.

All but the cryptography itself is made ready beforehand: keys are parsed, shared secrets agreed, signatures
in DER, and every input is bytes. What is left are the ECDSA verifications, the key derivations, the GMACs and
the AES-GCM decryptions that the messages need. No reader of messages can be faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.material import Material
from doorstep.gbcs.encrypted import encrypted_items
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.keys import KeyRing, KeyUsage, PublicKey
from doorstep.gbcs.message import Message
from doorstep.gbcs.protection import mac_parties

__all__ = ["Check", "prepare"]

_ECDSA: Final = ec.ECDSA(SHA256())
_TAG: Final = 12
_ROUND: Final = bytes.fromhex("00000001")
_ALGORITHM: Final = bytes.fromhex("60857406080300")


class _Signature(NamedTuple):
    key: PublicKey
    der: bytes
    data: bytes

    def check(self) -> None:
        self.key.verify(self.der, self.data, _ECDSA)


class _Mac(NamedTuple):
    seed: bytes
    iv: bytes
    covered: bytes
    mac: bytes

    def check(self) -> None:
        made = AESGCM(sha256(self.seed).digest()[:16]).encrypt(self.iv, b"", self.covered)
        assert compare_digest(made[:_TAG], self.mac)


class _Item(NamedTuple):
    seed: bytes
    iv: bytes
    ciphertext: bytes
    tag: bytes

    def check(self) -> None:
        key = algorithms.AES(sha256(self.seed).digest()[:16])
        opener = Cipher(key, modes.GCM(self.iv, self.tag, min_tag_length=_TAG)).decryptor()
        opener.authenticate_additional_data(b"\x31")
        opener.update(self.ciphertext)
        opener.finalize()


Check = _Signature | _Mac | _Item


def prepare(material: Material) -> list[Check]:
    """The checks that :func:`doorstep.gbcs.verify` makes of these messages, in the same order."""
    return [check for message in material.messages for check in _checks(message, material.keys)]


def _checks(message: Message, keys: KeyRing) -> Iterator[Check]:
    yield from _mac(message, keys)
    yield from _signature(message, keys)
    yield from _items(message, keys)


def _signature(message: Message, keys: KeyRing) -> Iterator[_Signature]:
    signer = message.header.business_originator_id
    key = keys.store.public_key(signer, KeyUsage.DIGITAL_SIGNATURE)
    if message.signature and key is not None:
        r, s = (int.from_bytes(half, "big") for half in (message.signature[:32], message.signature[32:]))
        yield _Signature(key, encode_dss_signature(r, s), message.grouped[1:])


def _mac(message: Message, keys: KeyRing) -> Iterator[_Mac]:
    header = message.header
    for author, recipient in mac_parties(message, keys) if message.mac else ():
        secret = keys.shared_secret(author, recipient)
        if secret is not None:
            seed = _seed(secret, header, header.transaction_id, header.business_target_id)
            covered = bytes.fromhex("110000000000") + message.authenticated
            yield _Mac(seed, _iv(header), covered, message.mac)
            return


def _items(message: Message, keys: KeyRing) -> Iterator[_Item]:
    header = message.header
    user = header.supplementary_remote_party_id or header.business_target_id
    counter = header.supplementary_originator_counter or header.originator_counter
    for item in encrypted_items(message):
        secret = keys.shared_secret(user, header.business_originator_id)
        if secret is not None:
            seed = _seed(secret, header, b"\x04" + counter.to_bytes(8, "big"), user)
            yield _Item(seed, _iv(header), item.sealed[:-_TAG], item.sealed[-_TAG:])


def _seed(secret: bytes, header: GroupingHeader, transaction_id: bytes, recipient: bytes) -> bytes:
    """What the key derivation hashes."""
    return _ROUND + secret + _ALGORITHM + header.business_originator_id + b"\x09" + transaction_id + recipient


def _iv(header: GroupingHeader) -> bytes:
    return header.business_originator_id + bytes(4)
