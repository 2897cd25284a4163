"""The pieces of messages in a tunnel: which are confirmed, and what becomes of the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from doorstep.road.tunnel import Pieces


class Wire:
    """What was sent, by reference, in order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.pieces = Pieces(self._send, self._withdraw)

    def _send(self, reference: str, data: bytes, _now: int) -> None:
        self.sent.append((reference, data))

    def _withdraw(self, reference: str) -> None:
        self.sent = [(name, data) for name, data in self.sent if name != reference]


def test_a_message_is_delivered_with_the_last_of_its_pieces() -> None:
    wire = Wire()
    wire.pieces.send("a", (b"1", b"2"), 0)
    assert [data for _reference, data in wire.sent] == [b"1", b"2"]
    first, second = (reference for reference, _data in wire.sent)
    assert wire.pieces.delivered(second) is None
    assert "a" in wire.pieces
    assert wire.pieces.delivered(first) == "a"
    assert "a" not in wire.pieces
    assert wire.pieces.delivered(first) is None


def test_with_one_piece_the_others_are_withdrawn() -> None:
    wire = Wire()
    wire.pieces.send("a", (b"1", b"2", b"3"), 0)
    wire.pieces.send("b", (b"4",), 0)
    reference, _data = wire.sent.pop(0)
    assert wire.pieces.undelivered(reference) == "a"
    assert [data for _reference, data in wire.sent] == [b"4"]
    assert wire.pieces.undelivered(reference) is None


def test_only_what_is_missing_is_sent_again() -> None:
    wire = Wire()
    wire.pieces.send("a", (b"1", b"2", b"3"), 0, first=2)
    assert [data for _reference, data in wire.sent] == [b"2", b"3"]


@given(st.text(max_size=10), st.integers(1, 5))
def test_any_name_comes_back_as_it_was(name: str, count: int) -> None:
    wire = Wire()
    wire.pieces.send(name, tuple(b"%d" % number for number in range(count)), 0)
    told = [wire.pieces.delivered(reference) for reference, _data in wire.sent]
    assert told == [None] * (count - 1) + [name]


def test_what_another_sender_put_into_the_tunnel_is_passed_over() -> None:
    wire = Wire()
    assert wire.pieces.delivered("0/") is None
    assert wire.pieces.undelivered("0/") is None
