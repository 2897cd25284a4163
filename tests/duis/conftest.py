"""What the tests of DUIS share: the schema, the reference requests, and a party with a certificate."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.reference import shared

# A frame with placeholders in it, not a request (the folder's ORIGIN.md says so).
FRAME = "signed-precommand.xml"


class Party(NamedTuple):
    """A DCC User who signs XML: issuer and serial as a signature names its certificate, written by hand."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    issuer: str = "CN=Z1,OU=07"
    serial: int = 27572613927499351639968579586655397031

    def certificate_for(self, issuer: str, serial: int) -> x509.Certificate | None:
        return self.certificate if (issuer, serial) == (self.issuer, self.serial) else None


def certify(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate whose issuer is, in the order of its DER, OU=07 and CN=Z1."""
    unit, common = NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.COMMON_NAME
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(unit, "87")]))
        .issuer_name(x509.Name([x509.NameAttribute(unit, "07"), x509.NameAttribute(common, "Z1")]))
        .public_key(key.public_key())
        .serial_number(Party._field_defaults["serial"])
        .not_valid_before(datetime(2016, 1, 1))
        .not_valid_after(datetime(2116, 1, 1))
        .sign(key, SHA256())
    )


@pytest.fixture(scope="session")
def party() -> Party:
    key = ec.derive_private_key(0x5EED, ec.SECP256R1())
    return Party(key, certify(key))


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")))


@pytest.fixture(scope="session")
def requests() -> dict[str, bytes]:
    """Every reference request by its file's name."""
    files = sorted(shared("rtds/requests").iterdir())
    assert len(files) >= 200
    return {file.name: file.read_bytes() for file in files}
