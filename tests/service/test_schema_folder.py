"""A folder of published schemas: what is opened, and what is held to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from doorstep.duis import build_request, element, service_request
from doorstep.duis.request_id import RequestId
from doorstep.duis.signature import verify
from doorstep.errors import UsageError, XmlError
from doorstep.eui import Eui
from doorstep.road.dcc.access import Denied, authenticate
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.supplier.gateway import believed, document_of
from doorstep.service.schema_folder import PublishedSchema, open_schema
from tests.duis.unchecked import with_body
from tests.reference import shared
from tests.road.dcc import office
from tests.road.supplier.parties import CONFIG

METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
REQUEST = service_request(RequestId(CONFIG.eui, METER, 1), 2, element("ReadMeterBalance"))
WRONG = with_body(REQUEST, element("ReadMeterBalance", element("Stranger")))

XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{}">{}</xs:schema>'
OURS = "http://www.dccinterface.co.uk/ServiceUserGateway"
ANY_REQUEST = '<xs:element name="Request"/>'


@pytest.fixture(scope="module")
def schema() -> PublishedSchema:
    return open_schema(shared("schema"))


def test_a_document_is_valid_or_the_reason_is_said(schema: PublishedSchema) -> None:
    schema.check_document(build_request(REQUEST))
    with pytest.raises(XmlError, match=r"not valid against the schema: .*Stranger.*line 1") as refused:
        schema.check_document(build_request(WRONG))
    assert OURS not in str(refused.value)
    with pytest.raises(XmlError, match="not well-formed"):
        schema.check_document(b"<a>")
    with pytest.raises(XmlError, match="document type"):
        schema.check_document(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')


def test_a_folder_holds_one_schema_of_duis(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"one schema DUIS\*\.xsd is wanted, and found: none"):
        open_schema(tmp_path / "nowhere")
    (tmp_path / "DUIS-1.xsd").write_text(XSD.format(OURS, ANY_REQUEST))
    open_schema(tmp_path).check_document(build_request(WRONG))
    (tmp_path / "DUIS-2.xsd").write_text("")
    with pytest.raises(UsageError, match=r"found: DUIS-1\.xsd, DUIS-2\.xsd"):
        open_schema(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Document is empty"),
        ("<a", "DUIS.xsd: "),
        (XSD.format("urn:x", ANY_REQUEST), "not a schema of DUIS"),
        (XSD.format(OURS, '<xs:element name="Request" type="xs:nothing"/>'), "does not resolve"),
        (XSD.format(OURS, "<xs:nonsense/>"), "The content is not valid"),
    ],
)
def test_a_schema_that_cannot_be_read_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "DUIS.xsd").write_text(text)
    with pytest.raises(UsageError, match=said) as refused:
        open_schema(tmp_path)
    assert "\n" not in str(refused.value)


def test_the_digits_of_a_utrn_that_is_not_valid_are_not_repeated(tmp_path: Path) -> None:
    form = '<xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]{20}"/></xs:restriction>'
    utrn = f'<xs:element name="UTRN">{form}</xs:simpleType></xs:element>'
    (tmp_path / "DUIS.xsd").write_text(XSD.format(OURS, utrn))
    with pytest.raises(XmlError, match="Element 'UTRN': not what it allows") as refused:
        open_schema(tmp_path).check_document(f'<UTRN xmlns="{OURS}">739416568809508044855</UTRN>'.encode())
    assert "73941656" not in str(refused.value)


def test_a_gateway_refuses_what_is_not_valid(schema: PublishedSchema) -> None:
    def post(document: bytes) -> None:
        keys = office.KEYS.certificate_by_serial
        authenticate(verify(office.xml_signed(document), keys), DccPolicy(), office.NOW, schema.check)

    mine = replace(REQUEST, request_id=replace(REQUEST.request_id, originator=office.SUPPLIER))
    post(build_request(mine))
    with pytest.raises(Denied, match="not valid against the schema") as denied:
        post(build_request(with_body(mine, WRONG.body)))
    assert denied.value.status == 400


def test_a_user_sends_nothing_and_believes_nothing_that_is_not_valid(schema: PublishedSchema) -> None:
    config = replace(CONFIG, check=schema.check)
    _, document = document_of(config, REQUEST)
    schema.check_document(document)
    with pytest.raises(XmlError, match="not valid against the schema"):
        document_of(config, WRONG)
    response = (
        f'<sr:Response xmlns:sr="{OURS}" schemaVersion="5.4"><sr:Header>'
        "<sr:ResponseCode>I99</sr:ResponseCode>"
        "<sr:ResponseDateTime>2026-01-31T00:00:00Z</sr:ResponseDateTime></sr:Header><sr:Body>"
        "<sr:ResponseMessage><sr:ServiceReference>4.18</sr:ServiceReference>"
        "<sr:ServiceReferenceVariant>4.18</sr:ServiceReferenceVariant>"
        "</sr:ResponseMessage></sr:Body></sr:Response>"
    ).encode()
    assert believed(config, response).code == "I99"
    # Our own rules read any schema version of that form; the schema wants a decimal number as well.
    refusing = replace(config, check=_refuse)
    with pytest.raises(XmlError, match="no document pleases it"):
        believed(refusing, response)


def _refuse(_root: object) -> None:
    raise XmlError("no document pleases it")
