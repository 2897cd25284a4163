"""How ``doorstep trace`` reads and prints: a capture file, or the air of this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.text import Text

from doorstep.cli import inputs
from doorstep.errors import DoorstepError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.json_form import header_to_json
from doorstep.gbcs.message import peek
from doorstep.gbcs.times import iso
from doorstep.road.han.trace import Layer, Line, Tracer
from doorstep.service.air import UdpAir
from doorstep.service.clock import WallClock
from doorstep.service.event_words import message_words
from doorstep.service.process import until_signalled
from doorstep.service.street_file import read_street
from doorstep.zigbee.capture import read, read_key_rows

__all__ = ["follow", "replay", "street_names"]

_LARGEST_FILE: Final = 1 << 30
_LARGEST_TABLE: Final = 1 << 20
_STYLES: Final = {
    Layer.MAC: "dim",
    Layer.NETWORK: "dim",
    Layer.SUPPORT: "dim",
    Layer.OBJECTS: "blue",
    Layer.CLUSTERS: "",
}


def street_names(folder: Path) -> dict[Eui, str]:
    """What the Devices of a street are called: the home's name and the box."""
    boxes = {"CHF": "hub", "GPF": "hub", "ESME": "meter", "GSME": "gas meter"}
    return {
        eui: f"{home.name}/{boxes.get(kind, kind.lower())}"
        for home in read_street(folder).homes
        for eui, kind in home.devices
    }


def replay(file: Path, keys: Path | None, names: Mapping[Eui, str], *, everything: bool, json: bool) -> None:
    """Print a capture. Raises :class:`InputError` where it is none, or stops making sense."""
    tracer, table = Tracer(names), _KeyTable(keys)
    tracer.know(table.news())
    show = _printer(everything, json)
    with inputs.naming(file):
        for captured in read(inputs.read(file, _LARGEST_FILE)):
            for line in tracer.take(captured.frame, captured.at):
                show(line)


def follow(
    interface: str, port: int, keys: Path | None, names: Mapping[Eui, str], *, everything: bool, json: bool
) -> None:
    """Print what is on the air of this machine, until Ctrl-C.

    Raises :class:`UsageError` for a table of keys that is none, and :class:`OSError` where nobody reads.
    """
    clock, tracer, table = WallClock(), Tracer(names), _KeyTable(keys, may_come=True)
    tracer.know(table.news())
    show = _printer(everything, json)

    async def listen() -> None:
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def heard(frame: bytes) -> None:
            if failed.done():
                return
            try:
                tracer.know(table.news())
                for line in tracer.take(frame, clock.now()):
                    show(line)
            except (DoorstepError, OSError) as error:
                # The event loop calls this and would only print it: whoever waits is to end with it.
                failed.set_exception(error)

        async def failure() -> None:
            await failed

        air = await UdpAir.opened(interface, port, clock, heard)
        try:
            await until_signalled(lambda: print("listening", file=sys.stderr), failure())
        finally:
            air.close()

    asyncio.run(listen())


class _KeyTable:
    """A file of rows of Wireshark's key table, which may grow while it is read.

    ``may_come``: it need not be there yet.
    """

    def __init__(self, path: Path | None, *, may_come: bool = False) -> None:
        self._path = path
        self._may_come = may_come
        self._size = -1

    def news(self) -> list[tuple[bytes, str]]:
        """The keys in the file, where it has grown; raises :class:`UsageError` where it cannot be used."""
        if self._path is None:
            return []
        try:
            size = self._path.stat().st_size
        except FileNotFoundError as error:
            if self._may_come:
                return []
            raise UsageError(f"{self._path}: {error.strerror}") from None
        except OSError as error:
            raise UsageError(f"{self._path}: {error.strerror}") from None
        if size == self._size:
            return []
        self._size = size
        with inputs.naming(self._path):
            table = inputs.read(self._path, _LARGEST_TABLE)
            return list(read_key_rows(table.decode(errors="replace")))


def _printer(everything: bool, json: bool) -> Any:
    """What prints the lines that are wanted."""
    console = Console(highlight=False, soft_wrap=True)

    def show(line: Line) -> None:
        if not (everything or line.whole or line.sealed):
            return
        if json:
            print(msgspec.json.encode(_object(line)).decode(), flush=True)
        elif console.is_terminal:
            console.print(Text(_words(line), style=_style(line)))
        else:
            print(_words(line), flush=True)

    return show


def _style(line: Line) -> str:
    if line.sealed:
        return "yellow"
    return "bold" if line.message else _STYLES[line.layer]


def _words(line: Line) -> str:
    parts = [
        iso(line.at)[11:23],
        f"{line.source} → {line.destination}",
        line.layer.value,
        line.what,
        f"({line.octets} bytes)",
    ]
    if line.tunnel is not None:
        parts.append(f"tunnel {line.tunnel}")
    if line.message:
        parts.append(message_words(line.message))
    if line.repeated:
        parts.append("(again)")
    return "  ".join("".join(sign if sign.isprintable() else "?" for sign in part) for part in parts)


def _object(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {
        "time": iso(line.at),
        "pan": None if line.pan is None else f"0x{line.pan:04X}",
        "from": line.source,
        "to": line.destination,
        "layer": line.layer.value,
        "what": line.what,
        "bytes": line.octets,
        "whole": line.whole,
        "sealed": line.sealed,
        "repeated": line.repeated,
        "tunnel": line.tunnel,
        "message": None,
    }
    if line.message:
        found["message"] = _message(line.message)
    return found


def _message(message: bytes) -> dict[str, Any]:
    """A GBCS message by its header, and its bytes."""
    try:
        said = header_to_json(peek(message))
    except DoorstepError as error:
        said = {"error": str(error)}
    return {"bytes": message.hex(), **said}
