"""``doorstep street``: every stop of a street, each as a process of its own, from one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorstep.cli.options import AirPort, JsonLog, KeyLog, Keys

__all__ = ["street"]


def street(
    keys: Keys,
    homes: Annotated[
        int | None, typer.Option("--homes", metavar="N", min=1, help="Only the first N homes.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="The supplier's service.")
    ] = 8080,
    gateway_port: Annotated[
        int, typer.Option("--gateway-port", metavar="PORT", min=1, max=65535, help="The DCC's gateway.")
    ] = 8079,
    wan_port: Annotated[
        int, typer.Option("--wan-port", metavar="PORT", min=1, max=65535, help="The hubs' WAN.")
    ] = 8078,
    han_port: AirPort = 17_754,
    key_log: KeyLog = None,
    no_wan: Annotated[bool, typer.Option("--no-wan", help="No home has a WAN.")] = False,
    wake: Annotated[
        int | None,
        typer.Option("--wake", metavar="SECONDS", min=4, help="How often the gas meters wake."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="DIR", help="Remember in this folder; without it, in memory only."),
    ] = None,
    json: JsonLog = False,
) -> None:
    """Run every stop of a street, until Ctrl-C.

    The DCC, the supplier's service, and hub, meters and PPMID of every home, each as a process.
    """
    import asyncio

    from doorstep.service.event_log import start_log
    from doorstep.service.street_file import read_street
    from doorstep.service.street_processes import StreetPorts, run_street, street_commands

    plan = read_street(keys)
    ports = StreetPorts(supplier=port, gateway=gateway_port, wan=wan_port, han=han_port)
    start_log("street", json=json)
    commands = street_commands(
        plan,
        keys,
        ports,
        homes=homes,
        wan=not no_wan,
        state=state,
        key_log=key_log,
        wake=wake,
        json=json,
    )
    asyncio.run(run_street(commands, lambda: print("ready", flush=True)))
