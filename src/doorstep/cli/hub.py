"""``doorstep hub``: the Communications Hub of a home, as a process."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstep.cli.options import AirPort, Home, Interface, JsonLog, KeyLog, Keys, State

__all__ = ["hub"]


def hub(
    keys: Keys,
    home: Home = "1",
    wan: Annotated[
        str, typer.Option("--wan", metavar="URL", help="The DCC's end of the WAN.")
    ] = "ws://127.0.0.1:8078",
    no_wan: Annotated[bool, typer.Option("--no-wan", help="This home has no WAN.")] = False,
    hht: Annotated[
        bool, typer.Option("--hht", help="An engineer presents the home's HHT as the hub starts.")
    ] = False,
    state: State = None,
    interface: Interface = "127.0.0.1",
    han_port: AirPort = 17_754,
    key_log: KeyLog = None,
    json: JsonLog = False,
) -> None:
    """Run the Communications Hub of a home.

    It dials the DCC.
    """
    from doorstep.cli.running import run_stop
    from doorstep.service.home_stops import run_hub
    from doorstep.service.process import HanSetting, checked_url

    han = HanSetting(interface, han_port, key_log)
    url = "" if no_wan else checked_url(wan, "ws", "wss")
    run_stop(
        "hub", lambda setting, ready: run_hub(setting, han, home, url, ready, hht=hht), keys, state, json
    )
