"""The book of deliveries: how one moves, what is remembered, and for how long."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.gbcs.message import peek
from doorstep.road.ppmid.deliveries import Deliveries, Entries
from doorstep.road.ppmid.events import Stage
from tests.road.hub.messages import ESME, GSME, alert, command, response

MOVES = {
    Stage.ACCEPTED: {Stage.RECEIVED, Stage.REFUSED, Stage.UNANSWERED, Stage.RESPONSE},
    Stage.RECEIVED: {Stage.EFFECT, Stage.RESPONSE},
    Stage.REFUSED: {Stage.RESPONSE},
    Stage.UNANSWERED: {Stage.EFFECT, Stage.RESPONSE, Stage.ACCEPTED},
    Stage.EFFECT: {Stage.RESPONSE},
    Stage.RESPONSE: {Stage.RESPONSE},
}


@pytest.mark.parametrize("before", Stage)
@pytest.mark.parametrize("after", Stage)
def test_a_delivery_moves_as_the_table_says(before: Stage, after: Stage) -> None:
    book = Deliveries(10, {})
    book.accept("d1", command(ESME))
    if before is Stage.EFFECT:
        assert book.move("d1", Stage.RECEIVED, "")
    if before is not Stage.ACCEPTED:
        assert book.move("d1", before, "")
    moved = book.move("d1", after, "why", b"message")
    assert (moved is not None) == (after in MOVES[before])
    delivery = book.named("d1")
    assert delivery is not None
    assert delivery.stage is (after if moved else before)


def test_an_unknown_delivery_does_not_move() -> None:
    assert Deliveries(10, {}).move("d1", Stage.RECEIVED, "") is None


def test_a_response_finds_its_delivery_by_counter_device_and_party() -> None:
    book = Deliveries(10, {})
    book.accept("d1", command(ESME, 1))
    book.accept("d2", command(GSME, 1))
    found = book.answered_by(peek(response(GSME, 1)))
    assert found is not None
    assert found.name == "d2"
    assert book.answered_by(peek(response(ESME, 2))) is None
    assert book.answered_by(peek(alert(ESME, 1))) is None
    assert book.answered_by(peek(command(ESME, 1))) is None


def test_what_is_over_is_forgotten_oldest_first_and_what_is_pending_never() -> None:
    book = Deliveries(2, {})
    memory: Entries = {}
    for number in range(6):
        memory |= book.accept(f"d{number}", command(ESME, number))[1]
    for number in range(4):
        moved = book.move(f"d{number}", Stage.RECEIVED, "")
        assert moved
        memory |= moved[1]
    known = [f"d{number}" for number in range(6) if book.named(f"d{number}")]
    assert known == ["d2", "d3", "d4", "d5"]
    assert sorted(key for key, value in memory.items() if value is not None) == [
        "delivery:d2",
        "delivery:d3",
        "delivery:d4",
        "delivery:d5",
    ]
    assert book.pending == 2
    assert book.answered_by(peek(response(ESME, 0))) is None
    assert book.answered_by(peek(response(ESME, 3)))


def test_it_comes_back_from_memory_in_the_order_of_acceptance() -> None:
    book = Deliveries(10, {})
    memory: Entries = {}
    for name in ("z", "y", "x"):
        memory |= book.accept(name, command(ESME, ord(name)))[1]
    moved = book.move("y", Stage.RECEIVED, "heard")
    assert moved
    memory |= moved[1]
    again = Deliveries(10, dict(sorted(memory.items())))
    assert [delivery.name for delivery in again.unfinished()] == ["z", "x"]
    assert again.named("y") == moved[0]
    fourth, _entries = again.accept("w", command(ESME))
    assert fourth.number == 3


def test_one_command_under_two_names_belongs_to_the_later() -> None:
    book = Deliveries(10, {})
    book.accept("d1", command(ESME))
    book.accept("d2", command(ESME))
    found = book.answered_by(peek(response(ESME)))
    assert found is not None
    assert found.name == "d2"


@pytest.mark.parametrize("data", [b"", b"\xc0", b"\x81\xa4name\xa1x", b"\xff" * 20])
def test_a_memory_that_no_book_has_written_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        Deliveries(10, {"delivery:d1": data})
