"""What protects a message: MAC, signature, encryption; which of them it must have, and what they prove.

::

    verify(message, keys)                       # a Proof, or BadMac / BadSignature

    signed = sign(pre_command, keys)            # by the Business Originator: a Signed Pre-Command
    command = seal(signed, keys, author=acb)    # with the MAC of the Access Control Broker: a Command
    as_command(message, keys, acb)              # the same for what no User has to sign
    protect(response, row.response[0], keys)    # whichever of the two a use case's row asks for

How a MAC is made is said in :mod:`doorstep.gbcs.cipher`; this module says with whose keys. The parties'
roles decide that: the Access Control Broker and the Device for a Command, the Device and the recipient
for a Response or an Alert, the Device and the User who reads for what is encrypted.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hmac import compare_digest
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.errors import BadMac, BadSignature, NoKey, VerificationError
from doorstep.eui import Eui
from doorstep.gbcs.cipher import decrypt, derive_key, encrypt, gmac, message_mac, reader
from doorstep.gbcs.encrypted import encrypted_items
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Form, Message
from doorstep.gbcs.usecases import Category, Protection, UseCase

__all__ = [
    "Proof",
    "Verdict",
    "as_command",
    "authenticate",
    "carried",
    "check_mac",
    "check_signature",
    "decrypt",
    "demanded",
    "derive_key",
    "encrypt",
    "gmac",
    "judge",
    "mac_parties",
    "protect",
    "seal",
    "sign",
    "verify",
]


class Verdict(Enum):
    """What came of checking one protection."""

    VERIFIED = "verified"
    ABSENT = "absent"
    NO_KEY = "no-key"
    FAILED = "failed"


class Proof(Struct, frozen=True, gc=False):
    """What :func:`verify` proved of a message.

    ``encrypted`` counts its encrypted items and ``decrypted`` those that decrypt, all of them or none:
    none where the keys of Device and User are not held.
    """

    mac: Verdict
    signature: Verdict
    encrypted: int = 0
    decrypted: int = 0

    def meets(self, protection: Protection, *, unchecked_mac: bool = False) -> bool:
        """Whether all of ``protection`` was proved.

        ``unchecked_mac`` lets a MAC pass that is there and for which no key is held: that of a message
        for another party, which is for that party to check.
        """
        mac = self.mac is Verdict.VERIFIED or (unchecked_mac and self.mac is Verdict.NO_KEY)
        signature = self.signature is Verdict.VERIFIED
        return (mac or Protection.MAC not in protection) and (
            signature or Protection.SIGNATURE not in protection
        )


# -- which protections, and whose keys ---------------------------------------------------------------


def carried(message: Message) -> Protection:
    """The protections that the message has, held or not."""
    mac = Protection.MAC if message.form is Form.MACED else _NONE
    return mac | Protection.SIGNATURE if message.signature else mac


def demanded(message: Message) -> tuple[Protection, ...]:
    """The protections of which a message of this use case has one; empty where no row knows.

    Only some codes leave a choice: CS02a asked for by the Access Control Broker has a MAC, asked for by
    the recovery party it has a signature.
    """
    row = message.use_case
    return _COLUMNS[message.header.cra](row) if row is not None else ()


def mac_parties(message: Message, keys: KeyRing) -> tuple[tuple[Eui, Eui], ...]:
    """The pairs of parties whose key agreement pairs may have made the message's MAC.

    A Command to a Device is MACed by the Access Control Broker whoever the Business Originator is;
    all else, and what a PPMID says to a GSME, by its originator for its recipient.
    """
    header = message.header
    if header.cra is Cra.COMMAND:
        row = message.use_case
        if row is None or row.category is not Category.SME_C_PPMID_GSME:
            return tuple([(broker, header.business_target_id) for broker in keys.access_control_brokers])
    return ((header.business_originator_id, header.business_target_id),)


# -- checking ----------------------------------------------------------------------------------------


def verify(message: Message, keys: KeyRing) -> Proof:
    """Check every protection of ``message`` that ``keys`` can check.

    Returns what was proved; a key that is not held gives ``NO_KEY``, not an error, and for encrypted
    items no count. Raises :class:`BadMac` where the MAC or the tag of an encrypted item does not hold,
    :class:`BadSignature` where the signature does not.
    """
    proof = authenticate(message, keys)
    return replace(proof, decrypted=_decrypt_all(message, keys)) if proof.encrypted else proof


def authenticate(message: Message, keys: KeyRing) -> Proof:
    """As :func:`verify`, but what is encrypted is counted and left closed.

    A message can be its author's own and yet hold what the reader cannot open: this tells the one from
    the other.
    """
    mac, signature = _mac_verdict(message, keys), _signature_verdict(message, keys)
    return Proof(mac, signature, len(encrypted_items(message)))


def judge(message: Message, keys: KeyRing) -> Proof:
    """As :func:`verify`, with ``FAILED`` in place of an error, for a report over many messages.

    ``mac`` is FAILED also where the tag of an encrypted item does not hold; then none is decrypted.
    """
    mac = _caught(_mac_verdict, message, keys)
    signature = _caught(_signature_verdict, message, keys)
    encrypted = len(encrypted_items(message))
    try:
        return Proof(mac, signature, encrypted, _decrypt_all(message, keys) if encrypted else 0)
    except BadMac:
        return Proof(Verdict.FAILED, signature, encrypted)


def check_mac(message: Message, keys: KeyRing, author: Eui | None = None) -> None:
    """Check that ``author`` made the MAC for the recipient: by default the Business Originator.

    A Device knows one Access Control Broker, from its trust anchor cell, and asks for its MAC by name.
    Raises :class:`BadMac`, also where there is no MAC, or :class:`NoKey`.
    """
    _check_mac(message, _secret(message, keys, author))


def check_signature(message: Message, keys: KeyRing) -> None:
    """Check that the Business Originator signed; raises :class:`BadSignature` or :class:`NoKey`."""
    signer = message.header.business_originator_id
    try:
        keys.verify(signer, message.signature, message.grouped[1:])
    except BadSignature as error:
        raise BadSignature(f"{error} ({signer})") from None


# -- protecting --------------------------------------------------------------------------------------


def sign(message: Message, keys: KeyRing) -> Message:
    """The same message signed by its Business Originator; a Pre-Command becomes a signed one.

    A MAC is dropped, since it would cover another signature. Raises :class:`NoKey`.
    """
    signature = keys.sign(message.header.business_originator_id, message.grouped[1:])
    return replace(message, signature=signature, mac=b"", form=Form.SIGNED)


def seal(message: Message, keys: KeyRing, author: Eui | None = None) -> Message:
    """The same message with a MAC for its recipient, its signature kept.

    ``author`` is whose key agreement pair makes the MAC: the Access Control Broker for a Command, by
    default the Business Originator. Raises :class:`NoKey`.
    """
    secret = _secret(message, keys, author)
    mac = message_mac(secret, message.header, message.authenticated)
    return replace(message, mac=mac, form=Form.MACED)


def as_command(message: Message, keys: KeyRing, broker: Eui) -> Message:
    """The finished Command of a message: with the MAC of the Access Control Broker.

    What a User has to sign is signed already. What its use case wants signed, and is not, comes from a party
    of the DCC, and is signed by that. Raises :class:`NoKey`.
    """
    asked = next((one for one in demanded(message) if Protection.MAC in one), Protection.MAC)
    if Protection.SIGNATURE in asked and not message.signature:
        message = sign(message, keys)
    return seal(message, keys, author=broker)


def protect(message: Message, protection: Protection, keys: KeyRing, author: Eui | None = None) -> Message:
    """The same message, signed or with a MAC or both, as ``protection`` asks: :func:`sign`, :func:`seal`."""
    if Protection.SIGNATURE in protection:
        message = sign(message, keys)
    if Protection.MAC in protection:
        message = seal(message, keys, author)
    return message


# -- details -----------------------------------------------------------------------------------------

_NONE: Final = Protection(0)
_COLUMNS: Final[dict[Cra, Callable[[UseCase], tuple[Protection, ...]]]] = {
    Cra.COMMAND: lambda row: row.command,
    Cra.RESPONSE: lambda row: row.response,
    Cra.ALERT: lambda row: row.alert,
}


def _caught(check: Callable[[Message, KeyRing], Verdict], message: Message, keys: KeyRing) -> Verdict:
    try:
        return check(message, keys)
    except VerificationError:
        return Verdict.FAILED


def _mac_verdict(message: Message, keys: KeyRing) -> Verdict:
    if message.form is not Form.MACED:
        return Verdict.ABSENT
    failure = None
    for author, recipient in mac_parties(message, keys):
        secret = keys.shared_secret(author, recipient)
        if secret is None:
            continue
        try:
            _check_mac(message, secret)
        except BadMac as error:
            failure = error
        else:
            return Verdict.VERIFIED
    if failure is not None:
        raise failure
    return Verdict.NO_KEY


def _signature_verdict(message: Message, keys: KeyRing) -> Verdict:
    if not message.signature:
        return Verdict.ABSENT
    try:
        check_signature(message, keys)
    except NoKey:
        return Verdict.NO_KEY
    return Verdict.VERIFIED


def _decrypt_all(message: Message, keys: KeyRing) -> int:
    """How many encrypted items decrypt: all, or none for want of a key; raises :class:`BadMac`."""
    header = message.header
    secret = keys.shared_secret(reader(header), header.business_originator_id)
    if secret is None:
        return 0
    items = encrypted_items(message)
    for item in items:
        decrypt(secret, header, item.sealed)
    return len(items)


def _check_mac(message: Message, secret: bytes) -> None:
    if not compare_digest(message_mac(secret, message.header, message.authenticated), message.mac):
        raise BadMac("the MAC does not hold")


def _secret(message: Message, keys: KeyRing, author: Eui | None) -> bytes:
    header = message.header
    maker = author or header.business_originator_id
    secret = keys.shared_secret(maker, header.business_target_id)
    if secret is None:
        raise NoKey(f"no key agreement keys are held for {maker} and {header.business_target_id}")
    return secret
