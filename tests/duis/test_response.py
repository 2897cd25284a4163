"""Responses: every body, both ways, and held against the schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from doorstep.duis import codes, response
from doorstep.duis.bodies import CONTENTS, DCC_ALERTS
from doorstep.duis.element import element
from doorstep.duis.request_id import RequestId
from doorstep.duis.response import (
    DccAlert,
    DeviceAlert,
    FutureDatedAlert,
    GbcsPayload,
    LocalCommand,
    PreCommand,
    Response,
    ResponseMessage,
    build_response,
    parse_response,
)
from doorstep.errors import EncodeError, Unsupported, XmlError
from tests.reference import shared

ID = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000"
ANSWER = "00-DB-12-34-56-78-90-A0:90-B3-D5-1F-30-01-00-00:1000"
NOW = 1_421_280_000_250

REQUEST_ID = f"<sr:RequestID>{ID}</sr:RequestID>"
RESPONSE_ID = f"<sr:ResponseID>{ANSWER}</sr:ResponseID>"
REFERENCES = (
    "<sr:ServiceReference>4.1</sr:ServiceReference>"
    "<sr:ServiceReferenceVariant>4.1.1</sr:ServiceReferenceVariant>"
)


def written(identifiers: str, code: str, body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sr:Response xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4">'
        f"<sr:Header>{identifiers}<sr:ResponseCode>{code}</sr:ResponseCode>"
        "<sr:ResponseDateTime>2015-01-15T00:00:00.250Z</sr:ResponseDateTime></sr:Header>"
        f"<sr:Body>{body}</sr:Body></sr:Response>"
    ).encode()


def message(content: str = "") -> str:
    return f"<sr:ResponseMessage>{REFERENCES}{content}</sr:ResponseMessage>"


def answered(body: response.Body, code: str = codes.I0, answer: bool = False) -> Response:
    return Response(
        code=code,
        response_date_time=NOW,
        body=body,
        request_id=RequestId.parse(ID),
        response_id=RequestId.parse(ANSWER) if answer else None,
    )


def alerted(body: response.Body, code: str) -> Response:
    return Response(code=code, response_date_time=NOW, body=body, response_id=RequestId.parse(ANSWER))


COMMAND = b"\xdf\x09\x01\x00"
PAYLOAD = "<sr:GBCSPayload>3wkBAA==</sr:GBCSPayload>"
CASES = {
    "acknowledgement": (
        answered(ResponseMessage("4.1", "4.1.1"), codes.I99),
        written(REQUEST_ID, "I99", message()),
    ),
    "error": (
        answered(ResponseMessage("4.1", "4.1.1"), codes.E12),
        written(REQUEST_ID, "E12", message()),
    ),
    "Response of a Device": (
        answered(ResponseMessage("4.1", "4.1.1", GbcsPayload(COMMAND)), answer=True),
        written(REQUEST_ID + RESPONSE_ID, "I0", message(PAYLOAD)),
    ),
    "Pre-Command": (
        answered(ResponseMessage("4.1", "4.1.1", PreCommand("4.2", COMMAND))),
        written(
            REQUEST_ID,
            "I0",
            message(f"<sr:PreCommand><sr:GBCSVersion>4.2</sr:GBCSVersion>{PAYLOAD}</sr:PreCommand>"),
        ),
    ),
    "Command for Local Delivery": (
        answered(ResponseMessage("4.1", "4.1.1", LocalCommand(COMMAND))),
        written(REQUEST_ID, "I0", message(f"<sr:LocalCommand>{PAYLOAD}</sr:LocalCommand>")),
    ),
    "future-dated outcome": (
        answered(ResponseMessage("4.1", "4.1.1", FutureDatedAlert(0x8F66, COMMAND, 1, 65535)), answer=True),
        written(
            REQUEST_ID + RESPONSE_ID,
            "I0",
            message(
                "<sr:FutureDatedDeviceAlertMessage><sr:FutureDatedAlertCode>8F66</sr:FutureDatedAlertCode>"
                f"{PAYLOAD}<sr:InstructionNumber>1</sr:InstructionNumber>"
                "<sr:TotalCommandInstructions>65535</sr:TotalCommandInstructions>"
                "</sr:FutureDatedDeviceAlertMessage>"
            ),
        ),
    ),
    "inventory": (
        answered(
            ResponseMessage(
                "4.1",
                "4.1.1",
                element(
                    "DSPInventory",
                    element(
                        "Device",
                        element("DeviceID", "00-DB-12-34-56-78-90-A0"),
                        element("DeviceType", "ESME"),
                        element("DeviceStatus", "Commissioned"),
                        element("DeviceManufacturer", "0123"),
                        element("DeviceModel", "0123"),
                    ),
                ),
            )
        ),
        written(
            REQUEST_ID,
            "I0",
            message(
                "<sr:DSPInventory><sr:Device><sr:DeviceID>00-DB-12-34-56-78-90-A0</sr:DeviceID>"
                "<sr:DeviceType>ESME</sr:DeviceType><sr:DeviceStatus>Commissioned</sr:DeviceStatus>"
                "<sr:DeviceManufacturer>0123</sr:DeviceManufacturer><sr:DeviceModel>0123</sr:DeviceModel>"
                "</sr:Device></sr:DSPInventory>"
            ),
        ),
    ),
    "Alert of a Device": (
        alerted(DeviceAlert(0x8F12, COMMAND), codes.I0),
        written(
            RESPONSE_ID,
            "I0",
            f"<sr:DeviceAlertMessage><sr:AlertCode>8F12</sr:AlertCode>{PAYLOAD}</sr:DeviceAlertMessage>",
        ),
    ),
    "throttled Alert of a Device": (
        alerted(DeviceAlert(0x8F12, COMMAND, 7, 4294967295), codes.I0),
        written(
            RESPONSE_ID,
            "I0",
            "<sr:DeviceAlertMessage><sr:AlertCode>8F12</sr:AlertCode>"
            "<sr:ThrottledAlertSequenceId>7</sr:ThrottledAlertSequenceId>"
            f"<sr:ThrottledAlertCount>4294967295</sr:ThrottledAlertCount>{PAYLOAD}</sr:DeviceAlertMessage>",
        ),
    ),
    "alert of the DCC": (
        alerted(
            DccAlert(
                "N12",
                element(
                    "CommandFailure",
                    element("CommandRequestID", ID),
                    element("DeviceID", "00-DB-12-34-56-78-90-A0"),
                ),
            ),
            codes.E21,
        ),
        written(
            RESPONSE_ID,
            "E21",
            "<sr:DCCAlertMessage><sr:DCCAlertCode>N12</sr:DCCAlertCode><sr:DCCAlert><sr:CommandFailure>"
            f"<sr:CommandRequestID>{ID}</sr:CommandRequestID>"
            "<sr:DeviceID>00-DB-12-34-56-78-90-A0</sr:DeviceID>"
            "</sr:CommandFailure></sr:DCCAlert></sr:DCCAlertMessage>",
        ),
    ),
}


@pytest.mark.parametrize(("value", "document"), CASES.values(), ids=CASES)
def test_both_ways(value: Response, document: bytes) -> None:
    assert parse_response(document) == value
    assert build_response(value) == document


@pytest.mark.parametrize("document", [document for _, document in CASES.values()], ids=CASES)
def test_the_schema_agrees(document: bytes, schema: etree.XMLSchema) -> None:
    assert schema.validate(etree.fromstring(document)), schema.error_log


@pytest.mark.parametrize("document", [document for _, document in CASES.values()], ids=CASES)
def test_every_truncation_is_refused(document: bytes) -> None:
    for end in range(len(document)):
        with pytest.raises(XmlError):
            parse_response(document[:end])


payloads = st.binary(max_size=300)
contents = st.one_of(
    st.none(),
    st.builds(GbcsPayload, payloads),
    st.builds(LocalCommand, payloads),
    st.builds(PreCommand, st.from_regex(r"\A[0-9]\.[0-9]\Z"), payloads),
)


@given(contents, st.sampled_from(sorted(codes.RESPONSE_CODES)), st.integers(-(10**13), 10**14))
def test_every_response_comes_back_and_is_valid(
    schema: etree.XMLSchema, content: response.Content | None, code: str, now: int
) -> None:
    value = Response(code=code, response_date_time=now, body=ResponseMessage("8.2", "8.2", content))
    document = build_response(value)
    assert parse_response(document) == value
    assert schema.validate(etree.fromstring(document)), schema.error_log


DEVICE_ALERT = f"<sr:DeviceAlertMessage><sr:AlertCode>8F12</sr:AlertCode>{PAYLOAD}</sr:DeviceAlertMessage>"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (written("", "I0", ""), "Response/Body: one element is wanted, not 0"),
        (written("", "I0", message() * 2), "one element is wanted, not 2"),
        (written("", "I0", "<sr:Message/>"), "Body/Message: not the body of a Response"),
        (written("", "I0", "<Message/>"), "Body/{}Message: not the body of a Response"),
        (written("", "I1", message()), "Header/ResponseCode: 'I1' is not a Response Code"),
        (written("", "", message()), "Header/ResponseCode: '' is not a Response Code"),
        (written(RESPONSE_ID + REQUEST_ID, "I0", message()), "ResponseCode is missing (found RequestID)"),
        (written("<sr:RequestID>1</sr:RequestID>", "I0", message()), "Header/RequestID: not a RequestID"),
        (written("", "I0", message()).replace(b"2015-01", b"2015-13"), "Header/ResponseDateTime: "),
        (written("", "I0", "<sr:ResponseMessage/>"), "ServiceReference is missing (nothing is left)"),
        (written("", "I0", message(PAYLOAD * 2)), "one content at most is wanted, not 2"),
        (written("", "I0", message("<sr:Nonsense/>")), "Nonsense is not a content of its own"),
        (written("", "I0", message("<sr:LocalCommand/>")), "LocalCommand: GBCSPayload is missing"),
        (written("", "I0", message(f"<sr:LocalCommand>{PAYLOAD * 2}</sr:LocalCommand>")), "out of place"),
        (written("", "I0", message("<sr:GBCSPayload>!</sr:GBCSPayload>")), "'!' is not base64"),
        (written("", "I0", message().replace(">4.1.1<", ">4.2<")), "4.2 is a variant of 4.2, not of 4.1"),
        (written("", "I0", DEVICE_ALERT.replace("8F12", "8F")), "'8F' is not 4 hexadecimal digits"),
        (written("", "I0", DEVICE_ALERT.replace(PAYLOAD, "")), "GBCSPayload is missing"),
        (CASES["future-dated outcome"][1].replace(b"8F66", b"8F68"), "neither 0x8F66 nor 0x8F67"),
        (CASES["future-dated outcome"][1].replace(b"65535", b"65536"), "65536 is not from 0 to 65535"),
        (CASES["alert of the DCC"][1].replace(b"N12", b"N32"), "'N32' is not a DCC Alert Code"),
        (CASES["alert of the DCC"][1].replace(b"CommandFailure", b"Nonsense"), "not an alert of the DCC"),
        (CASES["alert of the DCC"][1].replace(b":DCCAlert>", b":Alert>"), "a DCCAlert with one element"),
    ],
)
def test_what_is_no_response(document: bytes, reason: str) -> None:
    with pytest.raises(XmlError) as refused:
        parse_response(document)
    assert reason in str(refused.value)


def test_a_request_is_no_response() -> None:
    with pytest.raises(XmlError, match="the document is not a Response"):
        parse_response(b'<Request xmlns="http://www.dccinterface.co.uk/ServiceUserGateway"/>')


def test_smets1_is_not_served() -> None:
    with pytest.raises(Unsupported, match="SMETS1"):
        parse_response(written("", "I0", "<sr:SMETS1ResponseMessage/>"))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: answered(ResponseMessage("4.1", "4.1.1"), "I1"), "ResponseCode"),
        (lambda: ResponseMessage("4.1", "4.2"), "ServiceReference"),
        (lambda: ResponseMessage("4.1", "X"), "ServiceReferenceVariant"),
        (lambda: ResponseMessage("4.1", "4.1.1", element("LocalCommand")), "ResponseMessage"),
        (lambda: PreCommand("\x00", b""), "GBCSVersion"),
        (lambda: DeviceAlert(0x10000, b""), "AlertCode"),
        (lambda: DeviceAlert(1, b"", 1 << 32), "ThrottledAlertSequenceId"),
        (lambda: DeviceAlert(1, b"", 1, -1), "ThrottledAlertCount"),
        (lambda: DccAlert("N0", element("PPMIDAlert")), "DCCAlertCode"),
        (lambda: DccAlert("N1", element("Alert")), "DCCAlert"),
        (lambda: FutureDatedAlert(0x8F65, b"", 1, 1), "FutureDatedAlertCode"),
        (lambda: FutureDatedAlert(0x8F66, b"", 65536, 1), "InstructionNumber"),
        (
            lambda: Response(code="I0", response_date_time=10**18, body=DeviceAlert(1, b"")),
            "ResponseDateTime",
        ),
    ],
)
def test_what_cannot_be_built(make, field: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EncodeError) as refused:
        make()
    assert refused.value.field == field


def choices(name: str) -> set[str]:
    """The names of the elements that a complex type of the schema chooses from."""
    root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")).getroot()
    (kind,) = (kind for kind in root.iter("{*}complexType") if kind.get("name") == name)
    return {str(node.get("name")) for choice in kind.iter("{*}choice") for node in choice.iter("{*}element")}


def test_the_contents_are_those_of_the_schema() -> None:
    ours = {"GBCSPayload", "PreCommand", "LocalCommand", "FutureDatedDeviceAlertMessage"}
    assert choices("ResponseMessage") - ours == set(CONTENTS)
    for name in ours:
        with pytest.raises(EncodeError):
            ResponseMessage("8.2", "8.2", element(name))


def test_the_alerts_are_those_of_the_schema() -> None:
    assert len(choices("DCCAlert")) == 24
    assert choices("DCCAlert") == set(DCC_ALERTS)
