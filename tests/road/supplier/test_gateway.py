"""The documents that go to the DCC, and which of its answers are believed."""

from __future__ import annotations

import pytest

from doorstep import duis
from doorstep.errors import BadSignature, NoKey, XmlError
from doorstep.road.supplier.gateway import (
    GatewayRefused,
    Unanswered,
    believed,
    document_of,
    explained,
    read_answer,
)
from tests.duis.bodies.specimens import smallest_alert
from tests.road.supplier.orders import RESET
from tests.road.supplier.parties import (
    CONFIG,
    METER,
    NOW,
    SUPPLIER,
    dcc_signs,
    request_in,
    says,
    stranger_signs,
)

NAME = duis.RequestId(SUPPLIER, METER, 7)
REQUEST = duis.service_request(NAME, 4, RESET)
COMMAND = duis.LocalCommand(b"bytes")


@pytest.mark.parametrize(
    ("number", "path"),
    [
        (1, "/api/v1/serviceS"),
        (2, "/api/v1/serviceD"),
        (3, "/api/v1/serviceS"),
        (4, "/api/v1/serviceT"),
        (5, "/api/v1/serviceS"),
        (6, "/api/v1/serviceD"),
        (7, "/api/v1/serviceS"),
        (8, "/api/v1/serviceD"),
    ],
)
def test_a_request_is_posted_signed_to_the_service_of_its_command_variant(number: int, path: str) -> None:
    request = duis.service_request(NAME, number, RESET)
    where, document = document_of(CONFIG, request)
    assert where == path
    assert request_in(document) == request
    assert document_of(CONFIG, request) == (where, document)


def test_what_the_dcc_signed_is_believed() -> None:
    assert believed(CONFIG, says(REQUEST, "I0", COMMAND)).request_id == NAME


def test_an_acknowledgement_need_not_be_signed() -> None:
    assert believed(CONFIG, says(REQUEST, "I99", signed=False)).code == "I99"
    assert believed(CONFIG, says(REQUEST, "E65", signed=False)).code == "E65"


def test_data_must_be_signed() -> None:
    with pytest.raises(BadSignature, match="not signed"):
        believed(CONFIG, says(REQUEST, "I0", COMMAND, signed=False))


@pytest.mark.parametrize(
    "body",
    [
        duis.DeviceAlert(0x8F12, b""),
        duis.DccAlert("N1", smallest_alert("PPMIDRemoval")),
    ],
)
def test_alerts_must_be_signed(body: duis.DeviceAlert | duis.DccAlert) -> None:
    document = duis.build_response(duis.Response(code="I0", response_date_time=NOW, body=body))
    with pytest.raises(BadSignature, match="not signed"):
        believed(CONFIG, document)
    assert believed(CONFIG, dcc_signs(document)).body == body


def test_a_signature_of_anybody_else_is_not_believed() -> None:
    document = says(REQUEST, "I99", signed=False)
    with pytest.raises(NoKey):
        believed(CONFIG, stranger_signs(document))


def test_a_changed_document_is_not_believed() -> None:
    document = says(REQUEST, "I99").replace(b":7<", b":8<")
    with pytest.raises(BadSignature, match="digest"):
        believed(CONFIG, document)


@pytest.mark.parametrize("noise", [b"", b"<", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a><a/>"])
def test_what_is_no_document_is_refused(noise: bytes) -> None:
    with pytest.raises(XmlError):
        believed(CONFIG, noise)


@pytest.mark.parametrize(
    ("status", "body", "unheard"),
    [
        (None, b"", True),
        (500, b"", False),
        (503, b"busy", False),
        (429, b"", False),
        (200, b"not XML", True),
        (200, says(REQUEST, "I0", COMMAND, signed=False), True),
        (200, says(duis.service_request(duis.RequestId(SUPPLIER, METER, 8), 4, RESET)), True),
    ],
)
def test_without_an_answer_it_is_worth_asking_again(status: int | None, body: bytes, unheard: bool) -> None:
    with pytest.raises(Unanswered) as caught:
        read_answer(CONFIG, NAME, status, body)
    assert caught.value.unheard is unheard


@pytest.mark.parametrize("status", [204, 301, 400, 404, 405, 413, 415])
def test_a_refusal_at_the_door_is_final(status: int) -> None:
    with pytest.raises(GatewayRefused, match=str(status)):
        read_answer(CONFIG, NAME, status, b"")


def test_a_code_is_explained_where_its_meaning_is_published() -> None:
    assert explained("E11") == "E11: the Service Reference does not apply to the Device's type"
    assert explained("E65") == "E65 (its meaning is not published)"
