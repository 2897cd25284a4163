"""The figures: what is done to every message, how often, and how it is timed."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from operator import methodcaller
from statistics import median
from typing import Any, Final, NamedTuple

from benchmarks.bound import prepare
from benchmarks.material import Material
from doorstep import gbcs

__all__ = ["BOUND", "VERIFIED", "Figure", "import_time", "measure", "ratio"]

VERIFIED: Final = "decode, verify and decrypt"
BOUND: Final = "the bound of that: cryptography alone"

# Long enough for a clock, and short enough for many rounds: what the shortest job does in one, in seconds.
_ROUND: Final = 0.1


class Figure(NamedTuple):
    """Messages a second of each round; the middle one and the best of them."""

    name: str
    rounds: list[float]
    target: int | None = None

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def best(self) -> float:
        return max(self.rounds)


class _Job(NamedTuple):
    """What one figure measures: ``do`` to each of ``things``, which stand for so many ``messages``."""

    figure: Figure
    do: Callable[[Any], object]
    things: Iterable[Any]
    messages: int

    def seconds(self, passes: int) -> float:
        """The processor's time for so many passes; each outcome is dropped before the next is made."""
        gc.collect()
        start = time.process_time()
        for _ in range(passes):
            deque(map(self.do, self.things), maxlen=0)
        return time.process_time() - start


def measure(material: Material, rounds: int) -> list[Figure]:
    """Every figure, round by round in turn, so that whatever else the machine does falls on all alike."""
    jobs = list(_jobs(material))
    passes = [max(1, round(_ROUND / job.seconds(1))) for job in jobs]
    for _ in range(rounds):
        for job, times in zip(jobs, passes, strict=True):
            job.figure.rounds.append(times * job.messages / job.seconds(times))
    return [job.figure for job in jobs]


def _jobs(material: Material) -> Iterator[_Job]:
    data, keys, count = material.data, material.keys, len(material.data)
    yield _Job(Figure("header only", [], 500_000), gbcs.peek, data, count)
    yield _Job(Figure("decode", [], 45_000), gbcs.decode, data, count)
    yield _Job(Figure(VERIFIED, []), lambda message: gbcs.verify(gbcs.decode(message), keys), data, count)
    yield _Job(Figure(BOUND, []), methodcaller("check"), prepare(material), count)
    yield _Job(Figure("encode", []), _encode, material.messages, count)


def _encode(message: gbcs.Message) -> bytes:
    """The bytes from the values alone: header, payload, signature and MAC."""
    return bytes(gbcs.build(message.header, message.payload, signature=message.signature, mac=message.mac))


def ratio(figures: list[Figure]) -> float:
    """How much of the bound verification reaches: the middle one of the rounds' ratios."""
    found = {figure.name: figure.rounds for figure in figures}
    return median(ours / theirs for ours, theirs in zip(found[VERIFIED], found[BOUND], strict=True))


def import_time(rounds: int) -> float:
    """Milliseconds that ``import doorstep.gbcs`` adds to a whole Python process, best against best."""
    bare = doorstep = float("inf")
    for _ in range(rounds + 1):  # The first one may have to compile.
        bare = min(bare, _process("pass"))
        doorstep = min(doorstep, _process("import doorstep.gbcs"))
    return 1000 * (doorstep - bare)


def _process(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start
