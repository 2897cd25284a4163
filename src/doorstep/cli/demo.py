"""``doorstep demo``: the whole road in one run, with nothing to configure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["demo"]


def demo(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the deliveries as JSON, too.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show every case hop by hop, with all bytes.")] = False,
    pcap_file: Annotated[
        Path | None,
        typer.Option("--pcap", metavar="FILE", help="Write the HAN traffic of all homes for Wireshark."),
    ] = None,
    pcap_keys_file: Annotated[
        Path | None,
        typer.Option("--pcap-keys", metavar="FILE", help="Write the rows of Wireshark's key table for it."),
    ] = None,
) -> None:
    """Deliver Commands to a street of homes.

    Most have no WAN: Commands go through their PPMIDs, and one of them is shown hop by hop.
    """
    from doorstep.cli.demonstration import show

    show(json_file, full, pcap_file, pcap_keys_file)
