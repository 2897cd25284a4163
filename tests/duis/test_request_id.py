"""The identifiers of requests and responses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from doorstep.duis.request_id import RequestId
from doorstep.errors import EncodeError, InputError
from doorstep.eui import Eui

USER = Eui.parse("90-B3-D5-1F-30-01-00-00")
METER = Eui.parse("00-DB-12-34-56-78-90-A0")
TEXT = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-A0:1000"

euis = st.binary(min_size=8, max_size=8).map(Eui)
request_ids = st.builds(RequestId, euis, euis, st.integers(0, 2**64 - 1))


def test_both_ways() -> None:
    assert RequestId.parse(TEXT) == RequestId(USER, METER, 1000)
    assert str(RequestId(USER, METER, 1000)) == TEXT


def test_it_is_read_in_either_case_and_written_in_upper_case() -> None:
    assert str(RequestId.parse(TEXT.lower())) == TEXT


def test_the_answer_comes_from_the_other_side_with_the_same_counter() -> None:
    assert str(RequestId.parse(TEXT).answer) == "00-DB-12-34-56-78-90-A0:90-B3-D5-1F-30-01-00-00:1000"


@given(request_ids)
def test_every_one_comes_back(request_id: RequestId) -> None:
    assert RequestId.parse(str(request_id)) == request_id
    assert RequestId.parse(str(request_id).lower()) == request_id
    assert request_id.answer.answer == request_id


@given(request_ids)
def test_the_schema_agrees(schema: etree.XMLSchema, request_id: RequestId) -> None:
    node = etree.Element("{http://www.dccinterface.co.uk/ServiceUserGateway}RequestID")
    node.text = str(request_id)
    # RequestID is no root of the schema's own, but it is a global element, which validates alone.
    assert schema.validate(node)


@pytest.mark.parametrize("counter", ["0", "18446744073709551615"])
def test_the_ends_of_the_counter(counter: str) -> None:
    assert RequestId.parse(f"{USER}:{METER}:{counter}").counter == int(counter)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1000",
        f"{USER}:{METER}",
        f"{USER}:{METER}:",
        f"{USER}:{METER}:01",
        f"{USER}:{METER}:-1",
        f"{USER}:{METER}:+1",
        f"{USER}:{METER}:1.0",
        f"{USER}:{METER}:18446744073709551616",
        f"{USER}:{METER}:٣",
        f"{USER}:{METER}:1:2",
        f" {USER}:{METER}:1",
        f"{USER}:{METER}:1\n",
        f"{USER.hex()}:{METER.hex()}:1",
        f"90-B3-D5-1F-30-01-00:{METER}:1",
        f"90-B3-D5-1F-30-01-00-0G:{METER}:1",
    ],
)
def test_texts_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="not a RequestID"):
        RequestId.parse(text)


@pytest.mark.parametrize("counter", [-1, 2**64])
def test_counters_that_do_not_fit(counter: int) -> None:
    with pytest.raises(EncodeError, match="does not fit 64 bits"):
        RequestId(USER, METER, counter)
