"""Every document of the DCC is signed with its key and valid by the published schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from doorstep.duis import Element, issuer_and_serial, sign
from doorstep.duis.response import Content, FutureDatedAlert, LocalCommand, PreCommand, parse_response
from doorstep.duis.writing import Canonical
from doorstep.gbcs import KeyUsage, decode
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc import alerts
from doorstep.road.dcc.documents import Documents
from doorstep.road.dcc.inventory import Details, Device
from doorstep.road.dcc.records import Issued, Waited
from tests.reference import shared
from tests.road.dcc.office import CHF, DCC, ENABLE, ESME, KEYS, NOW, SUPPLIER, alert, asked, read


def _sign(document: Canonical) -> bytes:
    key = KEYS.private_key(DCC, KeyUsage.XML_SIGNATURE)
    certificate = KEYS.certificate(DCC, KeyUsage.XML_SIGNATURE)
    assert key is not None
    assert certificate is not None
    return sign(document, key, *issuer_and_serial(certificate))


WRITER = Documents(_sign)
METER = Device(ESME, DeviceType.ESME, CHF, details=Details(import_mpxn="1312345678111"))


def removed(*, deleted: bool) -> Element:
    """What is said of the meter that is no more."""
    said = alerts.removed(METER, deleted=deleted)
    assert said is not None
    return said


REQUEST = asked(4, 2**64 - 1, ENABLE)
NAME = REQUEST.request_id


def answer(code: str, content: Content | None) -> bytes:
    return _sign(WRITER.answer(REQUEST, code, content, NOW))


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "acknowledgement": lambda: answer("I99", None),
    "refusal": lambda: answer("E17", None),
    "Pre-Command": lambda: answer("I0", PreCommand("4.2", b"\xdf")),
    "Command": lambda: answer("I0", LocalCommand(bytes(60_000))),
    "Response": lambda: WRITER.device_response(Issued(NAME, "7.1", "7.1", 0x4F), b"\xdf", NOW),
    "Alert": lambda: WRITER.device_alert(decode(alert()), SUPPLIER, alert(), NOW),
    "scheduled": lambda: WRITER.scheduled(Issued(NAME, "4.17", "4.17", 0x60), 7, b"\xdf", NOW),
    "time-out": lambda: WRITER.timed_out(NAME, Waited("4.18", "4.18"), NOW),
    "storm": lambda: WRITER.device_alert(decode(alert()), SUPPLIER, alert(), NOW, (9, 1)),
    "dated": lambda: WRITER.dated_outcome(
        Issued(NAME, "1.6", "1.6", 0x1A), FutureDatedAlert(0x8F66, alert(), 1, 2), decode(alert()), NOW
    ),
    "failure": lambda: WRITER.dcc_alert("N12", alerts.command_failure(NAME), NOW),
    "failure of a schedule": lambda: WRITER.dcc_alert("N12", alerts.command_failure(NAME, 3), NOW),
    "quarantine": lambda: WRITER.dcc_alert("AD1", alerts.quarantined(NAME, "ADUserThresholdBreach", 1), NOW),
    "schedule removal": lambda: WRITER.dcc_alert("N40", alerts.schedule_removal(ESME, 3), NOW),
    "device log": lambda: WRITER.dcc_alert("N24", alerts.device_log_result(NAME), NOW),
    "deleted": lambda: WRITER.dcc_alert("N1", removed(deleted=True), NOW),
    "decommissioned": lambda: WRITER.dcc_alert("N1", removed(deleted=False), NOW),
    "credentials": lambda: WRITER.dcc_alert(
        "N42", alerts.credentials_updated(ESME, "Supplier", (("DigitalSigning", b"\x30"),)), NOW
    ),
}


@pytest.mark.parametrize("write", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_is_signed_by_the_dcc_at_that_time(write: Callable[[], bytes]) -> None:
    assert read(write()).response_date_time == NOW
    assert b"<sr:ResponseDateTime>2026-11-23T14:20:00.000Z<" in write()


@pytest.mark.parametrize("write", DOCUMENTS.values(), ids=DOCUMENTS)
def test_it_is_valid_by_the_schema(write: Callable[[], bytes]) -> None:
    schema = etree.XMLSchema(etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")))
    schema.assertValid(etree.fromstring(write()))


@pytest.mark.parametrize("write", DOCUMENTS.values(), ids=DOCUMENTS)
def test_the_same_document_is_written_twice(write: Callable[[], bytes]) -> None:
    assert write() == write()


def test_only_what_a_device_said_has_a_response_id() -> None:
    with_one = {name for name, write in DOCUMENTS.items() if parse_response(write()).response_id}
    assert with_one == {"Response", "Alert", "scheduled", "storm", "dated"}
