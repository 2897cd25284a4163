"""The SMKI repository: who finds which certificates, and what a bad request is told."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from doorstep.duis.smki import (
    DataRequest,
    Entry,
    SearchRequest,
    build_data_request,
    build_search_request,
    parse_data_response,
    parse_search_response,
)
from doorstep.eui import Eui
from doorstep.gbcs import KeyUsage
from doorstep.gbcs.times import from_iso
from doorstep.road.dcc.smki import RETRIEVE_PATH, SEARCH_PATH, Asked, Repository, Told
from tests.road.dcc.office import DCC, ESME, KEYS, NOW, STRANGER, SUPPLIER

REPOSITORY = Repository(KEYS.described())
MUCH_LATER = from_iso("2090-01-01T00:00:00Z")


def ask(path: str, body: bytes, *, now: int = NOW, key: str = "a-key") -> Told:
    return REPOSITORY.answer(Asked("POST", path, "application/xml", key, body), now)


def search(request: SearchRequest, now: int = NOW) -> tuple[Entry, ...]:
    told = ask(SEARCH_PATH, build_search_request(request), now=now)
    assert told.status == 200
    return parse_search_response(told.body)


def retrieve(serial: int) -> x509.Certificate:
    told = ask(RETRIEVE_PATH, build_data_request(DataRequest(serial)))
    assert told.status == 200
    body = parse_data_response(told.body).body
    assert body is not None
    return x509.load_der_x509_certificate(body)


def test_a_device_has_one_certificate_for_each_use() -> None:
    found = search(SearchRequest(device=ESME))
    assert {(entry.usage, entry.device, entry.role, entry.status) for entry in found} == {
        ("DS", ESME, None, "I"),
        ("KA", ESME, None, "I"),
    }
    for entry in found:
        usage = KeyUsage.DIGITAL_SIGNATURE if entry.usage == "DS" else KeyUsage.KEY_AGREEMENT
        certificate = KEYS.certificate(ESME, usage)
        assert certificate is not None
        assert retrieve(entry.serial).public_bytes(Encoding.DER) == certificate.public_bytes(Encoding.DER)


def test_an_organisation_is_found_by_name_in_either_case_with_the_roles_of_its_certificates() -> None:
    found = search(SearchRequest(organisation=str(SUPPLIER).lower()))
    assert sorted((entry.role, entry.usage, entry.organisation) for entry in found) == [
        (2, "DS", str(SUPPLIER)),
        (2, "KA", str(SUPPLIER)),
        (2, "KA", f"{SUPPLIER} PP"),
        (135, "DS", str(SUPPLIER)),
    ]
    assert {entry.role for entry in search(SearchRequest(organisation=str(DCC)))} == {4, 137}
    assert len(search(SearchRequest(organisation=f"{SUPPLIER} pp"))) == 1


def test_a_search_does_not_answer_with_certificates_themselves() -> None:
    assert [entry.body for entry in search(SearchRequest(device=ESME))] == [None, None]


def test_a_certificate_past_its_dates_is_listed_as_expired() -> None:
    statuses = {entry.status for entry in search(SearchRequest(organisation=str(SUPPLIER)), MUCH_LATER)}
    assert statuses == {"E"}
    # A Device's has no end.
    assert {entry.status for entry in search(SearchRequest(device=ESME), MUCH_LATER)} == {"I"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SEARCH_PATH, build_search_request(SearchRequest(device=STRANGER))),
        # An organisation's certificate has no alternative name.
        (SEARCH_PATH, build_search_request(SearchRequest(device=Eui(SUPPLIER)))),
        (SEARCH_PATH, build_search_request(SearchRequest(organisation="nobody"))),
        (RETRIEVE_PATH, build_data_request(DataRequest(1))),
    ],
)
def test_nothing_found_is_no_error(path: str, body: bytes) -> None:
    assert ask(path, body) == Told(402, why="nothing found")


SEARCH = build_search_request(SearchRequest(device=ESME))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked("POST", "/services/other", "application/xml", "k", SEARCH), 404),
        (Asked("GET", SEARCH_PATH, "application/xml", "k", b""), 405),
        (Asked("POST", SEARCH_PATH, "text/xml", "k", SEARCH), 415),
        (Asked("POST", SEARCH_PATH, "application/xml", "k", b" " * 5000 + SEARCH), 413),
        (Asked("POST", SEARCH_PATH, "application/xml", "", SEARCH), 401),
        (Asked("POST", SEARCH_PATH, "application/xml", "k", b"<"), 401),
        (Asked("POST", RETRIEVE_PATH, "application/xml", "k", SEARCH), 401),
        (Asked("POST", SEARCH_PATH, "application/xml; charset=utf-8", "k", SEARCH), 200),
    ],
)
def test_what_is_wrong_with_a_request_is_said_by_the_status(asked: Asked, status: int) -> None:
    told = REPOSITORY.answer(asked, NOW)
    assert told.status == status
    assert bool(told.body) is (status == 200)
    assert told.why
