"""What can go wrong between supplier, DCC and PPMID, and what is then known."""

from __future__ import annotations

import pytest

from doorstep import duis, gbcs
from doorstep.duis import LocalCommand, PreCommand
from doorstep.road.machine import Note
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Answered, Hand, Place, RelayOnline, SendRequest
from doorstep.road.supplier.orders import Order, Route
from doorstep.road.supplier.policy import Policy
from tests.road.supplier.orders import ADJUST, balance, enable, reset, top_up
from tests.road.supplier.parties import (
    DCC,
    KA,
    METER,
    NOW,
    PPMID,
    STRANGER,
    SUPPLIER,
    command_of,
    dcc_signs,
    pre_command_of,
    response_to,
    ring,
    says,
)
from tests.road.supplier.rim import Rim, kinds, only


def placed(order: Order) -> Rim:
    rim = Rim()
    rim.tell(RelayOnline(PPMID))
    rim.tell(Place(order))
    return rim


def outcome(rim: Rim, name: str = "one") -> tuple[State, str]:
    delivery = rim.delivery(name)
    return delivery.state, delivery.reason


# -- the gateway does not answer ----------------------------------------------------------------------------


def test_a_request_is_posted_again_with_longer_and_longer_waits() -> None:
    rim = Rim(Policy(attempts=6, first_retry=1_000, longest_retry=5_000))
    rim.tell(Place(reset()))
    document = rim.posted[0].body
    waits = []
    for _ in range(5):
        assert only(rim.answer(status=None), SendRequest) == []
        due = rim.supplier.deadline()
        assert due is not None
        waits.append(due - rim.now)
        (again,) = only(rim.wait(due - rim.now), SendRequest)
        assert (again.request, again.body) == ("transform:one", document)
    assert waits == [1_000, 2_000, 4_000, 5_000, 5_000]
    rim.answer(status=None)
    assert outcome(rim) == (State.FAILED, "gateway unreachable")
    assert rim.supplier.deadline() is None


@pytest.mark.parametrize("order", [reset(), balance(), reset(route=Route.WAN), reset(route=Route.BOTH)])
def test_an_answer_to_a_later_attempt_is_as_good_as_any(order: Order) -> None:
    rim = placed(order)
    rim.answer(status=None)
    rim.wait(rim.policy.first_retry)
    rim.answer()
    assert rim.delivery().state in (State.COMMANDING, State.HANDED)


def give_up(rim: Rim, status: int | None) -> None:
    for _ in range(rim.policy.attempts):
        rim.answer(status=status)
        rim.wait(rim.policy.longest_retry)


@pytest.mark.parametrize(
    ("route", "status", "state"),
    [
        (Route.PPMID, None, State.FAILED),
        (Route.HHT, None, State.FAILED),
        (Route.WAN, 503, State.FAILED),
        (Route.BOTH, 503, State.FAILED),
        # The DCC may have had the request, and may be sending the Command: that nobody can rule out.
        (Route.WAN, None, State.UNKNOWN),
        (Route.BOTH, None, State.UNKNOWN),
    ],
)
def test_a_gateway_that_stays_away_is_given_up(route: Route, status: int | None, state: State) -> None:
    rim = placed(balance(route=route))
    give_up(rim, status)
    assert rim.delivery().state is state
    assert rim.delivery().reason.startswith("gateway unreachable")
    assert len(rim.posted) == rim.policy.attempts
    assert rim.supplier.deadline() is None


def test_an_error_after_a_lost_answer_does_not_prove_that_nothing_was_sent() -> None:
    rim = placed(balance(route=Route.WAN))
    rim.answer(status=None)
    rim.wait(rim.policy.first_retry)
    rim.answer(says(rim.request, "E4"))
    assert rim.delivery().state is State.UNKNOWN


def test_a_signed_pre_command_is_posted_again_as_the_same_document() -> None:
    rim = placed(reset())
    rim.answer()
    first = rim.posted[-1]
    rim.answer(status=500)
    (again,) = only(rim.wait(rim.policy.first_retry), SendRequest)
    assert again == first


@pytest.mark.parametrize("status", [301, 400, 405, 413])
def test_a_request_that_the_gateway_will_not_look_at_fails_at_once(status: int) -> None:
    rim = placed(balance())
    rim.answer(b"", status)
    assert outcome(rim) == (State.FAILED, f"the gateway answered HTTP {status}")


def test_an_answer_that_nobody_waits_for_is_ignored() -> None:
    rim = placed(balance())
    for name in ("command:two", "transform:one", "return:one", "one", "", "x:one"):
        assert kinds(rim.tell(Answered(name, 200, b""))) == ["note ignored"]
    rim.answer()
    before = rim.delivery()
    assert kinds(rim.answer()) == ["note ignored"]
    assert rim.delivery() == before


# -- the DCC says no, or something odd ----------------------------------------------------------------------


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
    rim = placed(order)
    rim.answer(says(rim.request, code, signed=signed))
    assert outcome(rim) == (State.FAILED, reason)
    assert rim.delivery().evidence is Evidence.NONE
    assert rim.supplier.deadline() is None


def test_an_error_code_for_the_signed_pre_command_fails_the_delivery() -> None:
    rim = placed(reset())
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
    rim = placed(order)
    rim.answer(says(rim.request, "I99"))
    assert outcome(rim) == (State.FAILED, reason)


def test_a_command_that_was_not_asked_for_is_not_delivered() -> None:
    rim = placed(balance(route=Route.WAN))
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
    rim = placed(balance())
    rim.answer(body)
    assert rim.delivery().state is State.COMMANDING
    rim.wait(rim.policy.first_retry)
    rim.answer()
    assert rim.delivery().state is State.HANDED


def test_data_without_a_signature_is_never_used() -> None:
    rim = placed(balance())
    for _ in range(rim.policy.attempts):
        rim.answer(says(rim.request, "I0", LocalCommand(command_of(rim.request)), signed=False))
        rim.wait(rim.policy.longest_retry)
    assert rim.delivery().state is State.FAILED
    assert "not signed" in rim.delivery().reason
    assert rim.delivery().command == b""


# -- what comes back is not what was asked for --------------------------------------------------------------


def test_a_pre_command_that_does_not_correlate_is_not_signed() -> None:
    rim = placed(reset())
    other = duis.service_request(rim.request.request_id, 4, ADJUST)
    rim.answer(says(rim.request, "I0", PreCommand("4.2", pre_command_of(other))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert reason == "not signed: header.message_code: it differs from what was asked for"
    assert len(rim.posted) == 1


@pytest.mark.parametrize("payload", [b"", b"\xdf", bytes(100)])
def test_a_pre_command_that_is_no_message_is_not_signed(payload: bytes) -> None:
    rim = placed(reset())
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
    rim = placed(balance())
    rim.answer(says(rim.request, "I0", LocalCommand(_wrong_command(rim))))
    state, reason = outcome(rim)
    assert state is State.FAILED
    assert reason == "not the Command asked for: Originator Counter: 55 where 1 was asked for"
    assert rim.delivery().command == b""


def test_a_local_command_that_holds_other_than_was_signed_is_not_handed_over() -> None:
    rim = placed(reset())
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
    rim = placed(balance(route=Route.BOTH))
    said = rim.answer(says(rim.request, "I0", LocalCommand(_wrong_command(rim))))
    assert only(said, Hand) == []
    assert rim.delivery().state is State.SENT
    assert rim.delivery().reason.startswith("not the Command asked for")


# -- the PPMID ----------------------------------------------------------------------------------------------


def handed(order: Order) -> Rim:
    rim = placed(order)
    rim.answer()
    if order.critical:
        rim.answer()
    if order.route is Route.BOTH:
        rim.push(says(rim.request, "I0", LocalCommand(command_of(rim.request))))
    assert rim.delivery().state is State.HANDED
    return rim


def test_a_refusal_of_the_ppmid_is_the_outcome() -> None:
    rim = handed(reset())
    rim.report("one", "refused", "no tunnel")
    assert outcome(rim) == (State.REFUSED, "the PPMID refused it: no tunnel")
    assert rim.supplier.deadline() is None


def test_when_nobody_answers_the_ppmid_the_outcome_is_unknown_and_never_done() -> None:
    rim = handed(reset())
    rim.report("one", "accepted")
    rim.report("one", "unanswered")
    assert outcome(rim) == (State.UNKNOWN, "nobody answered the PPMID")
    assert rim.delivery().evidence is Evidence.HANDED


@pytest.mark.parametrize("stage", ["refused", "unanswered"])
def test_a_copy_that_the_ppmid_cannot_bring_leaves_the_one_over_the_wan(stage: str) -> None:
    rim = handed(reset(route=Route.BOTH))
    rim.report("one", stage)
    assert rim.delivery().state is State.SENT
    rim.push(says(rim.request, "I0", duis.GbcsPayload(response_to(rim.delivery().command))))
    assert rim.delivery().state is State.EXECUTED


@pytest.mark.parametrize("stage", ["accepted", "received", "refused", "unanswered"])
def test_another_relay_s_word_moves_nothing(stage: str) -> None:
    rim = handed(reset())
    before = rim.delivery()
    assert kinds(rim.report("one", stage, relay=STRANGER)) == ["note ignored"]
    assert rim.delivery() == before


@pytest.mark.parametrize(("name", "stage"), [("two", "received"), ("one", "vanished"), ("", "")])
def test_a_report_of_nothing_known_is_noted(name: str, stage: str) -> None:
    rim = handed(reset())
    assert kinds(rim.report(name, stage)) == ["note ignored"]


def test_reports_out_of_order_and_twice_take_nothing_back() -> None:
    rim = handed(reset())
    rim.report("one", "received")
    before = rim.delivery()
    for stage in ("accepted", "received", "refused", "unanswered"):
        rim.report("one", stage)
    assert rim.delivery() == before


def test_a_report_after_the_wait_is_over_is_evidence_but_decides_nothing() -> None:
    rim = handed(reset())
    rim.report("one", "unanswered")
    rim.report("one", "received")
    delivery = rim.delivery()
    assert (delivery.state, delivery.evidence) == (State.UNKNOWN, Evidence.RECEIVED)


# -- the WAN ------------------------------------------------------------------------------------------------


def sent() -> Rim:
    rim = placed(balance(route=Route.WAN))
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


def _alert(name: str, *content: duis.Element) -> bytes:
    alert = duis.DccAlert("N999", duis.element(name, *content))
    response = duis.Response(code="I0", response_date_time=NOW, body=alert)
    return dcc_signs(duis.build_response(response))


def _failure_of(name: str) -> bytes:
    return _alert(
        "CommandFailure", duis.element("CommandRequestID", name), duis.element("DeviceID", str(METER))
    )


def test_a_command_failure_leaves_the_outcome_unknown() -> None:
    rim = sent()
    rim.push(_failure_of(f"{SUPPLIER}:{METER}:1"))
    assert outcome(rim) == (State.UNKNOWN, "the DCC could not deliver it (N999)")


@pytest.mark.parametrize(
    "alert",
    [
        _failure_of(f"{SUPPLIER}:{METER}:2"),
        _failure_of(f"{STRANGER}:{METER}:1"),
        _failure_of("nonsense"),
        _alert("CommandFailure"),
        _alert("QuarantinedRequest"),
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


# -- patience -----------------------------------------------------------------------------------------------

HOUR = 3_600_000


@pytest.mark.parametrize("route", [Route.WAN, Route.PPMID, Route.BOTH])
def test_without_a_response_in_time_the_outcome_of_what_was_let_out_is_unknown(route: Route) -> None:
    rim = placed(balance(route=route, patience=HOUR))
    rim.answer()
    assert rim.delivery().state in (State.SENT, State.HANDED)
    rim.wait(HOUR - 1)
    assert rim.delivery().state in (State.SENT, State.HANDED)
    rim.wait(1)
    assert outcome(rim) == (State.UNKNOWN, "no Response in time")
    assert rim.supplier.deadline() is None


def test_a_command_that_never_left_cannot_have_been_executed() -> None:
    rim = Rim()
    rim.tell(Place(balance(patience=HOUR)))
    rim.answer()
    rim.wait(HOUR)
    assert outcome(rim) == (State.FAILED, "not sent in time")
    assert rim.tell(RelayOnline(PPMID)) == []


@pytest.mark.parametrize(
    ("order", "state"),
    [
        (reset(patience=HOUR), State.FAILED),
        (balance(patience=HOUR), State.FAILED),
        (balance(route=Route.WAN, patience=HOUR), State.UNKNOWN),
        (balance(route=Route.BOTH, patience=HOUR), State.UNKNOWN),
    ],
)
def test_patience_may_end_while_the_gateway_keeps_silent(order: Order, state: State) -> None:
    rim = placed(order)
    rim.wait(HOUR)
    assert rim.delivery().state is state
    rim.answer()
    assert rim.delivery().state is state
    assert rim.supplier.deadline() is None


def test_a_late_acknowledgement_is_evidence_that_the_command_was_made() -> None:
    rim = placed(balance(route=Route.WAN, patience=HOUR))
    rim.wait(HOUR)
    rim.answer()
    assert (rim.delivery().state, rim.delivery().evidence) == (State.UNKNOWN, Evidence.ISSUED)


def test_patience_counts_from_the_order_not_from_the_last_thing_that_happened() -> None:
    rim = placed(enable(patience=HOUR))
    rim.wait(HOUR // 2)
    rim.answer()
    rim.wait(HOUR // 2 - 1)
    rim.answer()
    rim.wait(1)
    assert rim.delivery().state is State.UNKNOWN
    assert rim.delivery().changed == NOW + HOUR
