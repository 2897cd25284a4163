"""Long messages over the WAN: Commands that go in blocks, Responses that come in blocks, and bad ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.gbcs import gbt
from doorstep.road.dcc.events import Push, ToWan, WanTook, WanUp
from doorstep.road.dcc.policy import DccPolicy
from tests.road.dcc.office import (
    CHF,
    HOUR,
    MINUTE,
    NEXT_CHF,
    Office,
    asked,
    notes,
    of,
    only,
    response_to,
    sent,
)

SHORT = 70
"""So small a transfer that every message is a long one."""


@pytest.fixture
def office() -> Office:
    office = Office(DccPolicy(wan_transfer=SHORT))
    office.take(WanUp(CHF))
    return office


def blocks_of(message: bytes) -> list[bytes]:
    """A Device's message in blocks."""
    return [bytes(block) for block in gbt.split(message, SHORT)]


def command(office: Office) -> bytes:
    """A Command that is sent in blocks; the bytes that its hub's Devices put together."""
    pieces = sent(office.post(asked(1)))
    assert len(pieces) > 1
    return b"".join(gbt.decode_block(piece).data for piece in pieces)


def test_a_long_command_goes_in_blocks_and_is_there_with_the_last(office: Office) -> None:
    sending = of(office.post(asked(1)), ToWan)
    whole = b"".join(gbt.decode_block(event.message).data for event in sending)
    assert gbcs.decode(whole).mac
    for event in sending[:-1]:
        office.take(WanTook(CHF, event.reference))
    assert len(sent(office.wait(MINUTE))) == len(sending), "not all of it was taken, so all goes again"
    office.take(WanTook(CHF, sending[-1].reference))
    assert sent(office.wait(59 * MINUTE)) == []


def test_a_response_in_blocks_is_pushed_once_whole(office: Office) -> None:
    response = response_to(command(office))
    *most, last = blocks_of(response)
    for block in most:
        assert office.hear(block) == []
    only(office.hear(last), Push)
    assert notes([event for block in blocks_of(response) for event in office.hear(block)]) == []


def test_blocks_by_another_homes_hub_are_refused(office: Office) -> None:
    response = response_to(command(office))
    said = [event for block in blocks_of(response) for event in office.hear(block, NEXT_CHF)]
    assert of(said, Push) == []
    assert set(notes(said)) == {"refused"}


def test_a_device_that_asks_for_blocks_is_noted(office: Office) -> None:
    header = gbcs.peek(command(office))
    assert notes(office.hear(bytes(gbt.acknowledgement(header, 1)))) == ["refused"]


def test_what_never_becomes_whole_is_forgotten(office: Office) -> None:
    office.hear(blocks_of(response_to(command(office)))[0])
    assert "given up" in notes(office.wait(HOUR))


BLOCKS = st.tuples(st.integers(1, 0xFFFF), st.binary(min_size=1, max_size=30), st.booleans())


@given(st.lists(BLOCKS, max_size=30))
def test_any_blocks_are_borne_and_nothing_comes_of_them(made: list[tuple[int, bytes, bool]]) -> None:
    office = Office(DccPolicy(wan_transfer=SHORT))
    office.take(WanUp(CHF))
    header = gbcs.peek(response_to(command(office)))
    for number, data, last in made:
        block = gbt.Block(replace(header, date_time=b""), number, data, last)
        assert of(office.hear(bytes(block)), Push) == []
    assert of(office.wait(HOUR), Push) == []
