"""Who holds a key may still mean harm: well-signed messages, whatever is in them, are handled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.duis import element, signed_pre_command
from doorstep.errors import DoorstepError
from doorstep.gbcs import Cra, GroupingHeader, decode_payload
from doorstep.gbcs.payloads import encode_payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis
from doorstep.road.dcc.events import Answer, WanUp
from tests.duis.bodies.specimens import smallest
from tests.road.dcc.office import (
    CHF,
    ESME,
    EVERYBODY,
    SUPPLIER,
    Office,
    alert,
    asked,
    local_command,
    notes,
    only,
    response_to,
    sent,
    signed,
)
from tests.road.dcc.test_effects import command as credentials
from tests.road.dcc.test_held import CREDIT

COMMAND = gbcs.decode(signed(6, 10).gbcs_payload or b"")
DATED = gbcs.decode(signed(6, 10, CREDIT).gbcs_payload or b"")
ALERT = gbcs.decode(alert())
RESPONSE = gbcs.decode(response_to(local_command(Office().answer(signed(6, 10)))))


@st.composite
def resigned(draw: st.DrawFn, original: gbcs.Message) -> bytes:
    """The message with some bytes of its content changed, and signed anew by who signed it."""
    content = bytearray(encode_payload(original.payload))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(content)))
        content[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    try:
        payload = decode_payload(bytes(content), original.header)
        return bytes(gbcs.sign(gbcs.build(original.header, payload), EVERYBODY))
    except DoorstepError:
        return bytes(original)


@pytest.mark.parametrize("original", [COMMAND, DATED], ids=["now", "dated"])
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_user_that_signs_anything(original: gbcs.Message, data: st.DataObject) -> None:
    office = Office()
    body = element("EnableSupply") if original is COMMAND else CREDIT
    request = signed_pre_command(asked(4, 10, body), 6, data.draw(resigned(original)))
    assert only(office.post(request), Answer).status in (200, 400)
    assert office.restarted().memory == office.memory


@pytest.mark.parametrize("attribute", [-128, -1, 0, 127])
def test_a_command_that_dates_what_no_meter_has(attribute: int) -> None:
    when = Data(Tag.OCTET_STRING, bytes.fromhex("07EA0C18FF0000000080 0000"))
    part = Component(Action.SET, 9000, Obis(b"\xff" * 6), attribute, when)
    header = GroupingHeader(Cra.COMMAND, 10, SUPPLIER, ESME, COMMAND.header.message_code)
    message = gbcs.sign(gbcs.build(header, AccessRequest(0x2000000A, (part,))), EVERYBODY)
    office = Office()
    request = signed_pre_command(asked(4, 10, element("EnableSupply")), 6, bytes(message))
    assert only(office.post(request), Answer).status == 200


@pytest.mark.parametrize("role", [0, 2, 6, 99, 127])
def test_credentials_of_a_party_that_nobody_knows(role: int) -> None:
    message = bytes(gbcs.sign(credentials(role), EVERYBODY))
    request = signed_pre_command(asked(4, 10, smallest("UpdateSecurityCredentialsKRP")), 5, message)
    office = Office()
    office.take(WanUp(CHF))
    heard = office.post(request)
    assert only(heard, Answer).status == 200
    assert len(sent(heard)) == 1


@settings(deadline=None, max_examples=60)
@given(resigned(ALERT))
def test_a_device_that_signs_any_alert(message: bytes) -> None:
    office = Office()
    heard = office.hear(message)
    assert notes(heard) in ([], ["refused"])
    assert office.restarted().dcc.deadline() is not None or notes(heard) == ["refused"]


@settings(deadline=None, max_examples=60)
@given(resigned(RESPONSE))
def test_a_device_that_signs_any_response(message: bytes) -> None:
    office = Office()
    office.answer(signed(6, 10))
    assert notes(office.hear(message)) in ([], ["refused"])
