"""Who is connected to a server of ours: one line a peer, the newest wins, and none can fill our memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Generic, TypeVar

from doorstep.errors import DoorstepError
from doorstep.eui import Eui
from doorstep.service.tasks import first_of

__all__ = ["Line", "LineLost", "Peers"]

Frame = TypeVar("Frame")

MOST_WAITING: Final = 256
"""Frames that wait for one peer; one that lets more gather loses its connection."""


class LineLost(DoorstepError):
    """The connection is no more, or too slow to be one."""


class Line(Generic[Frame]):
    """The outgoing half of one connection: a queue, so that whoever sends waits for nobody."""

    def __init__(self, send: Callable[[Frame], Awaitable[None]], most_waiting: int = MOST_WAITING) -> None:
        self._send = send
        self._frames: asyncio.Queue[Frame] = asyncio.Queue(most_waiting)
        self._full = asyncio.Event()
        self.replaced = asyncio.Event()

    def put(self, frame: Frame) -> bool:
        """Queue a frame; False where the peer does not keep up, which ends the connection."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self._full.set()
            return False
        return True

    async def run(self, read: Coroutine[Any, Any, None]) -> None:
        """Write what is queued while ``read`` reads, until one of them ends or the line is replaced.

        Raises what reading or writing raised, and :class:`LineLost` for a peer that does not keep up.
        """
        await first_of(read, self._write(), self._overflow(), self._replacement())

    async def _write(self) -> None:
        while True:
            await self._send(await self._frames.get())

    async def _overflow(self) -> None:
        await self._full.wait()
        raise LineLost("the peer reads too slowly")

    async def _replacement(self) -> None:
        await self.replaced.wait()
        raise LineLost("the same peer has connected again")


class Peers(Generic[Frame]):
    """The peers that are connected, by Entity Identifier.

    ``came`` and ``went`` are told of each; when a peer connects again before its old connection was
    seen to be gone, ``came`` is told once more and ``went`` is not.
    """

    def __init__(
        self, came: Callable[[Eui], Awaitable[None]], went: Callable[[Eui], Awaitable[None]]
    ) -> None:
        self._came = came
        self._went = went
        self._lines: dict[Eui, Line[Frame]] = {}

    @property
    def present(self) -> tuple[Eui, ...]:
        """Who is connected now, in order of identifier."""
        return tuple(sorted(self._lines))

    def send(self, eui: Eui, frame: Frame) -> bool:
        """Queue a frame for a peer; False where it is not connected or does not keep up."""
        line = self._lines.get(eui)
        return line is not None and line.put(frame)

    async def serve(self, eui: Eui, line: Line[Frame], read: Coroutine[Any, Any, None]) -> None:
        """Let a peer be connected until its line ends; raises what ended it."""
        older = self._lines.get(eui)
        self._lines[eui] = line
        if older is not None:
            older.replaced.set()
        try:
            await self._came(eui)
            await line.run(read)
        finally:
            read.close()
            if self._lines.get(eui) is line:
                del self._lines[eui]
                await self._went(eui)
