"""Each route from order to outcome, when everything goes well."""

from __future__ import annotations

import pytest

from doorstep import duis, gbcs
from doorstep.duis import LocalCommand
from doorstep.duis.request_id import RequestId
from doorstep.gbcs import utrn
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Hand, Place, RelayOffline, RelayOnline, SendRequest
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import (
    DCC,
    KA,
    METER,
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
from tests.road.supplier.rim import Rim, kinds, only


def posted(rim: Rim) -> list[tuple[str, int, str]]:
    """Path, Command Variant and RequestID of every request so far."""
    requests = [(post.path, request_in(post.body)) for post in rim.posted]
    return [(path, request.command_variant, str(request.request_id)) for path, request in requests]


def started(order: Order, *, online: bool = True) -> Rim:
    rim = Rim()
    if online:
        rim.tell(RelayOnline(PPMID))
    rim.tell(Place(order))
    return rim


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
    assert kinds(rim.answer()) == ["remember", "commanding", "send command:one"]
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


# -- top-ups ------------------------------------------------------------------------------------------------


def test_the_utrn_of_a_top_up_is_issued_for_the_counter_of_its_command() -> None:
    rim = Rim()
    rim.tell(Place(balance("before", Route.WAN)))
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


# -- the relay comes and goes -------------------------------------------------------------------------------


def test_a_command_waits_for_its_relay() -> None:
    rim = started(reset(), online=False)
    rim.answer()
    assert kinds(rim.answer()) == ["remember", "waiting"]
    assert not only(rim.wait(3_600_000), Hand)
    assert kinds(rim.tell(RelayOnline(PPMID))) == ["remember", "handed", "hand one"]


def test_another_relay_does_not_do() -> None:
    rim = started(reset(), online=False)
    rim.answer()
    rim.answer()
    assert rim.tell(RelayOnline(METER)) == []
    assert rim.delivery().state is State.WAITING


@pytest.mark.parametrize("stage", ["", "accepted", "received"])
def test_after_a_lost_link_the_same_delivery_is_handed_again(stage: str) -> None:
    """It is the same to the PPMID, which repeats what it reported last."""
    rim = started(reset())
    rim.answer()
    (first,) = only(rim.answer(), Hand)
    if stage:
        rim.report("one", stage)
    before = rim.delivery()
    rim.tell(RelayOffline(PPMID))
    assert only(rim.wait(3_600_000), Hand) == []
    assert only(rim.tell(RelayOnline(PPMID)), Hand) == [first]
    assert rim.delivery() == before


def test_what_is_not_acknowledged_is_handed_again_while_the_link_is_there() -> None:
    rim = started(reset())
    rim.answer()
    (first,) = only(rim.answer(), Hand)
    assert only(rim.wait(rim.policy.hand_again - 1), Hand) == []
    assert only(rim.wait(1), Hand) == [first]
    assert only(rim.wait(3 * rim.policy.hand_again), Hand) == [first] * 3
    rim.report("one", "accepted")
    assert only(rim.wait(3 * rim.policy.hand_again), Hand) == []


def test_a_relay_that_comes_online_gets_its_commands_in_the_order_of_their_counters() -> None:
    rim = Rim()
    for name in ("zulu", "alpha", "mike"):
        rim.tell(Place(balance(name)))
        rim.answer()
    said = rim.tell(RelayOnline(PPMID))
    assert [hand.delivery for hand in only(said, Hand)] == ["zulu", "alpha", "mike"]


def test_a_finished_delivery_is_not_handed_again() -> None:
    rim = started(reset())
    rim.answer()
    rim.answer()
    rim.report("one", "response", message=response_to(rim.delivery().command))
    rim.tell(RelayOffline(PPMID))
    assert rim.tell(RelayOnline(PPMID)) == []


# -- placing ------------------------------------------------------------------------------------------------


def test_an_order_placed_again_changes_nothing() -> None:
    rim = started(reset())
    assert kinds(rim.tell(Place(reset()))) == ["note ignored"]
    assert kinds(rim.tell(Place(enable()))) == ["note ignored"]
    assert rim.delivery().variant == "1.5"
    assert len(rim.posted) == 1


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
