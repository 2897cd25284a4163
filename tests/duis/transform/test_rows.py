"""Mapping rows: how a body decides, what a row rests on, and that rows agree with the use case tables."""

from __future__ import annotations

import pytest

from doorstep.duis import catalogue
from doorstep.duis.element import Element, element
from doorstep.duis.transform import ROWS, Known
from doorstep.duis.transform.originator import certificate
from doorstep.duis.transform.rows import Mapping, both, has, lacks, says
from doorstep.errors import DoorstepError, XmlError
from doorstep.gbcs.payloads.dlms import AccessRequest, Action
from doorstep.gbcs.usecases import PayloadKind
from doorstep.gbcs.usecases.components import COMPONENTS
from tests.duis.transform.made import BROKER, branch, request

DLMS = [row for row in ROWS if row.use_case.payload is PayloadKind.DLMS]
"""The rows of electricity and of the hub."""


def decided(body: Element) -> dict[str, bool]:
    log = says("LogToRead", "Event", "Security")
    found = {
        "has": has("ReadLogPeriod"),
        "lacks": lacks("ReadLogPeriod"),
        "says": log,
        "both": both(has("ReadLogPeriod"), log),
    }
    return {name: when(request(body)) for name, when in found.items()}


def test_a_body_decides_by_what_it_holds() -> None:
    assert decided(element("ReadEventOrSecurityLog")) == {
        "has": False,
        "lacks": True,
        "says": False,
        "both": False,
    }
    body = element("ReadEventOrSecurityLog", element("ReadLogPeriod"), element("LogToRead", " Security "))
    assert decided(body) == {"has": True, "lacks": False, "says": True, "both": True}


def test_a_certificate_is_bytes_or_none() -> None:
    assert certificate(request(element("ReadPrepaymentDailyReadLog"))) == b""
    name = "ReadPrepaymentDailyReadLog/KAPublicSecurityCredentials"
    assert certificate(request(branch(name, "MAA="))) == b"\x30\x00"
    with pytest.raises(XmlError, match="base64"):
        certificate(request(branch(name, "MA")))


def parts(row: Mapping) -> list[str] | None:
    """What the row does to a body that says nothing, in the words of the use case tables."""
    asked = request(element(catalogue.variant(row.variant).body_element))
    try:
        payload = row.payload(asked, Known(BROKER), 1)
    except DoorstepError:
        return None
    assert isinstance(payload, AccessRequest)
    return [f"{part.action.name} {part.class_id} {part.obis} {part.attribute}" for part in payload.components]


def test_rows_that_take_nothing_from_the_body_are_those_of_the_use_case_tables() -> None:
    seen = 0
    for row in DLMS:
        found = parts(row)
        if found is not None:
            assert tuple(found) in COMPONENTS[row.use_case.code], row.use_case.name
            seen += 1
    assert seen >= 45


def test_what_is_read_is_not_changed() -> None:
    """A service whose name says that it reads sets nothing; reading may be a method of a protected object."""
    for row in DLMS:
        if catalogue.variant(row.variant).body_element.startswith(("Read", "Retrieve")):
            payload = [line.split()[0] for line in parts(row) or ()]
            assert Action.SET.name not in payload, row.use_case.name
