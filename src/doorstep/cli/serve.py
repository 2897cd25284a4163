"""``doorstep serve``: the supplier's service, as a process."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstep.cli.options import Host, JsonLog, Keys, Schema, State

__all__ = ["serve"]


def serve(
    keys: Keys,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="PORT", min=0, max=65535, help="The API, the receive address and the relays."
        ),
    ] = 8080,
    gateway: Annotated[
        str, typer.Option("--gateway", metavar="URL", help="The DCC's gateway.")
    ] = "http://127.0.0.1:8079",
    attempts: Annotated[
        int,
        typer.Option(
            "--attempts", metavar="N", min=1, help="How often a request that is not answered is made."
        ),
    ] = 6,
    schema: Schema = None,
    state: State = None,
    host: Host = "127.0.0.1",
    json: JsonLog = False,
) -> None:
    """Run the supplier's service.

    Its API has no log-in yet: let nobody else reach it.
    """
    from doorstep.cli.running import run_stop
    from doorstep.service.process import checked_url
    from doorstep.service.supplier_stop import SupplierSetting, run_supplier

    own = SupplierSetting(host, port, checked_url(gateway, "http", "https"), attempts, schema)
    run_stop("serve", lambda setting, ready: run_supplier(setting, own, ready), keys, state, json)
