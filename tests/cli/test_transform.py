"""``doorstep transform``: what each Command Variant gives, by the reference set and the street's keys."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from doorstep import gbcs
from doorstep.duis import RequestId, build_request, element, service_request, sign, signed_pre_command
from doorstep.eui import Eui
from doorstep.gbcs import Form, KeyRing, Verdict
from doorstep.gbcs.keys import KeyUsage
from doorstep.service.keystore import FolderKeyStore
from doorstep.street import street_plan
from tests.cli.conftest import Shell
from tests.cli.test_verify import METER, SUPPLIER
from tests.duis.bodies.specimens import smallest
from tests.duis.transform.test_credentials import change_of_supplier
from tests.road.dcc.office import CHF, ESME, NEXT_CHF, alert
from tests.road.dcc.test_backups import HASH, PAN, hub_backup

NAME = RequestId(SUPPLIER, METER, 1000)
ENABLE = service_request(NAME, 4, element("EnableSupply"))

# Written by hand from gbcs-messages.md: ECS42, counter 1000, script 51 of 0-0:10.0.106.255.
PRE_COMMAND = (
    f"DF090100000000000003E808{SUPPLIER.hex()}08{METER.hex()}0002004F"
    "15D9200003E8000103000900000A006AFF0101120033"
).upper()


def test_variant_4_gives_a_pre_command_and_needs_no_keys(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(build_request(ENABLE))
    result = shell("transform", file)
    assert (result.status, result.err) == (0, "")
    assert result.out == PRE_COMMAND + "\n"


@pytest.mark.parametrize("variant", [1, 2, 3])
def test_variants_1_to_3_give_the_whole_command(shell: Shell, street_folder: Path, variant: int) -> None:
    document = build_request(service_request(NAME, variant, element("ReadMeterBalance")))
    result = shell("transform", "--keystore", street_folder, "-", stdin=document)
    message = gbcs.decode(bytes.fromhex(result.out))
    assert message.form is Form.MACED
    assert message.header.originator_counter == 1000
    assert gbcs.verify(message, KeyRing(FolderKeyStore(street_folder))).mac is Verdict.VERIFIED


@pytest.mark.parametrize("variant", [5, 6, 7])
def test_variants_5_to_7_give_the_command_of_the_signed_pre_command(
    shell: Shell, street_folder: Path, variant: int
) -> None:
    keys = KeyRing(FolderKeyStore(street_folder))
    pre_command = gbcs.decode(bytes.fromhex(shell("transform", "-", stdin=build_request(ENABLE)).out))
    signed = gbcs.sign(pre_command, keys)
    document = build_request(signed_pre_command(ENABLE, variant, bytes(signed)))
    result = shell("transform", "--keystore", street_folder, "-", stdin=document)
    message = gbcs.decode(bytes.fromhex(result.out))
    assert message.signature == signed.signature
    proof = gbcs.verify(message, keys)
    assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)


def test_a_signature_in_the_xml_is_not_looked_at(shell: Shell, street_folder: Path) -> None:
    key = FolderKeyStore(street_folder).private_key(SUPPLIER, KeyUsage.XML_SIGNATURE)
    assert key is not None
    document = sign(build_request(ENABLE), key, "CN=nobody", 1)
    broken = document.replace(b"CN=nobody", b"CN=anybody")
    assert shell("transform", "-", stdin=broken).out == shell("transform", "-", stdin=document).out != ""


@pytest.mark.parametrize(
    ("arguments", "variant", "body", "said"),
    [
        ((), 1, "ReadMeterBalance", "Command Variant 1 gives a Command with the broker's MAC: --keystore"),
        ((), 1, "EnableSupply", "7.1 takes Command Variants 4, 5, 6, 7, not 1"),
        ((), 4, "ReadMeterBalance", "4.18 takes Command Variants 1, 2, 3, not 4"),
        ((), 8, "ReadInventory", "8.2 is done by the DCC itself"),
        ((), 1, "RestoreHANDeviceLog", "what was in the Device Log of"),
        (("--use-case", "ECS43"), 4, "EnableSupply", "the request becomes ECS42, not ECS43"),
        (("--element", "triple"), 4, "EnableSupply", "--element is single or twin, not 'triple'"),
        (("--clock", "noon"), 4, "EnableSupply", "'noon' is not an ISO 8601 date and time"),
        (("--acb-counter", "-1"), 4, "EnableSupply", "Invalid value for '--acb-counter'"),
    ],
)
def test_what_cannot_be_transformed_is_said(
    shell: Shell, arguments: tuple[str, ...], variant: int, body: str, said: str
) -> None:
    document = build_request(service_request(NAME, variant, smallest(body)))
    result = shell("transform", *arguments, "-", stdin=document)
    assert result.status == 2
    assert said in result.line
    assert result.out == ""


def test_a_store_without_a_broker_is_said(shell: Shell, tmp_path: Path) -> None:
    document = build_request(ENABLE)
    assert "Access Control Broker" in shell("transform", "--keystore", tmp_path, "-", stdin=document).line


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<",
        b"DD00",
        b"<a/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        build_request(ENABLE)[:-9],
        base64.b64encode(build_request(ENABLE)),
    ],
)
def test_what_is_no_request_is_said_with_its_file_s_name(
    shell: Shell, tmp_path: Path, document: bytes
) -> None:
    file = tmp_path / "request.xml"
    file.write_bytes(document)
    result = shell("transform", file)
    assert result.status == 2
    assert result.line.startswith(f"{file}: ")


# -- Devices to be joined, and Commands of the DCC's own ------------------------------------------------

PLAN = street_plan(1)
HOME = PLAN.homes[0]
PPMID, GSME = HOME.eui("PPMID"), HOME.eui("GSME")


def join(variant: int, target: Eui, other: Eui) -> bytes:
    name = "JoinServiceCritical" if variant == 4 else "JoinServiceNonCritical"
    body = element(name, element("OtherDeviceID", str(other)))
    return build_request(service_request(RequestId(SUPPLIER, target, 1000), variant, body))


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ((), "04"),
        (("--other-device-type", "HCALCS"), "04"),
        (("--other-device-type", "PPMID"), "05"),
        (("--device-type", "HCALCS"), "01"),
        (("--use-case", "CS03A2"), "01"),
    ],
)
def test_what_the_devices_are_may_be_said(shell: Shell, options: tuple[str, ...], kind: str) -> None:
    result = shell("transform", *options, "-", stdin=join(4, METER, PPMID))
    assert result.out.strip().endswith(f"0408{PPMID.hex().upper()}0201{kind}")


def test_the_other_device_s_certificate_is_the_key_store_s(shell: Shell, street_folder: Path) -> None:
    options = ("--device-type", "GSME")
    result = shell("transform", "--keystore", street_folder, *options, "-", stdin=join(4, GSME, PPMID))
    held = FolderKeyStore(street_folder).certificate(PPMID, KeyUsage.KEY_AGREEMENT)
    assert held is not None
    assert result.out.strip().endswith(held.public_bytes(Encoding.DER).hex().upper())
    assert "certificate of" in shell("transform", *options, "-", stdin=join(4, GSME, PPMID)).line


def test_what_the_broker_says_itself_it_signs(shell: Shell, street_folder: Path) -> None:
    options = ("--keystore", street_folder, "--acb-counter", 77)
    message = gbcs.decode(bytes.fromhex(shell("transform", *options, "-", stdin=join(1, PPMID, METER)).out))
    assert (message.header.business_originator_id, message.header.originator_counter) == (PLAN.dcc, 77)
    proof = gbcs.verify(message, KeyRing(FolderKeyStore(street_folder)))
    assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)


def test_a_change_of_supplier_is_signed_by_the_party_for_it(shell: Shell, street_folder: Path) -> None:
    document = build_request(service_request(NAME, 1, change_of_supplier()))
    options = ("--keystore", street_folder, "--acb-counter", 77)
    message = gbcs.decode(bytes.fromhex(shell("transform", *options, "-", stdin=document).out))
    header = message.header
    assert (header.business_originator_id, header.originator_counter) == (PLAN.transitional_cos, 77)
    proof = gbcs.verify(message, KeyRing(FolderKeyStore(street_folder)))
    assert (proof.mac, proof.signature) == (Verdict.VERIFIED, Verdict.VERIFIED)


@pytest.mark.parametrize("option", ["--device-type", "--other-device-type"])
def test_a_kind_of_device_that_there_is_not_is_said(shell: Shell, option: str) -> None:
    line = shell("transform", option, "fridge", "-", stdin=join(4, METER, PPMID)).line
    assert line.startswith(f"{option} is one of ESME, GSME,")


class TestTheOtherDevicesCertificate:
    """A tester may have another certificate of a Device than the key store has."""

    @pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
    def test_it_may_come_from_a_file(
        self, shell: Shell, street_folder: Path, tmp_path: Path, encoding: Encoding
    ) -> None:
        store = FolderKeyStore(street_folder)
        given = store.certificate(METER, KeyUsage.KEY_AGREEMENT)
        assert given is not None
        file = tmp_path / "other.certificate"
        file.write_bytes(given.public_bytes(encoding))
        for options in ((), ("--keystore", street_folder)):
            arguments = (*options, "--device-type", "GSME", "--other-certificate", file)
            result = shell("transform", *arguments, "-", stdin=join(4, GSME, PPMID))
            assert result.out.strip().endswith(given.public_bytes(Encoding.DER).hex().upper())

    @pytest.mark.parametrize("content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA", b"\x30\x82"])
    def test_what_is_no_certificate(self, shell: Shell, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "other.pem"
        file.write_bytes(content)
        options = ("--device-type", "GSME", "--other-certificate", file)
        assert str(file) in shell("transform", *options, "-", stdin=join(4, GSME, PPMID)).line


class TestADeviceLog:
    """SRV 8.12 restores what the DCC has kept: the Alert that it was sent by may be given."""

    def restored(self, name: str, path: str, old: Eui, target: Eui) -> bytes:
        body = element(name, element(path, str(old)))
        return build_request(service_request(RequestId(SUPPLIER, target, 1000), 1, body))

    def test_a_hub_s(self, shell: Shell, street_folder: Path, tmp_path: Path) -> None:
        file = tmp_path / "backup.hex"
        file.write_text(hub_backup(hub=NEXT_CHF).hex())
        document = self.restored("RestoreHANDeviceLog", "OldCHFID", NEXT_CHF, CHF)
        options = ("--keystore", street_folder, "--backup", file)
        out = shell("transform", *options, "-", stdin=document).out
        # A structure of the network and of two Devices, the second of which has no key yet.
        log = f"0202 0908{PAN.hex()} 0102 0202 0908{ESME.hex()} 0910{HASH.hex()} 0202 0908{GSME.hex()} 0900"
        assert log.replace(" ", "").upper() in out

    def test_of_another_hub_or_none_at_all(self, shell: Shell, tmp_path: Path) -> None:
        file = tmp_path / "backup.hex"
        document = self.restored("RestoreHANDeviceLog", "OldCHFID", NEXT_CHF, CHF)
        for content in (hub_backup(), alert()):
            file.write_text(content.hex())
            line = shell("transform", "--backup", file, "-", stdin=document).line
            assert line == f"--backup is an Alert with the Device Log of {NEXT_CHF}"
        file.write_text("DF09")
        assert str(file) in shell("transform", "--backup", file, "-", stdin=document).line
