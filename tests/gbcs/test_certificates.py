"""What certificates say, and names as XML signatures write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.certificates import common_name, describe, distinguished_name
from doorstep.gbcs.keys import KeyUsage, Role
from tests.reference import shared

Z1 = (frozenset({("CN", "z1")}), frozenset({("OU", "07")}))

# DER by hand: SEQUENCE { OBJECT IDENTIFIER 1.2.3, OCTET STRING of an Entity Identifier }.
MODULE = bytes.fromhex("300e 0602 2a03 0408 00db1234567890a0")


def certificate(*units: str, module: bytes | None = None) -> x509.Certificate:
    """A certificate with these Organisational Units and this hardware module name."""
    key = ec.derive_private_key(5, ec.SECP256R1())
    subject = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    issuer = [
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "07"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Z1"),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name(issuer))
        .public_key(key.public_key())
        .serial_number(0x7DAC)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2020, 12, 31, 23, 59, 59, tzinfo=UTC))
    )
    if module is not None:
        name = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.4"), module)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=True)
    return builder.sign(key, SHA256())


class TestDescribe:
    @pytest.mark.parametrize(
        ("unit", "code", "role"),
        [
            ("02", 0x02, Role.SUPPLIER),
            ("7F", 0x7F, Role.OTHER),
            ("7f", 0x7F, Role.OTHER),
            ("87", 0x87, None),
            ("89", 0x89, None),
            ("135", 0x87, None),
            ("137", 0x89, None),
            ("2", None, None),
            ("0x", None, None),
            ("supplier", None, None),
            ("٠٢", None, None),
        ],
    )
    def test_role_is_two_hex_digits_or_three_decimal(
        self, unit: str, code: int | None, role: Role | None
    ) -> None:
        facts = describe(certificate(unit))
        assert (facts.code, facts.role) == (code, role)

    def test_issuer_and_serial(self) -> None:
        facts = describe(certificate("02"))
        assert facts.issuer == Z1
        assert facts.serial == 0x7DAC
        assert (facts.signs, facts.agrees) == (False, False)

    def test_hardware_module_name(self) -> None:
        facts = describe(certificate(module=MODULE))
        assert facts.eui == Eui.parse("00-DB-12-34-56-78-90-A0")
        assert facts.role is None

    @pytest.mark.parametrize(
        "module",
        [
            "0500",
            "3000",
            "3004 0602 2a03",
            "3006 0602 2a03 0400",
            "300a 0408 00db1234567890a0",
            "310e 0602 2a03 0408 00db1234567890a0",
            "300d 0602 2a03 0407 00db1234567890",
            "300f 0602 2a03 0409 00db1234567890a0a1",
            "300e 0602 2a03 0308 00db1234567890a0",
            "3010 0602 2a03 0408 00db1234567890a0 0500",
        ],
    )
    def test_other_hardware_module_names_name_nobody(self, module: str) -> None:
        assert describe(certificate(module=bytes.fromhex(module))).eui is None

    def test_one_that_names_nobody_is_nobodys(self) -> None:
        objection = describe(certificate("02")).objection(Eui(bytes(8)), KeyUsage.DIGITAL_SIGNATURE)
        assert "names no Entity Identifier" in objection

    @pytest.mark.parametrize("kind", ["03", "00", "30"])
    def test_a_subject_that_is_no_name_is_refused(self, kind: str) -> None:
        der = certificate("02").public_bytes(Encoding.DER)
        broken = der.replace(b"\x0c\x0202", bytes.fromhex(kind) + b"\x0202")
        assert broken != der
        for read in (describe, common_name):
            with pytest.raises(UsageError, match="certificate: not a certificate that can be read"):
                read(x509.load_der_x509_certificate(broken))

    def test_of_the_reference_broker(self) -> None:
        pem = shared("rtds/keystore/90b3d51f30000002-ka.pem").read_bytes()
        facts = describe(x509.load_pem_x509_certificate(pem))
        assert facts.eui == Eui.parse("90-B3-D5-1F-30-00-00-02")
        assert facts.role is Role.ACCESS_CONTROL_BROKER
        assert (facts.signs, facts.agrees) == (False, True)
        assert facts.issuer == Z1
        assert facts.serial == 0x37CDF206B07DDEF852FBC62950F22ED0


class TestValidAt:
    # 2020-01-01T00:00:00Z and 2020-12-31T23:59:59Z.
    BEGIN, END = 1_577_836_800_000, 1_609_459_199_000

    @pytest.mark.parametrize(
        ("now", "valid"),
        [(BEGIN - 1, False), (BEGIN, True), (END, True), (END + 999, True), (END + 1000, False), (0, False)],
    )
    def test_ends_are_included(self, now: int, valid: bool) -> None:
        assert describe(certificate("02")).valid_at(now) is valid


class TestDistinguishedName:
    @pytest.mark.parametrize(
        "text",
        [
            "CN=Z1,OU=07",
            "cn=z1,ou=07",
            " CN = Z1 , OU = 07 ",
            "CN=Z1;OU=07",
            "OID.2.5.4.3=Z1,2.5.4.11=07",
            "CN=\\5a1,OU=\\07",
        ],
    )
    def test_same_name_in_many_forms(self, text: str) -> None:
        # A backslash and two hex digits are a character by its number, so the last form has a BEL in it.
        expected = Z1 if "\\07" not in text else (Z1[0], frozenset({("OU", "\x07")}))
        assert distinguished_name(text) == expected

    @pytest.mark.parametrize(
        "text", ["OU=07,CN=Z1", "CN=Z1", "CN=Z1+OU=07", "CN=Z1\\,OU=07", "CN=Z2,OU=07", ""]
    )
    def test_other_names(self, text: str) -> None:
        assert distinguished_name(text) != Z1

    def test_escapes_and_several_attributes_in_one_part(self) -> None:
        assert distinguished_name("O=A\\, B\\C3\\A9+cn=x,2.5.4.45=#03090090B3D51F30000001") == (
            frozenset({("O", "a, bé"), ("CN", "x")}),
            frozenset({("2.5.4.45", "#03090090b3d51f30000001")}),
        )

    @given(st.text())
    def test_any_text_has_one(self, text: str) -> None:
        assert len(distinguished_name(text)) >= 1

    def test_length_is_bounded(self) -> None:
        assert len(distinguished_name("," * 1_000_000)) < 2000
