"""Requests, written by hand and from the reference set."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from doorstep.duis.element import element
from doorstep.duis.request import (
    Request,
    RequestId,
    build_request,
    parse_request,
    service_request,
    signed_pre_command,
)
from doorstep.errors import EncodeError, Unsupported, XmlError
from tests.duis.bodies.specimens import smallest
from tests.duis.conftest import FRAME

ID = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000"
SR = "http://www.dccinterface.co.uk/ServiceUserGateway"
HEADER = (
    f"<sr:RequestID>{ID}</sr:RequestID><sr:CommandVariant>4</sr:CommandVariant>"
    "<sr:ServiceReference>4.1</sr:ServiceReference>"
    "<sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant>"
)
BODY = "<sr:ReadInstantaneousImportRegisters></sr:ReadInstantaneousImportRegisters>"


def written(header: str = HEADER, body: str = BODY, version: str = "5.1", rest: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><sr:Request xmlns:sr="{SR}" schemaVersion="{version}">'
        f"<sr:Header>{header}</sr:Header><sr:Body>{body}</sr:Body>{rest}</sr:Request>"
    ).encode()


READ_REGISTERS = Request(
    request_id=RequestId.parse(ID),
    command_variant=4,
    service_reference="4.1",
    service_reference_variant="4.1.1",
    body=element("ReadInstantaneousImportRegisters"),
    schema_version="5.1",
)


def canonical(document: bytes) -> bytes:
    """What a document says, by lxml alone: no signature, comments, indentation or unused declarations."""
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True, remove_comments=True))
    for signature in root.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        root.remove(signature)
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def test_both_ways() -> None:
    assert parse_request(written()) == READ_REGISTERS
    assert build_request(READ_REGISTERS) == written()


def test_every_header_element_both_ways() -> None:
    header = (
        f"<sr:RequestID>{ID}</sr:RequestID><sr:FirstInSequence>false</sr:FirstInSequence>"
        f"<sr:PrecedingServiceRequestID>{ID[:-4]}999</sr:PrecedingServiceRequestID>"
        + HEADER.removeprefix(f"<sr:RequestID>{ID}</sr:RequestID>")
    )
    request = parse_request(written(header))
    assert request.first_in_sequence is False
    assert request.preceding_service_request_id == RequestId.parse(f"{ID[:-4]}999")
    assert build_request(request) == written(header)


def test_prefixes_white_space_and_the_case_of_identifiers_are_the_senders() -> None:
    header = HEADER.replace(ID, f"\n {ID.lower()} ").replace(">4<", "> 4\n<")
    document = written(header, "<sr:ReadInstantaneousImportRegisters/>").replace(b"sr:", b"")
    assert (
        parse_request(document.replace(b"xmlns:sr", b"xmlns").replace(b"><", b">\r\n\t<")) == READ_REGISTERS
    )


def test_every_reference_request_is_read_and_written_as_it_was(
    requests: dict[str, bytes], schema: etree.XMLSchema
) -> None:
    for name, document in requests.items():
        if name == FRAME:
            continue
        request = parse_request(document)
        built = build_request(request)
        assert canonical(built) == canonical(document), name
        assert schema.validate(etree.fromstring(built)), (name, schema.error_log)
        assert parse_request(built) == request, name


def test_the_frame_of_the_reference_set_is_no_request(requests: dict[str, bytes]) -> None:
    with pytest.raises(XmlError, match="Header/ServiceReference: 'X' is not a Service Reference"):
        parse_request(requests[FRAME])


def test_a_signed_pre_command_gives_its_gbcs_message(requests: dict[str, bytes]) -> None:
    request = parse_request(requests["ECS42_7.1_REQUEST_DUIS.XML"])
    assert request.command_variant == 7
    assert request.service_reference_variant == "7.1"
    assert request.gbcs_payload is not None
    assert request.gbcs_payload[:4].hex() == "df090100"
    assert request.gbcs_payload[-65] == 64  # The length of the signature that ends it.
    assert READ_REGISTERS.gbcs_payload is None


def test_the_signed_form_of_a_request_changes_only_body_and_command_variant() -> None:
    request = service_request(RequestId.parse(ID), 4, element("EnableSupply"))
    assert request.service_reference_variant == request.service_reference == "7.1"
    signed = signed_pre_command(request, 6, b"\xdf\x09\x01\x00")
    assert signed.gbcs_payload == b"\xdf\x09\x01\x00"
    assert canonical(build_request(signed)) == canonical(
        written(
            HEADER.replace(">4<", ">6<").replace("4.1.1", "7.1").replace("4.1", "7.1"),
            "<sr:SignedPreCommand><sr:GBCSPayload>3wkBAA==</sr:GBCSPayload></sr:SignedPreCommand>",
            "5.4",
        )
    )


def test_the_catalogue_knows_the_rest_of_a_header() -> None:
    request = service_request(RequestId.parse(ID), 1, smallest("SetDeviceConfigurationExportMPAN"))
    assert (request.service_reference, request.service_reference_variant) == ("6.20", "6.20.2")
    with pytest.raises(Unsupported, match="'Nonsense' is not the body"):
        service_request(RequestId.parse(ID), 1, element("Nonsense"))


def test_when_it_is_to_be_carried_out() -> None:
    body = (
        "<sr:ReadInstantaneousImportRegisters>"
        "<sr:ExecutionDateTime>2015-01-15T00:00:00.00Z</sr:ExecutionDateTime>"
        "</sr:ReadInstantaneousImportRegisters>"
    )
    request = parse_request(written(body=body))
    assert request.execution_date_time == 1_421_280_000_000
    assert build_request(request) == written(body=body)
    assert READ_REGISTERS.execution_date_time is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"<Request/>", "line 1: {}Request: the document is not a Request"),
        (written().replace(b"Request ", b"Response ").replace(b":Request>", b":Response>"), "not a Request"),
        (written().replace(b"ServiceUserGateway", b"AnotherGateway"), "the document is not a Request"),
        (written(version=""), "schemaVersion: '' is not a schema version"),
        (written(version="five"), "schemaVersion: 'five' is not a schema version"),
        (written(header=""), "Request/Header: RequestID is missing (nothing is left)"),
        (written(HEADER.replace(ID, ID + "x")), "Header/RequestID: not a RequestID"),
        (written(HEADER.replace(ID, ID[:-4] + "01")), "Header/RequestID: not a RequestID"),
        (written(HEADER.replace(ID, f"<sr:a>{ID}</sr:a>")), "Header/RequestID: only text belongs here"),
        (
            written(HEADER.replace("<sr:CommandVariant>", '<sr:CommandVariant a="">')),
            "only text belongs here",
        ),
        (written(HEADER.replace(">4<", ">0<")), "Header/CommandVariant: 0 is not from 1 to 9"),
        (written(HEADER.replace(">4<", ">10<")), "Header/CommandVariant: 10 is not from 1 to 9"),
        (written(HEADER.replace(">4<", "><")), "Header/CommandVariant: '' is not a decimal number"),
        (
            written(HEADER.replace(">4.1<", ">4.5<")),
            "Header/ServiceReference: '4.5' is not a Service Reference",
        ),
        (written(HEADER.replace(">4.1.1<", ">4.1.5<")), "'4.1.5' is not a Service Reference Variant"),
        (written(HEADER.replace(">4.1<", ">4.2<")), "4.1.1 is a variant of 4.1, not of 4.2"),
        (
            written(HEADER.replace("<sr:ServiceReference>4.1</sr:ServiceReference>", "")),
            "ServiceReference is missing",
        ),
        (written(HEADER + "<sr:More/>"), "Header/More: the element is out of place"),
        (
            written("<sr:FirstInSequence>1</sr:FirstInSequence>" + HEADER),
            "RequestID is missing (found FirstInSeq",
        ),
        (written(HEADER.replace("sr:RequestID>", "RequestID>")), "RequestID is missing (found {}RequestID)"),
        (written(body=""), "Request/Body: one element is wanted, not 0"),
        (written(body=BODY * 2), "Request/Body: one element is wanted, not 2"),
        (
            written(body="<sr:DisableSupply/>"),
            "DisableSupply is neither ReadInstantaneousImportRegisters nor Sig",
        ),
        (
            written(body="<sr:SignedPreCommand/>"),
            "SignedPreCommand: GBCSPayload is missing (nothing is left)",
        ),
        (
            written(body="<sr:SignedPreCommand><sr:GBCSPayload>!</sr:GBCSPayload></sr:SignedPreCommand>"),
            "SignedPreCommand/GBCSPayload: '!' is not base64",
        ),
        (written(rest="<sr:Body/>"), "a Header, a Body and at most a Signature are wanted"),
        (written(rest='<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>' * 2), "at most a Signature"),
        (written(rest="<sr:Signature/>"), "at most a Signature are wanted"),
    ],
)
def test_what_is_no_request(document: bytes, reason: str) -> None:
    with pytest.raises(XmlError) as refused:
        parse_request(document)
    assert reason in str(refused.value)


def test_the_line_is_named() -> None:
    document = written(HEADER.replace(">4<", ">x<")).replace(b"><", b">\n<")
    with pytest.raises(XmlError, match=r"^line 5: Header/CommandVariant: "):
        parse_request(document)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"command_variant": 10}, "CommandVariant"),
        ({"schema_version": "x"}, "schemaVersion"),
        ({"service_reference": "4.2"}, "ServiceReference"),
        ({"service_reference_variant": "4.1.9"}, "ServiceReferenceVariant"),
        ({"body": element("DisableSupply")}, "Body"),
        (
            {"body": element("SignedPreCommand", element("GBCSPayload", "!"))},
            "SignedPreCommand/GBCSPayload",
        ),
        (
            {"body": element("SignedPreCommand", element("GBCSPayload"), element("GBCSPayload"))},
            "SignedPreCommand/GBCSPayload",
        ),
        (
            {"body": element("ReadInstantaneousImportRegisters", element("ExecutionDateTime", "soon"))},
            "ReadInstantaneousImportRegisters/ExecutionDateTime",
        ),
    ],
)
def test_what_cannot_be_built(change: dict[str, object], field: str) -> None:
    fields = {name: getattr(READ_REGISTERS, name) for name in READ_REGISTERS.__struct_fields__}
    with pytest.raises(EncodeError) as refused:
        Request(**(fields | change))
    assert refused.value.field == field


def test_every_truncation_is_refused() -> None:
    document = written()
    for end in range(len(document)):
        with pytest.raises(XmlError):
            parse_request(document[:end])


def test_payloads_may_be_long() -> None:
    request = signed_pre_command(
        service_request(RequestId.parse(ID), 4, element("EnableSupply")), 5, b"\xdf" * 3000
    )
    document = build_request(request)
    assert base64.b64encode(b"\xdf" * 3000) in document
    assert parse_request(document).gbcs_payload == b"\xdf" * 3000
