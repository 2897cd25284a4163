"""General Block Transfer: splitting, and putting together what is lost, late, doubled, mixed or forged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.errors import DecodeError, EncodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader
from doorstep.gbcs.gbt import (
    BLOCK_SIZE,
    Ask,
    Block,
    GaveUp,
    Policy,
    Reassembly,
    Whole,
    acknowledgement,
    decode_block,
    remaining,
    split,
)
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis
from tests.gbcs.vectors import COMMAND_18_4, DEVICE, SUPPLIER
from tests.reference import hex_file, manifest, shared

HEADER = GroupingHeader(Cra.COMMAND, 1, SUPPLIER, DEVICE, 0x00B3)
NOW = 1_700_000_000_000
MINUTE = 60_000


def command(size: int, counter: int = 1, originator: Eui = SUPPLIER) -> bytes:
    """A Command of about ``size`` bytes, with a MAC that nobody made."""
    components = tuple(
        Component(Action.GET, 1, Obis(bytes([0, 0, 1, 2, n % 256, 255])), 2) for n in range(size // 11)
    )
    header = replace(HEADER, originator_counter=counter, business_originator_id=originator)
    return bytes(gbcs.build(header, AccessRequest(counter, components), mac=bytes(12)))


LONG = command(4_000)
BLOCKS = split(LONG)


def drained(reassembly: Reassembly) -> list[Whole | Ask | GaveUp]:
    events = []
    while (event := reassembly.next_event()) is not None:
        events.append(event)
    return events


def fed(reassembly: Reassembly, *blocks: Block, now: int = NOW) -> list[Whole | Ask | GaveUp]:
    """What happens when these blocks come, one after the other."""
    for block in blocks:
        reassembly.receive(block, now)
    return drained(reassembly)


# -- splitting ---------------------------------------------------------------------------------------


def test_blocks_of_a_long_command() -> None:
    assert [block.number for block in BLOCKS] == [1, 2, 3, 4]
    assert [block.last for block in BLOCKS] == [False, False, False, True]
    assert [block.streaming for block in BLOCKS] == [True, True, True, False]
    assert {block.header for block in BLOCKS} == {HEADER}
    assert b"".join(block.data for block in BLOCKS) == LONG
    assert [len(bytes(block)) for block in BLOCKS[:3]] == [BLOCK_SIZE] * 3
    assert all(gbcs.peek(bytes(block)) == gbcs.peek(LONG) for block in BLOCKS)


def test_a_short_message_is_one_block() -> None:
    (block,) = split(COMMAND_18_4)
    assert block == Block(HEADER, 1, COMMAND_18_4, last=True, window=63)
    (signed,) = split(COMMAND_18_4[14:-12])
    assert signed.header == HEADER


def test_a_window_ends_where_an_acknowledgement_would_be_due() -> None:
    streaming = [block.streaming for block in split(LONG, 600, window=3)]
    assert streaming == [True, True, False, True, True, False, True, False]


@pytest.mark.parametrize(("size", "window"), [(51, 63), (0, 63), (-5, 63), (1_200, 0), (1_200, 64)])
def test_sizes_that_make_no_blocks(size: int, window: int) -> None:
    with pytest.raises(EncodeError):
        split(LONG, size, window)


@pytest.mark.parametrize("data", [b"", b"\xdd", b"hello", bytes(BLOCKS[0]), LONG[:-1]])
def test_only_whole_messages_are_split(data: bytes) -> None:
    with pytest.raises(DecodeError):
        split(data)


def test_the_rest_is_sent_again_when_it_is_asked_for() -> None:
    assert remaining(BLOCKS, acknowledgement(HEADER, 0)) == BLOCKS
    assert remaining(BLOCKS, acknowledgement(HEADER, 2)) == BLOCKS[2:]
    assert remaining(BLOCKS, acknowledgement(HEADER, 0xFFFF)) == ()


# -- loss, order and copies --------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.data(), st.integers(52, 1_300))
def test_all_blocks_in_any_order_and_number_make_the_message_once(data: st.DataObject, size: int) -> None:
    message = command(data.draw(st.integers(0, 900)))
    blocks = split(message, size)
    if len(blocks) > Policy().most_blocks:
        blocks = split(message, 200)
    copies = data.draw(st.lists(st.sampled_from(blocks), max_size=12))
    arriving = data.draw(st.permutations([*blocks, *copies]))
    events = fed(Reassembly(), *(decode_block(bytes(block)) for block in arriving))
    assert events == [Whole(gbcs.peek(message), message)]


@settings(max_examples=60)
@given(st.data())
def test_without_one_of_its_blocks_there_is_no_message(data: st.DataObject) -> None:
    blocks = split(LONG, 500)
    lost = data.draw(st.sampled_from(blocks))
    arriving = data.draw(
        st.lists(st.sampled_from([block for block in blocks if block is not lost]), min_size=1)
    )
    reassembly = Reassembly()
    assert fed(reassembly, *arriving) == []
    reassembly.on_deadline(NOW + Policy().patience)
    (gave_up,) = drained(reassembly)
    assert isinstance(gave_up, GaveUp)
    assert "did not come" in gave_up.why


def test_a_second_attempt_completes_the_first() -> None:
    reassembly = Reassembly()
    assert fed(reassembly, *BLOCKS[:1], *BLOCKS[2:]) == []
    assert fed(reassembly, *BLOCKS, now=NOW + 5 * MINUTE) == [Whole(HEADER, LONG)]
    assert reassembly.deadline() is None


def test_late_copies_are_known_for_a_while_and_then_the_message_may_come_again() -> None:
    reassembly = Reassembly()
    assert fed(reassembly, *BLOCKS) == [Whole(HEADER, LONG)]
    assert fed(reassembly, *BLOCKS, now=NOW + 20 * MINUTE - 1) == []
    assert reassembly.deadline() is None
    assert fed(reassembly, *BLOCKS, now=NOW + 20 * MINUTE) == [Whole(HEADER, LONG)]


def test_messages_mix_and_do_not_touch_each_other() -> None:
    other = command(3_000, counter=2)
    response = replace(HEADER, cra=Cra.RESPONSE)
    answer = bytes(gbcs.build(response, AccessRequest(1, ())))
    mixed = [block for pair in zip(BLOCKS, split(other), strict=False) for block in pair]
    events = fed(Reassembly(), *mixed, *split(answer), *BLOCKS[3:])
    assert {event.message for event in events if isinstance(event, Whole)} == {LONG, other, answer}
    assert len(events) == 3


def test_an_acknowledgement_is_nothing_to_a_receiver() -> None:
    reassembly = Reassembly()
    assert fed(reassembly, Block(HEADER, 1, b"", last=True), acknowledgement(HEADER, 3)) == []
    assert reassembly.deadline() is None


# -- time --------------------------------------------------------------------------------------------

ASKING = Policy(asks=2, ask_after=10_000, patience=60_000)


def test_what_is_missing_is_asked_for_and_then_given_up() -> None:
    reassembly = Reassembly(ASKING)
    fed(reassembly, BLOCKS[0], BLOCKS[1], BLOCKS[3])
    asked = Ask(acknowledgement(HEADER, 2))
    for due in (NOW + 10_000, NOW + 20_000):
        assert reassembly.deadline() == due
        reassembly.on_deadline(due - 1)
        assert drained(reassembly) == []
        reassembly.on_deadline(due)
        assert drained(reassembly) == [asked]
    assert reassembly.deadline() == NOW + 60_000
    reassembly.on_deadline(NOW + 60_000)
    assert drained(reassembly) == [GaveUp(HEADER, "block 3 did not come")]
    assert reassembly.deadline() is None


def test_every_new_block_gives_new_patience_and_a_copy_does_not() -> None:
    reassembly = Reassembly(ASKING)
    fed(reassembly, BLOCKS[0])
    fed(reassembly, BLOCKS[0], now=NOW + 5_000)
    assert reassembly.deadline() == NOW + 10_000
    fed(reassembly, BLOCKS[1], now=NOW + 9_999)
    assert reassembly.deadline() == NOW + 19_999


def test_a_receiver_that_wakes_late_asks_once() -> None:
    reassembly = Reassembly(ASKING)
    fed(reassembly, BLOCKS[0])
    reassembly.on_deadline(NOW + 25_000)
    assert drained(reassembly) == [Ask(acknowledgement(HEADER, 1))]
    assert reassembly.deadline() == NOW + 35_000


def test_sender_and_receiver_joined_by_a_link_that_loses() -> None:
    """The first copies of blocks 2 and 3 are lost; what is asked for comes."""
    reassembly = Reassembly(ASKING)
    fed(reassembly, BLOCKS[0], BLOCKS[3])
    reassembly.on_deadline(NOW + 10_000)
    (asked,) = drained(reassembly)
    assert isinstance(asked, Ask)
    again = remaining(BLOCKS, decode_block(bytes(asked.block)))
    assert fed(reassembly, *again, now=NOW + 11_000) == [Whole(HEADER, LONG)]


@pytest.mark.parametrize(
    "settings_",
    [
        {"patience": 0},
        {"asks": -1},
        {"asks": 6, "ask_after": 10_000, "patience": 60_000},
        {"messages": 0},
        {"largest_message": 0x20000, "memory": 0x40000},
        {"largest_message": 0x4000, "memory": 0x2000},
        {"most_blocks": 0x10000},
    ],
)
def test_settings_that_cannot_work_are_refused(settings_: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        Policy(**settings_)


# -- liars -------------------------------------------------------------------------------------------


def gave_up(event: Whole | Ask | GaveUp) -> str:
    assert isinstance(event, GaveUp)
    return event.why


@pytest.mark.parametrize(
    ("lie", "why"),
    [
        pytest.param(replace(BLOCKS[0], data=b"\x00"), "another content", id="other data"),
        pytest.param(replace(BLOCKS[1], last=True), "is the last", id="a last that is not"),
        pytest.param(replace(BLOCKS[2], last=True), "is the last", id="a last that was an ordinary block"),
    ],
)
def test_blocks_that_contradict_each_other_begin_anew(lie: Block, why: str) -> None:
    reassembly = Reassembly()
    events = fed(reassembly, BLOCKS[0], BLOCKS[2], lie)
    assert [why in gave_up(event) for event in events] == [True]
    # The sender begins again and is heard, whatever the liar left behind.
    assert fed(reassembly, *BLOCKS, *BLOCKS)[-1] == Whole(HEADER, LONG)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(replace(BLOCKS[3], number=5), id="beyond the last"),
        pytest.param(replace(BLOCKS[3], last=False), id="the last is not the last"),
        pytest.param(replace(BLOCKS[2], last=True), id="two lasts"),
    ],
)
def test_blocks_that_contradict_the_last_begin_anew(lie: Block) -> None:
    reassembly = Reassembly()
    (event,) = fed(reassembly, BLOCKS[0], BLOCKS[3], lie)
    assert "was the last" in gave_up(event)
    assert fed(reassembly, *BLOCKS, *BLOCKS)[-1] == Whole(HEADER, LONG)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x77", id="no message"),
        pytest.param(LONG[:-1], id="a message cut short"),
        pytest.param(command(20, counter=2), id="a message of another name"),
        pytest.param(bytes(BLOCKS[0]), id="a block in a block"),
    ],
)
def test_what_its_header_does_not_name_does_not_come_out(data: bytes) -> None:
    (event,) = fed(Reassembly(), Block(HEADER, 1, data, last=True))
    assert "make no message" in gave_up(event)


def test_a_forged_message_does_not_keep_the_genuine_one_out() -> None:
    """Its MAC would tell; but blocks of the genuine one must not pass for late copies of the forged one."""
    forged = bytearray(LONG)
    forged[-1] ^= 0x01
    reassembly = Reassembly()
    assert fed(reassembly, *split(bytes(forged))) == [Whole(HEADER, bytes(forged))]
    assert fed(reassembly, *BLOCKS, *BLOCKS) == [Whole(HEADER, LONG)]


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.booleans(), st.integers(0, 2)), max_size=60)
)
def test_whatever_comes_only_named_messages_come_out(moves: list[tuple[int, int, bool, int]]) -> None:
    """Genuine blocks of two messages among forged ones, as time goes by."""
    genuine = (*split(LONG, 1_500), *split(command(2_000, counter=2), 1_500))
    reassembly, now = Reassembly(ASKING), NOW
    for pick, number, last, minutes in moves:
        block = genuine[pick % len(genuine)]
        if pick >= len(genuine):
            block = replace(block, number=number + 1, last=last)
        now += minutes * 20_000
        for event in fed(reassembly, block, now=now):
            assert not isinstance(event, Whole) or gbcs.peek(event.message) == event.header
        deadline = reassembly.deadline()
        assert deadline is None or deadline > now


# -- bounds ------------------------------------------------------------------------------------------


def test_a_message_that_is_too_large_is_given_up() -> None:
    reassembly = Reassembly(Policy(largest_message=3_000))
    assert "more than 3000 bytes" in gave_up(fed(reassembly, *BLOCKS[:3])[0])
    assert "more than 256 blocks" in gave_up(fed(reassembly, replace(BLOCKS[0], number=257))[0])
    assert reassembly.deadline() is None


def of_many(counters: range, originator: Eui = SUPPLIER) -> list[Block]:
    """The first block of a long message for each counter."""
    return [split(command(2_000, counter, originator))[0] for counter in counters]


def test_an_originator_who_begins_many_messages_loses_its_own_oldest() -> None:
    reassembly = Reassembly()
    other = Eui.parse("90-B3-D5-1F-30-02-00-00")
    theirs = split(command(2_000, 1, other))
    events = fed(reassembly, theirs[0], *of_many(range(1, 7)))
    assert all("too many" in gave_up(event) for event in events)
    assert [event.header.originator_counter for event in events if isinstance(event, GaveUp)] == [1, 2]
    assert isinstance(fed(reassembly, *theirs[1:])[-1], Whole)


def test_many_originators_take_no_more_room_than_there_is() -> None:
    """A message whose blocks keep coming outlives the crowd; the others go, the oldest first."""
    reassembly = Reassembly(Policy(messages=8))
    crowd = [of_many(range(1, 2), Eui(number.to_bytes(8, "big")))[0] for number in range(1, 101)]
    lost = fed(reassembly, BLOCKS[0])
    for at in range(0, len(crowd), 4):
        lost += fed(reassembly, *crowd[at : at + 4], replace(BLOCKS[0], number=2 + at // 4, data=b"\x00"))
    assert all("no room" in gave_up(event) for event in lost)
    assert [event.header for event in lost if isinstance(event, GaveUp)] == [one.header for one in crowd[:93]]


def test_the_bytes_of_all_messages_are_bounded() -> None:
    policy = Policy(largest_message=5_000, memory=10_000, messages_per_originator=100, messages=100)
    reassembly = Reassembly(policy)
    events = fed(reassembly, *of_many(range(1, 41)))
    assert all("no room" in gave_up(event) for event in events)
    assert sum(partial.size for partial in reassembly._partials.values()) <= 10_000
    assert fed(reassembly, *BLOCKS)[-1] == Whole(HEADER, LONG)


def test_whole_messages_are_remembered_within_a_bound() -> None:
    reassembly = Reassembly(Policy(remembered=3))
    for counter in range(1, 11):
        fed(reassembly, *split(command(50, counter)))
    assert len(reassembly._finished) == 3
    assert fed(reassembly, *split(command(50, 10))) == []
    assert len(fed(reassembly, *split(command(50, 1)))) == 1


# -- the reference set -------------------------------------------------------------------------------


def test_reference_messages_cross_in_blocks() -> None:
    """Every message that is over the buffer of known Devices, and that every block of it is not."""
    crossed = 0
    for row in manifest():
        if int(row["length"]) <= BLOCK_SIZE:
            continue
        message = hex_file(shared("rtds") / row["path"])
        blocks = [bytes(block) for block in split(message)]
        assert max(map(len, blocks)) <= BLOCK_SIZE
        (event,) = fed(Reassembly(), *map(decode_block, reversed(blocks)))
        assert event == Whole(decode_block(blocks[0]).header, message)
        crossed += 1
    assert crossed
