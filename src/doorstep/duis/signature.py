"""The enveloped XML signature of a DUIS document, made and verified.

What is peculiar about it (``duis.md`` section 3): its one reference has no canonicalisation transform, so the
digest is over *inclusive* Canonical XML of the document without the signature, while SignedInfo is signed in
*exclusive* form; the value is the raw r and s, not DER; and the signer is named by issuer and serial number.

This is written over lxml's canonical forms and ``cryptography`` instead of with a library for XML signatures,
because a stop has to sign without randomness (deterministic ECDSA), and because accepting one form only
(:mod:`~doorstep.duis.signature_form`) keeps out the tricks that a general verifier has to know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from doorstep.duis import signature_form, xml
from doorstep.duis.envelope import SIGNATURE
from doorstep.duis.signature_form import Values
from doorstep.duis.simple_type import BASE64, SimpleType, integer
from doorstep.duis.writing import Canonical, put_last, serialise
from doorstep.errors import BadSignature, EncodeError, InputError, NoKey

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["CertificateFor", "Claim", "Verified", "is_signed", "issuer_and_serial", "read", "sign", "verify"]

T = TypeVar("T")

CertificateFor = Callable[[str, int], "x509.Certificate | None"]
"""Finds the XML-signing certificate of an issuer name (RFC 2253) and serial number; ``None`` if not held."""


class Verified(Struct, frozen=True):
    """What a signature was found to cover, and by whose key.

    ``root`` is the document without its signature, and the only thing to read on with. Whether the
    certificate's owner is the party that the document names as its sender is for the caller to check.
    """

    root: xml.Node
    certificate: x509.Certificate


class Claim(Struct, frozen=True):
    """A signature of the DUIS form whose digest is that of its document: so far, a claim of its signer.

    Nothing in it is to be believed before :meth:`check`. ``root`` is the document without its signature,
    ``value`` the signature's r and s, and ``signed_info`` what they are over.
    """

    root: xml.Node
    certificate: x509.Certificate
    value: bytes
    signed_info: bytes

    def check(self) -> Verified:
        """What the signature covers. Raises :class:`BadSignature` where another key made it."""
        _check_value(self.certificate, self.value, self.signed_info)
        return Verified(self.root, self.certificate)


def sign(
    document: bytes | Canonical, key: ec.EllipticCurvePrivateKey, issuer_name: str, serial: int
) -> bytes:
    """The document with an enveloped signature; the same document and key give the same bytes.

    It goes out in canonical form. ``key`` is the party's P-256 XML-signing key; ``issuer_name`` and
    ``serial`` name its certificate, as :func:`issuer_and_serial` gives them. Raises :class:`XmlError` for a
    document that does not parse, and :class:`EncodeError` for one that has a signature already or a key of
    another curve.
    """
    text = _read_unsigned(document) if isinstance(document, bytes) else document
    if _BEGINNING in text:
        raise _signed_already()
    if not isinstance(key.curve, ec.SECP256R1):
        raise EncodeError("Signature", f"the key is on {key.curve.name}; DUIS signs with P-256")
    if not xml.is_text(issuer_name):
        raise EncodeError("X509IssuerName", "the text has a character that XML cannot hold")
    digest = BASE64.render(hashlib.sha256(text.encode()).digest())
    r, s = decode_dss_signature(key.sign(signature_form.signed_info(digest), _SIGNING))
    value = BASE64.render(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return serialise(put_last(text, signature_form.written(Values(digest, value, issuer_name, str(serial)))))


def verify(document: bytes, certificate_for: CertificateFor) -> Verified:
    """What the document's signature covers, if it is good.

    Raises :class:`XmlError` for a document that does not parse, :class:`NoKey` where the certificate is not
    held, and :class:`BadSignature` for everything else: no signature, more than one, one that does not stand
    last in the root or is not of the DUIS form, and one that does not match.
    """
    return read(document, certificate_for).check()


def read(document: bytes, certificate_for: CertificateFor) -> Claim:
    """What :func:`verify` does, but for the one step that takes longer than all others: :meth:`Claim.check`.

    Raises as :func:`verify` does.
    """
    root = xml.parse(document)
    signature = _only_signature(root)
    values, signed_info = signature_form.read(signature)
    number = _read("X509SerialNumber", values.serial, _SERIAL)
    certificate = certificate_for(values.issuer_name.strip(xml.WHITE_SPACE), number)
    if certificate is None:
        raise NoKey(f"no certificate of issuer {values.issuer_name[:80]!r} with serial number {number}")
    root.remove(signature)
    digest = hashlib.sha256(xml.canonical(root)).digest()
    if digest != _read("DigestValue", values.digest, BASE64):
        raise BadSignature("the document is not what was signed: its digest differs")
    return Claim(root, certificate, _read("SignatureValue", values.value, BASE64), signed_info)


def is_signed(document: bytes) -> bool:
    """Whether the document has a signature, good or bad, anywhere. Raises :class:`XmlError`.

    The DCC may send a Response without one; what the User accepts from it then is the User's decision.
    """
    return next(xml.parse(document).iter(SIGNATURE), None) is not None


def issuer_and_serial(certificate: x509.Certificate) -> tuple[str, int]:
    """How a signature names a certificate: the issuer in RFC 2253 form (``CN=Z1,OU=07``), and the serial."""
    return certificate.issuer.rfc4514_string(), certificate.serial_number


_BEGINNING: Final = "<ds:Signature "
"""How a signature in a document of ours begins."""

_SIGNING: Final = ec.ECDSA(SHA256(), deterministic_signing=True)
_VERIFYING: Final = ec.ECDSA(SHA256())
_MOST_KEYS: Final = 1024
_SERIAL: Final = integer(0, (1 << 160) - 1)
"""A certificate's serial number has at most 20 bytes."""


def _read_unsigned(document: bytes) -> Canonical:
    """A document that is yet to be signed, in canonical form."""
    root = xml.parse(document)
    if next(root.iter(SIGNATURE), None) is not None:
        raise _signed_already()
    return Canonical(xml.canonical(root).decode())


def _signed_already() -> EncodeError:
    return EncodeError("Signature", "the document has one already")


def _only_signature(root: xml.Node) -> xml.Node:
    found = list(root.iter(SIGNATURE))
    if len(found) != 1:
        raise BadSignature(f"one signature is wanted; the document has {len(found) or 'none'}")
    if found[0].getparent() is not root or found[0].getnext() is not None:
        raise BadSignature("the signature is not the last child of the root")
    return found[0]


def _read(name: str, text: str, kind: SimpleType[T]) -> T:
    try:
        return kind.read(text)
    except InputError as error:
        raise BadSignature(f"{name}: {error}") from None


def _check_value(certificate: x509.Certificate, value: bytes, signed_info: bytes) -> None:
    key = _key_of(certificate)
    if key is None:
        raise BadSignature("the certificate's key is not on P-256")
    if len(value) != 64:
        raise BadSignature(f"SignatureValue has {len(value)} bytes; r and s have 32 each")
    r, s = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), signed_info, _VERIFYING)
    except InvalidSignature:
        raise BadSignature("the signature was not made with the certificate's key") from None


@lru_cache(maxsize=_MOST_KEYS)
def _key_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey | None:
    """The P-256 key in a certificate: taken out once, since that costs as much as a signature."""
    key = certificate.public_key()
    p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    return key if isinstance(key, ec.EllipticCurvePublicKey) and p256 else None
