"""What ``doorstep demo`` shows: one case hop by hop, and a table of what became of all of them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from doorstep.bench.capture import Capture
from doorstep.bench.case import Case, try_out
from doorstep.bench.journey import Line, lines
from doorstep.bench.outcome import Result, judge
from doorstep.bench.scenarios import CASES, SITUATIONS, demonstration, without_wan
from doorstep.bench.street import Street
from doorstep.errors import UsageError
from doorstep.gbcs.times import Instant
from doorstep.service.clock import WallClock
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.pki import new_street_keys

__all__ = ["show"]

FOLLOWED: Final = "enable-supply"
"""The case that is shown hop by hop."""

_SHOWN_BYTES: Final = 24
_PAGE: Final = 110
_PUBLIC: Final = 0o666  # As far as the user's mask lets it.
_PRIVATE: Final = 0o600
_STYLES: Final = {"executed": "green", "refused": "yellow", "unknown": "magenta"}

_ROAD: Final = """\
  supplier ─1─ DCC         1  ask for a Command (DUIS), get it back as bytes
     │                     2  send those bytes to the home over its own wifi
     2                     3  the PPMID puts them into a ZigBee tunnel
     │                     4  the hub routes them: GBCS 10.8.2, the changed rule
   PPMID ─3─ hub ─4─ meter    which verifies and executes, as if by the WAN"""


def show(
    json_file: Path | None,
    full: bool,
    pcap_file: Path | None = None,
    pcap_keys_file: Path | None = None,
) -> None:
    """Run the demonstration and print it; ``full`` shows every case hop by hop, with all bytes.

    The files are written as asked for: the deliveries, the radio frames of all homes, the keys to those.
    """
    console = Console(highlight=False, width=_width())
    began = time.monotonic()
    console.print("\n[bold]doorstep[/]: GBCS Commands delivered through the home's own network\n")
    console.print(_ROAD, style="dim", no_wrap=True, crop=False)
    console.print()
    plan, now, capture = demonstration(), WallClock().now(), Capture()
    with tempfile.TemporaryDirectory(prefix="doorstep-demo-") as folder:
        keys = Path(folder) / "keys"
        with _bar(console, "making keys") as advance:
            new_street_keys(keys, plan, now=now, progress=advance)
        street = Street(plan, FolderKeyStore(keys), now, wan_down=without_wan(), capture=capture)
        results = list(_run(console, street, full))
    seconds = time.monotonic() - began
    _summary(console, results, seconds)
    if pcap_file is not None:
        _write(console, pcap_file, capture.pcap())
    if pcap_keys_file is not None:
        _write(console, pcap_keys_file, capture.key_table().encode(), mode=_PRIVATE)
    if json_file is not None:
        _write(console, json_file, _report(results, seconds))


def _width() -> int | None:
    """The terminal's width; what goes into a pipe or a file has no such bound, but is to be read as well."""
    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PAGE


def _run(console: Console, street: Street, full: bool) -> Iterator[Result]:
    """Run every case in turn; show the followed one as it happened."""
    shown: list[tuple[Case, list[Line], Instant]] = []
    results = []
    with _bar(console, "delivering") as advance:
        for number, case in enumerate(CASES, 1):
            started, since, made = try_out(street, case)
            results.append(judge(street, case, made, started, since))
            if full or case.name == FOLLOWED:
                end = started + results[-1].seconds * 1000
                shown.append((case, [line for line in lines(since) if line.at <= end], started))
            advance(number, len(CASES))
    for case, told, started in shown:
        _journey(console, case, told, started, full)
    yield from results


def _journey(console: Console, case: Case, told: list[Line], started: Instant, full: bool) -> None:
    """One case, hop by hop: who sent what to whom, and what each stop made of it."""
    console.rule(f"[bold]{escape(case.title)}[/] · {case.home}: {SITUATIONS[case.home]}", align="left")
    table = Table(box=None, show_header=False, padding=(0, 1), expand=False)
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for line in told:
        table.add_row(f"{(line.at - started) / 1000:.3f} s", _who(line), _what(line, full))
    console.print(table)
    console.print()


def _who(line: Line) -> str:
    if not line.receiver:
        return f"[bold]{_short(line.stop)}[/]"
    return f"{_short(line.stop)} → {_short(line.receiver)}"


def _short(stop: str) -> str:
    return escape(stop.rpartition("/")[2])


def _what(line: Line, full: bool) -> str:
    words = escape(line.what) if line.receiver else f"[cyan]{escape(line.what)}[/]"
    medium = f"[dim]{escape(line.medium)}[/] " if line.medium else ""
    if not line.data:
        return medium + words
    shown = line.data if full else line.data[:_SHOWN_BYTES]
    rest = len(line.data) - len(shown)
    more = f"… and {rest} more" if rest else ""
    return f"{medium}{words}\n[dim]{shown.hex().upper()}{more} ({len(line.data)} bytes)[/]"


def _summary(console: Console, results: list[Result], seconds: float) -> None:
    table = Table(
        title="What became of each", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("home", no_wrap=True)
    table.add_column("tried, why it ended so, and the evidence", overflow="fold")
    table.add_column("route", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for result in results:
        style = _STYLES[result.outcome]
        details = (result.reason, f"evidence: {result.evidence}")
        words = escape(result.title) + "".join(f"\n[dim]{escape(line)}[/]" for line in details if line)
        table.add_row(
            result.home, words, result.route, f"[{style}]{result.outcome}[/]", f"{result.seconds:.1f} s"
        )
    console.print(table)
    deliveries, keyed_in = _apart(results)
    by_outcome = {word: sum(result.outcome == word for result in deliveries) for word in _STYLES}
    same = [result.bytes_identical for result in deliveries if result.outcome == "executed"]
    counted = ", ".join(f"{count} {word}" for word, count in by_outcome.items())
    console.print(f"{counted}; {len(keyed_in)} times somebody keyed something in.")
    console.print(
        f"The meter received exactly the bytes that the DCC returned in {sum(map(bool, same))} "
        f"of {len(same)} executions."
    )
    console.print(f"[dim]times are of the homes' own clocks; all of it took {seconds:.1f} s here[/]")


def _write(console: Console, path: Path, data: bytes, mode: int = _PUBLIC) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    console.print(f"written to {escape(str(path))}")


def _report(results: list[Result], seconds: float) -> bytes:
    deliveries, _keyed_in = _apart(results)
    report = {"seconds": round(seconds, 3), "deliveries": deliveries}
    return (json.dumps(report, indent=2, default=_row) + "\n").encode()


def _apart(results: list[Result]) -> tuple[list[Result], list[Result]]:
    """The deliveries, and what was asked for in the home itself."""
    return (
        [result for result in results if not result.keyed_in],
        [result for result in results if result.keyed_in],
    )


def _row(result: Result) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(result).items() if name != "keyed_in"}


class _bar:  # noqa: N801 - reads as a verb where it is used
    """A progress bar that is there while it is needed and gone afterwards."""

    def __init__(self, console: Console, what: str) -> None:
        self._progress = Progress(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), console=console, transient=True
        )
        self._task = self._progress.add_task(what, total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        self._progress.start()
        return self._advance

    def __exit__(self, *_exception: object) -> None:
        self._progress.stop()

    def _advance(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)
