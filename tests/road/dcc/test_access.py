"""Who may send what, where: every refusal of HTTP, and every refusal by a Response Code."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from doorstep.duis import Request, build_request, element, issuer_and_serial, sign
from doorstep.duis.catalogue import VARIANTS, Role
from doorstep.duis.signature import verify
from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage
from doorstep.gbcs.certificates import XML_USER
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.access import Denied, authenticate
from doorstep.road.dcc.events import Answer, Posted
from doorstep.road.dcc.inventory import Device, DeviceStatus, Inventory, User
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Note, Remember
from doorstep.service.authority import Authorities, new_key
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import (
    CHF,
    DAY,
    DCC,
    ENABLE,
    ESME,
    GSME,
    INVENTORY,
    NOW,
    OPERATOR,
    SERVICE_D,
    SERVICE_S,
    SERVICE_T,
    STRANGER,
    SUPPLIER,
    UNMAPPED,
    USERS,
    Office,
    asked,
    document,
    notes,
    of,
    only,
    returned,
    signed,
    xml_signed,
)

XML = "application/xml"
GOOD = document(asked(2))


@pytest.fixture
def office() -> Office:
    return Office()


class TestHttp:
    """What HTTP itself refuses (``duis.md`` section 5.1): a status, and nothing in the body."""

    @pytest.mark.parametrize(
        ("status", "method", "path", "content_type", "body"),
        [
            (404, "POST", "/", XML, GOOD),
            (404, "POST", "/api/v1/serviceX", XML, GOOD),
            (404, "POST", "/api/v1/serviceD/", XML, GOOD),
            (404, "POST", "/api/v1/serviced", XML, GOOD),
            (405, "GET", SERVICE_D, XML, b""),
            (405, "PUT", SERVICE_D, XML, GOOD),
            (405, "post", SERVICE_D, XML, GOOD),
            (415, "POST", SERVICE_D, "text/xml", GOOD),
            (415, "POST", SERVICE_D, "application/xmlx", GOOD),
            (415, "POST", SERVICE_D, "", GOOD),
            (400, "POST", SERVICE_D, XML, b""),
            (400, "POST", SERVICE_D, XML, b"<a>"),
            (400, "POST", SERVICE_D, XML, b"\xff" + GOOD),
            (400, "POST", SERVICE_D, XML, b"<!DOCTYPE a>" + GOOD),
            (400, "POST", SERVICE_D, XML, GOOD[:-1]),
        ],
    )
    def test_statuses(
        self, office: Office, status: int, method: str, path: str, content_type: str, body: bytes
    ) -> None:
        heard = office.take(Posted("exchange", method, path, content_type, body))
        assert only(heard, Answer) == Answer("exchange", status, b"")
        assert notes(heard) == ["denied"]
        assert of(heard, Remember) == []

    @pytest.mark.parametrize(
        "content_type", ["application/xml", "application/xml; charset=utf-8", "Application/XML ;charset=x"]
    )
    def test_content_types_that_are_taken(self, office: Office, content_type: str) -> None:
        heard = office.take(Posted("exchange", "POST", SERVICE_D, content_type, GOOD))
        assert only(heard, Answer).status == 200

    def test_the_limit_on_size(self) -> None:
        at_the_limit = Office(DccPolicy(max_body=len(GOOD)))
        assert only(at_the_limit.post(GOOD, SERVICE_D), Answer).status == 200
        over_it = Office(DccPolicy(max_body=len(GOOD) - 1))
        assert over_it.status(GOOD, SERVICE_D) == 413

    def test_the_statuses_are_policy(self) -> None:
        office = Office(DccPolicy(status_bad_request=422, status_unsupported=500))
        assert office.status(b"<a>", SERVICE_D) == 422
        assert office.status(asked(4, 1, UNMAPPED)) == 500


class TestSignature:
    """A request counts only with the signature of whom it names as its originator."""

    def test_none(self, office: Office) -> None:
        assert office.status(build_request(asked(2)), SERVICE_D) == 400

    def test_over_something_else(self, office: Office) -> None:
        changed = GOOD.replace(str(ESME).encode(), str(CHF).encode())
        assert changed != GOOD
        assert office.status(changed, SERVICE_D) == 400

    def test_of_another_user(self, office: Office) -> None:
        heard = office.post(document(asked(2), signer=OPERATOR), SERVICE_D)
        assert only(heard, Answer).status == 400
        assert only(heard, Note).why == f"signed by {OPERATOR}, sent as {SUPPLIER}"

    def test_of_the_dcc(self, office: Office) -> None:
        """Its certificate signs XML, but not a User's."""
        heard = office.post(document(asked(2, originator=DCC)), SERVICE_D)
        assert only(heard, Answer).status == 400
        assert "signing a User's XML" in only(heard, Note).why

    def test_by_a_certificate_that_is_not_held(self, office: Office) -> None:
        good = document(asked(2))
        start = good.index(b"X509SerialNumber>") + len(b"X509SerialNumber>")
        assert office.status(good[:start] + b"1" + good[start:], SERVICE_D) == 400

    @pytest.mark.parametrize("days", [-1, 366 * 100], ids=["not yet valid", "no longer valid"])
    def test_by_a_certificate_outside_its_dates(self, office: Office, days: int) -> None:
        office.now += days * DAY
        heard = office.post(asked(2))
        assert only(heard, Answer).status == 400
        assert "outside its dates" in only(heard, Note).why

    def test_by_a_certificate_that_is_for_key_agreement(self) -> None:
        key = new_key()
        certificate = Authorities.new(NOW).organisation(
            SUPPLIER, XML_USER, KeyUsage.KEY_AGREEMENT, key.public_key()
        )
        body = sign(build_request(asked(2)), key, *issuer_and_serial(certificate))
        with pytest.raises(Denied, match="not one for signing"):
            authenticate(verify(body, lambda _issuer, _serial: certificate), DccPolicy(), NOW)

    def test_dates_do_not_matter_in_a_test_pki(self) -> None:
        office = Office(DccPolicy(enforce_dates=False))
        office.now += 366 * 100 * DAY
        assert office.answer(asked(2)).code == "I0"

    def test_over_a_request_that_is_none(self, office: Office) -> None:
        """Signed as it should be, but the Body is not the one of the service."""
        wrong = build_request(asked(2)).replace(b"ReadMeterBalance", b"EnableSupply")
        assert office.status(xml_signed(wrong), SERVICE_D) == 400


INVENTORY_OF_A_HOME = smallest("ReadInventory")
COMMISSION = smallest("CommissionDeviceSynchroniseClock")
OPT_OUT = smallest("ServiceOptOut")
SET_VOLTAGE = smallest("UpdateDeviceConfigurationVoltage")

# Response Code, request, service.
REFUSALS: list[tuple[str, Request, str]] = [
    # E2: the role. The supplier is IS, the network operator ED.
    ("E2", asked(1, originator=OPERATOR), SERVICE_S),
    ("E2", asked(4, body=ENABLE, originator=OPERATOR), SERVICE_T),
    ("E2", asked(1, body=SET_VOLTAGE), SERVICE_S),
    ("E2", asked(8, body=returned(b"").body, originator=OPERATOR, target=DCC), SERVICE_D),
    # E12: the Command Variant is not one of the service's,
    *(("E12", asked(variant), SERVICE_S) for variant in (4, 8, 9)),
    *(("E12", asked(variant, body=ENABLE), SERVICE_S) for variant in (1, 2, 3, 8, 9)),
    *(
        ("E12", asked(variant, body=INVENTORY_OF_A_HOME, target=DCC), SERVICE_D)
        for variant in (1, 2, 3, 6, 9)
    ),
    ("E12", asked(2, body=COMMISSION), SERVICE_D),
    # ... or does not go with the body.
    *(("E12", asked(variant, body=ENABLE), SERVICE_S) for variant in (5, 6, 7)),
    ("E12", signed(4), SERVICE_T),
    # E17: the service is not for Local Delivery at all.
    ("E17", asked(6, body=COMMISSION), SERVICE_D),
    ("E17", asked(7, body=COMMISSION), SERVICE_S),
    ("E17", asked(2, body=OPT_OUT), SERVICE_D),
    ("E17", asked(3, body=OPT_OUT), SERVICE_S),
    # E13: the right Command Variant at the wrong service.
    *(("E13", asked(1), service) for service in (SERVICE_T, SERVICE_D)),
    *(("E13", asked(2), service) for service in (SERVICE_S, SERVICE_T)),
    *(("E13", asked(3), service) for service in (SERVICE_T, SERVICE_D)),
    *(("E13", asked(4, body=ENABLE), service) for service in (SERVICE_S, SERVICE_D)),
    *(("E13", signed(5), service) for service in (SERVICE_T, SERVICE_D)),
    *(("E13", signed(6), service) for service in (SERVICE_S, SERVICE_T)),
    *(("E13", signed(7), service) for service in (SERVICE_T, SERVICE_D)),
    *(("E13", asked(8, body=INVENTORY_OF_A_HOME, target=DCC), service) for service in (SERVICE_S, SERVICE_T)),
    # E19: no such Device.
    ("E19", asked(1, target=STRANGER), SERVICE_S),
    ("E19", asked(4, body=ENABLE, target=STRANGER), SERVICE_T),
    ("E19", signed(6, target=STRANGER), SERVICE_D),
    ("E19", asked(1, target=DCC), SERVICE_S),
    ("E19", asked(8, body=INVENTORY_OF_A_HOME, target=STRANGER), SERVICE_D),
]


class TestResponseCodes:
    @pytest.mark.parametrize(("code", "request_", "service"), REFUSALS)
    def test_refusals(self, office: Office, code: str, request_: Request, service: str) -> None:
        heard = office.post(request_, service)
        assert notes(heard) == ["refused"]
        assert only(heard, Note).why.startswith(f"{code}: ")
        assert of(heard, Remember) == []
        assert office.code(request_, service) == code

    def test_e1_a_user_that_the_inventory_does_not_know(self) -> None:
        office = Office(inventory=Inventory(USERS[1:], INVENTORY.devices.values()))
        assert office.code(asked(1)) == "E1"

    def test_e5_a_device_that_is_not_commissioned(self) -> None:
        office = Office(inventory=with_meter(commissioned=False))
        assert office.code(asked(1)) == "E5"
        assert office.code(asked(4, 1, ENABLE)) == "E5"
        assert office.code(signed(5)) == "E5"
        assert office.code(signed(6)) == office.code(asked(2)) == "E17"

    def test_but_it_may_be_commissioned(self) -> None:
        office = Office(inventory=with_meter(commissioned=False))
        assert office.answer(asked(4, 1, COMMISSION)).code == "I0"

    def test_what_the_dcc_itself_does_about_it_is_another_matter(self) -> None:
        office = Office(inventory=with_meter(commissioned=False))
        read = element("ReadInventory", element("DeviceID", str(ESME)))
        assert office.answer(asked(8, body=read, target=DCC)).code == "I0"

    def test_any_of_a_users_roles_will_do(self) -> None:
        both = [User(SUPPLIER, frozenset({Role.OU, Role.GS, Role.IS}))]
        office = Office(inventory=Inventory(both, INVENTORY.devices.values()))
        assert office.code(asked(1)) == "I99"

    def test_e3_a_user_that_is_suspended(self) -> None:
        suspended = [User(SUPPLIER, frozenset({Role.IS}), suspended=True)]
        office = Office(inventory=Inventory(suspended, INVENTORY.devices.values()))
        assert office.code(asked(1)) == "E3"

    @pytest.mark.parametrize(("role", "target"), [(Role.GS, ESME), (Role.IS, GSME)])
    def test_e4_a_role_for_the_other_fuel(self, role: Role, target: Eui) -> None:
        office = Office(inventory=Inventory([User(SUPPLIER, frozenset({role}))], INVENTORY.devices.values()))
        assert office.code(asked(1, target=target)) == "E4"

    def test_e4_a_user_that_is_not_registered_for_the_device(self) -> None:
        meter = Device(ESME, DeviceType.ESME, CHF, parties=frozenset({OPERATOR}))
        office = Office(inventory=Inventory(USERS, [meter]))
        assert office.code(asked(1)) == "E4"
        assert (
            Office(inventory=Inventory(USERS, [replace(meter, parties=frozenset())])).code(asked(1)) == "I99"
        )
        theirs = replace(meter, parties=frozenset({SUPPLIER, OPERATOR}))
        assert Office(inventory=Inventory(USERS, [theirs])).code(asked(1)) == "I99"

    def test_e4_is_not_for_roles_without_a_registration(self) -> None:
        other = [User(SUPPLIER, frozenset({Role.OU}))]
        meter = Device(ESME, DeviceType.ESME, CHF, parties=frozenset({OPERATOR}))
        office = Office(inventory=Inventory(other, [meter]))
        assert office.code(asked(1, body=element("ReadFirmwareVersion"))) == "I99"

    def test_e11_a_service_for_another_kind_of_device(self, office: Office) -> None:
        assert office.code(asked(4, body=ENABLE, target=CHF), SERVICE_T) == "E11"

    def test_e11_what_is_asked_for_is_for_another_kind_of_device(self, office: Office) -> None:
        """The service is for this meter, and the body for one of the other fuel."""
        gas = element("SetDeviceConfigurationImportMPxN", element("ImportMPRN", "1234567890"))
        heard = office.post(asked(1, body=gas))
        assert only(heard, Note).why.startswith("E11: ")
        assert of(heard, Remember) == []
        assert office.code(asked(1, body=gas)) == "E11"

    @pytest.mark.parametrize(
        ("srv", "kind"),
        [("8.7.1", "PPMID"), ("8.7.2", "HCALCS"), ("8.8.1", "PPMID"), ("11.3", "CHF"), ("7.1", "SAPC")],
    )
    def test_e11_the_pairs_that_no_command_is_known_for(self, srv: str, kind: str) -> None:
        """The broker joins a PPMID, a supplier an HCALCS; a hub's firmware is not a supplier's."""
        device = CHF if kind == "CHF" else ESME
        office = Office(inventory=Inventory(USERS, [Device(device, DeviceType[kind], CHF)]))
        row = VARIANTS[srv]
        request = asked(4 if row.critical else 1, body=smallest(row.body_element), target=device)
        assert office.code(request, SERVICE_T if row.critical else SERVICE_S) == "E11"

    def test_a_hub_is_asked_for_its_firmware(self, office: Office) -> None:
        assert office.code(asked(1, body=element("ReadFirmwareVersion"), target=CHF)) == "I99"

    def test_e20_a_device_of_which_no_hub_is_known(self) -> None:
        office = Office(inventory=Inventory(USERS, [Device(ESME, DeviceType.ESME, None)]))
        assert office.code(asked(1)) == "E20"
        # For Local Delivery the DCC need not reach it.
        assert office.answer(asked(2)).code == "I0"

    def test_a_user_without_roles_may_nothing(self) -> None:
        nothing = [User(SUPPLIER, frozenset())]
        office = Office(inventory=Inventory(nothing, INVENTORY.devices.values()))
        assert office.code(asked(1)) == "E2"

    def test_a_service_whose_roles_no_source_gives_is_for_everybody(self, office: Office) -> None:
        """It gets as far as its certificates, which are none."""
        assert office.status(asked(1, body=OPT_OUT, originator=OPERATOR)) == 400

    def test_the_first_check_that_fails_decides(self) -> None:
        """Nothing is said of Devices to whom has no business with them."""
        office = Office()
        assert office.code(asked(1, originator=OPERATOR, target=STRANGER), SERVICE_D) == "E2"


def with_meter(*, commissioned: bool) -> Inventory:
    status = DeviceStatus.COMMISSIONED if commissioned else DeviceStatus.INSTALLED_NOT_COMMISSIONED
    meter = Device(ESME, DeviceType.ESME, CHF, status=status)
    return Inventory(USERS, [meter])
