"""Blocks, windows and acknowledgements: both ends alone, and joined by a link that loses."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import EncodeError, UsageError
from doorstep.eui import Eui
from doorstep.zigbee.fragmentation import (
    Acknowledgement,
    Arrived,
    Block,
    Delivered,
    GaveUp,
    MessageKey,
    Policy,
    Receiving,
    SendAcknowledgement,
    SendBlock,
    Sending,
    split,
)

KEY = MessageKey(Eui.parse("D0-05-5E-00-00-00-00-A2"), 30)
PAYLOAD = bytes(range(81))


def sent(sending: Sending) -> list[int]:
    """The numbers of the blocks that are to be sent now."""
    numbers = []
    while event := sending.next_event():
        assert isinstance(event, SendBlock)
        numbers.append(event.block.number)
    return numbers


def happened(receiving: Receiving) -> list[SendAcknowledgement | Arrived]:
    events = []
    while event := receiving.next_event():
        events.append(event)
    return events


def acknowledged(receiving: Receiving) -> list[tuple[int, int]]:
    return [
        (event.acknowledgement.window, event.acknowledgement.received)
        for event in happened(receiving)
        if isinstance(event, SendAcknowledgement)
    ]


def test_split() -> None:
    assert split(PAYLOAD) == (Block(0, PAYLOAD[:63], 2), Block(1, PAYLOAD[63:]))
    assert split(b"", 63) == (Block(0, b"", 1),)
    assert [len(block.octets) for block in split(bytes(1_205))] == [63] * 19 + [8]
    assert len(split(bytes(255 * 63))) == 255
    with pytest.raises(EncodeError, match="256 blocks"):
        split(bytes(255 * 63 + 1))


def test_settings_that_cannot_work_are_refused() -> None:
    for window in (0, 9):
        with pytest.raises(UsageError, match="1 to 8 blocks"):
            Policy(window=window)
    with pytest.raises(UsageError, match="remembered"):
        Policy(retries=5)


def test_sending_one_block_at_a_time() -> None:
    sending = Sending(PAYLOAD, Policy(), 1_000)
    assert sent(sending) == [0]
    assert sending.deadline() == 2_600
    sending.receive(Acknowledgement(0, 0xFF), 1_100)
    assert sent(sending) == [1]
    sending.receive(Acknowledgement(0, 0xFF), 1_150)
    assert sent(sending) == []
    sending.receive(Acknowledgement(1, 0xFF), 1_200)
    assert sending.next_event() == Delivered()
    assert sending.next_event() is None
    assert sending.deadline() is None


def test_a_window_is_spaced_and_only_what_is_missing_is_sent_again() -> None:
    sending = Sending(bytes(6 * 63), Policy(window=4), 0)
    numbers = sent(sending)
    for now in (50, 100, 150):
        assert sending.deadline() == now
        sending.on_deadline(now)
        numbers += sent(sending)
    assert numbers == [0, 1, 2, 3]
    assert sending.deadline() == 1_750
    sending.receive(Acknowledgement(0, 0b1111_1010), 200)
    assert sent(sending) == [0]
    sending.on_deadline(250)
    assert sent(sending) == [2]
    sending.receive(Acknowledgement(0, 0xFF), 300)
    assert sent(sending) == [4]


def test_a_window_that_is_acknowledged_while_it_is_sent_again_is_done() -> None:
    sending = Sending(bytes(3 * 63), Policy(window=2), 0)
    sending.on_deadline(50)
    sending.on_deadline(1_650)
    assert sent(sending) == [0, 1, 0]
    sending.receive(Acknowledgement(0, 0xFF), 1_660)
    assert sent(sending) == [2]
    sending.on_deadline(1_700)
    assert sent(sending) == []


def test_silence_is_met_with_retries_and_then_given_up() -> None:
    sending = Sending(PAYLOAD, Policy(retries=3), 0)
    assert sent(sending) == [0]
    for attempt in (1, 2, 3):
        sending.on_deadline(1_600 * attempt - 1)
        assert sent(sending) == []
        sending.on_deadline(1_600 * attempt)
        assert sent(sending) == [0]
    sending.on_deadline(6_400)
    assert sending.next_event() == GaveUp()
    assert sending.deadline() is None
    sending.receive(Acknowledgement(0, 0xFF), 6_500)
    sending.on_deadline(9_999)
    assert sending.next_event() is None


def test_acknowledgements_that_never_say_yes_are_not_answered_for_ever() -> None:
    sending = Sending(PAYLOAD, Policy(retries=2), 0)
    for now in range(100):
        sending.receive(Acknowledgement(0, 0xFE), now)
    events = [sending.next_event() for _ in range(4)]
    assert [type(event) for event in events] == [SendBlock, SendBlock, SendBlock, GaveUp]
    assert sending.next_event() is None


def test_a_message_comes_together_whatever_the_order() -> None:
    receiving = Receiving(Policy())
    first, second = split(PAYLOAD)
    receiving.receive(KEY, second, 0)
    assert acknowledged(receiving) == [(1, 0xFF)]
    receiving.receive(KEY, first, 10)
    assert happened(receiving) == [
        SendAcknowledgement(KEY, Acknowledgement(0, 0xFF)),
        Arrived(KEY, PAYLOAD),
    ]


def test_an_acknowledgement_tells_what_is_missing_of_a_window() -> None:
    receiving = Receiving(Policy(window=4))
    blocks = split(bytes(6 * 63))
    for number in (0, 2):
        receiving.receive(KEY, blocks[number], 0)
    assert acknowledged(receiving) == []
    receiving.receive(KEY, blocks[3], 0)
    assert acknowledged(receiving) == [(0, 0b1111_1101)]
    receiving.receive(KEY, blocks[1], 0)
    assert acknowledged(receiving) == [(0, 0xFF)]
    receiving.receive(KEY, blocks[5], 0)
    assert acknowledged(receiving) == [(4, 0b1111_1110)]
    receiving.receive(KEY, blocks[4], 0)
    assert Arrived(KEY, bytes(6 * 63)) in happened(receiving)


def test_duplicates_are_acknowledged_and_dropped() -> None:
    receiving = Receiving(Policy(remembered_for=8_000))
    first, second = split(PAYLOAD)
    for block in (first, first, second):
        receiving.receive(KEY, block, 0)
    assert [type(event) for event in happened(receiving)] == [SendAcknowledgement] * 3 + [Arrived]
    receiving.receive(KEY, second, 7_999)
    assert happened(receiving) == [SendAcknowledgement(KEY, Acknowledgement(1, 0xFF))]
    receiving.receive(KEY, first, 8_000)
    receiving.receive(KEY, second, 8_000)
    assert Arrived(KEY, PAYLOAD) in happened(receiving)


def test_half_a_message_is_forgotten_in_time() -> None:
    receiving = Receiving(Policy())
    first, second = split(PAYLOAD)
    receiving.receive(KEY, first, 0)
    assert receiving.deadline() == 6_400
    receiving.on_deadline(6_400)
    assert receiving.deadline() is None
    receiving.receive(KEY, second, 6_401)
    assert not [event for event in happened(receiving) if isinstance(event, Arrived)]


def test_no_more_messages_than_allowed_are_put_together_at_once() -> None:
    receiving = Receiving(Policy(messages_at_once=2))
    first, _ = split(PAYLOAD)
    for counter in range(3):
        receiving.receive(MessageKey(0x3C41, counter), first, 0)
    assert [event.key.counter for event in happened(receiving)] == [0, 1]


def test_no_more_octets_than_allowed_are_kept() -> None:
    receiving = Receiving(Policy(largest_payload=100))
    for block in split(bytes(189)):
        receiving.receive(KEY, block, 0)
    # The second block went beyond the bound, so the message was dropped; the third stands alone.
    assert acknowledged(receiving) == [(0, 0xFF), (2, 0xFF)]


def test_blocks_that_contradict_their_number_are_dropped() -> None:
    receiving = Receiving(Policy())
    receiving.receive(KEY, Block(0, b"", 0), 0)
    assert happened(receiving) == []
    receiving.receive(KEY, Block(5, b"x"), 0)
    happened(receiving)
    receiving.receive(KEY, Block(0, b"y", 2), 0)
    assert happened(receiving) == []
    assert receiving.deadline() is None


def test_what_is_remembered_is_bounded() -> None:
    receiving = Receiving(Policy(messages_remembered=2))
    for counter in range(3):
        receiving.receive(MessageKey(1, counter), Block(0, b"x", 1), 0)
    happened(receiving)
    receiving.receive(MessageKey(1, 0), Block(0, b"x", 1), 1)
    assert Arrived(MessageKey(1, 0), b"x") in happened(receiving)


@given(
    payload=st.binary(max_size=900),
    window=st.integers(1, 8),
    size=st.integers(40, 80),
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.1, 0.3]),
)
def test_both_ends_over_a_link_that_loses(
    payload: bytes, window: int, size: int, seed: int, loss: float
) -> None:
    dice = random.Random(seed)
    policy = Policy(window=window, retries=8, remembered_for=15_000)
    now = 0
    sending = Sending(payload, policy, now, size)
    receiving = Receiving(policy)
    arrived: list[bytes] = []
    outcome: Delivered | GaveUp | None = None
    while outcome is None:
        while event := sending.next_event():
            if not isinstance(event, SendBlock):
                outcome = event
            elif dice.random() >= loss:
                receiving.receive(KEY, event.block, now)
        while answer := receiving.next_event():
            if isinstance(answer, Arrived):
                arrived.append(answer.payload)
            elif dice.random() >= loss:
                sending.receive(answer.acknowledgement, now)
        deadline = sending.deadline()
        if outcome is None and deadline is not None:
            now = max(now, deadline)
            sending.on_deadline(now)
    if isinstance(outcome, Delivered):
        assert arrived == [payload]
    else:
        assert loss
        assert arrived in ([], [payload])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.integers(0, 300),
            st.binary(max_size=90),
            st.none() | st.integers(0, 300),
            st.integers(0, 3_000),
        ),
        max_size=40,
    ),
    st.integers(1, 8),
)
def test_hostile_blocks_stay_within_the_bounds(
    steps: list[tuple[int, int, bytes, int | None, int]], window: int
) -> None:
    policy = Policy(window=window, largest_payload=300)
    receiving = Receiving(policy)
    now = 0
    for counter, number, octets, total, wait in steps:
        now += wait
        receiving.receive(MessageKey(1, counter), Block(number, octets, total), now)
        for event in happened(receiving):
            if isinstance(event, Arrived):
                assert len(event.payload) <= policy.largest_payload
            else:
                assert 0 <= event.acknowledgement.received <= 0xFF
