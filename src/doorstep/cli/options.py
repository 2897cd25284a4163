"""Options that several commands have, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AirPort",
    "Home",
    "Host",
    "Interface",
    "JsonLog",
    "KeyLog",
    "KeyStore",
    "Keys",
    "Quiet",
    "Schema",
    "State",
]

Keys = Annotated[
    Path,
    typer.Option("--keys", metavar="DIR", help="The street: a folder that `doorstep keys new` made."),
]
KeyStore = Annotated[
    Path | None,
    typer.Option(
        "--keystore", metavar="DIR", help="A folder of keys: <eui>-ds|ka|pp-ka|xml.pem and .key files."
    ),
]
Home = Annotated[str, typer.Option("--home", metavar="N", help="A home, by its place or its name.")]
State = Annotated[
    Path | None,
    typer.Option("--state", metavar="FILE", help="Remember in this file; without it, in memory only."),
]
Schema = Annotated[
    Path | None,
    typer.Option(
        "--schema", metavar="DIR", help="Hold all documents to the published schemas in this folder, too."
    ),
]
JsonLog = Annotated[bool, typer.Option("--json", help="Log one JSON object a line.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Log warnings only, and not a line for each thing that is done.")
]
Host = Annotated[str, typer.Option("--host", metavar="IP", help="The address to listen on.")]
Interface = Annotated[
    str,
    typer.Option("--interface", metavar="IP", help="The address of the interface that is the homes' air."),
]
AirPort = Annotated[
    int,
    typer.Option(
        "--han-port", metavar="PORT", min=1, max=65535, help="The UDP port of the homes' air (ZEP)."
    ),
]
KeyLog = Annotated[
    Path | None,
    typer.Option(
        "--key-log",
        metavar="FILE",
        help="Write the keys of the home's radio to this file, to read a capture.",
    ),
]
