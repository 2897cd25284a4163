"""Firmware that a User has the DCC distribute (SRVs 11.1 and 11.4), and the way back to the DCC (SRV 8.6)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import DccAlert, Element, Request, ResponseMessage, element
from doorstep.duis.catalogue import Role
from doorstep.duis.simple_type import BASE64
from doorstep.errors import NoKey
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, KeyUsage, decode_payload
from doorstep.gbcs.payloads.asn1 import build as build_asn1
from doorstep.road.dcc.broker import Broker
from doorstep.road.dcc.events import FromWan, Push, WanUp
from doorstep.road.dcc.inventory import DeviceStatus, Inventory, User
from doorstep.road.dcc.policy import DccPolicy
from tests.road.dcc.office import (
    CHF,
    DAY,
    DCC,
    DEVICES,
    ESME,
    EVERYBODY,
    GSME,
    HOUR,
    KEYS,
    NEIGHBOUR,
    NEXT_CHF,
    NOW,
    OPERATOR,
    PLAN,
    STRANGER,
    SUPPLIER,
    Office,
    alert,
    asked,
    content_of,
    of,
    read,
)

PPMID = PLAN.homes[0].eui("PPMID")
USERS = (User(SUPPLIER, frozenset({Role.IS, Role.GS})), User(OPERATOR, frozenset({Role.ED})))
IMAGE = b"an image of some firmware"
WEEK = 7 * DAY


def update(counter: int, *devices: Eui, image: bytes = IMAGE, ppmid: bool = False) -> Request:
    body = element(
        "UpdatePPMIDFirmware" if ppmid else "UpdateFirmware",
        element("FirmwareImage", BASE64.render(image)),
        element("FirmwareVersion", "01020304"),
        element("DeviceIDList", ",".join(map(str, devices))),
    )
    return asked(8, counter, body, target=DCC)


@pytest.fixture
def office() -> Office:
    given = {one.eui: one for one in DEVICES}
    given[NEIGHBOUR] = replace(given[NEIGHBOUR], status=DeviceStatus.DECOMMISSIONED)
    given[GSME] = replace(given[GSME], parties=frozenset({OPERATOR}))
    office = Office(inventory=Inventory(USERS, given.values()))
    for hub in (CHF, NEXT_CHF):
        office.take(WanUp(hub))
    return office


def lists(office: Office, request: Request) -> tuple[str, dict[str, str]]:
    """The code, and who is left out for which reason."""
    response = office.answer(request)
    content = content_of(response)
    assert isinstance(content, Element)
    return response.code, {child.name: child.text for child in content.children}


def alerts(said: list[Push]) -> list[Element]:
    bodies = [read(push.body).body for push in said]
    return [body.alert for body in bodies if isinstance(body, DccAlert)]


def received(counter: int = 7, device: Eui = ESME, code: int = 0x8F72) -> bytes:
    """A meter says that it has its image."""
    return alert(device, counter=counter, code=code)


class TestWhoIsLeftOut:
    def test_every_device_may_have_it(self, office: Office) -> None:
        assert office.code(update(1, ESME)) == "I99"

    def test_each_for_its_reason(self, office: Office) -> None:
        office.answer(update(1, ESME))
        request = update(2, ESME, NEIGHBOUR, STRANGER, PPMID, GSME, STRANGER)
        assert lists(office.restarted(), request) == (
            "W110101",
            {
                "InvalidDeviceIDList": f"{STRANGER},{PPMID},{GSME}",
                "NotCommissionedDeviceIDList": str(NEIGHBOUR),
                "OtherRequestInProgressList": str(ESME),
            },
        )

    def test_a_ppmid_has_a_service_of_its_own(self, office: Office) -> None:
        assert lists(office, update(1, ESME, ppmid=True)) == ("W110401", {"InvalidDeviceIDList": str(ESME)})
        assert office.code(update(2, PPMID, ppmid=True)) == "I99"

    def test_an_image_of_no_bytes(self, office: Office) -> None:
        assert office.status(update(1, ESME, image=b"")) == 400

    def test_as_many_as_are_kept(self) -> None:
        office = Office(DccPolicy(firmware_most=1), inventory=Inventory(USERS, DEVICES))
        office.answer(update(1, ESME))
        assert office.status(update(2, NEIGHBOUR)) == 503

    def test_the_very_same_request_begins_nothing_new(self, office: Office) -> None:
        first = office.answer(update(1, ESME))
        assert office.answer(update(1, ESME)) == first


class TestWhatBecomesOfIt:
    def test_who_never_says_that_it_came_is_reported_once(self, office: Office) -> None:
        office.answer(update(1, ESME))
        assert of(office.wait(WEEK - HOUR), Push) == []
        again = office.restarted()
        (failure,) = alerts(of(again.wait(2 * HOUR), Push))
        assert failure == element(
            "FirmwareDistributionFailure",
            element("UpdateFirmwareRequestID", f"{SUPPLIER}:{DCC}:1"),
            element("MeterIDs", str(ESME)),
        )
        assert of(again.restarted().wait(2 * WEEK), Push) != []  # It was never taken: pushed again.
        assert again.code(update(2, ESME)) == "I99"

    def test_a_meter_that_says_so_has_it(self, office: Office) -> None:
        office.answer(update(1, ESME, NEIGHBOUR))
        office.hear(received())
        again = office.restarted()
        assert again.code(update(2, ESME)) == "I99"
        assert all(not isinstance(read(push.body).body, DccAlert) for push in of(office.wait(2 * WEEK), Push))

    def test_a_meter_that_could_not_verify_it_still_waits(self, office: Office) -> None:
        office.answer(update(1, ESME))
        office.hear(received(code=0x8F1C))
        assert lists(office, update(2, ESME))[1] == {"OtherRequestInProgressList": str(ESME)}

    @pytest.mark.parametrize(("done", "version"), [(True, "01020304"), (False, "")])
    def test_a_ppmid_says_which_firmware_runs(self, office: Office, done: bool, version: str) -> None:
        office.answer(update(1, PPMID, ppmid=True))
        said = office.hear(ppmid_says(done))
        (told,) = alerts(of(said, Push))
        assert told.text_of("DeviceAlertCode") == "8F8B"
        upgrade = told.child("PPMIDFirmwareUpgradeAlert")
        assert upgrade.text_of("FirmwareVersion") == "01020304"
        assert upgrade.text_of("ActivateImageResultCode") == f"Activation{'Success' if done else 'Failure'}"
        device = office.restarted().dcc.device(PPMID)
        assert device is not None
        assert device.details.firmware_version == version
        assert of(office.hear(ppmid_says(done)), Push) == []

    def test_a_ppmid_of_another_home_does_not_speak_for_it(self, office: Office) -> None:
        office.answer(update(1, PPMID, ppmid=True))
        assert of(office.take(FromWan(NEXT_CHF, ppmid_says(True))), Push) == []


def ppmid_says(done: bool) -> bytes:
    """CS09, signed by the PPMID for the broker."""
    said = {
        "alert_code": 0x8F8B,
        "execution_date_time": datetime.fromtimestamp(NOW // 1000, UTC).isoformat(),
        "firmware_version": "01020304",
        "activate_image_response_code": 0 if done else 1,
    }
    header = GroupingHeader(Cra.ALERT, 3, PPMID, DCC, 0x012B)
    content = build_asn1(0x012B, Cra.ALERT, said).encode()
    return bytes(gbcs.sign(gbcs.build(header, decode_payload(content, header)), EVERYBODY))


class TestOptIn:
    def opted_in(self, kind: str = "ESME", device: Eui = ESME, counter: int = 1) -> Request:
        imports, exports = element("ImportMPxN", "1312345678111"), element("ExportMPAN", "1312345678333")
        body = element(
            "ServiceOptIn",
            element("DeviceID", str(device)),
            element("DeviceType", kind),
            element("MPxNs", imports, exports),
            element("OptInDate", "2026-12-01"),
        )
        return asked(8, counter, body, target=DCC)

    def test_the_answer_has_the_brokers_certificate(self, office: Office) -> None:
        response = office.answer(self.opted_in())
        assert isinstance(response.body, ResponseMessage)
        assert response.code == "I0"
        certificate = KEYS.certificate(DCC, KeyUsage.KEY_AGREEMENT)
        assert certificate is not None
        assert response.body.content == element(
            "DSPOptIn",
            element("DeviceID", str(ESME)),
            element(
                "DSPBrokerSecurityCredentialsKeyAgreement",
                BASE64.render(certificate.public_bytes(Encoding.DER)),
            ),
        )
        device = office.restarted().dcc.device(ESME)
        assert device is not None
        assert (device.details.import_mpxn, device.details.export_mpan) == ("1312345678111", "1312345678333")

    def test_a_broker_without_a_certificate_has_none_to_give(self) -> None:
        with pytest.raises(NoKey, match="Key Agreement"):
            Broker(DCC, EVERYBODY).certificate()

    def test_who_may_not(self, office: Office) -> None:
        assert office.code(self.opted_in(device=STRANGER)) == "E19"
        assert office.code(self.opted_in(kind="GSME")) == "E11"
        assert office.code(self.opted_in(device=GSME, kind="GSME")) == "E4"
        assert office.code(self.opted_in(device=NEIGHBOUR)) == "E5"
