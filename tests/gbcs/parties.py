"""A Device, the parties that talk to it, and their keys: for tests of what protects a message."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyUsage, MemoryKeyStore, PrivateKey, Role

ESME = Eui.parse("00-DB-12-34-56-78-90-A0")
SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
OTHER_USER = Eui.parse("90-B3-D5-1F-30-03-00-00")


@cache
def private_key(eui: Eui, usage: KeyUsage) -> PrivateKey:
    """A key of nobody's outside these tests: its number is made from whose it is."""
    return ec.derive_private_key(int.from_bytes(eui + usage.value.encode(), "big"), ec.SECP256R1())


@cache
def everybody() -> MemoryKeyStore:
    """The keys of all parties, private ones included."""
    usages = (KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT)
    parties = (ESME, SUPPLIER, BROKER, OTHER_USER)
    private = {(eui, usage): private_key(eui, usage) for eui in parties for usage in usages}
    return MemoryKeyStore(private, roles={BROKER: Role.ACCESS_CONTROL_BROKER})


def ring(*own: Eui) -> KeyRing:
    """What one party holds: its own private keys, and everybody's public ones."""
    return KeyRing(Holding(everybody(), *own))


def certificate(eui: Eui, usage: KeyUsage = KeyUsage.KEY_AGREEMENT) -> bytes:
    """The certificate of an organisation, in DER; who signed it is not looked at by a Device's tests."""
    agrees = usage is KeyUsage.KEY_AGREEMENT
    subject: list[x509.NameAttribute[str | bytes]] = [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "02"),
        x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, b"\x00" + eui, _type=_ASN1Type.BitString),
    ]
    key_usage = x509.KeyUsage(not agrees, False, False, False, agrees, False, False, False, False)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Z1")]))
        .public_key(private_key(eui, usage).public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2030, 1, 1, tzinfo=UTC))
        .add_extension(key_usage, critical=True)
        .sign(private_key(eui, usage), SHA256())
    )
    return built.public_bytes(Encoding.DER)
