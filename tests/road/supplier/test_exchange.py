"""The DCC says no, or something odd, or returns what was not asked for; and what it pushes."""

from __future__ import annotations

import pytest

from doorstep import duis, gbcs
from doorstep.duis import LocalCommand, PreCommand
from doorstep.eui import Eui
from doorstep.road.machine import Note
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Hand, Place
from doorstep.road.supplier.orders import Order, Route
from tests.duis.bodies.specimens import smallest_alert
from tests.road.supplier.orders import ADJUST, balance, reset, top_up
from tests.road.supplier.parties import (
    DCC,
    KA,
    METER,
    NOW,
    STRANGER,
    SUPPLIER,
    command_of,
    dcc_signs,
    pre_command_of,
    ring,
    says,
)
from tests.road.supplier.rim import Rim, handed, kinds, only, outcome, started


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("E11", "E11: the Service Reference does not apply to the Device's type"),
        ("E17", "E17: no local delivery of this request for this User Role or Device status"),
        ("E65", "E65 (its meaning is not published)"),
    ],
)
@pytest.mark.parametrize("order", [reset(), balance(), balance(route=Route.WAN), balance(route=Route.BOTH)])
@pytest.mark.parametrize("signed", [True, False])
def test_an_error_code_fails_the_delivery(order: Order, code: str, reason: str, signed: bool) -> None:
    rim = started(order)
    rim.answer(says(rim.request, code, signed=signed))
    assert outcome(rim) == (State.FAILED, reason)
    assert rim.delivery().evidence is Evidence.NONE
    assert rim.supplier.deadline() is None


def test_an_error_code_for_the_signed_pre_command_fails_the_delivery() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer(says(rim.request, "E5"))
    assert rim.delivery().state is State.FAILED


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (reset(), "the answer holds no Pre-Command"),
        (balance(), "the answer holds no Local Command"),
    ],
)
def test_an_answer_without_what_was_asked_for_fails_the_delivery(order: Order, reason: str) -> None:
    rim = started(order)
    rim.answer(says(rim.request, "I0"))
    assert outcome(rim) == (State.FAILED, reason)


def test_a_command_that_was_not_asked_for_is_not_delivered() -> None:
    rim = started(balance(route=Route.WAN))
    said = rim.answer(says(rim.request, "I0", LocalCommand(command_of(rim.request))))
    assert only(said, Hand) == []
    assert rim.delivery().state is State.FAILED


@pytest.mark.parametrize(
    "body",
    [
        b"not XML",
        says(duis.service_request(duis.RequestId(SUPPLIER, METER, 99), 2, balance().body), "I99"),
    ],
    ids=["noise", "answer to another request"],
)
def test_an_answer_that_is_not_believed_is_asked_for_again(body: bytes) -> None:
    rim = started(balance())
    rim.answer(body)
    assert rim.delivery().state is State.COMMANDING
    rim.wait(rim.policy.first_retry)
    rim.answer()
    assert rim.delivery().state is State.HANDED


def test_data_without_a_signature_is_never_used() -> None:
    rim = started(balance())
    for _ in range(rim.policy.attempts):
        rim.answer(says(rim.request, "I0", LocalCommand(command_of(rim.request)), signed=False))
        rim.wait(rim.policy.longest_retry)
    assert rim.delivery().state is State.FAILED
    assert "not signed" in rim.delivery().reason
    assert rim.delivery().command == b""


# -- what comes back is not what was asked for ---------------------------------------------------------------


def test_a_pre_command_that_does_not_correlate_is_not_signed() -> None:
    rim = started(reset())
    other = duis.service_request(rim.request.request_id, 4, ADJUST)
    rim.answer(says(rim.request, "I0", PreCommand("4.2", pre_command_of(other))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert reason == "not signed: header.message_code: it differs from what was asked for"
    assert len(rim.posted) == 1


@pytest.mark.parametrize("payload", [b"", b"\xdf", bytes(100)])
def test_a_pre_command_that_is_no_message_is_not_signed(payload: bytes) -> None:
    rim = started(reset())
    rim.answer(says(rim.request, "I0", PreCommand("4.2", payload)))
    assert rim.delivery().state is State.FAILED
    assert rim.delivery().reason.startswith("not signed: ")


def test_without_the_signing_key_nothing_is_sent() -> None:
    rim = Rim(keys=ring(SUPPLIER, KA))
    rim.tell(Place(reset()))
    rim.answer()
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert "no private key" in reason


def test_without_the_prepayment_key_no_top_up_is_sent() -> None:
    rim = Rim(keys=ring(SUPPLIER, KA))
    rim.tell(Place(top_up()))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert "prepayment" in reason
    assert rim.posted == []
    rim.tell(Place(balance("two")))
    assert rim.delivery("two").counter == (1 << 32) + 1


def _wrong_command(rim: Rim) -> bytes:
    """A genuine Command of the DCC, but with the counter of another request."""
    name = duis.RequestId(SUPPLIER, METER, 55)
    return command_of(duis.service_request(name, 2, duis.element("ReadMeterBalance")))


def test_a_local_command_for_another_request_is_not_handed_over() -> None:
    rim = started(balance())
    rim.answer(says(rim.request, "I0", LocalCommand(_wrong_command(rim))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert reason == "not the Command asked for: Originator Counter: 55 where 1 was asked for"
    assert rim.delivery().command == b""


def test_a_local_command_that_holds_other_than_was_signed_is_not_handed_over() -> None:
    rim = started(reset())
    rim.answer()
    payload = rim.request.gbcs_payload
    assert payload is not None
    signed = gbcs.decode(payload)
    forged = gbcs.seal(gbcs.build(signed.header, signed.payload, signature=bytes(64)), ring(DCC, KA), DCC)
    rim.answer(says(rim.request, "I0", LocalCommand(bytes(forged))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert "Signed Pre-Command" in reason


def test_a_bad_copy_is_not_handed_over_but_the_dcc_sends_the_command_all_the_same() -> None:
    rim = started(balance(route=Route.BOTH))
    said = rim.answer(says(rim.request, "I0", LocalCommand(_wrong_command(rim))))
    assert only(said, Hand) == []
    assert rim.delivery().state is State.SENT
    assert rim.delivery().reason.startswith("not the Command asked for")


# -- what it pushes ------------------------------------------------------------------------------------------


def sent() -> Rim:
    rim = started(balance(route=Route.WAN))
    rim.answer()
    assert rim.delivery().state is State.SENT
    return rim


@pytest.mark.parametrize("code", ["E20", "E21"])
def test_a_device_that_the_dcc_did_not_hear_of_leaves_the_outcome_unknown(code: str) -> None:
    rim = sent()
    rim.push(says(rim.request, code))
    state, reason = outcome(rim)
    assert state is State.UNKNOWN
    assert reason.startswith(f"{code}: ")


def test_a_pushed_error_does_not_end_what_the_dcc_is_still_asked_for() -> None:
    """It need not be signed, so it must not keep a Command from being delivered."""
    rim = started(balance())
    assert kinds(rim.push(says(rim.request, "E20", signed=False))) == ["note undelivered"]
    rim.answer()
    assert rim.delivery().state is State.HANDED


@pytest.mark.parametrize(
    ("code", "content", "said"),
    [
        ("I99", None, "I99 of one, and nothing more"),
        ("I0", duis.FutureDatedAlert(0x8F66, b"alert", 1, 1), "I0 of one, and FutureDatedAlert"),
        ("I0", LocalCommand(b"not asked for"), "I0 of one, and LocalCommand"),
    ],
)
def test_other_answers_that_are_pushed_are_noted(
    code: str, content: duis.FutureDatedAlert | LocalCommand | None, said: str
) -> None:
    rim = sent()
    (note,) = only(rim.push(says(rim.request, code, content)), Note)
    assert (note.what, note.why) == ("heard", f"the DCC says {said}")
    assert rim.delivery().state is State.SENT


@pytest.mark.parametrize(("originator", "counter"), [(SUPPLIER, 2), (STRANGER, 1)])
def test_an_answer_to_what_nobody_asked_is_noted(originator: Eui, counter: int) -> None:
    rim = sent()
    name = duis.RequestId(originator, METER, counter)
    request = duis.service_request(name, 1, duis.element("ReadMeterBalance"))
    assert kinds(rim.push(says(request, "E20"))) == ["note unmatched"]
    assert rim.delivery().state is State.SENT


def _alert(alert: duis.Element) -> bytes:
    response = duis.Response(code="I0", response_date_time=NOW, body=duis.DccAlert("N999", alert))
    return dcc_signs(duis.build_response(response))


def _failure_of(name: str) -> bytes:
    device = duis.element("DeviceID", str(METER))
    return _alert(duis.element("CommandFailure", duis.element("CommandRequestID", name), device))


def test_a_command_failure_leaves_the_outcome_unknown() -> None:
    rim = sent()
    rim.push(_failure_of(f"{SUPPLIER}:{METER}:1"))
    assert outcome(rim) == (State.UNKNOWN, "the DCC could not deliver it (N999)")


@pytest.mark.parametrize(
    "alert",
    [
        _failure_of(f"{SUPPLIER}:{METER}:2"),
        _failure_of(f"{STRANGER}:{METER}:1"),
        _alert(smallest_alert("QuarantinedRequest")),
    ],
)
def test_other_alerts_of_the_dcc_are_noted_and_move_nothing(alert: bytes) -> None:
    rim = sent()
    assert {type(said) for said in rim.push(alert)} == {Note}
    assert rim.delivery().state is State.SENT


def test_a_failing_wan_is_not_the_end_of_a_command_that_goes_by_the_ppmid_too() -> None:
    rim = handed(reset(route=Route.BOTH))
    assert kinds(rim.push(says(rim.request, "E20"))) == ["note undelivered"]
    assert rim.delivery().state is State.HANDED


def test_an_alert_of_a_device_is_noted_with_its_code() -> None:
    rim = sent()
    response = duis.Response(code="I0", response_date_time=NOW, body=duis.DeviceAlert(0x8F12, b"alert"))
    (note,) = only(rim.push(dcc_signs(duis.build_response(response))), Note)
    assert (note.what, note.code, note.about) == ("alert", 0x8F12, b"alert")


@pytest.mark.parametrize("body", [b"", b"noise", b"<a/>"])
def test_a_push_that_is_not_believed_moves_nothing(body: bytes) -> None:
    rim = sent()
    assert kinds(rim.push(body)) == ["note disbelieved"]
    assert rim.delivery().state is State.SENT
