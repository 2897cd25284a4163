"""The keypad: lines that mean something, lines that do not, and no digits in what is said of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import UsageError
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, KeyedIn
from doorstep.service.keypad import LONGEST, lines_of, parse, read_keypad, standard_input

DIGITS = "73941656880950804485"


@pytest.mark.parametrize(
    ("line", "keyed"),
    [
        (f"top-up {DIGITS}", KeyedIn(Action.TOP_UP, Fuel.ELECTRICITY, DIGITS)),
        (f"top-up gas {DIGITS}\n", KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS)),
        ("top-up gas 7394 1656 8809 5080 4485", KeyedIn(Action.TOP_UP, Fuel.GAS, DIGITS)),
        ("emergency-credit", KeyedIn(Action.EMERGENCY_CREDIT, Fuel.ELECTRICITY)),
        ("  emergency-credit   gas ", KeyedIn(Action.EMERGENCY_CREDIT, Fuel.GAS)),
        ("enable-supply electricity", KeyedIn(Action.ENABLE_SUPPLY, Fuel.ELECTRICITY)),
    ],
)
def test_what_a_line_says(line: str, keyed: KeyedIn) -> None:
    assert parse(line) == keyed


@pytest.mark.parametrize(
    "line", ["", "topup 1", "top-up", "top-up gas", "enable-supply now", f"emergency-credit {DIGITS}"]
)
def test_what_a_line_cannot_say(line: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(line)
    assert DIGITS not in str(raised.value)


@given(st.text(max_size=60))
def test_any_line_is_something_or_refused(line: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(parse(line), KeyedIn)


def test_lines_are_keyed_in_in_order_and_bad_ones_told_of() -> None:
    async def lines() -> AsyncIterator[str]:
        for line in ("enable-supply\n", "\n", "nonsense\n", "emergency-credit gas\n"):
            yield line

    async def read() -> tuple[list[KeyedIn], list[str]]:
        keyed: list[KeyedIn] = []
        refused: list[str] = []
        reading = asyncio.ensure_future(read_keypad(lines(), keyed.append, refused.append))
        while len(keyed) < 2:
            await asyncio.sleep(0)
        assert not reading.done(), "the keypad's end is not the process's"
        reading.cancel()
        return keyed, refused

    keyed, refused = asyncio.run(read())
    assert [one.action for one in keyed] == [Action.ENABLE_SUPPLY, Action.EMERGENCY_CREDIT]
    assert len(refused) == 1


@pytest.mark.parametrize("junk", [LONGEST + 1, 2 * LONGEST, 10 * LONGEST])
def test_of_a_line_that_is_too_long_nothing_is_keyed_in(junk: int) -> None:
    async def read() -> list[str]:
        reader = asyncio.StreamReader(limit=LONGEST)
        reader.feed_data(b"enable-supply\n" + b"x" * junk)
        lines = lines_of(reader)
        found = [await anext(lines)]
        reading = asyncio.ensure_future(anext(lines))
        await asyncio.sleep(0)
        # What was here of the long line is dropped by now; its end alone would be a line with a meaning.
        reader.feed_data(b"top-up " + DIGITS.encode() + b"\nemergency-credit gas")
        reader.feed_eof()
        found.append(await reading)
        return [*found, *[line async for line in lines]]

    assert asyncio.run(read()) == ["enable-supply\n", "emergency-credit gas"]


@pytest.mark.parametrize("name", ["/dev/null", "lines"])
def test_a_keypad_that_cannot_be_waited_for_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lines").write_text("enable-supply\n")

    async def read() -> list[str]:
        return [line async for line in standard_input()]

    with (tmp_path / name).open() as file:
        monkeypatch.setattr("sys.stdin", file)
        with pytest.raises(UsageError, match="a terminal or a pipe"):
            asyncio.run(read())
