"""The DCC's administrative socket: who may open it decides on what is in quarantine, and says who it is."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from doorstep.errors import UsageError
from doorstep.road.dcc.events import Administered, Discard, Release
from doorstep.road.dcc.quarantine import Quarantined
from doorstep.service.dcc_admin import Admin, Decided, ask, serving_admin
from doorstep.service.driver import Stopped
from doorstep.service.http_server import serving_at
from tests.road.dcc.office import NOW, asked
from tests.service.aio import in_loop

WAITING = ((7, Quarantined(asked(1, 10), "ADUserThresholdBreach", NOW)),)


class Machine:
    """What stands for the DCC: it has request 7 in quarantine until something is decided."""

    def __init__(self) -> None:
        self.admin = Admin(lambda: WAITING, self.take)
        self.taken: list[Release | Discard] = []
        self.stopped = False

    async def take(self, event: Release | Discard) -> None:
        if self.stopped:
            raise Stopped("the driver has stopped")
        done = event.reference == 7 and not self.taken
        self.taken.append(event)
        self.admin.told(Administered(event.exchange, done))


@asynccontextmanager
async def client_of(machine: Machine, path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with (
        serving_admin(machine.admin, path),
        httpx.AsyncClient(transport=transport, base_url="http://dcc") as client,
    ):
        yield client


@in_loop
async def test_what_waits_is_listed(tmp_path: Path) -> None:
    async with client_of(Machine(), tmp_path / "admin") as client:
        got = await client.get("/quarantine")
    assert got.json() == [
        {
            "reference": 7,
            "request_id": str(asked(1, 10).request_id),
            "service_reference_variant": "4.18",
            "command_variant": 1,
            "breach": "ADUserThresholdBreach",
            "since": "2026-11-23T14:20:00.000Z",
        }
    ]


@pytest.mark.parametrize(("what", "kind"), [("release", Release), ("delete", Discard)])
@in_loop
async def test_a_decision_is_taken_once(what: str, kind: type, tmp_path: Path) -> None:
    machine = Machine()
    async with client_of(machine, tmp_path / "admin") as client:
        first = await client.post(f"/quarantine/7/{what}", json={"by": "Ada"})
        second = await client.post(f"/quarantine/7/{what}", json={"by": "Ada"})
    assert (first.status_code, first.json()) == (200, {"done": True})
    assert (second.status_code, second.json()) == (404, {"done": False})
    assert [(type(event), event.reference, event.by) for event in machine.taken] == [(kind, 7, "Ada")] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"by": ""}',
        b'{"by": 1}',
        b'{"by": "a\n"}',
        b"[" * 1024,
        b'{"by": "' + b"x" * 2000 + b'"}',
    ],
)
@in_loop
async def test_nobody_decides_without_saying_who_it_is(body: bytes, tmp_path: Path) -> None:
    machine = Machine()
    async with client_of(machine, tmp_path / "admin") as client:
        got = await client.post("/quarantine/7/release", content=body)
    assert got.status_code == 400
    assert machine.taken == []


@in_loop
async def test_what_is_no_decision(tmp_path: Path) -> None:
    machine = Machine()
    async with client_of(machine, tmp_path / "admin") as client:
        for path in (
            "/quarantine/7/forget",
            "/quarantine/x/release",
            f"/quarantine/{'9' * 5000}/delete",
            "/other",
        ):
            assert (await client.post(path, json={"by": "Ada"})).status_code == 404
        assert (await client.get("/quarantine/7/release")).status_code == 405
        machine.stopped = True
        assert (await client.post("/quarantine/7/release", json={"by": "Ada"})).status_code == 503
    assert machine.taken == []


@in_loop
async def test_only_its_owner_may_open_the_socket_and_it_is_gone_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "admin"
    async with client_of(Machine(), path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(UsageError, match="another process listens there"):
            async with serving_admin(Machine().admin, path):
                pass
    assert not path.exists()


@in_loop
async def test_a_socket_that_a_killed_dcc_left_is_taken_over(tmp_path: Path) -> None:
    import socket

    path = tmp_path / "admin"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
        left.bind(str(path))
    async with client_of(Machine(), path) as client:
        assert (await client.get("/quarantine")).status_code == 200


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "admin"
    path.write_text("mine")

    async def serve() -> None:
        async with serving_admin(Machine().admin, path):
            pass

    with pytest.raises(UsageError, match="it is there, and no socket"):
        asyncio.run(serve())
    assert path.read_text() == "mine"


@in_loop
async def test_asking_a_running_dcc(tmp_path: Path) -> None:
    path = tmp_path / "admin"
    async with client_of(Machine(), path):
        listed = await asyncio.to_thread(ask, path, "GET", "/quarantine", list[dict[str, Any]])
        assert [one["reference"] for one in listed] == [7]
        decided = await asyncio.to_thread(ask, path, "POST", "/quarantine/7/release", Decided, {"by": "Ada"})
        assert decided == Decided(done=True)
        with pytest.raises(UsageError, match="at most 80"):
            await asyncio.to_thread(ask, path, "POST", "/quarantine/7/release", Decided, {"by": ""})


def test_asking_nobody(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no DCC answers at"):
        ask(tmp_path / "admin", "GET", "/quarantine", Decided)


@in_loop
@pytest.mark.parametrize("body", [b"7", b'"no"', b"null", b"[]", b"<html>", b"", b'{"error": 7}', b"\xff"])
@pytest.mark.parametrize("status", [200, 500])
async def test_asking_somebody_else(tmp_path: Path, body: bytes, status: int) -> None:
    """Whatever a stranger at that socket says, it is one clear line."""
    path = tmp_path / "admin"

    async def stranger(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        async with serving_at(stranger, listener):
            with pytest.raises(UsageError, match="no DCC answers at"):
                await asyncio.to_thread(ask, path, "POST", "/quarantine/7/release", Decided, {"by": "Ada"})
