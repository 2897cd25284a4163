"""The PKI of a street: the form of its certificates, its chains, and its files."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from doorstep import gbcs
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, KeyUsage, Role
from doorstep.service.authority import _key_identifier
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.pki import StreetKeys, new_street_keys, read_street, street_keys
from doorstep.street import HomePlan, StreetPlan, street_plan
from tests.gbcs.vectors import COMMAND_18_4
from tests.reference import shared

# 2030-01-01T00:00:00Z, and half a second that certificates cannot say.
NOW = 1_893_456_000_500
PLAN = street_plan(2)
ESME = Eui.parse("D0-05-5E-01-00-01-00-E5")

DS = KeyUsage.DIGITAL_SIGNATURE
KA = KeyUsage.KEY_AGREEMENT
PP = KeyUsage.PREPAYMENT_TOP_UP
XML = KeyUsage.XML_SIGNATURE

# Every party's key pairs: Organisational Unit, and whether it signs or agrees keys.
PARTY_CERTIFICATES = [
    (PLAN.supplier, DS, "02"),
    (PLAN.supplier, KA, "02"),
    (PLAN.supplier, PP, "02"),
    (PLAN.supplier, XML, "87"),
    (PLAN.network_operator, DS, "03"),
    (PLAN.network_operator, KA, "03"),
    (PLAN.network_operator, XML, "87"),
    (PLAN.dcc, DS, "04"),
    (PLAN.dcc, KA, "04"),
    (PLAN.dcc, XML, "89"),
    (PLAN.recovery, DS, "01"),
    (PLAN.transitional_cos, DS, "05"),
    (PLAN.wan_provider, DS, "06"),
    (PLAN.wan_provider, KA, "06"),
]
DEVICE_CERTIFICATES = [(eui, usage) for eui, _ in PLAN.devices() for usage in (DS, KA)]


@pytest.fixture(scope="module")
def keys() -> StreetKeys:
    return street_keys(PLAN, now=NOW)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pki") / "street"
    new_street_keys(path, PLAN, now=NOW)
    return path


def held(keys: StreetKeys, eui: Eui, usage: KeyUsage) -> x509.Certificate:
    certificate = keys.certificate(eui, usage)
    assert certificate is not None
    return certificate


def usages(certificate: x509.Certificate) -> set[str]:
    """The key usages that a certificate allows."""
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    return {
        name
        for name in (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
        )
        if getattr(usage, name)
    }


class TestForm:
    """The Certificates table, line by line."""

    def test_everyone_has_just_the_keys_of_the_plan(self, keys: StreetKeys) -> None:
        wanted = {(eui, usage) for eui, usage, _ in PARTY_CERTIFICATES} | set(DEVICE_CERTIFICATES)
        assert {(eui, usage) for eui, usage, _ in keys.certificates()} == wanted
        assert len(wanted) == 14 + 24
        assert keys.entities() == tuple(sorted({eui for eui, _ in wanted}))

    def test_all_are_signed_with_ecdsa_and_sha256_over_p256_keys(self, keys: StreetKeys) -> None:
        certificates = [*(one for _, _, one in keys.certificates()), *keys.authorities.values()]
        for one in certificates:
            assert one.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.2"
            assert isinstance(one.signature_hash_algorithm, SHA256)
            key = one.public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            assert isinstance(key.curve, ec.SECP256R1)
        assert len({one.serial_number for one in certificates}) == len(certificates)
        digests = {x509.SubjectKeyIdentifier.from_public_key(one.public_key()).digest for one in certificates}
        assert len(digests) == len(certificates)

    @pytest.mark.parametrize(("eui", "usage", "unit"), PARTY_CERTIFICATES, ids=str)
    def test_organisation(self, keys: StreetKeys, eui: Eui, usage: KeyUsage, unit: str) -> None:
        certificate = held(keys, eui, usage)
        # SEQUENCE of two SETs: OU as UTF8String, and the identifier as BIT STRING with no unused bits.
        assert certificate.subject.public_bytes() == (
            bytes.fromhex("3021 310b 3009 0603 55040b 0c02")
            + unit.encode()
            + bytes.fromhex("3112 3010 0603 55042d 0309 00")
            + eui
        )
        assert certificate.issuer.rfc4514_string() == "CN=doorstep,OU=07"
        assert certificate.not_valid_before_utc == datetime(2030, 1, 1, tzinfo=UTC)
        assert certificate.not_valid_after_utc == datetime(2040, 1, 1, tzinfo=UTC)
        with pytest.raises(x509.ExtensionNotFound):
            certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)

    @pytest.mark.parametrize(("eui", "usage"), DEVICE_CERTIFICATES, ids=str)
    def test_device(self, keys: StreetKeys, eui: Eui, usage: KeyUsage) -> None:
        certificate = held(keys, eui, usage)
        assert certificate.subject.public_bytes() == b"\x30\x00"
        assert certificate.not_valid_before_utc == datetime(2030, 1, 1, tzinfo=UTC)
        assert b"\x18\x0f99991231235959Z" in certificate.public_bytes(Encoding.DER)
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        assert extension.critical
        (name,) = extension.value
        assert isinstance(name, x509.OtherName)
        assert name.type_id.dotted_string == "1.3.6.1.5.5.7.8.4"
        assert name.value[:3] == b"\x30\x20\x06"
        assert name.value[-10:] == b"\x04\x08" + eui
        assert len(name.value) == 34

    def test_extensions(self, keys: StreetKeys) -> None:
        for eui, usage, certificate in keys.certificates():
            extensions = {one.oid: one for one in certificate.extensions}
            wanted = {
                ExtensionOID.KEY_USAGE: True,
                ExtensionOID.CERTIFICATE_POLICIES: True,
                ExtensionOID.SUBJECT_KEY_IDENTIFIER: False,
                ExtensionOID.AUTHORITY_KEY_IDENTIFIER: False,
            }
            if eui not in PLAN.parties:
                wanted[ExtensionOID.SUBJECT_ALTERNATIVE_NAME] = True
            assert {oid: one.critical for oid, one in extensions.items()} == wanted
            assert usages(certificate) == {"key_agreement" if usage in (KA, PP) else "digital_signature"}
            policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
            assert [one.policy_identifier.dotted_string for one in policies] == [
                "1.2.826.0.1.8641679.1.2.1.4"
            ]

    def test_key_identifiers(self, keys: StreetKeys) -> None:
        issuing, device_issuing = (keys.authorities[name] for name in ("issuing-ca", "device-issuing-ca"))
        for eui, _, certificate in keys.certificates():
            extensions = certificate.extensions
            own = extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            above = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
            issuer = issuing if eui in PLAN.parties else device_issuing
            theirs = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            assert len(own) == 8
            assert own[0] >> 4 == 4
            assert above.key_identifier == theirs
            assert (above.authority_cert_issuer, above.authority_cert_serial_number) == (None, None)

    def test_key_identifiers_are_made_as_those_of_the_reference_pki(self) -> None:
        pem = shared("rtds/keystore/90b3d51f30010000-ds.pem").read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert _key_identifier(key) == bytes.fromhex("44899792d196f4b8")


class TestAuthorities:
    @pytest.mark.parametrize(
        ("name", "subject", "above", "levels_below", "year"),
        [
            ("root-ca", "CN=doorstep root,OU=00", "root-ca", 1, 2050),
            ("issuing-ca", "CN=doorstep,OU=07", "root-ca", 0, 2050),
            ("device-root-ca", "CN=doorstep device root", "device-root-ca", 1, 9999),
            ("device-issuing-ca", "CN=doorstep devices", "device-root-ca", 0, 9999),
        ],
    )
    def test_form(
        self, keys: StreetKeys, name: str, subject: str, above: str, levels_below: int, year: int
    ) -> None:
        certificate, issuer = keys.authorities[name], keys.authorities[above]
        assert certificate.subject.rfc4514_string() == subject
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert constraints.value == x509.BasicConstraints(ca=True, path_length=levels_below)
        assert usages(certificate) == {"key_cert_sign", "crl_sign"}
        assert certificate.not_valid_after_utc.year == year
        certificate.verify_directly_issued_by(issuer)

    def test_every_certificate_is_issued_by_its_authority(self, keys: StreetKeys) -> None:
        for eui, _, certificate in keys.certificates():
            name = "issuing-ca" if eui in PLAN.parties else "device-issuing-ca"
            certificate.verify_directly_issued_by(keys.authorities[name])

    def test_every_chain_verifies_with_openssl(self, folder: Path) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            if os.environ.get("CI"):
                pytest.fail("openssl is not on this machine")
            pytest.skip("openssl is not on this machine")
        for pattern, prefix, count in (("d0055e000f*.pem", "", 14), ("d0055e01*.pem", "device-", 24)):
            files = sorted(file.name for file in folder.glob(pattern))
            assert len(files) == count
            command = [openssl, "verify", "-x509_strict", "-attime", str(NOW // 1000 + 1)]
            command += ["-CAfile", f"{prefix}root-ca.pem", "-untrusted", f"{prefix}issuing-ca.pem", *files]
            judged = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert judged.stdout.splitlines() == [f"{file}: OK" for file in files], judged.stderr
            assert judged.returncode == 0


class TestInMemory:
    def test_it_is_a_key_store_that_seals_and_verifies(self, keys: StreetKeys) -> None:
        """The Command of the public test vector, made again for our own parties and Device."""
        vector = gbcs.decode(COMMAND_18_4)
        header = gbcs.GroupingHeader(
            cra=vector.header.cra,
            originator_counter=1,
            business_originator_id=PLAN.supplier,
            business_target_id=ESME,
            message_code=vector.header.message_code,
        )
        ring = KeyRing(keys)
        signed = gbcs.sign(gbcs.build(header, vector.payload), ring)
        command = gbcs.seal(signed, ring, PLAN.dcc)
        proof = gbcs.verify(gbcs.decode(bytes(command)), ring)
        assert (proof.mac.value, proof.signature.value) == ("verified", "verified")

    def test_parties_by_role(self, keys: StreetKeys) -> None:
        assert keys.parties(Role.ACCESS_CONTROL_BROKER) == (PLAN.dcc,)
        assert keys.parties(Role.SUPPLIER) == (PLAN.supplier,)
        assert keys.parties(Role.ROOT) == ()

    def test_xml_signers_by_serial(self, keys: StreetKeys) -> None:
        certificate = held(keys, PLAN.dcc, XML)
        assert keys.certificate_by_serial("CN=doorstep,OU=07", certificate.serial_number) == certificate
        assert keys.trusted_certificate(PLAN.dcc, XML, NOW) == certificate

    def test_private_keys_are_those_of_the_certificates(self, keys: StreetKeys) -> None:
        for eui, usage, certificate in keys.certificates():
            private = keys.private_key(eui, usage)
            assert private is not None
            assert private.public_key() == certificate.public_key() == keys.public_key(eui, usage)
        assert keys.private_key(ESME, PP) is None
        assert keys.public_key(ESME, PP) is None
        assert keys.certificate(ESME, PP) is None

    def test_repr_shows_no_key(self, keys: StreetKeys) -> None:
        assert repr(keys) == "StreetKeys(2 homes, 38 key pairs)"

    def test_no_two_streets_have_a_key_in_common(self, keys: StreetKeys) -> None:
        again = street_keys(PLAN, now=NOW)
        for eui, usage, certificate in again.certificates():
            assert certificate.public_key() != held(keys, eui, usage).public_key()

    @pytest.mark.parametrize("now", [-1, 1 << 62, 253_402_300_799_000])
    def test_no_street_of_such_a_time(self, now: int) -> None:
        with pytest.raises(UsageError, match="certificate"):
            street_keys(PLAN, now=now)


class TestFolder:
    def test_what_is_in_it(self, folder: Path) -> None:
        names = {f"{eui.hex()}-{usage.value}" for eui, usage, _ in PARTY_CERTIFICATES}
        names |= {f"{eui.hex()}-{usage.value}" for eui, usage in DEVICE_CERTIFICATES}
        authorities = {"root-ca.pem", "issuing-ca.pem", "device-root-ca.pem", "device-issuing-ca.pem"}
        files = {f"{name}.{suffix}" for name in names for suffix in ("pem", "key")}
        radios = {f"{eui.hex()}-han.toml" for eui, kind in PLAN.devices() if kind != "CHF"}
        assert {file.name for file in folder.iterdir()} == files | authorities | radios | {"street.toml"}

    def test_who_may_read_it(self, folder: Path) -> None:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in folder.iterdir():
            mode = stat.S_IMODE(file.stat().st_mode)
            assert mode == 0o600 if file.name.endswith((".key", "-han.toml")) else mode & ~0o644 == 0

    def test_the_plan_is_in_it(self, folder: Path) -> None:
        assert read_street(folder) == PLAN

    def test_any_plan_is_written_as_asked(self, tmp_path: Path) -> None:
        one, two, three, four = (Eui(bytes((0x99, *bytes(6), number))) for number in (1, 2, 3, 4))
        plan = StreetPlan(one, two, three, (HomePlan("caravan", ((four, "CHF"),), relay=False),))
        new_street_keys(tmp_path, plan, now=NOW)
        keys = FolderKeyStore(tmp_path)
        assert read_street(tmp_path) == plan
        assert keys.parties(Role.SUPPLIER) == (one,)
        assert keys.private_key(four, KA) is not None

    def test_authority_keys_are_kept_only_when_asked_for(self, tmp_path: Path) -> None:
        new_street_keys(tmp_path, street_plan(1), now=NOW, keep_authority_keys=True)
        names = {"root-ca.key", "issuing-ca.key", "device-root-ca.key", "device-issuing-ca.key"}
        assert {file.name for file in tmp_path.glob("*-ca.key")} == names
        assert all(stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600 for name in names)

    def test_an_empty_folder_is_taken_and_closed_to_others(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        new_street_keys(tmp_path, street_plan(1), now=NOW)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    def test_parents_are_made(self, tmp_path: Path) -> None:
        new_street_keys(tmp_path / "a" / "b", street_plan(1), now=NOW)
        assert read_street(tmp_path / "a" / "b") == street_plan(1)

    def test_nothing_is_ever_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "anything").write_text("mine")
        with pytest.raises(UsageError, match="is not empty"):
            new_street_keys(tmp_path, PLAN, now=NOW)
        assert [file.name for file in tmp_path.iterdir()] == ["anything"]

    def test_not_into_a_file_nor_below_one(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_text("mine")
        for path, why in ((file, "is a file"), (file / "below", "Not a directory")):
            with pytest.raises(UsageError, match=why):
                new_street_keys(path, PLAN, now=NOW)
        assert file.read_text() == "mine"

    def test_a_street_that_was_not_finished_has_no_plan(self, tmp_path: Path) -> None:
        def stop(done: int, total: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            new_street_keys(tmp_path, street_plan(1), now=NOW, progress=stop)
        with pytest.raises(UsageError, match=r"street\.toml: No such file"):
            read_street(tmp_path)

    def test_progress(self, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        new_street_keys(tmp_path, street_plan(1), now=NOW, progress=lambda *step: told.append(step))
        assert told == [(done, 26) for done in range(1, 27)]
        in_memory: list[tuple[int, int]] = []
        street_keys(street_plan(1), now=NOW, progress=lambda *step: in_memory.append(step))
        assert in_memory == told
