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
) -> None:
    """Deliver Commands to a street of homes without WAN, through their PPMIDs, and show every hop."""
    from doorstep.cli.demonstration import show

    show(json_file, full)
