"""A link that is dialled: how it ends when the process does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection, serve

from doorstep.service.back_off import BackOff
from doorstep.service.dialling import keep_dialling
from tests.service.aio import in_loop


@in_loop
async def test_a_process_that_is_ended_goes_away_and_reports_no_error() -> None:
    open_now, ended = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def peer(connection: ServerConnection) -> None:
        await connection.wait_closed()
        ended.set_result(connection.close_code)

    async def use(_connection: ClientConnection) -> None:
        open_now.set()
        await asyncio.Event().wait()

    async with serve(peer, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        task = asyncio.create_task(keep_dialling(url, use, BackOff(0.01, 0.02), max_frame=1000))
        await open_now.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert await ended == 1001
