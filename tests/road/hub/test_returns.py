"""Which relay a Response belongs to."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.gbcs.message import peek
from doorstep.road.hub.returns import ReturnPaths
from tests.road.hub.messages import ESME, GSME, HHT, PPMID, command, response


def test_a_response_belongs_to_the_relays_that_brought_its_command() -> None:
    paths = ReturnPaths(10, {})
    paths.note(PPMID, peek(command(ESME, 1)))
    paths.note(HHT, peek(command(ESME, 1)))
    paths.note(PPMID, peek(command(ESME, 2)))
    assert paths.relays(peek(response(ESME, 1))) == [PPMID, HHT]
    assert paths.relays(peek(response(ESME, 2))) == [PPMID]
    assert paths.relays(peek(response(ESME, 3))) == []
    assert paths.relays(peek(response(GSME, 1))) == []


def test_each_relay_has_its_own_room() -> None:
    paths = ReturnPaths(2, {})
    paths.note(HHT, peek(command(ESME, 0)))
    entries = [paths.note(PPMID, peek(command(ESME, counter))) for counter in range(1, 5)]
    assert [len(each) for each in entries] == [1, 1, 2, 2]  # The third pushes out the first.
    assert paths.relays(peek(response(ESME, 2))) == []
    assert paths.relays(peek(response(ESME, 4))) == [PPMID]
    assert paths.relays(peek(response(ESME, 0))) == [HHT]


def test_a_command_brought_again_is_known_once() -> None:
    paths = ReturnPaths(2, {})
    for counter in (1, 2, 1, 3):
        paths.note(PPMID, peek(command(ESME, counter)))
    assert paths.relays(peek(response(ESME, 1))) == [PPMID]
    assert paths.relays(peek(response(ESME, 2))) == []


def test_paths_come_back_from_memory_and_go_with_the_relay() -> None:
    entries = ReturnPaths(10, {}).note(PPMID, peek(command(ESME, 2**64 - 1)))
    again = ReturnPaths(10, entries)
    assert again.relays(peek(response(ESME, 2**64 - 1))) == [PPMID]
    assert again.forget(PPMID) == dict.fromkeys(entries)
    assert again.relays(peek(response(ESME, 2**64 - 1))) == []
    assert again.forget(PPMID) == {}


@pytest.mark.parametrize("key", ["return:", "return:a:b:c:d", "return:" + ":".join(["00" * 8] * 3) + ":x"])
def test_a_memory_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(DecodeError):
        ReturnPaths(10, {key: b"\x01"})
