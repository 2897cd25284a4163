"""Certificates and certification requests inside payloads: bytes first, read only when somebody asks.

A payload carries them through unread, so that what a Device checks is what was sent. What they say is read
as :mod:`doorstep.gbcs.certificates` reads those of a key store.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1.names import KeyUsageBits, RemotePartyRole

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

__all__ = ["Certificate", "CertificateView", "CertificationRequest"]

_ROLES: Final[dict[int | None, int]] = {int(role): role for role in RemotePartyRole}


class CertificateView(Struct, frozen=True, gc=False):
    """What a certificate says of its subject.

    ``subject_unique_id`` is None for an authority's, ``remote_party_role`` for a Device's, and
    ``subject_key_identifier`` (8 bytes) where the certificate has none.
    """

    subject_unique_id: Eui | None
    remote_party_role: int | None
    subject_key_identifier: bytes | None
    key_usage: KeyUsageBits
    public_key: EllipticCurvePublicKey


class Certificate(bytes):
    """An X.509 certificate, as the bytes of its DER encoding."""

    __slots__ = ()

    @property
    def view(self) -> CertificateView:
        """What it says, read anew each time; raises :class:`DecodeError` for what cannot be read.

        Whether its signature and dates hold is not looked at.
        """
        from cryptography import x509

        from doorstep.gbcs.certificates import role_code, subject_eui

        with _reading("certificate"):
            certificate = x509.load_der_x509_certificate(self)
            return CertificateView(
                subject_unique_id=subject_eui(certificate),
                remote_party_role=_role(role_code(certificate)),
                subject_key_identifier=_subject_key_identifier(certificate),
                key_usage=_key_usage(certificate),
                public_key=_p256(certificate.public_key(), "certificate"),
            )

    def __repr__(self) -> str:
        return f"Certificate({self.hex()!r})"


class CertificationRequest(bytes):
    """A PKCS #10 request for a certificate, as the bytes of its DER encoding."""

    __slots__ = ()

    @property
    def public_key(self) -> EllipticCurvePublicKey:
        """The new key; raises :class:`DecodeError` unless the request can be read and is signed with it."""
        from cryptography import x509

        with _reading("certification request"):
            request = x509.load_der_x509_csr(self)
            if not request.is_signature_valid:
                raise DecodeError("certification request", 0, "it is not signed with the key it is for")
            return _p256(request.public_key(), "certification request")

    def __repr__(self) -> str:
        return f"CertificationRequest({self.hex()!r})"


@contextmanager
def _reading(field: str) -> Iterator[None]:
    """Turns everything that the X.509 parser may raise for bad bytes into :class:`DecodeError`."""
    from doorstep.gbcs.certificates import UNREADABLE

    try:
        yield
    except UNREADABLE as error:
        raise DecodeError(field, 0, f"it cannot be read: {error}") from None


def _role(code: int | None) -> int | None:
    return _ROLES.get(code, code)


def _subject_key_identifier(certificate: x509.Certificate) -> bytes | None:
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _key_usage(certificate: x509.Certificate) -> KeyUsageBits:
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return KeyUsageBits(0)
    # The last two raise unless the certificate is for key agreement, and say nothing of others.
    named = {bit: (bit.name or "").lower() for bit in KeyUsageBits}
    asked = [bit for bit in named if usage.key_agreement or bit < KeyUsageBits.ENCIPHER_ONLY]
    return KeyUsageBits(sum(bit.value for bit in asked if getattr(usage, named[bit])))


def _p256(key: object, field: str) -> EllipticCurvePublicKey:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise DecodeError(field, 0, "its key is not one of NIST P-256")
