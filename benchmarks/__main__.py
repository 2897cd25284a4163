"""``python -m benchmarks``: one table, in Markdown, of what this machine does now."""

from __future__ import annotations

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from cryptography.hazmat.backends.openssl import backend

from benchmarks import gateway, han, hub
from benchmarks.figures import BOUND, VERIFIED, Figure, import_time, measure, ratio
from benchmarks.material import gather

RATIO_TARGET: Final = 0.55
IMPORT_TARGET: Final = 120


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each figure (default: %(default)s)")
    parser.add_argument("--only", choices=("messages", "gateway", "hub", "han"), help="one of the tables")
    arguments = parser.parse_args()
    tables = {"messages": messages, "gateway": requests, "hub": routing, "han": radio}
    for name, table in tables.items():
        if arguments.only in (None, name):
            table(arguments.rounds)


def messages(rounds: int) -> None:
    """The table of the GBCS language."""
    material = gather()
    figures = measure(material, rounds)
    print(f"Over {material.origin}, {material.average} bytes on average; one thread, {rounds} rounds,")
    print(f"in the processor's time. {machine()}.\n")
    print("| messages a second | median | best | target | of the bound |")
    print("|---|--:|--:|--:|--:|")
    share = f"{ratio(figures):.2f} (target {RATIO_TARGET})"
    for figure in figures:
        print(row(figure, {VERIFIED: share, BOUND: "1"}.get(figure.name, "")))
    more = f"{import_time(rounds):.0f} ms"
    print(f"\n`import doorstep.gbcs`: {more} more than bare Python (target under {IMPORT_TARGET}).\n")


def requests(rounds: int) -> None:
    """The table of DUIS and the gateway."""
    print(f"Requests of CV 2, 4 and 6 in equal parts; {rounds} rounds. {machine()}.\n")
    print("| a second | median | best | the libraries alone | of the bound |")
    print("|---|--:|--:|--:|--:|")
    for one in gateway.measure_gateway(rounds):
        bound = f"{median(one.bound):,.0f}" if one.bound else ""
        share = f"{one.ratio:.2f}" if one.ratio is not None else ""
        target = f" (target {gateway.GATEWAY_TARGET:.2f})" if one.name == gateway.REQUESTS else ""
        print(f"| {one.name} | {one.median:,.0f} | {one.best:,.0f} | {bound} | {share}{target} |")


def routing(rounds: int) -> None:
    """The tables of the Communications Hub."""
    print(f"One hub in memory, one thread, {rounds} rounds, in the processor's time. {machine()}.\n")
    print("| way | messages a second | µs a message |\n|---|--:|--:|")
    for figure in hub.measure_hops(rounds):
        print(f"| {figure.name} | {figure.a_second:,.0f} | {figure.median:.0f} |")
    print("\n| µs a Command, from PPMID to ESME | x1 | x10 | x100 |\n|---|--:|--:|--:|")
    for name, figures in hub.measure_growth(rounds):
        print(f"| {name} | {' | '.join(f'{figure.median:.0f}' for figure in figures)} |")


def radio(rounds: int) -> None:
    """The table of the home's network."""
    print(f"Two radios in memory, one thread, {rounds} rounds, in the processor's time. {machine()}.\n")
    print("| octets of a payload | radio frames | µs a payload | µs a frame |\n|--:|--:|--:|--:|")
    for cost in han.measure_radio(rounds):
        each = cost.microseconds / cost.frames
        print(f"| {cost.size:,} | {cost.frames:.0f} | {cost.microseconds:,.0f} | {each:.0f} |")


def row(figure: Figure, share: str) -> str:
    target = f"{figure.target:,}" if figure.target else ""
    return f"| {figure.name} | {figure.median:,.0f} | {figure.best:,.0f} | {target} | {share} |"


def machine() -> str:
    """What the figures were taken on, in one line."""
    parts = (
        f"Python {platform.python_version()}",
        f"cryptography {version('cryptography')} with {backend.openssl_version_text()}",
        f"msgspec {version('msgspec')}",
        f"{os.cpu_count()} x {processor()}",
        platform.platform(terse=True),
    )
    return ", ".join(parts)


def processor() -> str:
    """The processor's name, as Linux gives it, or as far as Python knows it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
