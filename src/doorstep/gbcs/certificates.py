"""What an SMKI certificate says: whose it is, in which role, for which use, from when to when.

An organisation's certificate names it in the subject: two hex digits of role in the Organisational
Unit, and the Entity Identifier as X.500 unique identifier. A Device's has an empty subject, and its
Entity Identifier is the serial number of a hardware module name among the alternative names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyUsage, Role

__all__ = [
    "HARDWARE_MODULE_NAME",
    "UNREADABLE",
    "XML_DCC",
    "XML_USER",
    "CertificateFacts",
    "DistinguishedName",
    "HeldCertificate",
    "common_name",
    "describe",
    "distinguished_name",
    "parsing",
    "role_code",
    "subject_eui",
]

# The Organisational Unit of certificates that sign DUIS documents; a role of its own, not one of GBCS.
XML_USER: Final = 0x87
XML_DCC: Final = 0x89

HARDWARE_MODULE_NAME: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4")

# A name as directories compare it: from the most specific part upwards, each part a set of types and
# values, with neither the spaces around them nor their case.
DistinguishedName = tuple[frozenset[tuple[str, str]], ...]

UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the parsers raise for bytes that are not what they are to be, or not of a kind that they read."""

# Names longer than this are not looked at: an issuer's is some twenty characters.
_MAX_NAME: Final = 1024
# A gateway reads the same few certificates and names for every request, so what they say is kept.
_MOST_REMEMBERED: Final = 1024
_NAME_SIGN: Final = re.compile(r"\\[0-9A-Fa-f]{2}|\\.|.", re.DOTALL)
_TYPE_ALIASES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "UNIQUEIDENTIFIER": "2.5.4.45",
    "X500UNIQUEIDENTIFIER": "2.5.4.45",
}


class HeldCertificate(NamedTuple):
    """A certificate and the name that a key store has it under."""

    eui: Eui
    usage: KeyUsage
    certificate: x509.Certificate


class CertificateFacts(Struct, frozen=True):
    """What :func:`describe` read from one certificate.

    ``eui`` is None where the certificate names nobody (an authority's, or one of another PKI), ``code``
    where its subject has no Organisational Unit that is a role. ``signs`` and ``agrees`` are its key
    usage: digital signature, key agreement. Its dates are in milliseconds since 1970.
    """

    eui: Eui | None
    code: int | None
    signs: bool
    agrees: bool
    issuer: DistinguishedName
    serial: int
    begins: int
    ends: int

    def valid_at(self, now: int) -> bool:
        """Whether ``now`` (milliseconds since 1970) is within the certificate's dates, ends included."""
        return self.begins <= now < self.ends + 1000

    @property
    def role(self) -> Role | None:
        """The Remote Party Role, or None for a Device and for an XML-signing certificate."""
        return _ROLES.get(self.code)

    def objection(self, eui: Eui, usage: KeyUsage) -> str:
        """Why this is not a certificate of ``eui`` for ``usage``; empty if it is one."""
        if self.eui is not None and self.eui != eui:
            return f"the certificate in it is of {self.eui}"
        if self.eui is None:
            return "the certificate in it names no Entity Identifier"
        if (self.code in (XML_USER, XML_DCC)) is not (usage is KeyUsage.XML_SIGNATURE):
            return f"the certificate in it has Organisational Unit {_code_text(self.code)}"
        if not (self.agrees if usage in _AGREEING else self.signs):
            return "the certificate in it has another key usage"
        return ""


@lru_cache(maxsize=_MOST_REMEMBERED)
def describe(certificate: x509.Certificate, source: str = "certificate") -> CertificateFacts:
    """Read what a key store must know of a certificate.

    Raises :class:`UsageError`, which begins with ``source``, for one with a malformed part.
    """
    with parsing(source, "certificate"):
        signs, agrees = _key_usage(certificate)
        return CertificateFacts(
            eui=subject_eui(certificate),
            code=role_code(certificate),
            signs=signs,
            agrees=agrees,
            issuer=_name_parts(certificate.issuer),
            serial=certificate.serial_number,
            begins=_milliseconds(certificate.not_valid_before_utc),
            ends=_milliseconds(certificate.not_valid_after_utc),
        )


@contextmanager
def parsing(source: str, what: str) -> Iterator[None]:
    """Turn all that the X.509 and PEM parsers raise into a :class:`UsageError` that names ``source``."""
    try:
        yield
    except UNREADABLE as error:
        # The parsers' words are about structure, never about a key's value.
        raise UsageError(f"{source}: not a {what} that can be read: {' '.join(str(error).split())}") from None


def common_name(certificate: x509.Certificate) -> str:
    """The common name of the certificate's subject; empty where it has none.

    Raises :class:`UsageError` where the subject cannot be read.
    """
    with parsing("certificate", "certificate"):
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def distinguished_name(text: str) -> DistinguishedName:
    """Read a name as XML signatures carry it (RFC 2253, ``CN=Z1,OU=07``), to compare with another.

    Never fails: text that is no name becomes one that no certificate has.
    """
    return _name_in(text[:_MAX_NAME])


@lru_cache(maxsize=_MOST_REMEMBERED)
def _name_in(text: str) -> DistinguishedName:
    parts: list[list[tuple[str, str]]] = [[]]
    attribute: list[str] = []
    for sign in (*_NAME_SIGN.findall(text), ","):
        if sign in ",;+":
            parts[-1].append(_attribute(attribute))
            attribute = []
            if sign != "+":
                parts.append([])
        else:
            attribute.append(sign)
    return tuple(frozenset(part) for part in parts[:-1])


_ROLES: Final[dict[int | None, Role]] = {role.value: role for role in Role}
_AGREEING: Final = (KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_TOP_UP)


def _milliseconds(moment: datetime) -> int:
    # Integers throughout: the year 9999 in milliseconds is more than a float keeps exactly.
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1000


def subject_eui(certificate: x509.Certificate) -> Eui | None:
    """Whom the certificate names; None for an authority's. Raises :data:`UNREADABLE` for a malformed part."""
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.X500_UNIQUE_IDENTIFIER):
        # A BIT STRING: the count of unused bits, none here, comes before the eight bytes.
        value: str | bytes = attribute.value
        if isinstance(value, bytes) and len(value) == 9 and value[0] == 0:
            return Eui(value[1:])
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return None
    for name in names.get_values_for_type(x509.OtherName):
        if name.type_id == HARDWARE_MODULE_NAME:
            return _hardware_serial(name.value)
    return None


def _hardware_serial(module: bytes) -> Eui | None:
    """The serial number in SEQUENCE { hwType OBJECT IDENTIFIER, hwSerialNum OCTET STRING of 8 }."""
    if len(module) < 4 or module[0] != 0x30 or module[1] != len(module) - 2 or module[2] != 0x06:
        return None
    serial = module[4 + module[3] :]
    return Eui(serial[2:]) if serial[:2] == b"\x04\x08" and len(serial) == 10 else None


def role_code(certificate: x509.Certificate) -> int | None:
    """The number in the Organisational Unit: a Remote Party Role, or that of a party that signs XML, or None.

    Two hex digits; older DCC Boxed wrote the decimal number, which then has three digits.
    """
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        text = str(attribute.value)
        if re.fullmatch(r"[0-9A-Fa-f]{2}", text, re.ASCII):
            return int(text, 16)
        if re.fullmatch(r"[0-9]{3}", text, re.ASCII):
            return int(text)
    return None


def _code_text(code: int | None) -> str:
    return "none" if code is None else f"{code:02X}"


def _key_usage(certificate: x509.Certificate) -> tuple[bool, bool]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False, False
    return usage.digital_signature, usage.key_agreement


def _name_parts(name: x509.Name) -> DistinguishedName:
    return tuple(
        frozenset((_type(one.rfc4514_attribute_name), _fold(_text(one.value))) for one in part)
        for part in reversed(name.rdns)
    )


def _text(value: str | bytes) -> str:
    """The value as RFC 2253 writes it: a BIT STRING, which has no text, as the hex of its DER."""
    if isinstance(value, bytes):
        return f"#03{len(value):02x}{value.hex()}"
    return value


def _attribute(signs: list[str]) -> tuple[str, str]:
    """``type = value``, as type and value, from single characters and escaped ones."""
    at = signs.index("=") if "=" in signs else len(signs)
    value = b"".join(map(_character, signs[at + 1 :])).decode(errors="replace")
    return _type("".join(signs[:at])), _fold(value)


def _character(sign: str) -> bytes:
    if len(sign) == 3:
        return bytes.fromhex(sign[1:])
    return sign[-1].encode(errors="replace")


def _type(text: str) -> str:
    name = text.strip().upper().removeprefix("OID.")
    return _TYPE_ALIASES.get(name, name)


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()
