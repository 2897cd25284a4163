"""``doorstep dcc``: the DCC, as a process."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstep.cli.options import Host, JsonLog, Keys, State
from doorstep.errors import UsageError
from doorstep.eui import Eui

__all__ = ["dcc"]


def dcc(
    keys: Keys,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The gateway for Users.")] = 8079,
    wan_port: Annotated[int, typer.Option("--wan-port", min=0, max=65535, help="The hubs' WAN.")] = 8078,
    receive: Annotated[
        list[str] | None,
        typer.Option(
            "--receive",
            metavar="EUI=URL",
            help="A User's receive address; the street's supplier has http://127.0.0.1:8080/smartdcc/duis.",
        ),
    ] = None,
    smki: Annotated[
        bool, typer.Option("--smki", help="Serve certificates, too: search and retrieval.")
    ] = False,
    smki_port: Annotated[
        int, typer.Option("--smki-port", min=0, max=65535, help="Where, with --smki.")
    ] = 8083,
    state: State = None,
    host: Host = "127.0.0.1",
    json: JsonLog = False,
) -> None:
    """Run the DCC.

    Its gateway for Users, and its end of the homes' WAN.
    """
    from doorstep.cli.running import run_stop
    from doorstep.service.dcc_stop import DccSetting, run_dcc

    addresses = dict(_receive(one) for one in receive or ())
    own = DccSetting(host, port, wan_port, smki_port if smki else None, addresses)
    run_stop("dcc", lambda setting, ready: run_dcc(setting, own, ready), keys, state, json)


def _receive(text: str) -> tuple[Eui, str]:
    from doorstep.service.process import checked_url

    eui, equals, url = text.partition("=")
    if not equals:
        raise UsageError(f"--receive takes EUI=URL, not {text[:80]!r}")
    return Eui.parse(eui), checked_url(url, "http", "https")
