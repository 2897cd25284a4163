"""The services that read and change the inventory; and what Responses of Devices change in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from doorstep.duis import DccAlert, Element, Request, element
from doorstep.duis.catalogue import VARIANTS, Role
from doorstep.eui import Eui
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.effects import changed
from doorstep.road.dcc.events import Answer, Push, WanUp
from doorstep.road.dcc.inventory import Details, Device, DeviceStatus, Inventory, User
from doorstep.road.dcc.records import Effect
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import (
    CHF,
    DCC,
    DEVICES,
    ESME,
    GSME,
    NOW,
    OPERATOR,
    STRANGER,
    SUPPLIER,
    USERS,
    Office,
    asked,
    content_of,
    of,
    only,
    read,
    response_to,
    sent,
)

METER = Device(
    ESME,
    DeviceType.ESME,
    CHF,
    parties=frozenset({SUPPLIER, OPERATOR}),
    details=Details(import_mpxn="1312345678111", uprn="42", post_code="AB1 2CD", address="1"),
)
STREET = Inventory(USERS, [METER, *(device for device in DEVICES if device.eui != ESME)])


def ask(counter: int, name: str, *what: Element, originator: Eui = SUPPLIER) -> Request:
    return asked(8, counter, element(name, *what), originator=originator, target=DCC)


def device(eui: Eui) -> Element:
    return element("DeviceID", str(eui))


@pytest.fixture
def office() -> Office:
    office = Office(inventory=STREET)
    office.take(WanUp(CHF))
    return office


def status(office: Office, eui: Eui = ESME) -> DeviceStatus | None:
    """What the inventory says of a Device, and would say after a restart."""
    found = office.dcc.device(eui)
    assert office.restarted().dcc.device(eui) == found
    return found.status if found is not None else None


def alerted(pushes: list[Push]) -> list[tuple[Eui, Element]]:
    bodies = [read(push.body).body for push in pushes]
    return [
        (push.user, body.alert)
        for push, body in zip(pushes, bodies, strict=True)
        if isinstance(body, DccAlert)
    ]


class TestRead:
    @pytest.mark.parametrize(
        "which",
        [
            device(ESME),
            device(GSME),
            element("MPxN", "1312345678111"),
            element("UPRN", "42"),
            element("PropertyFilter", element("PostCode", "AB1 2CD"), element("AddressIdentifier", "1")),
        ],
        ids=lambda which: which.name,
    )
    def test_the_home_is_shown_whatever_names_it(self, office: Office, which: Element) -> None:
        content = content_of(office.answer(ask(1, "ReadInventory", which)))
        assert isinstance(content, Element)
        home = {one.eui for one in DEVICES if one.hub == CHF}
        assert {Eui.parse(one.text_of("DeviceID")) for one in content.children} == home
        assert content.children[0].text_of("DeviceID") == str(CHF)
        (meter,) = (one for one in content.children if one.text_of("DeviceID") == str(ESME))
        assert [(child.name, child.text) for child in meter.children[:5]] == [
            ("DeviceID", str(ESME)),
            ("DeviceType", "ESME"),
            ("DeviceStatus", "Commissioned"),
            ("DeviceManufacturer", "doorstep"),
            ("DeviceModel", "emulated"),
        ]
        assert meter.text_of("ImportMPxN") == "1312345678111"

    @pytest.mark.parametrize("which", [device(STRANGER), element("MPxN", "1"), element("UPRN", "1")])
    def test_what_it_does_not_have(self, office: Office, which: Element) -> None:
        assert office.code(ask(1, "ReadInventory", which)) == "E19"


class TestDecommission:
    def test_nothing_more_is_asked_of_the_device(self, office: Office) -> None:
        assert office.code(ask(1, "DecommissionDevice", device(ESME))) == "I99"
        assert status(office) is DeviceStatus.DECOMMISSIONED
        assert office.code(asked(1, 10)) == "E5"
        assert office.code(ask(2, "DecommissionDevice", device(ESME))) == "E5"

    def test_the_others_who_are_registered_are_told(self, office: Office) -> None:
        pushes = of(office.post(ask(1, "DecommissionDevice", device(ESME))), Push)
        ((user, alert),) = alerted(pushes)
        assert user == OPERATOR
        change = alert.child("DeviceStatusChange/MeterDecommissioningOrWithdrawal")
        assert change.text_of("MeterDecommissionOrWithdrawal/ImportMPxN") == "1312345678111"

    def test_nobody_else_may(self, office: Office) -> None:
        assert office.code(ask(1, "DecommissionDevice", device(ESME), originator=OPERATOR)) == "E2"
        theirs = Inventory(USERS, [replace(METER, parties=frozenset({OPERATOR}))])
        assert Office(inventory=theirs).code(ask(1, "DecommissionDevice", device(ESME))) == "E4"
        assert office.code(ask(1, "DecommissionDevice", device(STRANGER))) == "E19"

    def test_the_same_request_again_changes_nothing_more(self, office: Office) -> None:
        first = office.answer(ask(1, "DecommissionDevice", device(ESME)))
        assert office.answer(ask(1, "DecommissionDevice", device(ESME))) == first


class TestUpdate:
    def test_a_status(self, office: Office) -> None:
        pending = element("UpdateDeviceStatusExceptCH", "Pending")
        assert office.code(ask(1, "UpdateInventory", device(ESME), pending)) == "I99"
        assert status(office) is DeviceStatus.PENDING

    def test_a_hub_s_status_is_another_thing(self, office: Office) -> None:
        pending = element("UpdateDeviceStatusExceptCH", "Pending")
        assert office.code(ask(1, "UpdateInventory", device(CHF), pending)) == "E11"
        withdrawn = element("UpdateDeviceStatusCH", "Withdrawn")
        assert office.code(ask(2, "UpdateInventory", device(ESME), withdrawn)) == "E11"
        assert office.code(ask(3, "UpdateInventory", device(CHF), withdrawn)) == "I99"
        assert status(office, CHF) is DeviceStatus.WITHDRAWN

    def test_details_and_numbers(self, office: Office) -> None:
        details = element(
            "UpdateDeviceDetails", element("DeviceModel", "other"), element("FirmwareVersion", "0000000A")
        )
        office.code(ask(1, "UpdateInventory", device(ESME), details))
        number = element("UpdateMPxN", element("ExportMPAN", "1312345678333"))
        office.code(ask(2, "UpdateInventory", device(ESME), number))
        found = office.restarted().dcc.device(ESME)
        assert found is not None
        assert (found.details.model, found.details.firmware_version) == ("other", "0000000A")
        assert found.details.export_mpan == "1312345678333"
        assert found.details.import_mpxn == "1312345678111"

    def test_a_device_in_use_is_not_deleted(self, office: Office) -> None:
        delete = ask(1, "UpdateInventory", device(ESME), element("DeleteDevice"))
        assert office.code(delete) == "E5"

    def test_one_that_is_not_is_and_the_others_are_told(self, office: Office) -> None:
        office.post(ask(1, "UpdateInventory", device(ESME), element("UpdateDeviceStatusExceptCH", "Pending")))
        pushes = of(office.post(ask(2, "UpdateInventory", device(ESME), element("DeleteDevice"))), Push)
        ((user, alert),) = alerted(pushes)
        assert user == OPERATOR
        assert alert.has("DeviceStatusChange/DeviceRemovedFromInventory")
        assert status(office) is None
        assert office.code(ask(3, "ReadInventory", device(ESME))) == "E19"


class TestHub:
    @pytest.mark.parametrize(
        ("name", "after"),
        [
            ("CHFInstallSuccessSMWAN", DeviceStatus.COMMISSIONED),
            ("CHFInstallSuccessNoSMWAN", DeviceStatus.INSTALLED_NOT_COMMISSIONED),
            ("CHFFaultReturn", DeviceStatus.WITHDRAWN),
            ("CHFNoFaultReturn", DeviceStatus.WITHDRAWN),
        ],
    )
    def test_what_became_of_it(self, office: Office, name: str, after: DeviceStatus) -> None:
        _which, *rest = smallest(name).children
        assert office.code(ask(1, name, device(CHF), *rest)) == "I99"
        assert status(office, CHF) is after
        assert office.code(ask(2, name, device(ESME), *rest)) == "E11"


class TestPreNotification:
    def notify(self, eui: Eui, kind: str, *more: Element) -> Element:
        made = element("DeviceManufacturer", "Acme"), element("DeviceModel", "M1")
        return element("DevicePrenotification", device(eui), *made, element("DeviceType", kind), *more)

    def test_a_device_is_pending_and_nothing_is_asked_of_it(self, office: Office) -> None:
        assert office.code(asked(8, 1, self.notify(STRANGER, "ESME"), target=DCC)) == "I99"
        assert status(office, STRANGER) is DeviceStatus.PENDING
        assert office.code(asked(1, 10, target=STRANGER)) == "E5"
        content = content_of(office.answer(ask(2, "ReadInventory", device(STRANGER))))
        assert isinstance(content, Element)
        assert content.text_of("Device/DeviceManufacturer") == "Acme"

    def test_a_known_one_is_refused(self, office: Office) -> None:
        assert office.code(asked(8, 1, self.notify(ESME, "ESME"), target=DCC)) == "E120201"

    def test_a_hub_brings_its_gas_proxy(self, office: Office) -> None:
        proxy = Eui.parse("D0-05-5E-00-0F-00-00-98")
        body = self.notify(STRANGER, "CHF", element("AssociatedGPFDeviceID", str(proxy)))
        assert office.code(asked(8, 1, body, target=DCC)) == "I99"
        found = office.dcc.device(proxy)
        assert found is not None
        assert (found.device_type, found.hub) == (DeviceType.GPF, STRANGER)


def test_the_wan_matrix_has_a_region_for_an_address(office: Office) -> None:
    content = content_of(office.answer(ask(1, "RequestWANMatrix", element("UPRN", "42"))))
    assert isinstance(content, Element)
    assert content.text_of("Request/UPRN") == "42"
    assert content.text_of("DSPWANMatrixResponse/CSPRegion") == "Unknown"


PAGE = Path(__file__).resolve().parents[3] / "docs" / "dcc.md"
DOCUMENTED = dict(re.findall(r"^\| (\d+\.\d+(?:\.\d+)?) \| (works)\b", PAGE.read_text(), re.MULTILINE))


def test_every_service_of_the_dcc_itself_is_documented() -> None:
    assert set(DOCUMENTED) == {row.srv for row in VARIANTS.values() if row.non_device}


@pytest.mark.parametrize("srv", DOCUMENTED)
def test_a_service_works_as_the_documents_say(srv: str) -> None:
    """The smallest body of each, by a User of every role: it may be about nothing, but it is understood."""
    everything = [User(SUPPLIER, frozenset(Role))]
    office = Office(inventory=Inventory(everything, DEVICES))
    request = asked(8, 1, smallest(VARIANTS[srv].body_element), target=DCC)
    answer = only(office.post(request), Answer)
    assert answer.status != 501


class TestWhatResponsesChange:
    """A Command's effect is the inventory's once the Device says that it succeeded."""

    def test_a_supply_point_number_that_was_set(self, office: Office) -> None:
        body = element(
            "SetDeviceConfigurationImportMPxN", element("ImportMPANs", element("ImportMPAN", "1312345678999"))
        )
        (command,) = sent(office.post(asked(1, 10, body)))
        before = office.dcc.device(ESME)
        office.hear(response_to(command))
        after = office.restarted().dcc.device(ESME)
        assert before is not None
        assert after is not None
        assert (before.details.import_mpxn, after.details.import_mpxn) == ("1312345678111", "1312345678999")
        assert after == office.dcc.device(ESME)

    def test_a_device_that_a_hub_lists_and_unlists(self, office: Office) -> None:
        """SRV 8.11: the CHF says that it has changed its log, and the User is told."""
        pending = Device(STRANGER, DeviceType.PPMID, None, status=DeviceStatus.PENDING)
        office = Office(inventory=Inventory(USERS, [*STREET.devices.values(), pending]))
        office.take(WanUp(CHF))
        install = element("JoinTimePeriod", "60"), element("InstallCode", "000102030405060708090A0B0C0D0E0F")
        add = element("AddDeviceToCHFWhitelist", *install)
        for counter, (kind, more, status) in enumerate(
            (("Add", (add,), DeviceStatus.WHITELISTED), ("Remove", (), DeviceStatus.PENDING)), 10
        ):
            body = element("UpdateHANDeviceLog", device(STRANGER), element("RequestType", kind), *more)
            request = asked(1, counter, body, target=CHF)
            (command,) = sent(office.post(request))
            pushes = of(office.hear(response_to(command)), Push)
            found = office.dcc.device(STRANGER)
            assert found is not None
            assert (found.status, found.hub) == (status, CHF if kind == "Add" else None)
            pushes += of(office.pushed(pushes[0]), Push)
            ((user, alert),) = alerted(pushes)
            assert user == SUPPLIER
            assert alert.text_of("UpdateHANDeviceLogServiceRequestID") == str(request.request_id)
            office.pushed(pushes[-1])

    def test_a_device_that_was_commissioned(self) -> None:
        waiting = replace(METER, status=DeviceStatus.INSTALLED_NOT_COMMISSIONED)
        done = changed(Effect("8.1.1", ESME), waiting, CHF, NOW)
        assert done is not None
        assert (done.status, done.details.date_commissioned) == (DeviceStatus.COMMISSIONED, NOW)

    def test_one_whose_request_is_not_known_any_more_changes_nothing(self) -> None:
        assert changed(Effect("8.1.1", STRANGER), None, CHF, NOW) is None
