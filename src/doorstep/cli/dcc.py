"""``doorstep dcc``: the DCC, as a process; and ``doorstep dcc quarantine``, which asks a running one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from doorstep.cli.options import Host, JsonLog, Quiet, Schema, State
from doorstep.errors import UsageError
from doorstep.eui import Eui

__all__ = ["app"]

app = typer.Typer(rich_markup_mode=None)
quarantine = typer.Typer(rich_markup_mode=None)
app.add_typer(quarantine, name="quarantine")

Admin = Annotated[
    Path, typer.Option("--admin", metavar="SOCKET", help="The socket that the DCC was given by --admin.")
]
Reference = Annotated[int, typer.Argument(metavar="REFERENCE", min=1, help="As the list has it.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides, for the DCC's log.")]


@app.callback(invoke_without_command=True)
def dcc(
    context: typer.Context,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", metavar="DIR", help="The street: a folder that `doorstep keys new` made."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="The gateway for Users.")
    ] = 8079,
    wan_port: Annotated[
        int, typer.Option("--wan-port", metavar="PORT", min=0, max=65535, help="The hubs' WAN.")
    ] = 8078,
    receive: Annotated[
        list[str] | None,
        typer.Option(
            "--receive",
            metavar="EUI=URL",
            help="A User's receive address; the street's supplier has http://127.0.0.1:8080/smartdcc/duis.",
        ),
    ] = None,
    smki: Annotated[bool, typer.Option("--smki", help="Serve certificates, too.")] = False,
    smki_port: Annotated[
        int, typer.Option("--smki-port", metavar="PORT", min=0, max=65535, help="Where, with --smki.")
    ] = 8083,
    thresholds: Annotated[
        Path | None,
        typer.Option("--thresholds", metavar="FILE", help="Anomaly detection: which thresholds (JSON)."),
    ] = None,
    admin: Annotated[
        Path | None,
        typer.Option("--admin", metavar="SOCKET", help="Listen here for `doorstep dcc quarantine`."),
    ] = None,
    schema: Schema = None,
    state: State = None,
    host: Host = "127.0.0.1",
    json: JsonLog = False,
    quiet: Quiet = False,
) -> None:
    """Run the DCC.

    Its gateway for Users, and its end of the homes' WAN.
    """
    if context.invoked_subcommand is not None:
        return
    if keys is None:
        raise UsageError("Missing option '--keys'.")
    from doorstep.cli.running import run_stop
    from doorstep.service.dcc_stop import DccSetting, run_dcc

    addresses = dict(_receive(one) for one in receive or ())
    own = DccSetting(
        host=host,
        gateway_port=port,
        wan_port=wan_port,
        smki_port=smki_port if smki else None,
        receive=addresses,
        thresholds=thresholds,
        admin=admin,
        schema=schema,
    )
    run_stop("dcc", lambda setting, ready: run_dcc(setting, own, ready), keys, state, json, quiet=quiet)


@quarantine.callback()
def quarantine_command() -> None:
    """What waits for a decision in a DCC.

    These are requests over a threshold of anomaly detection, in a DCC that runs.
    """


@quarantine.command("list")
def list_quarantine(admin: Admin) -> None:
    """The requests in quarantine, one JSON object a line."""
    from json import dumps

    from doorstep.service.dcc_admin import ask

    for waiting in ask(admin, "GET", "/quarantine", list[dict[str, Any]]):
        print(dumps(waiting))


@quarantine.command("release")
def release(reference: Reference, admin: Admin, by: By) -> None:
    """Let a request go on: the DCC processes it, once."""
    _decide("release", reference, admin, by)


@quarantine.command("delete")
def delete(reference: Reference, admin: Admin, by: By) -> None:
    """Delete a request: it is never processed."""
    _decide("delete", reference, admin, by)


def _decide(what: str, reference: int, admin: Path, by: str) -> None:
    from doorstep.service.dcc_admin import Decided, ask

    if not ask(admin, "POST", f"/quarantine/{reference}/{what}", Decided, {"by": by}).done:
        print(f"{reference} is not in quarantine")
        raise typer.Exit(1)
    print("done")


def _receive(text: str) -> tuple[Eui, str]:
    from doorstep.service.process import checked_url

    eui, equals, url = text.partition("=")
    if not equals:
        raise UsageError(f"--receive takes EUI=URL, not {text[:80]!r}")
    return Eui.parse(eui), checked_url(url, "http", "https")
