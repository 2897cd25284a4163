"""The enveloped XML signature of a DUIS document, made and verified.

What is peculiar about it (``duis.md`` section 3): its one reference has no canonicalisation transform, so the
digest is over *inclusive* Canonical XML of the document without the signature, while SignedInfo is signed in
*exclusive* form; the value is the raw r and s, not DER; and the signer is named by issuer and serial number.

This is written over lxml's canonical forms and ``cryptography`` instead of with a library for XML signatures,
because a stop has to sign without randomness (deterministic ECDSA), and because accepting one form only keeps
out the tricks that a general verifier has to know. :func:`_signature` is that form: signing fills it in, and
verification compares what came with it, so that no part of a signature goes unread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct

from doorstep.duis import xml
from doorstep.duis.element import Element, element
from doorstep.duis.envelope import SIGNATURE
from doorstep.duis.simple_type import BASE64, SimpleType, integer
from doorstep.errors import BadSignature, EncodeError, InputError, NoKey

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["CertificateFor", "Verified", "is_signed", "issuer_and_serial", "sign", "verify"]

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


def sign(document: bytes, key: ec.EllipticCurvePrivateKey, issuer_name: str, serial: int) -> bytes:
    """The document with an enveloped signature; the same document and key give the same bytes.

    ``key`` is the party's P-256 XML-signing key; ``issuer_name`` and ``serial`` name its certificate, as
    :func:`issuer_and_serial` gives them. Raises :class:`XmlError` for a document that does not parse, and
    :class:`EncodeError` for one that has a signature already or a key of another curve.
    """
    root = xml.parse(document)
    if next(root.iter(SIGNATURE), None) is not None:
        raise EncodeError("Signature", "the document has one already")
    if not isinstance(key.curve, ec.SECP256R1):
        raise EncodeError("Signature", f"the key is on {key.curve.name}; DUIS signs with P-256")
    digest = BASE64.render(_digest(root))
    signed_info, value, _ = _signature(digest, "", issuer_name, str(serial)).to_xml(root)
    algorithm = ec.ECDSA(SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(key.sign(xml.canonical(signed_info, exclusive=True), algorithm))
    value.text = BASE64.render(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return xml.serialise(root)


def verify(document: bytes, certificate_for: CertificateFor) -> Verified:
    """What the document's signature covers, if it is good.

    Raises :class:`XmlError` for a document that does not parse, :class:`NoKey` where the certificate is not
    held, and :class:`BadSignature` for everything else: no signature, more than one, one that does not stand
    last in the root or is not of the DUIS form, and one that does not match.
    """
    root = xml.parse(document)
    signature = _only_signature(root)
    digest, value, issuer_name, serial = (signature.findtext(path, "", {"ds": xml.DS}) for path in _VALUES)
    _expect(Element.from_xml(signature), _signature(digest, value, issuer_name, serial), "Signature")
    number = _read("X509SerialNumber", serial, _SERIAL)
    certificate = certificate_for(issuer_name.strip(xml.WHITE_SPACE), number)
    if certificate is None:
        raise NoKey(f"no certificate of issuer {issuer_name[:80]!r} with serial number {number}")
    signed_info = xml.canonical(signature[0], exclusive=True)
    root.remove(signature)
    if _digest(root) != _read("DigestValue", digest, BASE64):
        raise BadSignature("the document is not what was signed: its digest differs")
    _verify_value(certificate, _read("SignatureValue", value, BASE64), signed_info)
    return Verified(root, certificate)


def is_signed(document: bytes) -> bool:
    """Whether the document has a signature, good or bad, anywhere. Raises :class:`XmlError`.

    The DCC may send a Response without one; what the User accepts from it then is the User's decision.
    """
    return next(xml.parse(document).iter(SIGNATURE), None) is not None


def issuer_and_serial(certificate: x509.Certificate) -> tuple[str, int]:
    """How a signature names a certificate: the issuer in RFC 2253 form (``CN=Z1,OU=07``), and the serial."""
    return certificate.issuer.rfc4514_string(), certificate.serial_number


def _signature(digest: str, value: str, issuer_name: str, serial: str) -> Element:
    """The one form of a signature that there is, with its four values filled in."""
    return _ds(
        "Signature",
        _ds(
            "SignedInfo",
            _ds("CanonicalizationMethod", Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"),
            _ds("SignatureMethod", Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
            _ds(
                "Reference",
                _ds(
                    "Transforms",
                    _ds("Transform", Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"),
                ),
                _ds("DigestMethod", Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"),
                _ds("DigestValue", digest),
                URI="",
            ),
        ),
        _ds("SignatureValue", value),
        _ds(
            "KeyInfo",
            _ds(
                "X509Data",
                _ds(
                    "X509IssuerSerial",
                    _ds("X509IssuerName", issuer_name),
                    _ds("X509SerialNumber", serial),
                ),
            ),
        ),
    )


_VALUES: Final = (
    "ds:SignedInfo/ds:Reference/ds:DigestValue",
    "ds:SignatureValue",
    "ds:KeyInfo/ds:X509Data/ds:X509IssuerSerial/ds:X509IssuerName",
    "ds:KeyInfo/ds:X509Data/ds:X509IssuerSerial/ds:X509SerialNumber",
)
"""Where the four values stand, in the order that :func:`_signature` takes them."""

_SERIAL: Final = integer(0, (1 << 160) - 1)
"""A certificate's serial number has at most 20 bytes."""


def _ds(name: str, *content: Element | str, **attributes: str) -> Element:
    return element(f"{{{xml.DS}}}{name}", *content, **attributes)


def _only_signature(root: xml.Node) -> xml.Node:
    found = list(root.iter(SIGNATURE))
    if len(found) != 1:
        raise BadSignature(f"one signature is wanted; the document has {len(found) or 'none'}")
    if found[0].getparent() is not root or found[0].getnext() is not None:
        raise BadSignature("the signature is not the last child of the root")
    return found[0]


def _expect(found: Element, wanted: Element, path: str) -> None:
    """Raise :class:`BadSignature` at the first place where an element is not what it has to be."""
    if found.attributes != wanted.attributes:
        raise BadSignature(f"{path} has attributes {found.attributes}; it has to have {wanted.attributes}")
    names, wanted_names = (tuple(child.name for child in each.children) for each in (found, wanted))
    if names != wanted_names:
        raise BadSignature(f"{path} holds {_listed(names)}; it has to hold {_listed(wanted_names)}")
    if found.text != wanted.text:
        raise BadSignature(f"{path} holds text")
    for child, wanted_child in zip(found.children, wanted.children, strict=True):
        _expect(child, wanted_child, f"{path}/{_listed((child.name,))}")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(name.removeprefix(f"{{{xml.DS}}}") for name in names) or "nothing"


def _read(name: str, text: str, kind: SimpleType[T]) -> T:
    try:
        return kind.read(text)
    except InputError as error:
        raise BadSignature(f"{name}: {error}") from None


def _digest(root: xml.Node) -> bytes:
    return hashlib.sha256(xml.canonical(root)).digest()


def _verify_value(certificate: x509.Certificate, value: bytes, signed_info: bytes) -> None:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSignature("the certificate's key is not on P-256")
    if len(value) != 64:
        raise BadSignature(f"SignatureValue has {len(value)} bytes; r and s have 32 each")
    r, s = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), signed_info, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise BadSignature("the signature was not made with the certificate's key") from None
