"""Every document of the DCC is signed with its key and valid by the published schema."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from doorstep.duis import issuer_and_serial, sign, xml
from doorstep.duis.response import LocalCommand, PreCommand, parse_response
from doorstep.gbcs import KeyUsage, decode
from doorstep.road.dcc.documents import Documents
from doorstep.road.dcc.records import Issued, Outstanding
from tests.reference import shared
from tests.road.dcc.office import CHF, DCC, ENABLE, KEYS, NOW, SUPPLIER, alert, asked, read


def _sign(document: xml.Node) -> bytes:
    key = KEYS.private_key(DCC, KeyUsage.XML_SIGNATURE)
    certificate = KEYS.certificate(DCC, KeyUsage.XML_SIGNATURE)
    assert key is not None
    assert certificate is not None
    return sign(document, key, *issuer_and_serial(certificate))


WRITER = Documents(_sign)
REQUEST = asked(4, 2**64 - 1, ENABLE)
NAME = REQUEST.request_id

DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "acknowledgement": lambda: WRITER.answer(REQUEST, "I99", None, NOW),
    "refusal": lambda: WRITER.answer(REQUEST, "E17", None, NOW),
    "Pre-Command": lambda: WRITER.answer(REQUEST, "I0", PreCommand("4.2", b"\xdf"), NOW),
    "Command": lambda: WRITER.answer(REQUEST, "I0", LocalCommand(bytes(60_000)), NOW),
    "Response": lambda: WRITER.device_response(Issued(NAME, "7.1", "7.1", 0x4F), b"\xdf", NOW),
    "Alert": lambda: WRITER.device_alert(decode(alert()), SUPPLIER, alert(), NOW),
    "failure": lambda: WRITER.command_failure(Outstanding(NAME, CHF, b"\xdd", NOW), "N12", NOW),
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
    assert with_one == {"Response", "Alert"}
