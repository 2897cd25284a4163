"""Key stores: a folder of our own, the reference one, and folders that are wrong in every way."""

from __future__ import annotations

import csv
import os
import warnings
from base64 import encodebytes
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.errors import NoKey, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing, KeyUsage, Role
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.pki import new_street_keys
from doorstep.street import StreetPlan, street_plan
from tests.reference import hex_file, shared

DS = KeyUsage.DIGITAL_SIGNATURE
KA = KeyUsage.KEY_AGREEMENT
PP = KeyUsage.PREPAYMENT_TOP_UP
XML = KeyUsage.XML_SIGNATURE

# 2030-01-01T00:00:00Z, and the length of a day, in milliseconds.
NOW = 1_893_456_000_000
DAY = 86_400_000

# The key pairs of the public test vector: the broker's private value, the Device's public point.
BROKER_VALUE = 0xE4A6CFB431471CFCAE491FD566D19C87082CF9FA7722D7FA24B2B3F5669DBEFB
DEVICE_POINT = bytes.fromhex(
    "042DB45A3F21889438B42C8F464C75292BACF5FDDB5DA0B492501B299CBFE92D8F"
    "DB90FC8FF4026129838B1BCAD1402CAE47FE7D8084E409A41AFCE16D63579C5F"
)
SECRET = bytes.fromhex("9aacf2e6d51bd5ff8f37bf368019a691cb5b2fcb7b5f030a00063647b20e13fe")
BROKER = Eui.parse("00-00-00-00-00-00-00-01")
DEVICE = Eui.parse("FF-FF-FF-FF-FF-FF-FF-FE")
STRANGER = Eui.parse("01-02-03-04-05-06-07-08")

PLAN: StreetPlan = street_plan(2)
ESME = Eui.parse("D0-05-5E-01-00-01-00-E5")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "street"
    new_street_keys(folder, PLAN, now=NOW)
    return folder


@pytest.fixture
def copy(street: Path, tmp_path: Path) -> Path:
    """The street's folder, to spoil."""
    for file in street.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def point(key: ec.EllipticCurvePublicKey | None) -> bytes:
    assert key is not None
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: EllipticCurvePrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


class TestReading:
    def test_every_key_and_certificate_of_a_street_is_found(self, street: Path) -> None:
        keys = FolderKeyStore(street)
        wanted = {(PLAN.supplier, usage) for usage in (DS, KA, PP, XML)}
        wanted |= {(PLAN.network_operator, usage) for usage in (DS, KA, XML)}
        wanted |= {(PLAN.dcc, usage) for usage in (DS, KA, XML)}
        wanted |= {(PLAN.recovery, DS), (PLAN.transitional_cos, DS)}
        wanted |= {(PLAN.wan_provider, usage) for usage in (DS, KA)}
        wanted |= {(eui, usage) for eui, _ in PLAN.devices() for usage in (DS, KA)}
        listed = list(keys.certificates())
        assert {(eui, usage) for eui, usage, _ in listed} == wanted
        assert [held[0] for held in listed] == sorted(held[0] for held in listed)
        for eui, usage, certificate in listed:
            private = keys.private_key(eui, usage)
            assert private is not None
            assert point(private.public_key()) == point(keys.public_key(eui, usage))
            assert keys.certificate(eui, usage) == certificate
        assert keys.entities() == tuple(sorted({eui for eui, _ in wanted}))

    def test_parties_are_told_by_role_which_xml_signers_and_devices_have_none(self, street: Path) -> None:
        keys = FolderKeyStore(street)
        assert {role: keys.parties(role) for role in Role if keys.parties(role)} == {
            Role.RECOVERY: (PLAN.recovery,),
            Role.SUPPLIER: (PLAN.supplier,),
            Role.NETWORK_OPERATOR: (PLAN.network_operator,),
            Role.ACCESS_CONTROL_BROKER: (PLAN.dcc,),
            Role.TRANSITIONAL_COS: (PLAN.transitional_cos,),
            Role.WAN_PROVIDER: (PLAN.wan_provider,),
        }

    def test_what_is_not_held_is_none(self, street: Path) -> None:
        keys = FolderKeyStore(street)
        for name in ((STRANGER, DS), (ESME, PP), (ESME, XML)):
            assert keys.public_key(*name) is None
            assert keys.private_key(*name) is None
            assert keys.certificate(*name) is None

    def test_bare_public_key_and_bare_private_key_agree_on_the_vectors_secret(self, tmp_path: Path) -> None:
        device = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), DEVICE_POINT)
        (tmp_path / "fffffffffffffffe-ka.pem").write_bytes(
            device.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        broker = ec.derive_private_key(BROKER_VALUE, ec.SECP256R1())
        (tmp_path / "0000000000000001-ka.key").write_bytes(private_pem(broker))
        keys = FolderKeyStore(tmp_path)
        assert KeyRing(keys).shared_secret(BROKER, DEVICE) == SECRET
        assert point(keys.public_key(BROKER, KA)) == point(broker.public_key())
        assert keys.certificate(DEVICE, KA) is None
        assert keys.certificate(BROKER, KA) is None
        assert list(keys.certificates()) == []
        assert keys.entities() == (BROKER, DEVICE)

    @pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
    def test_private_keys_in_either_form(self, tmp_path: Path, form: PrivateFormat) -> None:
        key = ec.derive_private_key(BROKER_VALUE, ec.SECP256R1())
        (tmp_path / "0000000000000001-pp-ka.key").write_bytes(private_pem(key, form))
        read = FolderKeyStore(tmp_path).private_key(BROKER, PP)
        assert read is not None
        assert read.private_numbers().private_value == BROKER_VALUE

    def test_names_in_capitals_are_read_too(self, tmp_path: Path) -> None:
        key = ec.derive_private_key(BROKER_VALUE, ec.SECP256R1())
        (tmp_path / "D0055E01000100E5-KA.PEM").write_bytes(public_pem(key))
        assert point(FolderKeyStore(tmp_path).public_key(ESME, KA)) == point(key.public_key())

    def test_other_files_are_left_alone(self, tmp_path: Path) -> None:
        for name in ("root-ca.pem", "street.toml", "d0055e01-ds.pem", "d0055e01000100e5-zz.pem", "x.key"):
            (tmp_path / name).write_bytes(b"not a key")
        keys = FolderKeyStore(tmp_path)
        assert keys.entities() == ()
        assert keys.parties(Role.SUPPLIER) == ()

    def test_files_are_read_once_and_only_when_asked_for(self, copy: Path) -> None:
        keys = FolderKeyStore(copy)
        first = keys.public_key(ESME, KA)
        for file in copy.iterdir():
            file.unlink()
        assert keys.public_key(ESME, KA) is first
        with pytest.raises(UsageError, match=r"d0055e01000100e5-ds\.pem"):
            keys.public_key(ESME, DS)

    def test_finding_the_broker_reads_no_certificate_of_a_device(self, copy: Path) -> None:
        broken = (copy / "d0055e01000100e5-ka.pem").read_bytes().splitlines()
        (copy / "d0055e01000100e5-ka.pem").write_bytes(b"\n".join([*broken[:3], broken[-1]]))
        keys = FolderKeyStore(copy)
        assert keys.parties(Role.ACCESS_CONTROL_BROKER) == (PLAN.dcc,)
        with pytest.raises(UsageError, match=r"d0055e01000100e5-ka\.pem"):
            keys.public_key(ESME, KA)

    def test_repr_shows_the_folder_and_no_key(self, street: Path) -> None:
        keys = FolderKeyStore(street)
        private = keys.private_key(ESME, DS)
        assert private is not None
        shown = repr(keys)
        assert str(street) in shown
        assert "PRIVATE" not in shown
        assert f"{private.private_numbers().private_value:x}" not in shown
        assert str(private.private_numbers().private_value) not in shown


class TestXmlSigners:
    @pytest.mark.parametrize(
        "issuer", ["CN=doorstep,OU=07", "cn=doorstep, ou=07", " CN = Doorstep ; OID.2.5.4.11 = 07 "]
    )
    def test_found_by_issuer_and_serial(self, street: Path, issuer: str) -> None:
        keys = FolderKeyStore(street)
        for party in (PLAN.supplier, PLAN.network_operator, PLAN.dcc):
            certificate = keys.certificate(party, XML)
            assert certificate is not None
            assert keys.certificate_by_serial(issuer, certificate.serial_number) == certificate

    @pytest.mark.parametrize("issuer", ["OU=07,CN=doorstep", "CN=doorstep", "CN=other,OU=07", "", ",=\\"])
    def test_not_by_another_issuer(self, street: Path, issuer: str) -> None:
        keys = FolderKeyStore(street)
        certificate = keys.certificate(PLAN.supplier, XML)
        assert certificate is not None
        assert keys.certificate_by_serial(issuer, certificate.serial_number) is None
        assert keys.certificate_by_serial("CN=doorstep,OU=07", certificate.serial_number + 1) is None

    def test_a_gbcs_signing_certificate_is_not_one_for_xml(self, street: Path) -> None:
        keys = FolderKeyStore(street)
        certificate = keys.certificate(PLAN.supplier, DS)
        assert certificate is not None
        assert keys.certificate_by_serial("CN=doorstep,OU=07", certificate.serial_number) is None


class TestDates:
    # Ten years of 365 days and the two of 2032 and 2036.
    END = NOW + 3652 * DAY

    @pytest.mark.parametrize("now", [NOW, END, END + 999])
    def test_trusted_from_the_first_moment_to_the_last(self, street: Path, now: int) -> None:
        keys = FolderKeyStore(street)
        assert keys.trusted_certificate(PLAN.supplier, XML, now) == keys.certificate(PLAN.supplier, XML)

    @pytest.mark.parametrize("now", [0, NOW - 1, END + 1000, END + DAY])
    def test_not_outside_them(self, street: Path, now: int) -> None:
        with pytest.raises(NoKey, match="XML signature of D0-05-5E-00-0F-00-00-02 is valid from 2030-01-01T"):
            FolderKeyStore(street).trusted_certificate(PLAN.supplier, XML, now)
        trusting = FolderKeyStore(street, test_pki=True)
        assert trusting.trusted_certificate(PLAN.supplier, XML, now).serial_number

    def test_a_device_never_expires(self, street: Path) -> None:
        far = NOW + 7000 * 365 * DAY
        assert FolderKeyStore(street).trusted_certificate(ESME, DS, far).serial_number

    def test_what_is_not_held_is_not_trusted(self, street: Path) -> None:
        with pytest.raises(NoKey, match="no certificate for digital signature is held for 01-02-03"):
            FolderKeyStore(street).trusted_certificate(STRANGER, DS, NOW)


class TestMisfiled:
    """A certificate under a name that is not its own: refused, save in a test PKI, and never listed."""

    @pytest.mark.parametrize(
        ("source", "name", "usage", "why"),
        [
            ("d0055e01000200e5-ka", "d0055e01000100e5-ka", KA, "is of D0-05-5E-01-00-02-00-E5"),
            ("d0055e01000100e5-ds", "d0055e01000100e5-ka", KA, "another key usage"),
            ("root-ca", "d0055e01000100e5-ka", KA, "names no Entity Identifier"),
        ],
    )
    def test_device(self, copy: Path, source: str, name: str, usage: KeyUsage, why: str) -> None:
        (copy / f"{name}.pem").write_bytes((copy / f"{source}.pem").read_bytes())
        strict, trusting = FolderKeyStore(copy), FolderKeyStore(copy, test_pki=True)
        for ask in (strict.public_key, strict.certificate):
            with pytest.raises(UsageError, match=f"{name}.pem: .*{why}"):
                ask(ESME, usage)
        assert trusting.public_key(ESME, usage) is not None
        assert (ESME, usage) not in {held[:2] for held in trusting.certificates()}

    @pytest.mark.parametrize(("source", "target"), [("xml", "ds"), ("ds", "xml")])
    def test_xml_and_gbcs_signing_certificates_are_not_mixed_up(
        self, copy: Path, source: str, target: str
    ) -> None:
        certificate = (copy / f"d0055e000f000002-{source}.pem").read_bytes()
        (copy / f"d0055e000f000002-{target}.pem").write_bytes(certificate)
        with pytest.raises(UsageError, match=f"-{target}.pem: .* has Organisational Unit"):
            FolderKeyStore(copy).public_key(PLAN.supplier, KeyUsage(target))

    def test_gives_no_role(self, copy: Path) -> None:
        broker = (copy / "d0055e000f000004-ka.pem").read_bytes()
        (copy / "0102030405060708-ka.pem").write_bytes(broker)
        for test_pki in (False, True):
            keys = FolderKeyStore(copy, test_pki=test_pki)
            assert keys.parties(Role.ACCESS_CONTROL_BROKER) == (PLAN.dcc,)

    def test_a_private_key_must_be_that_of_the_certificate(self, copy: Path) -> None:
        (copy / "d0055e01000100e5-ka.key").write_bytes((copy / "d0055e01000200e5-ka.key").read_bytes())
        keys = FolderKeyStore(copy, test_pki=True)
        with pytest.raises(UsageError, match=r"e5-ka.key: not the private key of d0055e01000100e5-ka.pem"):
            keys.private_key(ESME, KA)


def _folder_as_file(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _text(text: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(text)

    return write


_OTHER_CURVE = ec.derive_private_key(7, ec.SECP384R1())
_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)

HOSTILE = {
    "empty": _text(b""),
    "text": _text(b"hello\n"),
    "binary": _text(bytes(range(256))),
    "huge": _text(b"-----BEGIN CERTIFICATE-----\n" * 0x10000),
    "begin only": _text(b"-----BEGIN CERTIFICATE-----\n"),
    "empty PEM": _text(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
    "not base64": _text(b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"),
    "not DER": _text(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    "folder": _folder_as_file,
    "pipe": _pipe,
    "endless": _endless,
    "dangling": _dangling,
}


class TestHostile:
    @pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE.keys())
    @pytest.mark.parametrize("suffix", ["pem", "key"])
    def test_the_file_is_named(self, tmp_path: Path, spoil: Callable[[Path], None], suffix: str) -> None:
        path = tmp_path / f"d0055e01000100e5-ds.{suffix}"
        spoil(path)
        keys = FolderKeyStore(tmp_path)
        with pytest.raises(UsageError) as refused:
            keys.public_key(ESME, DS)
        assert str(refused.value).startswith(str(path))
        assert "\n" not in str(refused.value)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("d0055e01000100e5-ds.pem", public_pem(_OTHER_CURVE)),
            ("d0055e01000100e5-ds.key", private_pem(_OTHER_CURVE)),
            (
                "d0055e01000100e5-ds.pem",
                _RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            ),
            (
                "d0055e01000100e5-ds.key",
                _RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            ),
        ],
    )
    def test_keys_that_are_not_on_p256(self, tmp_path: Path, name: str, text: bytes) -> None:
        (tmp_path / name).write_bytes(text)
        with pytest.raises(UsageError, match=f"{name}: not a key on the curve P-256"):
            FolderKeyStore(tmp_path).public_key(ESME, DS)

    def test_encrypted_private_key(self, tmp_path: Path) -> None:
        key = ec.derive_private_key(BROKER_VALUE, ec.SECP256R1())
        sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
        (tmp_path / "d0055e01000100e5-ds.key").write_bytes(sealed)
        with pytest.raises(UsageError, match=r"ds\.key: not a private key that can be read: .*encrypted"):
            FolderKeyStore(tmp_path).private_key(ESME, DS)

    def test_private_key_in_a_pem_file_is_refused_and_not_shown(self, tmp_path: Path) -> None:
        text = private_pem(ec.derive_private_key(BROKER_VALUE, ec.SECP256R1()))
        (tmp_path / "d0055e01000100e5-ds.pem").write_bytes(text)
        with pytest.raises(UsageError, match="not a public key that can be read") as refused:
            FolderKeyStore(tmp_path).public_key(ESME, DS)
        assert text.splitlines()[1].decode() not in str(refused.value)

    def test_two_files_for_one_key(self, tmp_path: Path) -> None:
        (tmp_path / "d0055e01000100e5-ds.pem").touch()
        (tmp_path / "D0055E01000100E5-DS.PEM").touch()
        if len(list(tmp_path.iterdir())) == 1:
            pytest.skip("this file system does not tell capitals from small letters")
        with pytest.raises(UsageError, match="are for the same key"):
            FolderKeyStore(tmp_path)

    @pytest.mark.parametrize("name", ["missing", "file"])
    def test_no_folder(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match=f"no key store at .*{name}: "):
            FolderKeyStore(tmp_path / name)

    @given(data=st.data())
    def test_a_spoilt_certificate_is_read_or_refused(self, street: Path, data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(["d0055e01000100e5-ds.pem", "d0055e000f000004-ka.pem"]))
        certificate = x509.load_pem_x509_certificate((street / file).read_bytes())
        der = bytearray(certificate.public_bytes(Encoding.DER))
        for at in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=4)):
            der[at] ^= data.draw(st.integers(1, 255))
        folder = street.parent / "spoilt"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        (folder / file).write_bytes(_armoured(bytes(der)))
        keys = FolderKeyStore(folder)
        with warnings.catch_warnings():
            # The library warns of certificates that are odd, of which there are many here.
            warnings.simplefilter("ignore")
            outcome = _read_all(keys, Eui.parse(file[:16]), KeyUsage(file[17:19]))
        assert outcome == "read" or outcome.startswith(f"{folder / file}: ")


def _read_all(keys: FolderKeyStore, eui: Eui, usage: KeyUsage) -> str:
    """Ask a store of one certificate for all it can tell; says why it refused, if it did."""
    try:
        assert len(point(keys.public_key(eui, usage))) == 65
        assert len(list(keys.certificates())) == 1
        assert keys.parties(Role.ACCESS_CONTROL_BROKER) in ((), (PLAN.dcc,))
        assert keys.certificate_by_serial("CN=doorstep,OU=07", 1) is None
    except UsageError as refused:
        return str(refused)
    return "read"


def _armoured(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


class TestReferenceKeys:
    """The RTDS key store: another PKI, past its dates, with one certificate under a name not its own."""

    def test_roles(self) -> None:
        keys = FolderKeyStore(shared("rtds/keystore"))
        assert keys.parties(Role.ACCESS_CONTROL_BROKER) == (Eui.parse("90-B3-D5-1F-30-00-00-02"),)
        assert keys.parties(Role.SUPPLIER) == (
            Eui.parse("90-B3-D5-1F-30-01-00-00"),
            Eui.parse("90-B3-D5-1F-30-03-00-00"),
        )
        assert keys.parties(Role.WAN_PROVIDER) == (Eui.parse("90-B3-D5-1F-30-00-00-07"),)

    def test_loose_keys(self) -> None:
        keys = FolderKeyStore(shared("rtds/keystore"))
        assert point(keys.public_key(DEVICE, KA)) == DEVICE_POINT
        assert keys.private_key(Eui.parse("abababababababab"), KA) is not None
        assert keys.public_key(Eui.parse("123456789abcdef0"), KA) is not None

    def test_the_misfiled_certificate(self) -> None:
        wan_provider = Eui.parse("90-B3-D5-1F-30-00-00-07")
        with pytest.raises(UsageError, match="is of 90-B3-D5-1F-30-03-00-00"):
            FolderKeyStore(shared("rtds/keystore")).public_key(wan_provider, KA)
        trusting = FolderKeyStore(shared("rtds/keystore"), test_pki=True)
        assert trusting.public_key(wan_provider, KA) is not None

    def test_every_key_is_readable_and_every_other_certificate_is_well_filed(self) -> None:
        folder = shared("rtds/keystore")
        keys = FolderKeyStore(folder, test_pki=True)
        names = {(Eui.parse(file.name[:16]), KeyUsage(file.stem[17:])) for file in folder.iterdir()}
        assert all(keys.public_key(*name) is not None for name in names)
        bare = {(Eui.parse(eui), KA) for eui in ("123456789abcdef0", "ab" * 8, "fffffffffffffffe")}
        misfiled = {(Eui.parse("90b3d51f30000007"), KA)}
        assert {held[:2] for held in keys.certificates()} == names - bare - misfiled

    def test_dates_are_those_of_another_time(self) -> None:
        broker = Eui.parse("90-B3-D5-1F-30-00-00-02")
        with pytest.raises(NoKey, match="2015-10-30T00:00:00Z to 2025-10-29T23:59:59Z"):
            FolderKeyStore(shared("rtds/keystore")).trusted_certificate(broker, DS, NOW)
        trusting = FolderKeyStore(shared("rtds/keystore"), test_pki=True)
        assert trusting.trusted_certificate(broker, DS, NOW).serial_number

    def test_every_protection_that_the_manifest_says_holds_does(self) -> None:
        ring = KeyRing(FolderKeyStore(shared("rtds/keystore"), test_pki=True))
        verdicts = {"yes": "verified", "n/a": "absent", "no-key": "no-key"}
        with shared("rtds/manifest.csv").open(newline="") as table:
            rows = list(csv.DictReader(table))
        assert len(rows) > 900
        for row in rows:
            proof = gbcs.judge(gbcs.decode(hex_file(shared("rtds") / row["path"])), ring)
            found = proof.mac.value, proof.signature.value
            assert found == (verdicts[row["mac_verified"]], verdicts[row["signature_verified"]]), row["path"]
