"""The air over UDP: what one box transmits all others hear, and what is no radio frame is dropped."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from doorstep.errors import UsageError
from doorstep.service.air import GROUP, LARGEST_DATAGRAM, UdpAir
from doorstep.service.clock import WallClock
from doorstep.zigbee import zep
from tests.service.aio import in_loop, until

FRAME = bytes.fromhex("0200123456")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def three_boxes(heard: list[tuple[int, bytes]]) -> AsyncIterator[tuple[list[UdpAir], int]]:
    """Three boxes on one air; ``heard`` says which heard what."""
    port = free_port()

    def ear(box: int) -> object:
        return lambda frame: heard.append((box, frame))

    boxes = [await UdpAir.opened("127.0.0.1", port, WallClock(), ear(box)) for box in range(3)]  # type: ignore[arg-type]
    try:
        yield boxes, port
    finally:
        for box in boxes:
            box.close()


def send(data: bytes, port: int) -> None:
    """Send a datagram to the air, as a stranger."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        stranger.sendto(data, (GROUP, port))


@in_loop
async def test_every_box_but_the_one_that_sends_hears_a_frame() -> None:
    heard: list[tuple[int, bytes]] = []
    async with three_boxes(heard) as (boxes, _port):
        boxes[0].transmit(FRAME)
        boxes[2].transmit(FRAME[::-1])
        await until(lambda: len(heard) == 4)
    assert sorted(heard) == [(0, FRAME[::-1]), (1, FRAME), (1, FRAME[::-1]), (2, FRAME)]


@in_loop
async def test_a_frame_travels_in_the_form_that_analysers_read() -> None:
    heard: list[tuple[int, bytes]] = []
    async with three_boxes(heard) as (_boxes, port):
        send(zep.Data.of(FRAME, 0, 1).to_bytes(), port)
        await until(lambda: len(heard) == 3)
    assert {frame for _box, frame in heard} == {FRAME}


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "malformed"),
        (b"hello", "malformed"),
        (zep.Acknowledgement(7).to_bytes(), "malformed"),
        (zep.Data.of(FRAME, 0, 1).to_bytes()[:-1], "malformed"),
        (zep.Data.of(FRAME, 0, 1).to_bytes().ljust(LARGEST_DATAGRAM + 1, b"\0"), "too large"),
    ],
)
@in_loop
async def test_what_is_no_radio_frame_is_dropped_and_counted(datagram: bytes, why: str) -> None:
    heard: list[tuple[int, bytes]] = []
    async with three_boxes(heard) as (boxes, port):
        send(datagram, port)
        await until(lambda: all(box.dropped.total() == 1 for box in boxes))
        boxes[0].transmit(FRAME)
        await until(lambda: len(heard) == 2)
    assert boxes[1].dropped == {why: 1}


@in_loop
async def test_a_flood_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with three_boxes([]) as (boxes, _port):
        for _ in range(1000):
            boxes[0].transmit(bytes(300))
        assert boxes[0].dropped == {"not sent": 1000}
    assert len(caplog.records) == 10


@in_loop
async def test_after_leaving_nothing_is_sent() -> None:
    heard: list[tuple[int, bytes]] = []
    async with three_boxes(heard) as (boxes, _port):
        boxes[0].close()
        boxes[0].transmit(FRAME)
        boxes[1].transmit(FRAME)
        await until(lambda: len(heard) == 1)
    assert heard == [(2, FRAME)]


@pytest.mark.parametrize("interface", ["192.0.2.1", "no address"])
@in_loop
async def test_an_interface_that_is_not_there_is_said_in_a_line(interface: str) -> None:
    with pytest.raises(UsageError, match=f"no air on {interface}, UDP port"):
        await UdpAir.opened(interface, free_port(), WallClock(), lambda frame: None)
