"""Certificate authorities, and the forms of the certificates that they issue.

Two pairs of a root and an issuing authority, one for organisations and one for Devices. All keys are
on P-256, all certificates signed with ECDSA and SHA-256; key identifiers have 8 bytes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

# The library has no public name for what makes an attribute a BIT STRING.
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from msgspec import Struct

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import HARDWARE_MODULE_NAME
from doorstep.gbcs.keys import KeyUsage, PrivateKey, PublicKey, Role

__all__ = ["CERTIFICATE_POLICY", "NEVER", "Authorities", "Authority", "new_key"]

# How long certificates of organisations are valid, and those of the authorities over them.
ORGANISATION_LIFE: Final = timedelta(days=3652)
AUTHORITY_LIFE: Final = timedelta(days=7305)

# Certificates of Devices and of the authorities over them do not expire; this date says so.
NEVER: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

CERTIFICATE_POLICY: Final = x509.ObjectIdentifier("1.2.826.0.1.8641679.1.2.1.4")

# DER of the OBJECT IDENTIFIER of our make of Device: arc 2.25, below which any UUID may be used.
_HARDWARE_TYPE: Final = bytes.fromhex("06146981e19dfacd86dcda8f95a7fe84cc9fa896c144")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Authority(Struct, frozen=True):
    """One certificate authority: its certificate, and the key that it issues with."""

    certificate: x509.Certificate
    key: PrivateKey

    @classmethod
    def root(cls, name: x509.Name, begin: datetime, end: datetime) -> Authority:
        """An authority that vouches for itself, and may vouch for one level of authorities."""
        key = new_key()
        return cls(_certificate(name, key.public_key(), name, key, begin, end, *_authority_form(1)), key)

    def subordinate(self, name: x509.Name) -> Authority:
        """An authority that this one vouches for, as long as itself; it issues to parties or Devices only."""
        key = new_key()
        begin, end = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        return Authority(self.issue(name, key.public_key(), begin, end, *_authority_form(0)), key)

    def issue(
        self,
        subject: x509.Name,
        public_key: PublicKey,
        begin: datetime,
        end: datetime,
        *extensions: x509.ExtensionType,
    ) -> x509.Certificate:
        """A certificate signed by this authority; every one of ``extensions`` is critical in it."""
        return _certificate(subject, public_key, self.certificate.subject, self.key, begin, end, *extensions)


class Authorities(Struct, frozen=True):
    """The four authorities of a PKI, and the moment from which all they issue is valid."""

    root: Authority
    issuing: Authority
    device_root: Authority
    device_issuing: Authority
    begin: datetime

    @classmethod
    def new(cls, now: int) -> Authorities:
        """Authorities with fresh keys, valid from ``now`` (milliseconds since 1970).

        Raises :class:`UsageError` for a time that is not one, or too near the end of the calendar.
        """
        try:
            begin = _EPOCH + timedelta(seconds=now // 1000)
            end = begin + AUTHORITY_LIFE
        except OverflowError:
            raise UsageError(f"no certificate can begin at {now} ms") from None
        if now < 0:
            raise UsageError(f"no certificate of ours begins before 1970 (at {now} ms)")
        root = Authority.root(_authority_name("doorstep root", Role.ROOT), begin, end)
        device_root = Authority.root(_authority_name("doorstep device root"), begin, NEVER)
        return cls(
            root=root,
            issuing=root.subordinate(_authority_name("doorstep", Role.ISSUING_AUTHORITY)),
            device_root=device_root,
            device_issuing=device_root.subordinate(_authority_name("doorstep devices")),
            begin=begin,
        )

    def organisation(self, eui: Eui, code: int, usage: KeyUsage, public_key: PublicKey) -> x509.Certificate:
        """The certificate of a party; ``code`` is its role, or the one for XML signatures."""
        identifier = x509.NameAttribute(
            NameOID.X500_UNIQUE_IDENTIFIER, b"\x00" + eui, _type=_ASN1Type.BitString
        )
        subject = x509.Name([_organisational_unit(code), identifier])
        end = self.begin + ORGANISATION_LIFE
        return self.issuing.issue(subject, public_key, self.begin, end, _key_usage(usage), _POLICY)

    def device(self, eui: Eui, usage: KeyUsage, public_key: PublicKey) -> x509.Certificate:
        """The certificate of a Device: no subject, its identifier as that of a hardware module."""
        serial = b"\x04\x08" + eui
        module = b"\x30" + bytes((len(_HARDWARE_TYPE + serial),)) + _HARDWARE_TYPE + serial
        return self.device_issuing.issue(
            x509.Name([]),
            public_key,
            self.begin,
            NEVER,
            _key_usage(usage),
            x509.SubjectAlternativeName([x509.OtherName(HARDWARE_MODULE_NAME, module)]),
            _POLICY,
        )


def new_key() -> PrivateKey:
    """A fresh key pair on P-256, from the machine's randomness."""
    return ec.generate_private_key(ec.SECP256R1())


_POLICY: Final = x509.CertificatePolicies([x509.PolicyInformation(CERTIFICATE_POLICY, None)])


def _certificate(
    subject: x509.Name,
    public_key: PublicKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    begin: datetime,
    end: datetime,
    *extensions: x509.ExtensionType,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier(_key_identifier(public_key)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier(_key_identifier(issuer_key.public_key()), None, None),
            critical=False,
        )
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(issuer_key, SHA256())


def _key_identifier(public_key: PublicKey) -> bytes:
    """Eight bytes, as RFC 5280 has them: the four bits 0100 and the last 60 of the public key's SHA-1."""
    digest = x509.SubjectKeyIdentifier.from_public_key(public_key).digest
    return bytes((0x40 | digest[-8] & 0x0F,)) + digest[-7:]


def _organisational_unit(code: int) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"{code:02X}")


def _authority_name(name: str, role: Role | None = None) -> x509.Name:
    unit = [] if role is None else [_organisational_unit(role.value)]
    return x509.Name([*unit, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _authority_form(levels_below: int) -> tuple[x509.ExtensionType, ...]:
    constraints = x509.BasicConstraints(ca=True, path_length=levels_below)
    return constraints, _usage(key_cert_sign=True, crl_sign=True), _POLICY


def _key_usage(usage: KeyUsage) -> x509.KeyUsage:
    agrees = usage in (KeyUsage.KEY_AGREEMENT, KeyUsage.PREPAYMENT_TOP_UP)
    return _usage(key_agreement=agrees, digital_signature=not agrees)


def _usage(
    *,
    digital_signature: bool = False,
    key_agreement: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=key_agreement,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
