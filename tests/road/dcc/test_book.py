"""A book: order, bounds, and what comes back from memory."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.duis import RequestId
from doorstep.duis.writing import Canonical
from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.road.dcc.book import Book
from doorstep.road.dcc.records import Issued, Kept, Outstanding, Queued
from tests.road.dcc.office import CHF, ESME, SUPPLIER

RECORDS = (
    Kept(b"digest", Canonical("<answer></answer>"), b"pre"),
    Issued(RequestId(SUPPLIER, ESME, 2**64 - 1), "7.1", "7.1", 0x004F, answered=True),
    Outstanding(RequestId(SUPPLIER, ESME, 0), CHF, b"\xdd\x00", 2**63 - 1),
    Queued(SUPPLIER, b"<document/>"),
    2**64 - 1,
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_every_kind_of_record_comes_back_as_it_was(record: object) -> None:
    memory = Book("front:", type(record), {}).write("name", record)
    assert list(memory) == ["front:name"]
    found = Book("front:", type(record), memory).find("name")
    assert found == record
    for field in getattr(found, "__struct_fields__", ()):
        assert type(getattr(found, field)) is type(getattr(record, field))


def test_identifiers_come_back_as_identifiers() -> None:
    memory = Book("wan:", Outstanding, {}).write("name", RECORDS[2])
    found = Book("wan:", Outstanding, memory).find("name")
    assert found is not None
    assert isinstance(found.request.target, Eui)
    assert isinstance(found.hub, Eui)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_what_is_no_record_is_refused(record: object) -> None:
    (data,) = Book("front:", type(record), {}).write("name", record).values()
    assert data is not None
    cut = [data[:end] for end in range(len(data))]
    strange = [data[:8] + rest for rest in (b"\xc0", b"\x80", b"\x91\x01", b"\xc1", b"\xc4\x01a")]
    for bad in (*cut, *strange, data + b"\x00"):
        with pytest.raises(DecodeError, match="front:name"):
            Book("front:", type(record), {"front:name": bad})


def test_an_identifier_of_the_wrong_length_is_refused() -> None:
    (data,) = Book("push:", Queued, {}).write("0", Queued(Eui(b"1234567"), b"")).values()
    with pytest.raises(DecodeError, match="push:0"):
        Book("push:", Queued, {"push:0": data})


def test_entries_of_other_books_and_forgotten_ones_are_passed_over() -> None:
    memory = {"other:1": b"", "front:2": None, "frontier": b""}
    assert list(Book("front:", int, memory).items()) == []


def test_a_record_that_is_changed_keeps_its_place() -> None:
    book: Book[int] = Book("front:", int, {}, most=2)
    memory = book.write("old", 1) | book.write("new", 2) | book.write("old", 3)
    assert list(book.items()) == [("old", 3), ("new", 2)]
    assert list(Book("front:", int, memory).items()) == [("old", 3), ("new", 2)]
    assert book.write("newest", 4)["front:old"] is None


def test_a_bound_that_was_lowered_holds_from_the_next_record_on() -> None:
    book: Book[int] = Book("front:", int, {})
    memory: dict[str, bytes | None] = {}
    for number in range(5):
        memory |= book.write(str(number), number)
    lower: Book[int] = Book("front:", int, memory, most=2)
    memory |= lower.write("5", 5)
    assert list(lower.items()) == [("4", 4), ("5", 5)]
    assert sorted(name for name, data in memory.items() if data is not None) == ["front:4", "front:5"]


def test_a_record_that_is_not_there_is_not_struck_out() -> None:
    assert Book("front:", int, {}).strike("name") == {}


NAMES = st.sampled_from("abcdefgh")
CHANGES = st.lists(st.tuples(st.sampled_from(["write", "strike"]), NAMES, st.integers(0, 2**64 - 1)))


@settings(deadline=None)
@given(CHANGES, st.none() | st.integers(1, 4))
def test_what_is_remembered_is_what_is_held(changes: list[tuple[str, str, int]], most: int | None) -> None:
    """After any changes: the same records in the same order, of which there are never too many."""
    book: Book[int] = Book("front:", int, {}, most)
    memory: dict[str, bytes | None] = {}
    for what, name, value in changes:
        memory |= book.write(name, value) if what == "write" else book.strike(name)
        assert most is None or len(book) <= most
    again: Book[int] = Book("front:", int, dict(sorted(memory.items())), most)
    assert list(again.items()) == list(book.items())
    assert again.next_number <= book.next_number
