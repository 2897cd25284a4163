"""Response Codes and DCC Alert Codes, against the schema."""

from __future__ import annotations

import pytest
from lxml import etree

from doorstep.duis import codes
from doorstep.duis.codes import response_code
from doorstep.errors import Unsupported
from tests.duis.test_catalogue import enumeration
from tests.reference import shared


def test_the_legal_codes_are_those_of_the_schema() -> None:
    assert set(codes.RESPONSE_CODES) == enumeration("ResponseCode")


def test_the_legal_alert_codes_are_those_of_the_schema() -> None:
    root = etree.parse(shared("schema/DUIS-Schema-V5.4.xsd")).getroot()
    (node,) = (node for node in root.iter("{*}element") if node.get("name") == "DCCAlertCode" and len(node))
    assert {value.get("value") for value in node.iter("{*}enumeration")} == codes.DCC_ALERT_CODES


def test_a_meaning_is_given_only_where_one_is_published() -> None:
    known = {row.code for row in codes.RESPONSE_CODES.values() if row.meaning}
    assert known == {f"I{number}" for number in (0, 99)} | {
        f"E{number}" for number in (1, 2, 3, 4, 5, 11, 12, 13, 17, 19, 20, 21, 30)
    }
    assert {getattr(codes, name) for name in codes.__all__ if name[0] in "IE" and name[1:].isdigit()} == known


def test_a_row() -> None:
    assert response_code(codes.E12).meaning == "the Command Variant does not apply to the request"
    assert response_code("E081301").meaning is None


@pytest.mark.parametrize(
    ("code", "error"), [("I0", False), ("I99", False), ("W110101", False), ("E110101", True)]
)
def test_what_failed(code: str, error: bool) -> None:
    assert response_code(code).is_error == error


@pytest.mark.parametrize("code", ["", "i0", "E0", "E6", "E990101"])
def test_what_is_none(code: str) -> None:
    with pytest.raises(Unsupported, match="is not a DUIS Response Code"):
        response_code(code)
