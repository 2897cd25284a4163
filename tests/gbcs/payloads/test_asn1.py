"""ASN.1 payloads: the reference messages, kinds written by hand, and what must never go wrong."""

from __future__ import annotations

import csv
import warnings
from datetime import UTC, datetime, timedelta
from enum import IntEnum, IntFlag
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from doorstep.errors import DecodeError, EncodeError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import decode as decode_message
from doorstep.gbcs.payloads import asn1
from doorstep.gbcs.payloads.asn1 import credentials, devices
from doorstep.gbcs.payloads.asn1.names import (
    CellUsage,
    CredentialsReplacementMode,
    DeviceTimeStatus,
    DeviceType,
    IssueCredentialsFailure,
    JoinMethodAndRole,
    JoinResponseCode,
    KeyUsageBits,
    ProvideCertificateFailure,
    ReadResponseCode,
    RemotePartyRole,
    SeqNumberUsage,
    StatusCode,
    UnjoinResponseCode,
    UpdateCertificateResponseCode,
)
from doorstep.gbcs.usecases import USE_CASES, PayloadKind
from tests.reference import hex_file, shared

COMMAND, RESPONSE, ALERT = Cra
SIGN, AGREE, CERTIFY = (
    KeyUsageBits.DIGITAL_SIGNATURE,
    KeyUsageBits.KEY_AGREEMENT,
    KeyUsageBits.KEY_CERT_SIGN,
)
DEVICE = Eui.parse("00-DB-12-34-56-78-90-A0")
SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
NOON = datetime(2015, 1, 1, 12, 0, tzinfo=UTC)
NOON_HEX = "18 0F 32 30 31 35 30 31 30 31 31 32 30 30 30 30 5A"


class Reference(NamedTuple):
    """One message of the reference set, as far as its payload goes."""

    name: str
    content: bytes
    code: int
    cra: Cra


@cache
def references() -> tuple[Reference, ...]:
    with shared("rtds/manifest.csv").open() as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["payload_kind"] == "ASN1"]
    found = []
    for row in rows:
        message = decode_message(hex_file(shared("rtds") / row["path"]))
        name = row["path"].rsplit("/")[-1]
        found.append(Reference(name, message.content, message.header.message_code, message.header.cra))
    return tuple(found)


def different() -> list[Reference]:
    """One for each content: Pre-Commands and error samples repeat others."""
    return list({one.content: one for one in references()}.values())


# -- the reference messages ------------------------------------------------------------------------


def test_every_reference_message_is_read_and_comes_back() -> None:
    assert len(references()) > 100
    for one in references():
        payload = asn1.decode(one.content, one.code, one.cra)
        assert payload.encode() == one.content, one.name
        hash(payload)


def test_plain_data_of_every_reference_message_builds_it_again() -> None:
    for one in different():
        payload = asn1.decode(one.content, one.code, one.cra)
        again = asn1.build(one.code, one.cra, asn1.plain(payload.value), payload.departures)
        assert again == payload, one.name
        assert again.encode() == one.content, one.name


def test_lengths_longer_than_needed_are_kept_and_said() -> None:
    long = [one for one in references() if asn1.decode(one.content, one.code, one.cra).non_minimal]
    # All that such a Device writes of 128 to 255 bytes has two octets of length; see it in the bytes.
    assert {one.name for one in long} == {
        one.name for one in references() if one.content[:3] == b"\x30\x82\x00"
    }
    assert long
    for one in long:
        payload = asn1.decode(one.content, one.code, one.cra)
        shortest = payload.shortest()
        assert not shortest.non_minimal
        assert shortest.encode()[:2] == b"\x30\x81"
        assert len(one.content) - len(shortest.encode()) == len(payload.departures)
        assert asn1.decode(shortest.encode(), one.code, one.cra) == shortest


@cache
def judge() -> Any:
    """An independent compiler of ASN.1, with the types written down a second time in the notation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asn1tools = pytest.importorskip("asn1tools")
        return asn1tools.compile_files(str(Path(__file__).with_name("gbcs.asn")), "der")


def bare(name: str) -> str:
    return name.replace("_", "").lower()


def agree(ours: object, theirs: Any) -> bool:
    """Whether our value says what the judge's says; names may differ in case and underscores."""
    if isinstance(ours, asn1.Certificate):
        return bool(theirs["tbsCertificate"] in ours and ours.endswith(theirs["signatureValue"][0]))
    if isinstance(ours, Struct):
        parts = {bare(name): getattr(ours, name) for name in ours.__struct_fields__}
        named = {bare(name): part for name, part in theirs.items()}
        present = {name for name, part in parts.items() if part is not None or name == "commandaccepted"}
        return present == set(named) and all(agree(parts[name], named[name]) for name in named)
    if isinstance(ours, tuple):
        return len(ours) == len(theirs) and all(map(agree, ours, theirs))
    if isinstance(ours, datetime):
        return ours.replace(tzinfo=None).isoformat() == str(theirs).replace(" ", "T")
    if isinstance(ours, IntFlag):
        octets, length = theirs
        bits = "".join(f"{octet:08b}" for octet in octets)[:length]
        return {at for at, bit in enumerate(bits) if bit == "1"} == {flag.bit_length() - 1 for flag in ours}
    if isinstance(ours, StatusCode):
        return bare(ours.name) == bare(theirs)
    same: bool = ours == theirs
    return same


def test_an_independent_compiler_reads_the_same_from_every_reference_message() -> None:
    schema = judge()
    for one in different():
        payload = asn1.decode(one.content, one.code, one.cra)
        theirs = schema.decode(payload.type_name.replace(".", "-"), one.content)
        if isinstance(theirs, tuple):
            theirs = theirs[1]  # of a CHOICE: which alternative, and its value
        assert agree(payload.value, theirs), one.name


def test_certificates_are_whole_and_readable() -> None:
    seen = 0
    for one in different():
        value = asn1.decode(one.content, one.code, one.cra).value
        if not isinstance(value, credentials.CredentialsUpdate):
            continue
        for replacement in value.replacements:
            view = replacement.replacement_certificate.view
            cell = replacement.target_trust_anchor_cell
            assert view.remote_party_role is not None
            assert view.key_usage == cell.key_usage
            assert view.subject_unique_id is not None
            if cell.remote_party_role != RemotePartyRole.LOAD_CONTROLLER:
                assert view.remote_party_role == cell.remote_party_role
            seen += 1
        for certificate in value.certification_path_certificates:
            assert certificate.view.remote_party_role == RemotePartyRole.ISSUING_AUTHORITY
            assert CERTIFY in certificate.view.key_usage
    assert seen


def test_what_a_device_replaced_is_what_the_certificates_said() -> None:
    """The Response to a CS02b names the identifiers that the Command's certificates carry."""
    by_name = {one.name: one for one in references()}
    stem = "CS02bSupplierBySupplier_6.15.1_IMMEDIATE_SUCCESS_{}_GBCS.HEX"
    command, response = (by_name[stem.format(kind)] for kind in ("COMMAND", "RESPONSE"))
    sent = asn1.decode(command.content, command.code, command.cra).value.replacements
    outcome = asn1.decode(response.content, response.code, response.cra).value.execution_outcome
    for replacement, result in zip(sent, outcome.replacement_outcomes, strict=True):
        view = replacement.replacement_certificate.view
        assert result.affected_trust_anchor_cell == replacement.target_trust_anchor_cell
        assert result.replacing_subject_unique_id == view.subject_unique_id == SUPPLIER
        assert result.replacing_subject_key_identifier == view.subject_key_identifier


def test_the_certificate_of_a_device_names_it() -> None:
    one = next(one for one in references() if one.name == "CS02d_6.15.2_SUCCESS_COMMAND_GBCS.HEX")
    certificate = asn1.decode(one.content, one.code, one.cra).value
    assert certificate == one.content
    assert certificate.view.subject_unique_id == DEVICE
    assert certificate.view.remote_party_role is None
    assert certificate.view.key_usage == SIGN


# -- every kind, written by hand -------------------------------------------------------------------

WRITTEN: list[tuple[int, Cra, str, Any]] = [
    (
        0x0008,  # CS02a
        COMMAND,
        "30 11 30 07 02 01 04 03 02 03 08 30 06 02 01 02 02 01 03",
        credentials.CredentialsRequest(
            credentials.TrustAnchorCellIdentifier(RemotePartyRole.ACCESS_CONTROL_BROKER, AGREE),
            (RemotePartyRole.SUPPLIER, RemotePartyRole.NETWORK_OPERATOR),
        ),
    ),
    (
        0x0008,  # A party that the Device knows, and one that it does not.
        RESPONSE,
        "30 32 30 28 02 01 02 0A 01 00 02 01 07 30 1D"
        " 30 1B 03 02 03 08 02 01 01 04 08 90 B3 D5 1F 30 01 00 00 04 08 01 02 03 04 05 06 07 08"
        " 30 06 02 01 06 0A 01 19",
        (
            credentials.RemotePartyDetails(
                RemotePartyRole.SUPPLIER,
                StatusCode.SUCCESS,
                7,
                (
                    credentials.TrustAnchorCellContents(
                        key_usage=AGREE,
                        cell_usage=CellUsage.PRE_PAYMENT_TOP_UP,
                        existing_subject_unique_id=SUPPLIER,
                        existing_subject_key_identifier=bytes(range(1, 9)),
                    ),
                ),
            ),
            credentials.RemotePartyDetails(RemotePartyRole.WAN_PROVIDER, StatusCode.TRUST_ANCHOR_NOT_FOUND),
        ),
    ),
    (
        0x0109,  # CS02b, any by contingency: the one Command with a symmetric key
        COMMAND,
        "30 28 30 22 02 01 09 80 10 00 11 22 33 44 55 66 77 88 99 AA BB CC DD EE FF"
        " A2 07 02 01 00 03 02 02 04 83 02 13 88 30 00 30 00",
        credentials.CredentialsUpdate(
            credentials.AuthorisingRemotePartyControl(
                credentials_replacement_mode=CredentialsReplacementMode.ANY_BY_CONTINGENCY,
                plaintext_symmetric_key=bytes.fromhex("00112233445566778899AABBCCDDEEFF"),
                authorising_remote_party_ta_cell_identifier=credentials.TrustAnchorCellIdentifier(
                    RemotePartyRole.ROOT, CERTIFY
                ),
                authorising_remote_party_seq_number=5000,
            ),
            (),
            (),
        ),
    ),
    (
        0x0107,  # CS02b, a change of supplier: every counter, a time, and a counter of 64 bits
        COMMAND,
        "30 52 30 3B 02 01 07 81 01 01 A2 07 02 01 05 03 02 07 80 83 09 00 FF FF FF FF FF FF FF FF 84 01 00"
        " A5 08 30 06 02 01 00 02 01 09 A6 12 30 10 02 01 02 02 01 00 30 08 30 06 02 01 00 02 01 09"
        " 30 00 30 00 " + NOON_HEX,
        credentials.CredentialsUpdate(
            credentials.AuthorisingRemotePartyControl(
                credentials_replacement_mode=CredentialsReplacementMode.SUPPLIER_BY_TRANS_COS,
                apply_time_based_cpv_checks=1,
                authorising_remote_party_ta_cell_identifier=credentials.TrustAnchorCellIdentifier(
                    RemotePartyRole.TRANSITIONAL_COS, SIGN
                ),
                authorising_remote_party_seq_number=2**64 - 1,
                new_remote_party_floor_seq_number=0,
                new_remote_party_specialist_floor_seq_number=(
                    credentials.SpecialistSeqNumber(SeqNumberUsage.PREPAYMENT_TOP_UP, 9),
                ),
                other_remote_party_seq_number_changes=(
                    credentials.RemotePartySeqNumberChange(
                        RemotePartyRole.SUPPLIER,
                        0,
                        (credentials.SpecialistSeqNumber(SeqNumberUsage.PREPAYMENT_TOP_UP, 9),),
                    ),
                ),
            ),
            (),
            (),
            NOON,
        ),
    ),
    (0x0102, RESPONSE, "30 02 05 00", credentials.CredentialsUpdateResponse(None)),
    (
        0x00CB,  # A future dated CS02b that failed for the one cell, which was empty
        ALERT,
        "30 42 02 03 00 8F 67 " + NOON_HEX + " 30 2A 02 01 05 02 01 00 30 00 30 20"
        " 30 1E 30 07 02 01 00 03 02 02 04 0A 01 05 04 00 04 00 04 08 90 B3 D5 1F 30 01 00 00 04 02 AA BB",
        credentials.CredentialsUpdateAlert(
            0x8F67,
            NOON,
            credentials.CredentialsUpdateOutcome(
                5,
                CredentialsReplacementMode.ROOT_BY_SUPPLIER,
                (),
                (
                    credentials.ReplacementOutcome(
                        credentials.TrustAnchorCellIdentifier(RemotePartyRole.ROOT, CERTIFY),
                        StatusCode.BAD_CERTIFICATE,
                        b"",
                        b"",
                        SUPPLIER,
                        b"\xaa\xbb",
                    ),
                ),
            ),
        ),
    ),
    (0x000A, COMMAND, "03 02 07 80", SIGN),  # CS02c, in its two readings
    (0x000A, COMMAND, "30 04 03 02 03 08", credentials.KeyUsageRequest(AGREE)),
    (0x000A, RESPONSE, "02 01 02", IssueCredentialsFailure.KEY_PAIR_GENERATION_FAILED),
    (0x000A, RESPONSE, "30 03 02 01 00", asn1.CertificationRequest(bytes.fromhex("3003020100"))),
    (0x000B, COMMAND, "30 03 02 01 00", asn1.Certificate(bytes.fromhex("3003020100"))),  # CS02d
    (0x000B, RESPONSE, "02 01 07", UpdateCertificateResponseCode.PRIVATE_KEY_CHANGE_FAILED),
    (0x000C, COMMAND, "30 04 03 02 03 08", credentials.KeyUsageRequest(AGREE)),  # CS02e
    (0x000C, RESPONSE, "02 01 02", ProvideCertificateFailure.NO_CERTIFICATE_HELD),
    (0x000C, RESPONSE, "30 03 02 01 00", asn1.Certificate(bytes.fromhex("3003020100"))),
    (
        0x000E,  # CS03B
        COMMAND,
        "30 10 02 01 02 04 08 00 DB 12 34 56 78 90 A0 02 01 03",
        devices.Join(JoinMethodAndRole.METHOD_B, DEVICE, DeviceType.GPF),
    ),
    (
        0x00AF,  # CS03C
        COMMAND,
        "30 15 02 01 03 04 08 00 DB 12 34 56 78 90 A0 02 01 05 30 03 02 01 00",
        devices.Join(
            JoinMethodAndRole.METHOD_C,
            DEVICE,
            DeviceType.PPMID,
            asn1.Certificate(bytes.fromhex("3003020100")),
        ),
    ),
    (0x00AB, RESPONSE, "02 01 0D", JoinResponseCode.NO_CBKE_RESPONSE),
    (0x0010, COMMAND, "04 08 00 DB 12 34 56 78 90 A0", DEVICE),  # CS04B
    (0x0010, RESPONSE, "02 01 02", UnjoinResponseCode.OTHER_FAILURE),
    (
        0x0012,  # CS06
        COMMAND,
        "30 37 04 20" + "AB" * 32 + "02 02 03 EA 18 0F 39 39 39 39 31 32 33 31 32 33 35 39 35 39 5A",
        devices.FirmwareActivation(b"\xab" * 32, 1002, asn1.CANCEL),
    ),
    (0x0012, RESPONSE, "05 00", None),
    (0x0012, RESPONSE, "30 09 02 01 03 04 04 01 23 AB CD", devices.FirmwareOutcome(3, b"\x01\x23\xab\xcd")),
    (
        0x00CA,
        ALERT,
        "30 24 02 03 00 8F 67 " + NOON_HEX + " 02 01 07 30 09 02 01 02 04 04 01 23 AB CD",
        devices.FirmwareActivationAlert(0x8F67, NOON, 7, devices.FirmwareOutcome(2, b"\x01\x23\xab\xcd")),
    ),
    (0x0013, COMMAND, "05 00", None),  # CS07
    (0x0013, RESPONSE, "30 03 02 01 01", devices.DeviceLogResponse(ReadResponseCode.READ_FAILURE)),
    (0x0013, RESPONSE, "30 05 02 01 00 30 00", devices.DeviceLogResponse(ReadResponseCode.SUCCESS, ())),
    (0x0129, COMMAND, "05 00", None),  # CS08
    (
        0x0129,
        RESPONSE,
        "30 09 04 04 01 23 AB CD 02 01 00",
        devices.FirmwareVersionResponse(b"\x01\x23\xab\xcd", ReadResponseCode.SUCCESS),
    ),
    (0x0129, RESPONSE, "30 05 04 00 02 01 01", devices.FirmwareVersionResponse(b"", 1)),
    (
        0x012B,  # CS09
        ALERT,
        "30 1F 02 03 00 8F 8B " + NOON_HEX + " 04 04 01 23 AB CD 02 01 01",
        devices.PpmidFirmwareAlert(0x8F8B, NOON, b"\x01\x23\xab\xcd", 1),
    ),
    (
        0x0128,  # CCS08
        ALERT,
        "30 29 02 03 00 8F 8A " + NOON_HEX + " 04 08 00 DB 12 34 56 78 90 A0 04 04 01 23 AB CD 02 01 03",
        devices.FirmwareTransferAlert(0x8F8A, NOON, DEVICE, b"\x01\x23\xab\xcd", 3),
    ),
    (
        0x007F,  # GCS28
        COMMAND,
        f"30 22 {NOON_HEX} 18 0F 32 30 31 35 30 31 30 31 31 33 30 30 30 30 5A",
        devices.SetTime(NOON, NOON + timedelta(hours=1)),
    ),
    (
        0x007F,
        RESPONSE,
        f"30 14 {NOON_HEX} 02 01 01",
        devices.SetTimeResponse(NOON, DeviceTimeStatus.INVALID),
    ),
    (
        0x008C,  # GCS59
        COMMAND,
        "30 11 30 0F 30 0D 04 08 00 DB 12 34 56 78 90 A0 02 01 06",
        devices.DeviceLogRestore((devices.DeviceLogEntry(DEVICE, DeviceType.TYPE_2),)),
    ),
    (
        0x008C,
        RESPONSE,
        "30 16 30 14 30 12 30 0D 04 08 00 DB 12 34 56 78 90 A0 02 01 06 02 01 04",
        devices.DeviceLogRestoreResponse(
            (
                devices.RestoreOutcome(
                    devices.DeviceLogEntry(DEVICE, DeviceType.TYPE_2), JoinResponseCode.DEVICE_LOG_FULL
                ),
            )
        ),
    ),
    (
        0x00B2,  # GCS62
        ALERT,
        "30 27 02 03 00 80 71 " + NOON_HEX + " 30 0F 30 0D 04 08 00 DB 12 34 56 78 90 A0 02 01 05",
        devices.DeviceLogBackupAlert(0x8071, NOON, (devices.DeviceLogEntry(DEVICE, DeviceType.PPMID),)),
    ),
]


@pytest.mark.parametrize(("code", "cra", "data", "value"), WRITTEN)
def test_each_kind_written_by_hand_both_ways(code: int, cra: Cra, data: str, value: Any) -> None:
    content = bytes.fromhex(data)
    payload = asn1.decode(content, code, cra)
    assert payload.value == value
    assert type(payload.value) is type(value)
    assert not payload.non_minimal
    assert payload.encode() == content
    assert asn1.build(code, cra, value) == payload
    assert asn1.build(code, cra, asn1.plain(value)) == payload


def test_every_message_that_has_a_type_is_among_the_hand_written_or_the_reference_messages() -> None:
    tried = {asn1.decode(bytes.fromhex(data), code, cra).type_name for code, cra, data, _value in WRITTEN}
    assert tried == {
        "ActivateFirmware.AlertPayload",
        "ActivateFirmware.CommandPayload",
        "ActivateFirmware.ResponsePayload",
        "FirmwareTransfer.AlertPayload",
        "GPFDeviceLogBackup.AlertPayload",
        "GPFDeviceLogRestore.CommandPayload",
        "GPFDeviceLogRestore.ResponsePayload",
        "IssueSecurityCredentials.CommandPayload",
        "IssueSecurityCredentials.ResponsePayload",
        "JoinDevice.CommandPayload",
        "JoinDevice.ResponsePayload",
        "PPMIDFirmwareActivation.AlertPayload",
        "ProvideDeviceCertificate.CommandPayload",
        "ProvideDeviceCertificate.ResponsePayload",
        "ProvideSecurityCredentialDetails.CommandPayload",
        "ProvideSecurityCredentialDetails.ResponsePayload",
        "ReadDeviceLog.CommandPayload",
        "ReadDeviceLog.ResponsePayload",
        "ReadFirmwareVersion.CommandPayload",
        "ReadFirmwareVersion.ResponsePayload",
        "SetTime.CommandPayload",
        "SetTime.ResponsePayload",
        "UnjoinDevice.CommandPayload",
        "UnjoinDevice.ResponsePayload",
        "UpdateDeviceCertificate.CommandPayload",
        "UpdateDeviceCertificate.ResponsePayload",
        "UpdateSecurityCredentials.AlertPayload",
        "UpdateSecurityCredentials.CommandPayload",
        "UpdateSecurityCredentials.ResponsePayload",
    }


def test_the_codes_are_those_of_the_use_cases_that_speak_asn1() -> None:
    assert {code for code, row in USE_CASES.items() if row.payload is PayloadKind.ASN1} == asn1.CODES


# -- plain data ------------------------------------------------------------------------------------


def test_plain_data_is_what_a_person_would_write() -> None:
    restored = bytes.fromhex("30 11 30 0F 30 0D 04 08 00 DB 12 34 56 78 90 A0 02 01 06")
    assert asn1.plain(asn1.decode(restored, 0x008C, COMMAND).value) == {
        "device_log_entries": [{"device_identifier": "00-DB-12-34-56-78-90-A0", "device_type": "type_2"}]
    }
    cell = bytes.fromhex("30 0E 30 07 02 01 02 03 02 03 88 30 03 02 01 09")
    assert asn1.plain(asn1.decode(cell, 0x0008, COMMAND).value) == {
        "authorising_remote_party_ta_cell_identifier": {
            "remote_party_role": "supplier",
            "key_usage": "digital_signature|key_agreement",
            "cell_usage": "management",
        },
        "remote_party_roles_credentials_required": [9],  # a number without a name stays one
    }


def test_build_takes_what_a_person_would_write() -> None:
    payload = asn1.build(
        0x007F,
        COMMAND,
        {
            "validity_interval_start": "2015-01-01T12:00:00Z",
            "validity_interval_end": "2015-01-01T14:00:00+01:00",
        },
    )
    assert payload.encode() == bytes.fromhex(
        f"30 22 {NOON_HEX} 18 0F 32 30 31 35 30 31 30 31 31 33 30 30 30 30 5A"
    )


@pytest.mark.parametrize(
    ("code", "cra", "value", "says"),
    [
        (0x0012, COMMAND, {"manufacturer_image_hash": "00", "originator_counter": 1}, "1 bytes where 32"),
        (0x0012, COMMAND, {"manufacturer_image_hash": "00" * 32}, "originator_counter"),
        (0x0012, COMMAND, devices.FirmwareActivation(b"\0" * 32, -1), "originator_counter: -1"),
        (0x0012, COMMAND, devices.FirmwareActivation(b"\0" * 32, 2**64), "is not within"),
        (0x007F, COMMAND, devices.SetTime(datetime(2015, 1, 1), NOON), "time zone"),
        (0x0010, COMMAND, "00-DB", "2 bytes where 8"),
        (0x00AB, RESPONSE, "fine", "'fine' is str"),
        (0x000B, COMMAND, "3001", "not one whole SEQUENCE"),
        (0x0012, ALERT, None, "has no alert"),
        (0x0019, COMMAND, None, "0x0019 has no command"),
        (0x000B, COMMAND, b"\x30\x83\x01\x00\x00" + bytes(0x10000), "over the limit"),
    ],
)
def test_build_refuses_what_the_type_cannot_hold(code: int, cra: Cra, value: Any, says: str) -> None:
    with pytest.raises(EncodeError, match=says):
        asn1.build(code, cra, value)


def test_a_payload_of_a_type_that_nobody_knows_has_no_bytes() -> None:
    with pytest.raises(EncodeError, match="no type of the standard"):
        asn1.Asn1Payload("SetTime.Payload", None).encode()


# -- departures from DER ---------------------------------------------------------------------------


def test_a_default_that_is_written_out_comes_back() -> None:
    # cellUsage management, and applyTimeBasedCPVChecks apply next to an OPTIONAL that is absent.
    cell = bytes.fromhex("30 11 30 0A 02 01 02 03 02 03 08 02 01 00 30 03 02 01 09")
    control = bytes.fromhex("30 0F 30 09 02 01 04 81 01 00 83 01 07 30 00 30 00")
    for code, content in ((0x0008, cell), (0x0104, control)):
        payload = asn1.decode(content, code, COMMAND)
        assert payload.non_minimal
        assert payload.encode() == content
        assert len(payload.shortest().encode()) == len(content) - 3


def test_departures_must_belong_to_the_value() -> None:
    content = bytes.fromhex("30 82 00 09 02 01 03 04 04 01 23 AB CD")
    payload = asn1.decode(content, 0x0012, RESPONSE)
    assert payload.departures == (asn1.Departure(before_end=9, length_octets=3),)
    other = devices.FirmwareOutcome(3, b"\x01\x23")
    with pytest.raises(EncodeError, match="departures"):
        asn1.Asn1Payload(payload.type_name, other, payload.departures).encode()
    with pytest.raises(EncodeError, match="departures"):
        asn1.build(0x0012, RESPONSE, other, payload.departures)


@pytest.mark.parametrize(("before_end", "length_octets"), [(-1, 2), (5, 1), (5, -1), (5, 6)])
def test_a_departure_is_a_place_and_a_length(before_end: int, length_octets: int) -> None:
    with pytest.raises(EncodeError):
        asn1.Departure(before_end, length_octets)


def stretched(data: bytes, extra: st.DataObject) -> bytes:
    """The same values with lengths in more octets here and there, by a writer of its own."""
    out = b""
    while data:
        tag, size, start = data[0], data[1], 2
        if size >= 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        contents, data = data[start : start + size], data[start + size :]
        if tag & 0x20:
            contents = stretched(contents, extra)
        least = (len(contents).bit_length() + 7) // 8 if len(contents) >= 0x80 else 0
        count = max(least, extra.draw(st.sampled_from([0, 0, 0, 1, 2, 3, 4])))
        length = len(contents).to_bytes(count or 1, "big")
        header = bytes((0x80 | count,)) + length if count else length
        out += bytes((tag,)) + header + contents
    return out


@given(st.sampled_from(WRITTEN), st.data())
def test_any_lengths_longer_than_needed_change_nothing_but_themselves(
    vector: tuple[int, Cra, str, Any], extra: st.DataObject
) -> None:
    code, cra, data, value = vector
    content = bytes.fromhex(data)
    longer = stretched(content, extra)
    payload = asn1.decode(longer, code, cra)
    assert payload.encode() == longer
    if not isinstance(value, asn1.Certificate | asn1.CertificationRequest | devices.Join):
        assert payload.value == value  # a certificate is kept as it is written
        assert payload.non_minimal is (longer != content)


# -- hostile bytes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "cra", "data", "says"),
    [
        (0x007F, COMMAND, "", "it is empty"),
        (0x007F, COMMAND, "05 00", "does not start SetTime.CommandPayload"),
        (0x0013, COMMAND, "05 00 00", "1 bytes are left over"),
        (0x0013, RESPONSE, "30 03 02 01 01 00", "1 bytes are left over"),
        (0x0010, COMMAND, "04 07 00 DB 12 34 56 78 90", "7 bytes where 8 belong"),
        (0x0102, RESPONSE, "30 00", "nothing where it belongs"),
        (0x0102, ALERT, "30 00", "has no alert"),
        (0x00CB, COMMAND, "30 00", "has no command"),
        (0x0019, COMMAND, "30 00", "Code 0x0019"),
        (0x0012, RESPONSE, "30 80 00 00", "does not start a length"),
    ],
)
def test_what_does_not_fit_the_type_is_refused(code: int, cra: Cra, data: str, says: str) -> None:
    with pytest.raises(DecodeError, match=says):
        asn1.decode(bytes.fromhex(data), code, cra)


def test_a_payload_longer_than_a_message_can_be_is_refused() -> None:
    with pytest.raises(DecodeError, match="over the limit"):
        asn1.decode(b"\x30\x83\x01\x00\x00" + bytes(0x10000), 0x000B, COMMAND)


def test_an_error_names_the_component_and_where_it_is() -> None:
    content = bytes.fromhex("30 09 02 01 03 0C 04 01 23 AB CD")
    with pytest.raises(DecodeError) as refusal:
        asn1.decode(content, 0x0012, RESPONSE)
    assert (refusal.value.field, refusal.value.offset) == ("firmware_version", 5)


def comes_back_or_is_refused(content: bytes, code: int, cra: Cra) -> bool:
    try:
        payload = asn1.decode(content, code, cra)
    except DecodeError as refusal:
        where = refusal.offset
    else:
        assert payload.encode() == content
        return True
    assert 0 <= where <= len(content)
    return False


def various() -> list[Reference]:
    """The shortest reference message of each type, and the shortest with certificates."""
    kinds: dict[str, Reference] = {}
    for one in sorted(references(), key=lambda one: len(one.content), reverse=True):
        kinds[asn1.decode(one.content, one.code, one.cra).type_name] = one
    assert len(kinds) > 12
    return list(kinds.values())


def test_every_truncation_of_the_reference_messages_is_refused() -> None:
    for one in various():
        for end in range(len(one.content)):
            assert not comes_back_or_is_refused(one.content[:end], one.code, one.cra), (one.name, end)


def test_every_changed_byte_of_the_reference_messages_comes_back_or_is_refused() -> None:
    for one in various():
        # Every value of every byte of the short ones; of the long ones, single bits and extremes.
        every = range(256) if len(one.content) < 70 else (0, 1, 0x7F, 0x80, 0x82, 0xFF)
        for at in range(len(one.content)):
            for octet in every:
                changed = one.content[:at] + bytes((octet,)) + one.content[at + 1 :]
                comes_back_or_is_refused(changed, one.code, one.cra)


@given(st.sampled_from(WRITTEN), st.data())
def test_cut_repeated_and_foreign_pieces_come_back_or_are_refused(
    vector: tuple[int, Cra, str, Any], pieces: st.DataObject
) -> None:
    code, cra, data, _value = vector
    content = bytes.fromhex(data)
    start, stop = sorted(pieces.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    piece = pieces.draw(st.one_of(st.just(content[start:stop] * 2), st.binary(max_size=40)))
    comes_back_or_is_refused(content[:start] + piece + content[stop:], code, cra)


# -- values that nobody wrote down -------------------------------------------------------------------

COUNTERS = st.integers(0, 2**64 - 1)
ROLES = st.one_of(st.sampled_from(RemotePartyRole), st.integers(0, 300))
USAGES = st.integers(0, 511).map(KeyUsageBits)
CELLS = st.builds(
    credentials.TrustAnchorCellIdentifier,
    ROLES,
    USAGES,
    st.one_of(st.sampled_from(CellUsage), st.integers(0, 9)),
)
SPECIALISTS = st.none() | st.lists(st.builds(credentials.SpecialistSeqNumber, st.just(0), COUNTERS)).map(
    tuple
)
CHANGES = st.lists(st.builds(credentials.RemotePartySeqNumberChange, ROLES, COUNTERS, SPECIALISTS)).map(tuple)
CERTIFICATES = st.binary(max_size=100).map(lambda body: asn1.Certificate(bytes((0x30, len(body))) + body))
TIMES = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
UPDATES = st.builds(
    credentials.CredentialsUpdate,
    st.builds(
        credentials.AuthorisingRemotePartyControl,
        credentials_replacement_mode=st.integers(0, 2000),
        plaintext_symmetric_key=st.none() | st.binary(),
        apply_time_based_cpv_checks=st.integers(0, 2),
        authorising_remote_party_ta_cell_identifier=st.none() | CELLS,
        authorising_remote_party_seq_number=COUNTERS,
        new_remote_party_floor_seq_number=st.none() | COUNTERS,
        new_remote_party_specialist_floor_seq_number=SPECIALISTS,
        other_remote_party_seq_number_changes=st.none() | CHANGES,
    ),
    st.lists(st.builds(credentials.TrustAnchorReplacement, CERTIFICATES, CELLS)).map(tuple),
    st.lists(CERTIFICATES).map(tuple),
    st.none() | TIMES,
)


@given(UPDATES)
def test_any_credentials_update_comes_back_the_same(update: credentials.CredentialsUpdate) -> None:
    payload = asn1.build(0x0108, COMMAND, update)
    assert payload.value == update
    again = asn1.decode(payload.encode(), 0x0108, COMMAND)
    assert again == payload
    assert hash(again) == hash(payload)
    assert asn1.build(0x0108, COMMAND, asn1.plain(update)) == payload


# -- certificates and requests -----------------------------------------------------------------------


def test_what_is_no_certificate_says_so_when_it_is_read() -> None:
    certificate = asn1.decode(bytes.fromhex("30 03 02 01 00"), 0x000B, COMMAND).value
    with pytest.raises(DecodeError, match="certificate"):
        _ = certificate.view


def self_signed(key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType) -> asn1.Certificate:
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOON, NOON + timedelta(days=1))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return asn1.Certificate(builder.sign(key, SHA256()).public_bytes(Encoding.DER))


def usage(**bits: bool) -> x509.KeyUsage:
    names = [name.name or "" for name in KeyUsageBits]
    return x509.KeyUsage(**{name.lower(): bits.get(name.lower(), False) for name in names})


def test_a_certificate_that_says_little_is_read_all_the_same() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    view = self_signed(key).view
    assert (view.subject_unique_id, view.remote_party_role, view.subject_key_identifier) == (None,) * 3
    assert view.key_usage == KeyUsageBits(0)
    assert view.public_key == key.public_key()


def test_every_bit_of_key_usage_is_read() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    some = usage(content_commitment=True, key_cert_sign=True, crl_sign=True)
    assert self_signed(key, some).view.key_usage == (
        KeyUsageBits.CONTENT_COMMITMENT | KeyUsageBits.KEY_CERT_SIGN | KeyUsageBits.CRL_SIGN
    )
    agreeing = usage(key_agreement=True, decipher_only=True)
    assert self_signed(key, agreeing).view.key_usage == (
        KeyUsageBits.KEY_AGREEMENT | KeyUsageBits.DECIPHER_ONLY
    )


def test_a_key_of_another_curve_is_refused() -> None:
    with pytest.raises(DecodeError, match="P-256"):
        _ = self_signed(ec.generate_private_key(ec.SECP384R1())).view


def test_a_certification_request_gives_its_key_if_it_is_signed_with_it() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    data = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    request = asn1.decode(data, 0x000A, RESPONSE).value
    assert isinstance(request, asn1.CertificationRequest)
    assert request.public_key == key.public_key()
    other = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    point = b"\x04" + other.x.to_bytes(32, "big") + other.y.to_bytes(32, "big")
    own = key.public_key().public_numbers()
    forged = data.replace(b"\x04" + own.x.to_bytes(32, "big") + own.y.to_bytes(32, "big"), point)
    with pytest.raises(DecodeError, match="not signed with the key"):
        _ = asn1.CertificationRequest(forged).public_key
    with pytest.raises(DecodeError, match="certification request"):
        _ = asn1.CertificationRequest(data[:-1]).public_key


def test_every_named_number_has_a_name_of_its_own() -> None:
    enumerations = [getattr(asn1.names, name) for name in asn1.names.__all__]
    assert len(enumerations) == 19
    for enumeration in enumerations:
        assert issubclass(enumeration, IntEnum | IntFlag)
        assert len(enumeration.__members__) == len(list(enumeration))
