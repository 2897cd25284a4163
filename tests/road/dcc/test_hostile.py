"""Anything at all at the gateway and from the WAN: never an exception, never too much of anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.duis import element, signed_pre_command
from doorstep.duis.command_variant import Service
from doorstep.eui import Eui
from doorstep.road.dcc.book import Book
from doorstep.road.dcc.events import (
    Answer,
    DccInput,
    FromWan,
    Posted,
    Push,
    Pushed,
    ToWan,
    WanDown,
    WanUp,
)
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.records import Queued
from tests.duis.bodies.specimens import smallest
from tests.duis.unchecked import with_body
from tests.road.dcc.office import (
    CHF,
    DAY,
    ENABLE,
    MINUTE,
    NEIGHBOUR,
    NEXT_CHF,
    OPERATOR,
    SECOND,
    SERVICE_D,
    STRANGER,
    SUPPLIER,
    Office,
    alert,
    asked,
    document,
    local_command,
    notes,
    of,
    only,
    response_to,
    returned,
    service_of,
    signed,
)

RESPONSE = response_to(local_command(Office().answer(signed(6))))
MESSAGES = [alert(), RESPONSE, local_command(Office().answer(asked(2)))]
DOCUMENTS = [document(asked(2)), document(signed(6)), document(returned(RESPONSE))]


@st.composite
def spoilt(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """An original with a few bytes changed, put in or taken out."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


@settings(deadline=None)
@given(st.binary(max_size=300) | spoilt(DOCUMENTS), st.sampled_from([service.path for service in Service]))
def test_any_body(body: bytes, path: str) -> None:
    answer = only(Office().post(body, path), Answer)
    assert answer.status in (200, 400)
    assert (answer.status == 200) is (answer.body != b"")


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=40), st.text(max_size=40), st.binary(max_size=20))
def test_any_http_request(method: str, path: str, content_type: str, body: bytes) -> None:
    heard = Office().take(Posted("exchange", method, path, content_type, body))
    assert only(heard, Answer).status in (400, 404, 405, 415)


@settings(deadline=None)
@given(st.binary(max_size=300) | spoilt(MESSAGES), st.sampled_from([CHF, NEXT_CHF, STRANGER]))
def test_any_message_from_the_wan(message: bytes, hub: Eui) -> None:
    """Only an Alert that is still the one its Device signed comes through."""
    office = Office()
    heard = office.hear(message, hub)
    if (message, hub) == (alert(), CHF):
        assert len(of(heard, Push)) == 1
    else:
        assert notes(heard) == ["refused"]
        assert office.memory == {}


THRESHOLD = "UpdatePaymentMode/Prepayment/DisablementThreshold"
ADJUSTMENT = "UpdateMeterBalance/CreditMode/AdjustMeterBalance"
FLAGS = {"Prepayment": (element("SuspendDebtDisabled", "true"), element("SuspendDebtEmergency", "true"))}
TEXT = st.integers().map(str) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30
)


@pytest.mark.parametrize(
    ("variant", "path"),
    [
        (2, "TopUpDevice/UTRN"),
        (4, THRESHOLD),
        (4, ADJUSTMENT),
    ],
)
@settings(deadline=None)
@given(text=TEXT)
def test_any_text_in_a_body(variant: int, path: str, text: str) -> None:
    """The User signed it, but may have meant harm, or not looked."""
    *outer, inner = path.split("/")
    body = element(inner, text)
    for name in reversed(outer):
        body = element(name, *FLAGS.get(name, ()), body)
    heard = Office().post(with_body(asked(variant, body=smallest(body.name)), body))
    assert only(heard, Answer).status in (200, 400, 501)


@settings(deadline=None)
@given(st.binary(max_size=200) | spoilt([signed(6).gbcs_payload or b""]))
def test_any_signed_pre_command(payload: bytes) -> None:
    office = Office()
    request = signed_pre_command(asked(4, body=ENABLE), 6, payload)
    good = payload == signed(6).gbcs_payload
    assert only(office.post(request), Answer).status == (200 if good else 400)


@settings(deadline=None)
@given(st.binary(max_size=200) | spoilt([RESPONSE]))
def test_any_returned_response(payload: bytes) -> None:
    office = Office()
    office.answer(signed(6))
    assert only(office.post(returned(payload)), Answer).status == (200 if payload == RESPONSE else 400)


SMALL = DccPolicy(answers_kept=3, commands_kept=3, wan_outstanding=2, pushes_waiting=2)
# Of pushes: two that wait for each of two Users; three Responses to Commands that were accepted before, and
# two that could not be delivered.
BOUNDS = {"kept:": 3, "issued:": 3, "wan:": 2, "counter:": 3, "push:": 9}
COMMANDS = {counter: local_command(Office().answer(asked(2, counter))) for counter in (1, 2, 3)}
REQUESTS = [
    *(asked(variant, counter) for variant in (1, 2, 3) for counter in (1, 2, 3)),
    *(signed(variant, counter) for variant in (5, 6, 7) for counter in (4, 5)),
    *(asked(4, counter, ENABLE) for counter in (4, 5)),
    asked(1, 1, target=NEIGHBOUR),
    asked(1, 1, originator=OPERATOR),
    returned(response_to(COMMANDS[1])),
]
INPUTS: list[DccInput | int] = [
    *(
        Posted("exchange", "POST", path, "application/xml", document(request))
        for request in REQUESTS
        for path in {service_of(request), SERVICE_D}
    ),
    *(FromWan(CHF, response_to(command)) for command in COMMANDS.values()),
    *(FromWan(hub, alert(user=user)) for hub in (CHF, NEXT_CHF) for user in (SUPPLIER, OPERATOR)),
    *(kind(hub) for kind in (WanUp, WanDown) for hub in (CHF, NEXT_CHF)),
    *(Pushed(str(number), status) for number in range(4) for status in (204, 500, None)),
    *(SECOND, MINUTE, DAY, 7 * DAY),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(INPUTS), max_size=40), st.booleans())
def test_any_inputs_in_any_order(inputs: list[DccInput | int], restart: bool) -> None:
    """Every exchange is answered once, no book outgrows its bound, and nobody waits for what is over."""
    office = Office(SMALL)
    for place, each in enumerate(inputs):
        if isinstance(each, int):
            heard = office.wait(each)
            assert of(heard, Answer) == []
        else:
            heard = office.take(each)
            assert len(of(heard, Answer)) == isinstance(each, Posted)
        due = office.dcc.deadline()
        assert due is None or due > office.now
        for front, most in BOUNDS.items():
            assert sum(name.startswith(front) for name in office.memory) <= most
        if restart and place == len(inputs) // 2:
            office = office.restarted(SMALL)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(INPUTS), max_size=40))
def test_a_restart_owes_what_was_owed(inputs: list[DccInput | int]) -> None:
    """After anything: what memory says is on its way is what the next DCC sends and pushes."""
    office = Office(SMALL)
    for each in inputs:
        if isinstance(each, int):
            office.wait(each)
        else:
            office.take(each)
    again = office.restarted(SMALL)
    heard = again.take(WanUp(CHF)) + again.take(WanUp(NEXT_CHF))
    waiting = Book("push:", Queued, office.memory).items()
    assert {push.user for push in of(heard, Push)} == {queued.user for _name, queued in waiting}
    assert len(of(heard, ToWan)) == sum(name.startswith("wan:") for name in office.memory)
