"""A message in a line: what its header says, and how blocks of it are told apart."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError, DoorstepError
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, build, gbt
from doorstep.gbcs.headline import headline
from doorstep.gbcs.payloads import Unparsed

SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")


def message(code: int = 0x004F, size: int = 10, cra: Cra = Cra.COMMAND) -> bytes:
    return bytes(build(GroupingHeader(cra, 7, SUPPLIER, METER, code), Unparsed(bytes(size)), mac=bytes(12)))


@pytest.mark.parametrize(
    ("code", "cra", "words"),
    [
        (0x004F, Cra.COMMAND, "ECS42 Command, counter 7"),
        (0x004F, Cra.RESPONSE, "ECS42 Response, counter 7"),
        (0xEEEE, Cra.ALERT, "0xEEEE Alert, counter 7"),
    ],
)
def test_a_message_is_named_by_its_use_case_or_its_code(code: int, cra: Cra, words: str) -> None:
    assert headline(message(code, cra=cra)) == words


def test_with_its_parties_it_tells_size_and_who() -> None:
    data = message()
    assert headline(data, parties=True) == (
        f"ECS42 Command, counter 7, {len(data)} bytes, D0-05-5E-00-0F-00-00-02 to D0-05-5E-01-00-01-00-E5"
    )


def test_blocks_are_told_by_their_numbers() -> None:
    first, second = gbt.pieces_of(message(size=1500), 1200)
    assert headline(first) == "block 1 of ECS42 Command, counter 7"
    assert headline(second) == "block 2, the last, of ECS42 Command, counter 7"


def test_what_is_no_message_is_refused() -> None:
    data = message()
    for wrong in (b"", b"<sr:Request/>", data[:20], gbt.pieces_of(message(size=1500), 1200)[0][:40]):
        with pytest.raises(DecodeError):
            headline(wrong)
    with pytest.raises(DoorstepError):
        headline(b"\xff" * 60)
