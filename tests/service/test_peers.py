"""Peers: the newest connection wins, who goes is told, and one that does not read loses its line."""

from __future__ import annotations

import asyncio

import pytest

from doorstep.eui import Eui
from doorstep.service.peers import Line, LineLost, Peers
from tests.service.aio import in_loop, until
from tests.service.device_keys import HUB, PPMID


class Desk:
    """What a server is told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.peers: Peers[str] = Peers(self.came, self.went)

    async def came(self, eui: Eui) -> None:
        self.told.append(f"{eui} came")

    async def went(self, eui: Eui) -> None:
        self.told.append(f"{eui} went")


async def forever() -> None:
    await asyncio.Event().wait()


@in_loop
async def test_frames_go_to_the_peer_in_order_until_it_ends() -> None:
    desk, sent = Desk(), list[str]()
    ended = asyncio.Event()

    async def send(frame: str) -> None:
        sent.append(frame)

    async def read() -> None:
        await ended.wait()

    serving = asyncio.create_task(desk.peers.serve(HUB, Line(send), read()))
    await until(lambda: desk.peers.present == (HUB,))
    assert all(desk.peers.send(HUB, str(number)) for number in range(100))
    assert not desk.peers.send(PPMID, "to nobody")
    await until(lambda: len(sent) == 100)
    ended.set()
    await serving
    assert sent == [str(number) for number in range(100)]
    assert desk.told == [f"{HUB} came", f"{HUB} went"]
    assert not desk.peers.send(HUB, "too late")


@in_loop
async def test_a_second_connection_of_the_same_peer_ends_the_first() -> None:
    desk, old, new = Desk(), list[str](), list[str]()

    async def send_old(frame: str) -> None:
        old.append(frame)

    async def send_new(frame: str) -> None:
        new.append(frame)

    first = asyncio.create_task(desk.peers.serve(HUB, Line(send_old), forever()))
    await until(lambda: len(desk.told) == 1)
    second = asyncio.create_task(desk.peers.serve(HUB, Line(send_new), forever()))
    with pytest.raises(LineLost, match="connected again"):
        await first
    assert desk.peers.send(HUB, "hello")
    await until(lambda: new == ["hello"])
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert old == []
    assert desk.told == [f"{HUB} came", f"{HUB} came", f"{HUB} went"]


@in_loop
async def test_a_peer_that_does_not_read_loses_its_line_not_our_memory() -> None:
    desk = Desk()

    async def never(_frame: str) -> None:
        await asyncio.Event().wait()

    serving = asyncio.create_task(desk.peers.serve(HUB, Line(never, most_waiting=3), forever()))
    await until(lambda: desk.peers.present == (HUB,))
    results = [desk.peers.send(HUB, "frame") for _ in range(6)]
    assert results[:3] == [True] * 3
    assert results[-1] is False
    with pytest.raises(LineLost, match="too slowly"):
        await serving
    assert desk.peers.present == ()


@in_loop
async def test_what_ends_the_reading_is_raised() -> None:
    desk = Desk()

    async def send(_frame: str) -> None: ...

    async def read() -> None:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await desk.peers.serve(HUB, Line(send), read())
    assert desk.told == [f"{HUB} came", f"{HUB} went"]
