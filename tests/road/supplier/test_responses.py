"""Responses: once, twice, late, forged; and what an executed Command does to those before it."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import duis, gbcs
from doorstep.gbcs.payloads import gbz
from doorstep.road.machine import Remember
from doorstep.road.supplier.delivery import Evidence, State
from doorstep.road.supplier.events import Forget, Hand, Place, Pushed, RelayOnline, SendRequest
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import (
    DCC,
    KA,
    METER,
    METER_2,
    PPMID,
    SUPPLIER,
    command_of,
    request_in,
    response_to,
    ring,
    says,
)
from tests.road.supplier.rim import Rim, handed, kinds, only


def push(rim: Rim, response: bytes, *, signed: bool = True) -> list[str]:
    return kinds(rim.push(says(rim.request, "I0", duis.GbcsPayload(response), signed=signed)))


HANDED = {
    "critical": handed(reset()).delivery().command,
    "not critical": handed(balance()).delivery().command,
}
ORDERS = {"critical": reset, "not critical": balance}


@pytest.mark.parametrize("kind", ORDERS)
def test_a_failing_part_is_a_refusal_with_its_reason(kind: str) -> None:
    rim = handed(ORDERS[kind]())
    rim.report("one", "response", message=response_to(rim.delivery().command, 1))
    delivery = rim.delivery()
    assert (delivery.state, delivery.evidence) == (State.REFUSED, Evidence.RESPONSE)
    assert delivery.reason == "item 1: hardware-fault"


def test_a_response_settles_a_delivery_whatever_the_ppmid_said_before() -> None:
    rim = handed(reset())
    command = rim.delivery().command
    rim.report("one", "refused", "no tunnel")
    assert rim.delivery().state is State.REFUSED
    push(rim, response_to(command))
    assert (rim.delivery().state, rim.delivery().reason) == (State.EXECUTED, "")


@pytest.mark.parametrize(
    ("result", "state"), [(0, State.EXECUTED), (2, State.REFUSED)], ids=["executed", "refused"]
)
def test_an_unknown_outcome_is_known_once_a_late_response_comes(result: int, state: State) -> None:
    rim = handed(reset())
    command = rim.delivery().command
    rim.wait(100 * 24 * 3_600_000)
    assert rim.delivery().state is State.UNKNOWN
    push(rim, response_to(command, result))
    assert (rim.delivery().state, rim.delivery().evidence) == (state, Evidence.RESPONSE)


def test_a_response_that_comes_before_the_acknowledgement_counts() -> None:
    rim = Rim()
    rim.tell(Place(balance(route=Route.WAN)))
    push(rim, response_to(command_of(rim.request)))
    assert rim.delivery().state is State.EXECUTED
    assert kinds(rim.answer()) == ["note ignored"]
    assert rim.supplier.deadline() is None


@pytest.mark.parametrize("again", ["pushed", "by the PPMID"])
def test_a_response_counts_once(again: str) -> None:
    rim = handed(reset())
    command = rim.delivery().command
    push(rim, response_to(command))
    before = rim.delivery()
    other = response_to(command, 1)
    for response in (before.response, other):
        said = (
            push(rim, response)
            if again == "pushed"
            else kinds(rim.report("one", "response", message=response))
        )
        assert said == ["note duplicate"]
    assert rim.delivery() == before


def test_a_response_in_an_unsigned_document_is_not_looked_at() -> None:
    rim = handed(reset())
    assert push(rim, response_to(rim.delivery().command), signed=False) == ["note disbelieved"]
    assert rim.delivery().state is State.HANDED


# -- forgeries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ORDERS)
def test_a_response_changed_in_a_single_byte_changes_nothing(kind: str) -> None:
    genuine = response_to(HANDED[kind])
    rim = handed(ORDERS[kind]())
    before = rim.delivery()
    for place in range(len(genuine)):
        forged = bytearray(genuine)
        forged[place] ^= 0x01
        (said,) = kinds(rim.report("one", "response", message=bytes(forged)))
        assert said in ("note unauthenticated", "note unmatched"), place
    assert rim.delivery() == before


@pytest.mark.parametrize("kind", ORDERS)
def test_a_truncated_response_changes_nothing(kind: str) -> None:
    genuine = response_to(HANDED[kind])
    rim = handed(ORDERS[kind]())
    for length in range(len(genuine)):
        assert kinds(rim.report("one", "response", message=genuine[:length])) == ["note unauthenticated"]
    assert rim.delivery().state is State.HANDED


@given(st.binary(max_size=300))
def test_noise_changes_nothing(noise: bytes) -> None:
    rim = handed(balance())
    assert kinds(rim.report("one", "response", message=noise)) == ["note unauthenticated"]


@pytest.mark.parametrize("kind", ORDERS)
def test_another_device_cannot_answer(kind: str) -> None:
    rim = handed(ORDERS[kind]())
    theirs = gbcs.decode(response_to(HANDED[kind], by=METER_2))
    assert kinds(rim.report("one", "response", message=bytes(theirs))) == ["note unmatched"]
    header = msgspec.structs.replace(theirs.header, business_originator_id=METER)
    posing = gbcs.build(header, theirs.payload, signature=theirs.signature, mac=theirs.mac)
    assert kinds(rim.report("one", "response", message=bytes(posing))) == ["note unauthenticated"]
    assert rim.delivery().state is State.HANDED


def test_the_response_to_another_command_of_the_device_settles_only_that_one() -> None:
    rim = handed(balance("one"))
    rim.tell(Place(balance("two")))
    rim.answer()
    rim.report("one", "response", message=response_to(rim.delivery("two").command))
    assert rim.delivery("one").state is State.HANDED
    assert rim.delivery("two").state is State.EXECUTED


@pytest.mark.parametrize("what", ["counter", "code", "party", "the Command itself"])
def test_a_response_that_answers_nothing_is_noted(what: str) -> None:
    rim = handed(balance())
    genuine = gbcs.decode(response_to(rim.delivery().command))
    changed = {
        "counter": msgspec.structs.replace(genuine.header, originator_counter=99),
        "code": msgspec.structs.replace(genuine.header, message_code=0x0013),
        "party": msgspec.structs.replace(genuine.header, business_target_id=DCC),
        "the Command itself": genuine.header,
    }[what]
    message = gbcs.seal(gbcs.build(changed, genuine.payload), ring(METER, KA))
    data = rim.delivery().command if what == "the Command itself" else bytes(message)
    assert kinds(rim.report("one", "response", message=data)) == ["note unmatched"]


def test_nobody_answers_a_command_that_does_not_exist_yet() -> None:
    rim = Rim()
    rim.tell(Place(reset()))
    early = response_to(HANDED["critical"])
    assert push(rim, early) == ["note unmatched"]
    assert rim.delivery().state is State.TRANSFORMING


def test_an_authenticated_response_that_cannot_be_read_settles_nothing_but_the_wait() -> None:
    rim = handed(balance())
    genuine = gbcs.decode(response_to(rim.delivery().command))
    odd = gbcs.seal(gbcs.build(genuine.header, gbcs.Unparsed(b"\x77")), ring(METER, KA))
    assert isinstance(gbcs.decode(bytes(odd)).payload, gbcs.Unparsed)
    push(rim, bytes(odd))
    assert (rim.delivery().state, rim.delivery().evidence) == (State.UNKNOWN, Evidence.RESPONSE)


def test_what_is_encrypted_and_cannot_be_opened_is_not_taken_for_success() -> None:
    """The MAC holds, but the item in the one component (gbcs-messages.md section 7.2) is not for us."""
    body = Order("one", "4.3", METER, duis.element("ReadInstantaneousPrepayValues"), Route.PPMID, PPMID)
    rim = Rim()
    rim.tell(Place(body))
    header = gbcs.GroupingHeader(gbcs.Cra.COMMAND, 1, SUPPLIER, METER, 0x0075)
    command = gbcs.build(header, gbz.decode(bytes.fromhex("0109 01 01 0705 0005 00 00 00 0000"), header))
    local = duis.LocalCommand(bytes(gbcs.seal(command, ring(DCC, KA), author=DCC)))
    rim.answer(says(rim.request, "I0", local))
    assert rim.delivery().state is State.WAITING
    answer = msgspec.structs.replace(
        header, cra=gbcs.Cra.RESPONSE, business_originator_id=METER, business_target_id=SUPPLIER
    )
    content = bytes.fromhex("0109 01 03 0705 001C 00 01 18 00 01 0015 3100000000") + bytes(16)
    rim.tell(RelayOnline(PPMID))
    response = gbcs.seal(gbcs.build(answer, gbz.decode(content, answer)), ring(METER, KA))
    rim.report("one", "response", message=bytes(response))
    delivery = rim.delivery()
    assert (delivery.state, delivery.evidence) == (State.UNKNOWN, Evidence.RESPONSE)
    assert delivery.reason.startswith("what is encrypted in the Response cannot be read")


# -- returning it to the DCC --------------------------------------------------------------------------------


def test_a_response_is_offered_to_the_dcc_for_as_long_as_it_takes() -> None:
    rim = handed(reset())
    rim.report("one", "response", message=response_to(rim.delivery().command))
    document = rim.posted[-1]
    for _ in range(50):
        rim.answer(status=None)
        assert only(rim.wait(rim.policy.longest_retry), SendRequest) == [document]
    assert kinds(rim.answer()) == ["remember", "note returned"]
    assert rim.supplier.deadline() is None
    assert rim.delivery().state is State.EXECUTED


def test_a_return_that_another_has_overtaken_gets_a_new_counter() -> None:
    rim = handed(reset())
    rim.report("one", "response", message=response_to(rim.delivery().command))
    first = rim.request
    rim.answer(b"", 400)
    rim.restart()
    again = rim.request
    assert (first.request_id.counter, again.request_id.counter) == (1, 2)
    assert first.body == again.body
    rim.answer(b"", 400)
    rim.wait(rim.policy.longest_retry)
    assert rim.request.request_id.counter == 3
    assert kinds(rim.answer()) == ["remember", "note returned"]


def test_a_response_that_the_dcc_does_not_want_stays_evidence_here() -> None:
    rim = handed(reset())
    rim.report("one", "response", message=response_to(rim.delivery().command))
    assert kinds(rim.answer(says(rim.request, "E081301"))) == ["remember", "note unreturned"]
    assert (rim.delivery().state, rim.delivery().evidence) == (State.EXECUTED, Evidence.RESPONSE)


def test_returned_responses_have_rising_counters_of_their_own() -> None:
    rim = handed(balance("one"))
    rim.tell(Place(balance("two")))
    rim.answer()
    for name in ("one", "two"):
        rim.report(name, "response", message=response_to(rim.delivery(name).command))
    assert [str(request.request_id) for request in _returns(rim)] == [
        f"{SUPPLIER}:{DCC}:1",
        f"{SUPPLIER}:{DCC}:2",
    ]


def _returns(rim: Rim) -> list[duis.Request]:
    return [request_in(post.body) for post in rim.posted if post.request.startswith("return:")]


# -- what a later Command does to earlier ones --------------------------------------------------------------


def overtaken(waiting: Order, later: Order) -> Rim:
    """An order waits for its PPMID while a later one is executed over the WAN."""
    rim = Rim()
    rim.tell(Place(waiting))
    rim.answer()
    if waiting.critical:
        rim.answer()
    assert rim.delivery(waiting.name).state is State.WAITING
    rim.tell(Place(later))
    rim.answer()
    push(rim, response_to(command_of(rim.request)))
    assert rim.delivery(later.name).state is State.EXECUTED
    return rim


def test_a_void_command_that_never_left_is_made_anew() -> None:
    rim = overtaken(enable("one"), balance("two", Route.WAN))
    delivery = rim.delivery("one")
    assert (delivery.state, delivery.counter, delivery.command) == (State.TRANSFORMING, 3, b"")
    assert delivery.reason == "made anew: two came first"
    rim.answer()
    rim.answer()
    (hand,) = only(rim.tell(RelayOnline(PPMID)), Hand)
    assert gbcs.peek(hand.command).originator_counter == 3
    rim.report("one", "response", message=response_to(hand.command))
    assert rim.delivery("one").state is State.EXECUTED


def test_a_void_command_that_is_out_of_date_is_not_made_anew() -> None:
    """A price that was to be set before a newer one must not be set after it."""
    rim = overtaken(balance("one"), balance("two", Route.WAN))
    delivery = rim.delivery("one")
    assert (delivery.state, delivery.reason) == (State.FAILED, "out of date: two came first")
    assert only(rim.tell(RelayOnline(PPMID)), Hand) == []


def test_a_command_that_has_left_is_left_alone_for_it_may_have_come_in_time() -> None:
    rim = handed(balance("one"))
    rim.tell(Place(enable("two", Route.WAN)))
    rim.answer()
    rim.answer()
    said = push(rim, response_to(command_of(rim.request)))
    assert said[-1] == "note void"
    assert rim.delivery("one").state is State.HANDED
    rim.report("one", "response", message=response_to(rim.delivery("one").command))
    assert rim.delivery("one").state is State.EXECUTED


@pytest.mark.parametrize(
    ("waiting", "state"), [(enable("one"), State.TRANSFORMING), (balance("one"), State.FAILED)]
)
def test_a_crash_between_the_two_does_not_leave_a_void_command_waiting(waiting: Order, state: State) -> None:
    rim = Rim()
    rim.tell(Place(waiting))
    rim.answer()
    if waiting.critical:
        rim.answer()
    rim.tell(Place(balance("two", Route.WAN)))
    rim.answer()
    response = response_to(command_of(rim.request))
    rim.supplier.receive(Pushed(says(rim.request, "I0", duis.GbcsPayload(response))), rim.now)
    written = rim.supplier.next_event()
    assert isinstance(written, Remember)
    rim.perform(written)
    rim.restart()
    assert rim.delivery("two").state is State.EXECUTED
    assert rim.delivery("one").state is state


@pytest.mark.parametrize(
    ("waiting", "later"),
    [
        (top_up("one"), balance("two", Route.WAN)),
        (balance("one"), top_up("two", route=Route.WAN)),
        (top_up("one"), top_up("two", route=Route.WAN)),
        (balance("one", target=METER_2), balance("two", Route.WAN)),
    ],
    ids=["a top-up waits", "a top-up is later", "two top-ups", "another Device"],
)
def test_what_is_not_void_goes_on_waiting(waiting: Order, later: Order) -> None:
    rim = overtaken(waiting, later)
    assert rim.delivery("one").state is State.WAITING
    (hand,) = only(rim.tell(RelayOnline(PPMID)), Hand)
    assert hand.delivery == "one"


# -- forgetting ---------------------------------------------------------------------------------------------


def test_a_final_delivery_can_be_forgotten_and_its_counter_is_not_used_again() -> None:
    rim = handed(balance())
    push(rim, response_to(rim.delivery().command))
    assert kinds(rim.tell(Forget("one"))) == ["remember"]
    assert rim.supplier.delivery("one") is None
    assert not any(key.startswith("delivery/") for key in rim.memory)
    rim.restart()
    rim.tell(Place(balance()))
    assert rim.delivery().counter == 2


def test_what_is_not_over_is_not_forgotten() -> None:
    rim = handed(balance())
    assert kinds(rim.tell(Forget("one"))) == ["note ignored"]
    assert kinds(rim.tell(Forget("two"))) == ["note ignored"]
    rim.report("one", "response", message=response_to(rim.delivery().command))
    assert kinds(rim.tell(Forget("one"))) == ["note ignored"]
    rim.answer()
    assert kinds(rim.tell(Forget("one"))) == ["remember"]
