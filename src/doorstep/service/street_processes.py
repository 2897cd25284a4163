"""A street as processes: which there are, and starting, watching and ending them together."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from doorstep.errors import DoorstepError, UsageError
from doorstep.service.dcc_stop import RECEIVE_PATH
from doorstep.service.process import Ready, until_signalled
from doorstep.service.tasks import first_of
from doorstep.street import HomePlan, StreetPlan

__all__ = ["StopCommand", "StreetPorts", "run_street", "street_commands"]

MOST_HOMES: Final = 40
"""A home has three or four processes of some 60 MB each: more than this is a mistake on most machines."""

_READY_SECONDS: Final = 30.0
_END_SECONDS: Final = 5.0
_READY: Final = b"ready\n"


class StreetPorts(Struct, frozen=True):
    """The ports of a street on one machine; ``han`` is the UDP port of its homes' air."""

    supplier: int
    gateway: int
    wan: int
    han: int


class StopCommand(Struct, frozen=True):
    """One process: the name that it is spoken of by, and the arguments of ``doorstep``."""

    name: str
    arguments: tuple[str, ...]


class StopEnded(DoorstepError):
    """A stop's process ended that was to go on, or did not come up."""


def street_commands(
    street: StreetPlan,
    keys: Path,
    ports: StreetPorts,
    *,
    homes: int | None = None,
    wan: bool = True,
    state: Path | None = None,
    key_log: Path | None = None,
    wake: int | None = None,
    json: bool = False,
) -> tuple[StopCommand, ...]:
    """The processes of a street in the order in which to start them; raises :class:`UsageError`.

    ``wake`` is how often its gas meters wake, in seconds; as often as they do by themselves where it is None.
    """
    chosen = street.homes[:homes]
    if len(chosen) > MOST_HOMES:
        raise UsageError(f"{len(chosen)} homes are more than {MOST_HOMES}; choose fewer with --homes")
    if state is not None:
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{state}: {error.strerror}") from None
    log = ("--json",) if json else ()
    waking = ("--wake", str(wake)) if wake is not None else ()
    here = "127.0.0.1"
    receive = f"{street.supplier}=http://{here}:{ports.supplier}{RECEIVE_PATH}"

    def command(name: str, *arguments: str) -> StopCommand:
        memory = ("--state", str(state / name.replace("/", "-"))) if state is not None else ()
        return StopCommand(name, (*arguments, "--keys", str(keys), *memory, *log))

    def of_home(home: HomePlan) -> Iterator[StopCommand]:
        number = str(street.homes.index(home) + 1)
        han = ("--home", number, "--han-port", str(ports.han))
        keys_of_the_air = ("--key-log", str(key_log)) if key_log is not None else ()
        to_wan = ("--wan", f"ws://{here}:{ports.wan}") if wan else ("--no-wan",)
        yield command(f"{number}/meter", "meter", *han)
        if home.device("GSME") is not None:
            yield command(f"{number}/gas-meter", "meter", *han, "--type", "gas", *waking)
        yield command(f"{number}/hub", "hub", *han, *to_wan, *keys_of_the_air)
        if home.device("PPMID") is not None:
            yield command(f"{number}/ppmid", "ppmid", *han, "--supplier", f"ws://{here}:{ports.supplier}")

    return (
        command(
            *("dcc", "dcc", "--port", str(ports.gateway), "--wan-port", str(ports.wan)),
            *("--receive", receive),
        ),
        command(
            *("supplier", "serve", "--port", str(ports.supplier)),
            *("--gateway", f"http://{here}:{ports.gateway}"),
        ),
        *(one for home in chosen for one in of_home(home)),
    )


async def run_street(commands: Sequence[StopCommand], ready: Ready) -> None:
    """Start the processes one after the other, and end them all when a signal comes or one ends.

    ``ready`` is told when all of them are. Raises :class:`StopEnded` where one ends of its own accord.
    """
    running: list[tuple[StopCommand, asyncio.subprocess.Process]] = []
    try:
        await until_signalled(_nothing, _run_all(commands, running, ready))
    finally:
        await _end([process for _command, process in running])


async def _run_all(
    commands: Sequence[StopCommand],
    running: list[tuple[StopCommand, asyncio.subprocess.Process]],
    ready: Ready,
) -> None:
    for command in commands:
        running.append((command, await _started(command)))
        await _until_ready(*running[-1])
    ready()
    await first_of(*(_watch(*one) for one in running))


async def _started(command: StopCommand) -> asyncio.subprocess.Process:
    # A session of its own keeps the terminal's Ctrl-C from it: it is told to end by us, in order.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "doorstep.cli", *command.arguments),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def _until_ready(command: StopCommand, process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_READY_SECONDS):
            said = await process.stdout.readline()
    except TimeoutError:
        raise StopEnded(f"{command.name} was not ready within {_READY_SECONDS:.0f} seconds") from None
    if said != _READY:
        await process.wait()
        raise StopEnded(f"{command.name} did not start (exit status {process.returncode})")


async def _watch(command: StopCommand, process: asyncio.subprocess.Process) -> None:
    raise StopEnded(f"{command.name} has ended (exit status {await process.wait()})")


async def _end(processes: list[asyncio.subprocess.Process]) -> None:
    """Tell all of them to end, those that were started last first, and make those that do not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        alive = [process for process in reversed(processes) if process.returncode is None]
        for process in alive:
            process.send_signal(number)
        if alive:
            await asyncio.wait([asyncio.ensure_future(one.wait()) for one in alive], timeout=_END_SECONDS)


def _nothing() -> None:
    """Nobody is told yet."""
