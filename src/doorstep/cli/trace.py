"""``doorstep trace``: what is said on the homes' air, live or from a capture file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.options import AirPort, Interface

__all__ = ["trace"]


def trace(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A capture (pcap, pcapng), - for standard input; without one, this machine's air, live.",
        ),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            metavar="FILE",
            help="Rows of Wireshark's key table, as --key-log and --pcap-keys write.",
        ),
    ] = None,
    street: Annotated[
        Path | None, typer.Option("--street", metavar="DIR", help="Call Devices what this street calls them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every frame, not only what it says.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    interface: Interface = "127.0.0.1",
    han_port: AirPort = 17_754,
) -> None:
    """Show what the Devices of homes say.

    One line a message, from radio frames up to the use case of a GBCS message, as far as the keys go.
    """
    from doorstep.cli.tracing import follow, replay, street_names

    names = {} if street is None else street_names(street)
    if file is not None:
        replay(file, keys, names, everything=everything, json=json)
    else:
        follow(interface, han_port, keys, names, everything=everything, json=json)
