"""The gateway's figures: a real ``doorstep dcc`` under load, beside what its libraries alone can do.

The process has one core to itself and remembers in a file; requests are made beforehand and come over
keep-alive connections from another core. What counts is the processor's time that the process takes; the
rate by the clock on the wall, which waits for the disk and for whatever else the machine does, stands beside.
The bound of that is measured on the same core at the same time.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, TypeVar

from benchmarks.gateway_bound import Work, work_of
from benchmarks.requests import Posting, Street, new_street
from doorstep.duis import sign, verify
from doorstep.duis.transform import Known, transform
from doorstep.gbcs.usecases import DeviceType
from doorstep.service.keystore import FolderKeyStore

__all__ = ["GATEWAY_TARGET", "REQUESTS", "Rates", "measure_gateway"]

_T = TypeVar("_T")

GATEWAY_TARGET: Final = 1 / 3
REQUESTS: Final = "gateway requests, over HTTP and remembered"
_BY_THE_CLOCK: Final = "the same by the clock on the wall"
_HOMES: Final = 48
_EACH: Final = 30
_BETWEEN_LOOKS: Final = 120
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Rates(NamedTuple):
    """One figure's rate of every round, each in things a second."""

    name: str
    ours: list[float]
    bound: list[float]

    @property
    def median(self) -> float:
        return median(self.ours)

    @property
    def best(self) -> float:
        return max(self.ours)

    @property
    def ratio(self) -> float | None:
        """How much of the bound is reached: the middle one of the rounds' ratios."""
        if not self.bound:
            return None
        return median(ours / theirs for ours, theirs in zip(self.ours, self.bound, strict=True))


def measure_gateway(rounds: int) -> list[Rates]:
    """Every figure, round by round in turn."""
    with tempfile.TemporaryDirectory() as folder:
        street = new_street(Path(folder) / "street", _HOMES)
        figures = {
            name: Rates(name, [], [])
            for name in (
                "transforms",
                "XML signatures checked",
                "XML signatures made",
                REQUESTS,
                _BY_THE_CLOCK,
            )
        }
        with _Process(street, Path(folder) / "state") as process:
            _pin(1)
            for number in range(rounds + 1):
                lines = [street.postings(meter, _EACH, number * _EACH) for meter in street.meters()]
                _round(figures, process, lines, street, counts=number > 0)
        return list(figures.values())


def _round(
    figures: dict[str, Rates], process: _Process, lines: list[list[Posting]], street: Street, *, counts: bool
) -> None:
    """One round of all; the first only warms everything up."""
    postings = [posting for line in lines for posting in line]
    works = [work_of(posting, street) for posting in postings]
    found = _languages(postings, works, street)
    early, late = ([line[part] for line in lines] for part in (slice(0, _EACH // 2), slice(_EACH // 2, None)))
    count = sum(map(len, early))
    wall, _used = process.serve(early)
    found[_BY_THE_CLOCK] = count / wall, None
    with _Beside(works) as beside:
        _wall, used = process.serve(late)
    found[REQUESTS] = count / used, beside.rate
    for name, (ours, theirs) in found.items():
        if counts:
            figures[name].ours.append(ours)
            if theirs is not None:
                figures[name].bound.append(theirs)


def _languages(
    postings: list[Posting], works: list[Work], street: Street
) -> dict[str, tuple[float, float | None]]:
    """The figures of what the gateway does with every request, each by itself."""
    certificate_for = FolderKeyStore(street.folder).certificate_by_serial
    known = Known(street.plan.dcc, device_type=DeviceType.ESME, clock=street.began)
    plain = [posting.request for posting in postings if posting.request.gbcs_payload is None]
    key, count = street.dcc_key(), len(postings)
    checked = count / _seconds(lambda work: verify(work.document, certificate_for), works)
    made = count / _seconds(lambda posting: sign(posting.answer, key, "CN=Z1,OU=07", 1), postings)
    return {
        "transforms": (len(plain) / _seconds(lambda request: transform(request, known), plain), None),
        "XML signatures checked": (checked, count / _seconds(Work.verify, works)),
        "XML signatures made": (made, count / _seconds(Work.sign, works)),
    }


class _Beside:
    """The bound of the gateway, on its core and at the same time: whatever slows down one slows down both."""

    def __init__(self, works: list[Work]) -> None:
        context = multiprocessing.get_context("fork")
        self._mine, theirs = context.Pipe()
        self._process = context.Process(target=_work_until_told, args=(works, theirs))
        self.rate = 0.0

    def __enter__(self) -> _Beside:
        self._process.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._mine.send(None)
        self.rate = self._mine.recv()
        self._process.join()


def _work_until_told(works: list[Work], told: Connection[float, None]) -> None:
    """Do the work of one request after the other, and say how many in a second of the processor's time."""
    _pin(0)
    count = 0
    start = time.process_time()
    while not told.poll():
        for work in works[:_BETWEEN_LOOKS]:
            work.do()
        count += len(works[:_BETWEEN_LOOKS])
    told.send(count / (time.process_time() - start))


def _seconds(do: Callable[[_T], object], things: Iterable[_T]) -> float:
    """The processor's time for doing something to each."""
    gc.collect()
    start = time.process_time()
    deque(map(do, things), maxlen=0)
    return time.process_time() - start


class _Process:
    """``doorstep dcc`` on a core of its own."""

    def __init__(self, street: Street, state: Path) -> None:
        self._port, wan_port = _free_ports(2)
        ports = zip(("--port", "--wan-port"), (self._port, wan_port), strict=True)
        options = [word for name, port in ports for word in (name, str(port))]
        self._log = state.with_suffix(".log").open("wb")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "doorstep.cli", "dcc", "--quiet", "--keys", str(street.folder)),
                *("--state", str(state), *options),
            ],
            stdout=subprocess.PIPE,
            stderr=self._log,
            preexec_fn=lambda: _pin(0),
        )

    def __enter__(self) -> _Process:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._log.close()

    def serve(self, lines: list[list[Posting]]) -> tuple[float, float]:
        """Have all requests answered, each line of them over a connection of its own.

        Gives the seconds that it took, and the processor's seconds that the gateway used.
        """
        prepared = [[_http(posting) for posting in line] for line in lines]
        start, used = time.perf_counter(), self._used()
        asyncio.run(self._post(prepared))
        return time.perf_counter() - start, self._used() - used

    async def _post(self, lines: list[list[bytes]]) -> None:
        await asyncio.gather(*(self._post_line(line) for line in lines))

    async def _post_line(self, line: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        for request in line:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r")[0]))
        writer.close()
        await writer.wait_closed()

    def _used(self) -> float:
        """The processor's time of the process so far, all its threads together."""
        text = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(text[11]) + int(text[12])) / _TICKS


def _http(posting: Posting) -> bytes:
    head = (
        f"POST {posting.path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip, deflate, br\r\n"
        f"content-type: application/xml\r\ncontent-length: {len(posting.document)}\r\n\r\n"
    )
    return head.encode() + posting.document


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _pin(core: int) -> None:
    """Keep this process to one core, where the system lets it and there are two."""
    with suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {core})
