"""The documents of the SMKI repository: the forms that the DCC's own key store sends and reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.duis.smki import (
    MAX_REQUEST,
    DataRequest,
    Entry,
    SearchRequest,
    build_data_request,
    build_data_response,
    build_search_request,
    build_search_response,
    parse_data_request,
    parse_data_response,
    parse_search_request,
    parse_search_response,
)
from doorstep.errors import EncodeError, InputError, XmlError
from doorstep.eui import Eui

METER = Eui.parse("00-DB-12-34-56-78-90-A0")

euis = st.binary(min_size=8, max_size=8).map(Eui)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 =,.-]{0,40}[A-Za-z0-9]", fullmatch=True)
serials = st.integers(0, (1 << 160) - 1)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    device = draw(st.none() | euis)
    return Entry(
        serial=draw(serials),
        usage=draw(st.sampled_from(["DS", "KA"])),
        device=device,
        organisation=draw(names) if device is None else None,
        role=draw(st.none() | st.integers(0, 255)),
        status=draw(st.sampled_from("PINER")),
        manufacturing=draw(st.booleans()),
        body=draw(st.binary(min_size=1, max_size=60)),
    )


def test_a_search_as_a_client_writes_it() -> None:
    document = (
        b"<CertificateSearchRequest><CertificateSubjectAltName>00-db-12-34-56-78-90-a0"
        b"</CertificateSubjectAltName></CertificateSearchRequest>"
    )
    assert parse_search_request(document) == SearchRequest(device=METER)
    assert build_search_request(SearchRequest(device=METER)).endswith(document)


def test_a_retrieval_as_a_client_writes_it_with_leading_zeros_dropped() -> None:
    document = (
        b"<CertificateDataRequest><CertificateSerial>dac7283</CertificateSerial></CertificateDataRequest>"
    )
    assert parse_data_request(document) == DataRequest(0x0DAC7283)


def test_an_answer_has_its_parts_in_the_order_of_the_real_one() -> None:
    entry = Entry(serial=0xAB, usage="KA", organisation="Z1-supplier", role=2, body=b"\x30\x00")
    assert build_data_response(entry, "ref").partition(b"?>")[2] == (
        b"<CertificateDataResponse><ResponseCode>200</ResponseCode><ResponseMessage>Success</ResponseMessage>"
        b"<AuditReference>ref</AuditReference><CertificateResponse><CertificateSerial>AB</CertificateSerial>"
        b"<CertificateSubjectName>Z1-supplier</CertificateSubjectName><CertificateStatus>I</CertificateStatus>"
        b"<CertificateRole>2</CertificateRole><CertificateUsage>KA</CertificateUsage>"
        b"<ManufacturingFlag>false</ManufacturingFlag><CertificateBody>MAA=</CertificateBody>"
        b"</CertificateResponse></CertificateDataResponse>"
    )


@given(st.lists(entries(), max_size=5))
def test_what_a_search_found_comes_back(found: list[Entry]) -> None:
    assert parse_search_response(build_search_response(tuple(found), "x")) == tuple(found)


@given(entries())
def test_a_certificate_comes_back(entry: Entry) -> None:
    assert parse_data_response(build_data_response(entry, "x")) == entry


@given(euis, names, serials)
def test_requests_come_back(device: Eui, name: str, serial: int) -> None:
    for search in (SearchRequest(device=device), SearchRequest(organisation=name)):
        assert parse_search_request(build_search_request(search)) == search
    assert parse_data_request(build_data_request(DataRequest(serial))) == DataRequest(serial)


ALT = "<CertificateSubjectAltName>00-DB-12-34-56-78-90-A0</CertificateSubjectAltName>"
NAME = "<CertificateSubjectName>somebody</CertificateSubjectName>"


def search_with(content: str, *, attributes: str = "", before: str = "") -> str:
    return f"{before}<CertificateSearchRequest{attributes}>{content}</CertificateSearchRequest>"


HOSTILE_SEARCHES = {
    "nothing": "",
    "not XML": "x",
    "another document": "<CertificateDataRequest/>",
    "nobody": search_with(""),
    "two": search_with(ALT + NAME),
    "twice": search_with(ALT + ALT),
    "more": search_with(f"{ALT}<Limit>1</Limit>"),
    "nested": search_with(f"<a>{ALT}</a>"),
    "no identifier": search_with(ALT.replace("00-DB", "00-XX")),
    "an attribute": search_with(ALT.replace(">", ' x="1">', 1)),
    "a namespace": search_with(ALT, attributes=' xmlns="urn:x"'),
    "a document type": search_with(ALT, before="<!DOCTYPE x>"),
    "an entity": search_with("&e;", before='<!DOCTYPE x [<!ENTITY e "a">]>'),
    "no name": search_with(NAME.replace("somebody", "")),
    "a long name": search_with(NAME.replace("somebody", "x" * 65)),
    "too large": search_with(" " * MAX_REQUEST + ALT),
}


@pytest.mark.parametrize("document", HOSTILE_SEARCHES.values(), ids=HOSTILE_SEARCHES.keys())
def test_a_search_that_is_none(document: str) -> None:
    with pytest.raises(XmlError):
        parse_search_request(document.encode())


@pytest.mark.parametrize("serial", ["", "0x1", "G", "1" * 41, "-1", "1 2"])
def test_a_serial_number_that_is_none(serial: str) -> None:
    with pytest.raises(XmlError):
        parse_data_request(
            f"<CertificateDataRequest><CertificateSerial>{serial}</CertificateSerial></CertificateDataRequest>".encode()
        )


@pytest.mark.parametrize(
    "parse", [parse_search_request, parse_data_request, parse_search_response, parse_data_response]
)
@given(data=st.binary(max_size=80))
def test_whatever_comes_is_read_or_refused(parse: Callable[[bytes], object], data: bytes) -> None:
    try:
        parse(data)
    except InputError:
        return
    raise AssertionError("random bytes are no document")


@pytest.mark.parametrize(
    "fields",
    [
        {"serial": 1, "usage": "DS"},
        {"serial": 1, "usage": "DS", "device": METER, "organisation": "x"},
        {"serial": 1 << 160, "usage": "DS", "device": METER},
        {"serial": -1, "usage": "DS", "device": METER},
        {"serial": 1, "usage": "XX", "device": METER},
        {"serial": 1, "usage": "DS", "device": METER, "status": "X"},
        {"serial": 1, "usage": "DS", "organisation": "x", "role": 256},
        {"serial": 1, "usage": "DS", "organisation": "x\ny"},
    ],
)
def test_an_entry_that_does_not_fit_is_never_made(fields: dict[str, object]) -> None:
    with pytest.raises(EncodeError):
        Entry(**fields)  # type: ignore[arg-type]


def test_a_retrieval_answers_with_the_certificate_or_not_at_all() -> None:
    entry = Entry(serial=1, usage="DS", device=METER)
    with pytest.raises(EncodeError, match="missing"):
        build_data_response(entry, "x")
    listed = (
        build_search_response((entry,), "x")
        .replace(b"Search", b"Data")
        .replace(b"Result", b"CertificateResponse")
    )
    with pytest.raises(XmlError, match="with its body"):
        parse_data_response(listed)
