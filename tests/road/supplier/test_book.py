"""The book comes back from memory as it was, and finds what it is asked for."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.road.machine import Memory
from doorstep.road.supplier.book import Book, Record
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.road.supplier.orders import Order, Route
from tests.road.supplier.orders import balance, enable, reset, top_up
from tests.road.supplier.parties import METER, METER_2, PPMID, STRANGER


def record(order: Order, counter: int, state: State = State.WAITING) -> Record:
    delivery = Delivery(
        name=order.name,
        target=order.target,
        route=order.route.value,
        variant=order.variant,
        relay=order.relay,
        counter=counter,
        state=state,
        evidence=Evidence.HANDED,
        placed=5,
        changed=6,
        reason="a reason — with signs",
        use_case="ECS04b",
        message_code=0xB3,
        command=bytes(range(256)),
        response=b"\x00\xff",
        utrn="73946144332040217315",
    )
    return Record(order, delivery, signed=b"\xdf\x00", returning=2**64 - 1)


@pytest.mark.parametrize(
    "order",
    [reset(), enable("two", Route.WAN), balance("three", Route.BOTH), top_up("four"), reset("a/b: c")],
)
def test_a_record_comes_back_from_memory_as_it_was(order: Order) -> None:
    written = record(order, 2**63 + 1)
    memory: Memory = Book({}).write(written)
    assert Book(memory).find(order.name) == written
    assert list(Book(memory)) == [written]


def test_the_latest_record_of_a_name_counts() -> None:
    book = Book({})
    book.write(record(reset(), 1))
    book.write(record(reset(), 2, State.EXECUTED))
    assert book.answered_by(METER, 1) is None
    found = book.answered_by(METER, 2)
    assert found is not None
    assert found.delivery.state is State.EXECUTED
    assert len(list(book)) == 1


def test_an_answer_is_found_by_device_and_counter_whatever_the_state() -> None:
    book = Book({})
    book.write(record(reset(), 1, State.UNKNOWN))
    assert book.answered_by(METER, 1) is not None
    assert book.answered_by(METER_2, 1) is None
    assert book.answered_by(METER, 2) is None


def test_open_records_are_found_by_device_and_by_relay_in_the_order_of_their_counters() -> None:
    book = Book({})
    book.write(record(reset("late"), 9))
    book.write(record(reset("early"), 3))
    book.write(record(reset("over"), 4, State.EXECUTED))
    book.write(record(reset("other", target=METER_2), 1))
    assert [found.name for found in book.open_for(METER)] == ["early", "late"]
    assert [found.name for found in book.open_for(PPMID)] == ["early", "late", "other"]
    assert book.open_for(STRANGER) == []


def test_a_record_that_is_struck_out_is_gone() -> None:
    book = Book({})
    book.write(record(reset(), 1))
    assert book.strike("one") == {"delivery/one": None}
    assert book.find("one") is None
    assert book.answered_by(METER, 1) is None
    assert book.open_for(METER) == []


def test_what_belongs_to_others_is_left_alone() -> None:
    assert list(Book({"counter/x": b"1", "else": b"?", "delivery/gone": None})) == []


WHOLE = Book({}).write(record(reset(), 1))["delivery/one"]
assert WHOLE is not None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        WHOLE[:-1],
        WHOLE.replace(b'"waiting"', b'"elsewhere"'),
        WHOLE.replace(b'"00-DB-12-34-56-78-90-A0"', b'"00-DB"'),
        WHOLE.replace(b'"00-DB-12-34-56-78-90-A0"', b"7"),
        WHOLE.replace(b'"variant":"1.5"', b'"variant":"1.4"'),
        WHOLE.replace(b'"patience":86400000', b'"patience":0'),
    ],
)
def test_what_is_no_record_is_refused_by_name(value: bytes) -> None:
    with pytest.raises(DecodeError, match="delivery/one"):
        Book({"delivery/one": value})
