"""Bad input, one row each: what the DCC answers, that it says why in its log, and that nothing is done."""

from __future__ import annotations

import pytest

from doorstep.duis import ResponseMessage
from doorstep.road.dcc.events import Answer, WanUp
from doorstep.road.machine import Note
from tests.road.dcc.bad_input import BAD, BEFORE, Bad
from tests.road.dcc.office import CHF, DAY, Office, asked, document, only, read


@pytest.fixture
def office() -> Office:
    """A DCC that reaches the home, and has accepted one request."""
    office = Office()
    office.take(WanUp(CHF))
    assert office.code(BEFORE) == "I99"
    return office


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_it_is_refused_logged_and_not_done(office: Office, bad: Bad) -> None:
    before = dict(office.memory)
    heard = office.post(bad.make(), bad.path)
    answer = only(heard, Answer)
    if isinstance(bad.answer, int):
        assert (answer.status, answer.body) == (bad.answer, b"")
    else:
        response = read(answer.body)
        assert (answer.status, response.code) == (200, bad.answer)
        assert isinstance(response.body, ResponseMessage)
        assert response.body.content is None
    note = only(heard, Note)
    assert note.what in ("denied", "refused")
    assert note.why
    assert [type(event) for event in heard] == [Note, Answer]
    assert office.memory == before


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_the_next_good_request_is_served(office: Office, bad: Bad) -> None:
    office.post(bad.make(), bad.path)
    assert office.code(asked(1, 70)) == "I99"


@pytest.mark.parametrize("days", [-1, 36_600], ids=["not yet valid", "expired"])
def test_a_certificate_outside_its_dates(office: Office, days: int) -> None:
    body = document(asked(1, 60))
    office.now += days * DAY
    assert only(office.post(body, "/api/v1/serviceS"), Answer).status == 400
