"""Encrypted items: what a Device tells a User in a message that others carry and check.

::

    encrypted_items(message)            # what there is of them, without any key
    opened(message, keys)               # the payload, with what they hide in their place

In DLMS COSEM they are what a Data Protection object (class 30) returns by *get_protected_attributes*: a
pair of protection parameters and octet-string, in an Access-Response or at the end of an Alert. In GBZ
they are the payloads of ZCL frames. The items of one message share a key and, as GBCS has it, the IV.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from doorstep.errors import DecodeError, EncodeError, NoKey, Truncated
from doorstep.eui import Eui
from doorstep.gbcs.cipher import TAG_LENGTH, decrypt, encrypt, reader
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads import Payload, gbz
from doorstep.gbcs.payloads.asn1 import Certificate
from doorstep.gbcs.payloads.asn1.names import KeyUsageBits
from doorstep.gbcs.payloads.axdr import Data, Tag, decode_data, encode_data
from doorstep.gbcs.payloads.dlms import AccessResponse, DataNotification
from doorstep.gbcs.payloads.gbz import Component, Encrypted, GbzPayload

__all__ = [
    "EncryptedItem",
    "ProtectionParameters",
    "ciphered",
    "device_secret",
    "encrypted_items",
    "opened",
    "protected",
]

# Security control 0x31 (authentication and encryption, suite 1) and an invocation counter of 0.
_SECURITY_HEADER: Final = bytes.fromhex("3100000000")
_ENCRYPTION_CRA: Final = b"\x04"

# Protection parameters have the same shape and size in every message, so their A-XDR is three names and
# what stands around them: an array of one structure, authentication and encryption (enum 2), and a
# structure of five, which begins with the transaction id ...
_LAYER: Final = bytes.fromhex("0101 0202 1602 0205 0909")
# ... then two system titles ...
_TITLE: Final = bytes.fromhex("0908")
# ... then no other-information, and as key info an agreed key (enum 2) by C(0e, 2s) with no key data.
_KEY_INFO: Final = bytes.fromhex("0900 0202 1602 0202 090102 0900")
_SIZES: Final = (9, 8, 8)
_PARAMETERS: Final = struct.Struct(
    "{}s9s{}s8s{}s8s{}s".format(*map(len, (_LAYER, _TITLE, _TITLE, _KEY_INFO)))
)


class ProtectionParameters(Struct, frozen=True, gc=False):
    """Who protected data for whom, as DLMS COSEM states it beside them: in a request and in its answer.

    ``transaction_id`` has 9 bytes, 0x04 and the message's Originator Counter. The rest of the parameters
    is the same in every message: authentication and encryption, no other-information, a key agreed by
    static-static ECDH, C(0e, 2s). They only state; the key is derived from the Grouping Header, which
    names another recipient and counter where the Access Control Broker asked for the User.
    """

    transaction_id: bytes
    originator: Eui
    recipient: Eui

    def __post_init__(self) -> None:
        sizes = len(self.transaction_id), len(self.originator), len(self.recipient)
        if sizes != _SIZES:
            raise EncodeError("protection parameters", f"{sizes} bytes where {_SIZES} belong")

    @classmethod
    def of(cls, header: GroupingHeader) -> ProtectionParameters:
        """Those that a Device states in a message with this header."""
        transaction_id = _ENCRYPTION_CRA + header.transaction_id[1:]
        return cls(transaction_id, header.business_originator_id, header.business_target_id)

    @classmethod
    def from_data(cls, data: Data) -> ProtectionParameters | None:
        """Read them; None for data that are no protection parameters of GBCS."""
        encoded = encode_data(data) if data.tag is Tag.ARRAY else b""
        if len(encoded) != _PARAMETERS.size:
            return None
        _, transaction_id, _, originator, _, recipient, _ = _PARAMETERS.unpack(encoded)
        found = cls(transaction_id, Eui(originator), Eui(recipient))
        return found if found._encoded == encoded else None

    def to_data(self) -> Data:
        """The array of one structure that stands for them."""
        return decode_data(self._encoded, 0)[0]

    @property
    def _encoded(self) -> bytes:
        names = (_LAYER, self.transaction_id, _TITLE, self.originator, _TITLE, self.recipient, _KEY_INFO)
        return b"".join(names)


class EncryptedItem(Struct, frozen=True, gc=False):
    """One encrypted item: ciphertext, and a tag of 12 bytes.

    ``parameters`` stand beside it in DLMS COSEM; in GBZ there are none.
    """

    ciphertext: bytes
    tag: bytes
    parameters: ProtectionParameters | None = None

    def __post_init__(self) -> None:
        if len(self.tag) != TAG_LENGTH:
            raise EncodeError("tag", f"{TAG_LENGTH} bytes, not {len(self.tag)}")

    @classmethod
    def of(cls, sealed: bytes, parameters: ProtectionParameters | None = None) -> EncryptedItem:
        """The item of these bytes: what :func:`doorstep.gbcs.encrypt` makes."""
        return cls(sealed[:-TAG_LENGTH], sealed[-TAG_LENGTH:], parameters)

    @property
    def sealed(self) -> bytes:
        """Ciphertext and tag in a row: what :func:`doorstep.gbcs.decrypt` takes."""
        return self.ciphertext + self.tag

    def to_data(self) -> tuple[Data, Data]:
        """Protection parameters and octet-string; raises :class:`EncodeError` for an item of GBZ."""
        if self.parameters is None:
            raise EncodeError("protection parameters", "an item of DLMS COSEM needs them")
        return self.parameters.to_data(), Data(Tag.OCTET_STRING, _SECURITY_HEADER + self.sealed)


def encrypted_items(message: Message) -> tuple[EncryptedItem, ...]:
    """The encrypted items of a message, in order; no key is needed to see them.

    Data that only resemble one, an octet-string too short for a tag say, are ordinary data.
    """
    # Each begins with its security header: where those bytes are nowhere, which is in most messages,
    # there is nothing to look through.
    items = _ITEMS.get(type(message.payload)) if _SECURITY_HEADER in message.grouped else None
    return tuple(items(message.payload)) if items else ()


def opened(message: Message, keys: KeyRing) -> Payload:
    """The payload with each encrypted item replaced by what it hides; the same payload where there is none.

    Raises :class:`NoKey`, :class:`BadMac`, or :class:`DecodeError` for what decrypts to no value, its
    offset counted from the item's first byte.
    """
    payload, header = message.payload, message.header
    if not encrypted_items(message):
        return payload
    user, device = reader(header), header.business_originator_id
    secret = keys.shared_secret(user, device)
    if secret is None:
        raise NoKey(f"no key agreement keys are held for {user} and {device}")
    return _OPENERS[type(payload)](payload, lambda item: decrypt(secret, header, item.sealed))


# -- the Device's side -------------------------------------------------------------------------------


def device_secret(command: GroupingHeader, keys: KeyRing) -> bytes:
    """Z of the Device that a Command is for, and of the User for whom it is to encrypt what it answers.

    The User's key is the one in the certificate that came in the Command, where one did: that the Access
    Control Broker's MAC covers it is what a Device trusts. Raises :class:`NoKey`, or :class:`DecodeError`
    for a certificate that is not the User's own for key agreement.
    """
    device = command.business_target_id
    user = command.supplementary_remote_party_id or command.business_originator_id
    if command.supplementary_certificate:
        view = Certificate(command.supplementary_certificate).view
        if view.subject_unique_id != user or KeyUsageBits.KEY_AGREEMENT not in view.key_usage:
            raise DecodeError("Supplementary Remote Party certificate", 0, f"not {user}'s for key agreement")
        return keys.agree(device, view.public_key)
    secret = keys.shared_secret(device, user)
    if secret is None:
        raise NoKey(f"no key agreement keys are held for {device} and {user}")
    return secret


def protected(data: Data, header: GroupingHeader, secret: bytes) -> tuple[Data, Data]:
    """What stands for ``data`` in a DLMS COSEM message with this header: parameters and octet-string.

    In an Access-Response they are a structure of their own; an Alert has them after its time stamp.
    """
    sealed = encrypt(secret, header, encode_data(data))
    return EncryptedItem.of(sealed, ProtectionParameters.of(header)).to_data()


def ciphered(component: Component, header: GroupingHeader, secret: bytes, frame_counter: int) -> Component:
    """What stands for a GBZ component in a message with this header; ``frame_counter`` counts from 0."""
    plaintext = component.frame.payload
    return replace(component, command=Encrypted(encrypt(secret, header, plaintext), frame_counter))


# -- DLMS COSEM --------------------------------------------------------------------------------------

_Reveal = Callable[[EncryptedItem], bytes]


def _parts(data: Data) -> list[Data | EncryptedItem]:
    """The elements of a structure, with protection parameters and the octet-string after them as one."""
    parts: list[Data | EncryptedItem] = []
    if data.tag is Tag.STRUCTURE and isinstance(data.value, tuple):
        for element in data.value:
            item = _item(parts[-1], element) if parts else None
            if item is None:
                parts.append(element)
            else:
                parts[-1] = item
    return parts


def _item(before: Data | EncryptedItem, element: Data) -> EncryptedItem | None:
    """The encrypted item that two elements in a row are, if they are one."""
    octets = element.value
    if (
        element.tag is not Tag.OCTET_STRING
        or not isinstance(octets, bytes)
        or isinstance(before, EncryptedItem)
    ):
        return None
    if not octets.startswith(_SECURITY_HEADER) or len(octets) < len(_SECURITY_HEADER) + TAG_LENGTH:
        return None
    parameters = ProtectionParameters.from_data(before)
    return EncryptedItem.of(octets[len(_SECURITY_HEADER) :], parameters) if parameters else None


def _items_of(data: Data) -> Iterator[EncryptedItem]:
    return (part for part in _parts(data) if isinstance(part, EncryptedItem))


def _open_data(data: Data, reveal: _Reveal) -> Data:
    parts = _parts(data)
    plain = tuple(_read(reveal(part)) if isinstance(part, EncryptedItem) else part for part in parts)
    if len(parts) == 1 and isinstance(parts[0], EncryptedItem):
        return plain[0]
    return Data(Tag.STRUCTURE, plain) if parts else data


def _read(plaintext: bytes) -> Data:
    try:
        data, end = decode_data(plaintext, 0)
    except (IndexError, struct.error):
        raise Truncated("encrypted item", len(plaintext), "it ends inside a field") from None
    if end != len(plaintext):
        raise DecodeError("encrypted item", end, f"{len(plaintext) - end} bytes are left over")
    return data


def _response_items(payload: AccessResponse) -> Iterator[EncryptedItem]:
    for result in payload.results:
        if result.data.tag is Tag.STRUCTURE:
            yield from _items_of(result.data)


def _open_response(payload: AccessResponse, reveal: _Reveal) -> AccessResponse:
    results = tuple(replace(result, data=_open_data(result.data, reveal)) for result in payload.results)
    return replace(payload, results=results)


def _alert_items(payload: DataNotification) -> Iterator[EncryptedItem]:
    return _items_of(payload.body)


def _open_alert(payload: DataNotification, reveal: _Reveal) -> DataNotification:
    return replace(payload, body=_open_data(payload.body, reveal))


# -- GBZ ---------------------------------------------------------------------------------------------


def _gbz_items(payload: GbzPayload) -> Iterator[EncryptedItem]:
    return map(EncryptedItem.of, gbz.encrypted_items(payload))


def _open_gbz(payload: GbzPayload, reveal: _Reveal) -> GbzPayload:
    return replace(payload, components=tuple(_open_component(one, reveal) for one in payload.components))


def _open_component(component: Component, reveal: _Reveal) -> Component:
    if not isinstance(component.command, Encrypted):
        return component
    plaintext = reveal(EncryptedItem.of(component.command.item))
    return replace(component, command=gbz.opened(component, plaintext))


# Where the encrypted items of each kind of payload are, and how they are replaced.
_ITEMS: Final[dict[type, Callable[[Any], Iterator[EncryptedItem]]]] = {
    AccessResponse: _response_items,
    DataNotification: _alert_items,
    GbzPayload: _gbz_items,
}
_OPENERS: Final[dict[type, Callable[[Any, _Reveal], Payload]]] = {
    AccessResponse: _open_response,
    DataNotification: _open_alert,
    GbzPayload: _open_gbz,
}
