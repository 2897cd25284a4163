"""Security credentials: whose, by whom, into which cell, and from which counters on; values by hand."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from doorstep.duis.element import Element, element
from doorstep.duis.request_id import RequestId
from doorstep.duis.transform import Known, transform
from doorstep.errors import DoorstepError, EncodeError, Unsupported, XmlError
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.payloads.asn1 import Asn1Payload, plain
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import BROKER, COUNTER, METER, USER, message
from tests.duis.unchecked import unchecked_request

COS = Eui.parse("90-B3-D5-1F-30-00-00-04")
CANCEL = "3000-12-31T00:00:00Z"


def der(number: int) -> bytes:
    """A SEQUENCE that stands for a certificate."""
    return bytes((0x30, 3, 2, 1, number))


def certificate(name: str, number: int) -> Element:
    return element(name, base64.b64encode(der(number)).decode())


SIGNING = certificate("DigitalSigningCertificate", 1)
AGREEMENT = certificate("KeyAgreementCertificate", 2)
TOP_UP = certificate("KeyAgreementTopUpCertificate", 3)
PATH = element("CertificationPathCertificates", certificate("Certificate", 4), certificate("Certificate", 5))
CHECKS = element("ApplyTimeBasedCPVChecks", "true")
FLOOR = element("RemotePartyFloorSeqNumber", "7")
TOP_UP_FLOOR = element("RemotePartyPrepaymentTopUpFloorSeqNumber", "9223372036854775807")


def when(date: str) -> tuple[Element, ...]:
    return (element("ExecutionDateTime", date),) if date else ()


def by_user(
    role: str,
    *certificates: Element,
    floors: tuple[Element, ...] = (FLOOR,),
    date: str = "",
    path: Element = PATH,
    checks: Element = CHECKS,
) -> Element:
    held = element("SupplierOrNetworkOperatorCertificates", *certificates)
    return element(
        "UpdateSecurityCredentialsKRP",
        *when(date),
        element("RemotePartyRole", role),
        *floors,
        element("ReplacementCertificates", held),
        path,
        checks,
    )


def handover(role: str, *certificates: Element, floors: tuple[Element, ...] = (FLOOR,)) -> Element:
    return element(
        "RequestHandoverOfDCCControlledDevice",
        element("ExecutionDateTime", "2030-01-15T00:00:00Z"),
        element("RemotePartyRole", role),
        *floors,
        element("ReplacementCertificates", *certificates),
        PATH,
        CHECKS,
    )


def change_of_supplier(date: str = "") -> Element:
    return element(
        "UpdateSecurityCredentialsCoS",
        *when(date),
        element("SupplierFloorSeqNumber", "7"),
        element("SupplierPrepaymentTopUpFloorSeqNumber", "8"),
        element("SupplierReplacementCertificates", SIGNING, AGREEMENT, TOP_UP),
        PATH,
        CHECKS,
        element("ImportMPxN", "1312345678333"),
    )


def opt_out(*certificates: Element) -> Element:
    return element(
        "ServiceOptOut",
        element("ExecutionDateTime", "2030-01-15T00:00:00Z"),
        element("ACBFloorSeqNumber", "7"),
        element("ReplacementCertificates", *certificates),
        PATH,
        CHECKS,
    )


# -- what they become -------------------------------------------------------------------------------


def spoken(made: Message) -> tuple[object, ...]:
    """Which message, by whom under which counter, and for whom if for anybody else."""
    header = made.header
    originator, counter = header.business_originator_id, header.originator_counter
    return header.message_code, originator, counter, header.supplementary_remote_party_id


def value(made: Message) -> Any:
    assert isinstance(made.payload, Asn1Payload)
    return plain(made.payload.value)


def cell(role: str, usage: str, for_what: str = "management") -> dict[str, str]:
    return {"remote_party_role": role, "key_usage": usage, "cell_usage": for_what}


def replaced(role: str, *which: int) -> list[dict[str, Any]]:
    cells = {
        1: cell(role, "digital_signature"),
        2: cell(role, "key_agreement"),
        3: cell(role, "key_agreement", "pre_payment_top_up"),
    }
    return [
        {"replacement_certificate": der(number).hex(), "target_trust_anchor_cell": cells[number]}
        for number in which
    ]


def top_ups(floor: int) -> list[dict[str, Any]]:
    return [{"seq_number_usage": "prepayment_top_up", "seq_number": floor}]


def control(mode: str, by: str | None, counter: int, **others: Any) -> dict[str, Any]:
    return {
        "credentials_replacement_mode": mode,
        "plaintext_symmetric_key": None,
        "apply_time_based_cpv_checks": "apply",
        "authorising_remote_party_ta_cell_identifier": by and cell(by, "digital_signature"),
        "authorising_remote_party_seq_number": counter,
        "new_remote_party_floor_seq_number": None,
        "new_remote_party_specialist_floor_seq_number": None,
        "other_remote_party_seq_number_changes": None,
        **others,
    }


def update(control: dict[str, Any], replacements: list[dict[str, Any]], date: str | None) -> dict[str, Any]:
    return {
        "authorising_remote_party_control": control,
        "replacements": replacements,
        "certification_path_certificates": [der(4).hex(), der(5).hex()],
        "execution_date_time": date,
    }


DATES = [("", None), ("2030-01-15T09:00:00Z", "2030-01-15T09:00:00Z"), (CANCEL, "9999-12-31T23:59:59Z")]


@pytest.mark.parametrize(("date", "written"), DATES)
def test_a_supplier_replaces_its_own(date: str, written: str | None) -> None:
    body = by_user("Supplier", SIGNING, AGREEMENT, TOP_UP, floors=(FLOOR, TOP_UP_FLOOR), date=date)
    made = message(body)
    assert made.header.message_code == 0x0102
    assert made.header.business_originator_id == USER
    floors = {
        "new_remote_party_floor_seq_number": 7,
        "new_remote_party_specialist_floor_seq_number": top_ups((1 << 63) - 1),
    }
    wanted = control("supplier_by_supplier", "supplier", COUNTER, **floors)
    assert value(made) == update(wanted, replaced("supplier", 1, 2, 3), written)


def test_a_network_operator_replaces_its_own() -> None:
    made = message(by_user("NetworkOperator", SIGNING, AGREEMENT))
    wanted = control(
        "network_operator_by_network_operator",
        "network_operator",
        COUNTER,
        new_remote_party_floor_seq_number=7,
    )
    assert made.header.message_code == 0x0103
    assert value(made) == update(wanted, replaced("network_operator", 1, 2), None)


@pytest.mark.parametrize("device", [DeviceType.ESME, DeviceType.SAPC])
@pytest.mark.parametrize(("date", "written"), DATES)
def test_a_supplier_replaces_a_load_controller_s(device: DeviceType, date: str, written: str | None) -> None:
    made = message(by_user("LoadController", SIGNING, date=date), device_type=device)
    change = {
        "other_remote_party_role": "load_controller",
        "other_remote_party_floor_seq_number": 7,
        "new_remote_party_specialist_floor_seq_number": None,
    }
    changes = None if date == CANCEL else [change]
    wanted = control(
        "load_controller_by_supplier", "supplier", COUNTER, other_remote_party_seq_number_changes=changes
    )
    assert made.header.message_code == 0x0126
    assert value(made) == update(wanted, replaced("load_controller", 1), written)


def test_without_floors_the_counters_stay() -> None:
    made = value(message(by_user("Supplier", AGREEMENT, floors=())))
    assert made["authorising_remote_party_control"] == control("supplier_by_supplier", "supplier", COUNTER)
    assert value(message(by_user("LoadController", SIGNING, floors=())))[
        "authorising_remote_party_control"
    ] == control("load_controller_by_supplier", "supplier", COUNTER)


def test_checks_against_the_time_may_be_disapplied() -> None:
    body = by_user("Supplier", SIGNING, checks=element("ApplyTimeBasedCPVChecks", "false"))
    made = value(message(body))["authorising_remote_party_control"]
    assert made["apply_time_based_cpv_checks"] == "disapply"


@pytest.mark.parametrize(
    ("role", "name", "mode", "code"),
    [
        ("Supplier", "supplier", "supplier_by_supplier", 0x0102),
        ("NetworkOperator", "network_operator", "network_operator_by_network_operator", 0x0103),
    ],
)
def test_a_device_is_handed_over_by_the_broker_without_a_date(
    role: str, name: str, mode: str, code: int
) -> None:
    made = message(handover(role, SIGNING, AGREEMENT), device_type=DeviceType.GPF, broker_counter=9)
    assert spoken(made) == (code, BROKER, 9, None)
    wanted = control(mode, name, 9, new_remote_party_floor_seq_number=7)
    assert value(made) == update(wanted, replaced(name, 1, 2), None)


@pytest.mark.parametrize(("date", "written"), DATES)
def test_a_change_of_supplier_is_authorised_by_the_party_for_it(date: str, written: str | None) -> None:
    made = message(change_of_supplier(date), transitional_cos=COS, transitional_cos_counter=11)
    assert spoken(made) == (0x0107, COS, 11, None)
    change = {
        "other_remote_party_role": "supplier",
        "other_remote_party_floor_seq_number": 7,
        "new_remote_party_specialist_floor_seq_number": top_ups(8),
    }
    changes = None if date == CANCEL else [change]
    wanted = control(
        "supplier_by_trans_cos", "transitional_cos", 11, other_remote_party_seq_number_changes=changes
    )
    assert value(made) == update(wanted, replaced("supplier", 1, 2, 3), written)


def test_a_change_of_supplier_by_a_party_that_is_not_known_is_refused() -> None:
    with pytest.raises(Unsupported, match="transitional Change of Supplier party"):
        message(change_of_supplier())


def test_the_broker_replaces_its_own_and_names_no_cell_for_that() -> None:
    made = message(opt_out(AGREEMENT), broker_counter=9)
    wanted = control("access_control_broker_by_acb", None, 9, new_remote_party_floor_seq_number=7)
    assert (made.header.message_code, made.header.business_originator_id) == (0x0104, BROKER)
    assert value(made) == update(wanted, replaced("access_control_broker", 2), None)
    both = value(message(opt_out(SIGNING, AGREEMENT)))["replacements"]
    assert both == replaced("access_control_broker", 1, 2)


# -- reading, and the Device's own ------------------------------------------------------------------

_ROLES = {
    "Root": 0,
    "Recovery": 1,
    "Supplier": 2,
    "NetworkOperator": 3,
    "ACB": 4,
    "TransCoS": 5,
    "LoadController": 8,
}


def read(*roles: str) -> Element:
    return element(
        "RetrieveDeviceSecurityCredentialsKRP", *(element("RemotePartyRole", role) for role in roles)
    )


@pytest.mark.parametrize(("role", "number"), _ROLES.items())
def test_the_broker_asks_for_the_credentials_of_a_party(role: str, number: int) -> None:
    """By its cell for key agreement; a Device that knows load controllers is asked by another use case."""
    made = message(read(role), broker_counter=9)
    assert made.header.message_code == (0x011B if role == "LoadController" else 0x0008)
    assert (made.header.business_originator_id, made.header.originator_counter) == (BROKER, 9)
    assert made.content.hex() == f"300e30070201040302030830030201{number:02x}"


def test_parties_are_asked_for_in_the_request_s_order() -> None:
    made = message(read("NetworkOperator", "Supplier", "LoadController"))
    assert made.content.hex() == "30143007020104030203083009020103020102020108"


def test_the_newer_use_case_is_taken_where_the_device_takes_it() -> None:
    made = message(read("TransCoS"), "CS02f")
    assert made.header.message_code == 0x011B


def test_what_the_broker_asks_for_itself_has_the_counter_of_its_request() -> None:
    asked = unchecked_request(RequestId(BROKER, METER, 1302), 1, read("Supplier"))
    assert spoken(transform(asked, Known(BROKER, broker_counter=9))) == (0x0008, BROKER, 1302, None)


@pytest.mark.parametrize(("kind", "bits"), [("Digital Signature", "0780"), ("Key Agreement", "0308")])
def test_a_device_is_asked_for_its_own_certificates_by_key_usage(kind: str, bits: str) -> None:
    held = message(element("RetrieveDeviceSecurityCredentialsDevice", element("CredentialType", kind)))
    new = message(element("IssueSecurityCredentials", element("CredentialType", kind)))
    assert (held.header.message_code, held.content.hex()) == (0x000C, f"30040302{bits}")
    assert (new.header.message_code, new.content.hex()) == (0x000A, f"0302{bits}")


def test_a_device_is_given_a_certificate_of_its_own() -> None:
    made = message(element("UpdateSecurityCredentialsDevice", certificate("DeviceCertificate", 6)))
    assert (made.header.message_code, made.content) == (0x000B, der(6))


# -- what is refused --------------------------------------------------------------------------------

LONG_PATH = element("CertificationPathCertificates", *[certificate("Certificate", 4)] * 4)

WRONG = {
    "no certificate": by_user("Supplier"),
    "no path": by_user("Supplier", SIGNING, path=element("CertificationPathCertificates")),
    "a long path": by_user("Supplier", SIGNING, path=LONG_PATH),
    "a path of text": by_user(
        "Supplier", SIGNING, path=element("CertificationPathCertificates", element("Certificate", "x"))
    ),
    "text": by_user("Supplier", element("DigitalSigningCertificate", "not base64!")),
    "an empty certificate": by_user("Supplier", element("DigitalSigningCertificate")),
    "half a certificate": by_user("Supplier", element("DigitalSigningCertificate", "MAM=")),
    "a negative floor": by_user("Supplier", SIGNING, floors=(element("RemotePartyFloorSeqNumber", "-1"),)),
    "64 bits": by_user("Supplier", SIGNING, floors=(element("RemotePartyFloorSeqNumber", str(1 << 63)),)),
    "no truth": by_user("Supplier", SIGNING, checks=element("ApplyTimeBasedCPVChecks", "yes")),
    "an unknown role": by_user("Aggregator", SIGNING),
    "a date with a fraction": by_user("Supplier", SIGNING, date="2030-01-15T00:00:00.5Z"),
    "the date that cancels": by_user("Supplier", SIGNING, date="9999-12-31T23:59:59Z"),
    "no date": by_user("Supplier", SIGNING, date="soon"),
    "a handover of none": handover("Supplier"),
    "an opt out of none": opt_out(),
    "no roles": read(),
    "eight roles": read(*["Supplier"] * 8),
    "a role that is none": read("Installer"),
    "no kind": element("IssueSecurityCredentials"),
    "another kind": element("RetrieveDeviceSecurityCredentialsDevice", element("CredentialType", "XML")),
    "no certificate of its own": element("UpdateSecurityCredentialsDevice"),
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused(body: Element) -> None:
    with pytest.raises((XmlError, EncodeError, Unsupported)):
        message(body)


@pytest.mark.parametrize("role", ["Root", "Recovery", "ACB", "TransCoS"])
def test_parties_that_no_user_answers_for_are_refused(role: str) -> None:
    for body in (by_user(role, SIGNING), handover(role, SIGNING)):
        with pytest.raises(Unsupported, match="no mapping row"):
            message(body)


@pytest.mark.parametrize("role", ["NetworkOperator", "LoadController"])
def test_only_a_supplier_makes_top_ups(role: str) -> None:
    for body in (
        by_user(role, SIGNING, TOP_UP),
        by_user(role, SIGNING, floors=(FLOOR, TOP_UP_FLOOR)),
    ):
        with pytest.raises(Unsupported, match="only a Supplier makes top-ups"):
            message(body)


@pytest.mark.parametrize("device", [DeviceType.CHF, DeviceType.PPMID])
def test_devices_that_know_no_supplier_are_refused(device: DeviceType) -> None:
    with pytest.raises(DoorstepError, match=f"for a {device.value}"):
        message(by_user("Supplier", SIGNING), device_type=device)
