"""The keypad of a PPMID's process: lines of text on standard input, each something that is keyed in.

::

    top-up electricity 73941656880950804485
    emergency-credit gas
    enable-supply

Without a fuel it is electricity. What became of it comes into the log; the digits do not.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable
from typing import Final

from doorstep.errors import UsageError
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, KeyedIn

__all__ = ["LONGEST", "lines_of", "parse", "read_keypad", "standard_input"]

LONGEST: Final = 200
"""Octets of the longest line that is looked at."""

_ACTIONS: Final = {action.value: action for action in Action}
_FUELS: Final = {fuel.value: fuel for fuel in Fuel}


def parse(line: str) -> KeyedIn:
    """What a line says; raises :class:`UsageError`, which does not repeat the line."""
    name, *rest = line.split() or [""]
    action = _ACTIONS.get(name)
    if action is None:
        raise UsageError(f"a line begins with one of {', '.join(_ACTIONS)}")
    fuel = Fuel.ELECTRICITY
    if rest and rest[0] in _FUELS:
        fuel = _FUELS[rest.pop(0)]
    digits = "".join(rest)
    if bool(digits) is not (action is Action.TOP_UP):
        wanted = "the twenty digits" if action is Action.TOP_UP else "nothing"
        raise UsageError(f"after {action.value} and the fuel comes {wanted}")
    return KeyedIn(action, fuel, digits)


async def read_keypad(
    lines: AsyncIterator[str], key_in: Callable[[KeyedIn], object], refused: Callable[[str], None]
) -> None:
    """Key in what the lines say, as long as there are any, and then wait for ever."""
    async for line in lines:
        if not line.strip():
            continue
        try:
            key_in(parse(line))
        except UsageError as error:
            refused(str(error))
    await asyncio.Event().wait()


async def standard_input() -> AsyncIterator[str]:
    """The lines of standard input, as :func:`lines_of`.

    Raises :class:`UsageError` where it is neither a terminal nor a pipe: nothing else can be waited for.
    """
    if sys.stdin is None or not _can_be_awaited(sys.stdin.fileno()):
        raise UsageError("the keypad is a terminal or a pipe, and standard input is neither")
    reader = asyncio.StreamReader(limit=LONGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in lines_of(reader):
        yield line


async def lines_of(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of a stream; one that is longer than its limit is passed over, all of it."""
    too_long = False
    while True:
        try:
            line = await reader.readuntil()
        except asyncio.LimitOverrunError as error:
            await reader.readexactly(error.consumed)
            too_long = True
            continue
        except asyncio.IncompleteReadError as error:
            line = error.partial
        if not line:
            return
        if not too_long:
            yield line.decode(errors="replace")
        too_long = False


def _can_be_awaited(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
