"""``doorstep transform``: what each Command Variant gives, by the reference set and the street's keys."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from doorstep import gbcs
from doorstep.duis import RequestId, build_request, element, service_request, sign, signed_pre_command
from doorstep.gbcs import Form, KeyRing, Verdict
from doorstep.gbcs.keys import KeyUsage
from doorstep.service.keystore import FolderKeyStore
from tests.cli.conftest import Shell
from tests.cli.test_verify import METER, SUPPLIER
from tests.duis.bodies.specimens import smallest
from tests.reference import shared

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


@pytest.mark.parametrize(
    ("folder", "name", "kind"),
    [
        ("1.5_ECS04a", "ECS04a_1.5_SUCCESS", "PRECOMMAND"),
        ("1.5_ECS04b", "ECS04b_1.5_SUCCESS", "PRECOMMAND"),
        ("1.6_ECS02", "ECS02_1.6_CANCELLATION_TWIN_SUCCESS", "PRECOMMAND"),
        ("1.6_ECS02", "ECS02_1.6_FUTURE_DATED_TWIN_SUCCESS", "PRECOMMAND"),
        ("1.6_ECS02", "ECS02_1.6_IMMEDIATE_SINGLE_SUCCESS", "PRECOMMAND"),
        ("1.6_ECS03", "ECS03_1.6_CANCELLATION_TWIN_SUCCESS", "PRECOMMAND"),
        ("1.6_ECS03", "ECS03_1.6_IMMEDIATE_SINGLE_SUCCESS", "PRECOMMAND"),
        ("2.2_CS01a", "CS01a_2.2_SUCCESS", "COMMAND"),
        ("4.18_ECS82", "ECS82_4.18_SUCCESS", "COMMAND"),
        ("7.1_ECS42", "ECS42_7.1_SUCCESS", "PRECOMMAND"),
    ],
)
def test_reference_requests_give_the_reference_messages(
    shell: Shell, folder: str, name: str, kind: str
) -> None:
    expected = shared(f"rtds/messages/{folder}/{name}_{kind}_GBCS.HEX").read_text().strip()
    request = shared(f"rtds/requests/{name}_REQUEST_DUIS.XML")
    element_option = ("--element", "twin") if "TWIN" in name else ()
    result = shell("transform", "--keystore", shared("rtds/keystore"), *element_option, request)
    assert result.out.strip() == expected
