"""Each route from order to outcome when all goes well; placing, top-ups, and the end of patience."""

from __future__ import annotations

import pytest

from doorstep import duis, gbcs
from doorstep.duis import LocalCommand
from doorstep.duis.request_id import RequestId
from doorstep.gbcs import utrn
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Hand, Place, RelayOnline, SendRequest
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import (
    DCC,
    KA,
    METER,
    METER_2,
    NOW,
    PP_KA,
    PPMID,
    SUPPLIER,
    command_of,
    key,
    pre_command_of,
    request_in,
    response_to,
    ring,
    says,
)
from tests.road.supplier.rim import Rim, kinds, only, outcome, started


def posted(rim: Rim) -> list[tuple[str, int, str]]:
    """Path, Command Variant and RequestID of every request so far."""
    requests = [(post.path, request_in(post.body)) for post in rim.posted]
    return [(path, request.command_variant, str(request.request_id)) for path, request in requests]


NAME = f"{SUPPLIER}:{METER}:1"


def test_not_critical_over_the_wan() -> None:
    rim = started(balance(route=Route.WAN))
    assert kinds(rim.said) == ["remember", "placed", "remember", "commanding", "send command:one"]
    assert kinds(rim.answer()) == ["remember", "sent"]
    assert rim.delivery().evidence is Evidence.ISSUED
    response = response_to(command_of(rim.request))
    assert kinds(rim.push(says(rim.request, "I0", duis.GbcsPayload(response)))) == ["remember", "executed"]
    assert posted(rim) == [("/api/v1/serviceS", 1, NAME)]
    done = rim.delivery()
    assert (done.evidence, done.response, done.use_case, done.message_code) == (
        Evidence.RESPONSE,
        response,
        "ECS82",
        0x0069,
    )


@pytest.mark.parametrize("route", [Route.PPMID, Route.HHT])
def test_not_critical_by_a_relay(route: Route) -> None:
    rim = started(balance(route=route))
    rim.answer()
    assert kinds(rim.said) == ["remember", "waiting", "remember", "handed", "hand one"]
    assert posted(rim) == [("/api/v1/serviceD", 2, NAME)]
    assert rim.delivery().command == command_of(rim.request)


@pytest.mark.parametrize("in_the_answer", [True, False], ids=["copy in the answer", "copy pushed"])
def test_not_critical_by_both_ways(in_the_answer: bool) -> None:
    rim = started(balance(route=Route.BOTH))
    command = command_of(rim.request)
    copy = says(rim.request, "I0", LocalCommand(command))
    if in_the_answer:
        said = rim.answer(copy)
    else:
        assert kinds(rim.answer()) == ["remember", "sent"]
        said = rim.push(copy)
    assert kinds(said)[-3:] == ["remember", "handed", "hand one"]
    assert posted(rim) == [("/api/v1/serviceS", 3, NAME)]
    assert rim.delivery().command == command
    rim.push(says(rim.request, "I0", duis.GbcsPayload(response_to(command))))
    assert rim.delivery().state is State.EXECUTED


def test_the_copy_may_even_come_before_the_acknowledgement() -> None:
    rim = started(balance(route=Route.BOTH))
    rim.push(says(rim.request, "I0", LocalCommand(command_of(rim.request))))
    assert rim.delivery().state is State.HANDED
    assert kinds(rim.answer()) == ["note ignored"]
    assert rim.delivery().state is State.HANDED


@pytest.mark.parametrize(
    ("route", "number", "path"),
    [
        (Route.WAN, 5, "/api/v1/serviceS"),
        (Route.PPMID, 6, "/api/v1/serviceD"),
        (Route.HHT, 6, "/api/v1/serviceD"),
        (Route.BOTH, 7, "/api/v1/serviceS"),
    ],
)
def test_a_critical_order_is_transformed_checked_signed_and_sent(
    route: Route, number: int, path: str
) -> None:
    rim = started(reset(route=route))
    pre_command = pre_command_of(rim.request)
    assert kinds(rim.answer()) == ["note signed", "remember", "commanding", "send command:one"]
    assert posted(rim) == [("/api/v1/serviceT", 4, NAME), (path, number, NAME)]
    signed = rim.request.gbcs_payload
    assert signed is not None
    assert signed[:-65] == pre_command
    assert gbcs.verify(gbcs.decode(signed), ring(METER)).signature is gbcs.Verdict.VERIFIED
    assert rim.delivery().use_case == "ECS04b"


def test_the_command_is_handed_as_the_dcc_returned_it() -> None:
    rim = started(reset())
    rim.answer()
    command = command_of(rim.request)
    (hand,) = only(rim.answer(), Hand)
    assert hand == Hand(PPMID, "one", command)
    assert rim.delivery().command is hand.command


def test_a_response_that_came_by_the_ppmid_is_returned_to_the_dcc() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer()
    assert kinds(rim.report("one", "accepted")) == ["remember", "handed"]
    assert rim.delivery().evidence is Evidence.HANDED
    assert kinds(rim.report("one", "received")) == ["remember", "received"]
    assert rim.delivery().evidence is Evidence.RECEIVED
    response = response_to(rim.delivery().command)
    assert kinds(rim.report("one", "response", message=response)) == [
        "remember",
        "executed",
        "send return:one",
    ]
    assert posted(rim)[-1] == ("/api/v1/serviceD", 8, f"{SUPPLIER}:{DCC}:1")
    body = rim.request.body
    assert body.name == "ReturnLocalCommandResponse"
    assert body.text_of("OriginalRequestID") == NAME
    assert body.bytes_of("DeviceGBCSResponse") == response
    assert kinds(rim.answer()) == ["remember", "note returned"]


def test_a_response_that_the_dcc_pushed_is_not_returned_to_it() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer()
    response = response_to(rim.delivery().command)
    said = rim.push(says(rim.request, "I0", duis.GbcsPayload(response)))
    assert kinds(said) == ["remember", "executed"]
    assert kinds(rim.report("one", "response", message=response)) == ["note duplicate"]
    assert not only(rim.said, SendRequest)


def test_an_effect_seen_on_the_home_s_network_is_evidence_but_no_outcome() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer()
    rim.report("one", "received")
    rim.report("one", "effect", "balance 0")
    delivery = rim.delivery()
    assert (delivery.state, delivery.evidence) == (State.RECEIVED, Evidence.EFFECT)
    assert delivery.reason == "seen on the home's network: balance 0"
    rim.wait(30 * 24 * HOUR)
    assert rim.delivery().state is State.UNKNOWN
    assert rim.delivery().reason == "no Response in time; seen on the home's network: balance 0"


# -- top-ups -------------------------------------------------------------------------------------------------


def test_the_utrn_of_a_top_up_is_issued_for_the_counter_of_its_command() -> None:
    rim = Rim()
    rim.tell(Place(balance("before", Route.WAN)))
    rim.answer()
    rim.tell(Place(top_up(pence=1250, route=Route.WAN)))
    assert rim.request.request_id == RequestId(SUPPLIER, METER, 0x1_0000_0000)
    digits = rim.request.body.text_of("UTRN")
    assert rim.delivery().utrn == digits
    token = utrn.parse(digits)
    assert (token.pence, token.truncated_counter) == (1250, 1)
    # The Device checks it with its own key and the supplier's prepayment certificate.
    store = gbcs.MemoryKeyStore(
        private={(METER, KA): key(METER, KA)},
        public={(SUPPLIER, PP_KA): key(SUPPLIER, PP_KA).public_key()},
    )
    utrn.verify(token, gbcs.KeyRing(store), SUPPLIER, METER, 0x1_0000_0000)


def test_a_utrn_that_the_caller_has_is_sent_as_it_is() -> None:
    body = duis.element("TopUpDevice", duis.element("UTRN", "73946144332040217315"))
    rim = started(Order("one", "2.2", METER, body, Route.WAN))
    assert rim.request.body == body
    assert rim.delivery().utrn == ""


def test_a_top_up_by_the_ppmid() -> None:
    rim = started(top_up())
    assert posted(rim) == [("/api/v1/serviceD", 2, f"{SUPPLIER}:{METER}:{1 << 32}")]
    rim.answer()
    rim.report("one", "response", message=response_to(rim.delivery().command))
    assert (rim.delivery().state, rim.delivery().use_case) == (State.EXECUTED, "CS01a")


# -- placing -------------------------------------------------------------------------------------------------


def test_an_order_placed_again_changes_nothing() -> None:
    rim = started(reset())
    assert kinds(rim.tell(Place(reset()))) == ["note ignored"]
    assert kinds(rim.tell(Place(enable()))) == ["note ignored"]
    assert rim.delivery().variant == "1.5"
    assert len(rim.posted) == 1


def test_the_dcc_is_asked_for_one_command_of_a_device_at_a_time_in_the_order_of_the_counters() -> None:
    """It would refuse a counter under one that it has seen, and two requests may overtake each other."""
    rim = Rim()
    for order in (enable("one"), top_up("two"), balance("three"), balance("else", target=METER_2)):
        rim.tell(Place(order))
    assert [post.request for post in rim.posted] == ["transform:one", "command:else"]
    rim.answer()
    turns = []
    rim.posted = rim.posted[:1]
    while rim.delivery("three").state is not State.WAITING:
        turns.append(rim.posted[-1].request)
        rim.answer()
    assert turns == ["transform:one", "command:one", "command:two", "command:three"]


@pytest.mark.parametrize("how", ["an error", "no gateway", "no patience"])
def test_an_order_that_fails_lets_the_next_one_have_its_turn(how: str) -> None:
    rim = Rim()
    rim.tell(Place(balance("one", patience=200_000)))
    rim.tell(Place(balance("two")))
    assert kinds(rim.said) == ["note voids", "remember", "placed"]
    if how == "an error":
        rim.answer(says(rim.request, "E5"))
    elif how == "no patience":
        rim.wait(200_000)
    else:
        for _ in range(rim.policy.attempts):
            rim.answer(status=503)
            rim.wait(32_000)
    assert rim.delivery("one").state is State.FAILED
    assert rim.posted[-1].request == "command:two"


def test_an_order_may_run_out_of_patience_before_its_turn_comes() -> None:
    rim = Rim()
    rim.tell(Place(balance("one")))
    rim.tell(Place(balance("two", patience=1_000)))
    rim.wait(1_000)
    assert (rim.delivery("two").state, rim.delivery("two").reason) == (State.FAILED, "not sent in time")
    assert kinds(rim.answer()) == ["remember", "waiting"]


def test_the_orders_of_one_device_have_rising_counters_and_are_told_what_they_void() -> None:
    rim = Rim()
    rim.tell(Place(balance("one")))
    rim.tell(Place(top_up("two")))
    assert [delivery.name for delivery in rim.supplier.would_void(reset("three"))] == ["one"]
    assert rim.supplier.would_void(top_up("three")) == ()
    said = rim.tell(Place(reset("three")))
    assert kinds(said)[0] == "note voids"
    counters = [rim.delivery(name).counter for name in ("one", "two", "three")]
    assert counters == [1, 1 << 32, (1 << 32) + 1]


# -- patience ------------------------------------------------------------------------------------------------


HOUR = 3_600_000


@pytest.mark.parametrize("route", [Route.WAN, Route.PPMID, Route.BOTH])
def test_without_a_response_in_time_the_outcome_of_what_was_let_out_is_unknown(route: Route) -> None:
    rim = started(balance(route=route, patience=HOUR))
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
    rim = started(order)
    rim.wait(HOUR)
    assert rim.delivery().state is state
    rim.answer()
    assert rim.delivery().state is state
    assert rim.supplier.deadline() is None


def test_a_late_acknowledgement_is_evidence_that_the_command_was_made() -> None:
    rim = started(balance(route=Route.WAN, patience=HOUR))
    rim.wait(HOUR)
    rim.answer()
    assert (rim.delivery().state, rim.delivery().evidence) == (State.UNKNOWN, Evidence.ISSUED)


def test_patience_counts_from_the_order_not_from_the_last_thing_that_happened() -> None:
    rim = started(enable(patience=HOUR))
    rim.wait(HOUR // 2)
    rim.answer()
    rim.wait(HOUR // 2 - 1)
    rim.answer()
    rim.wait(1)
    assert rim.delivery().state is State.UNKNOWN
    assert rim.delivery().changed == NOW + HOUR
