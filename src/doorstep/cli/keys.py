"""``doorstep keys``: the keys and certificates of a street of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(help="Keys of a street of one's own.", rich_markup_mode=None)


@app.callback()
def keys() -> None:
    """Keys of a street of one's own."""


@app.command("new")
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    homes: Annotated[int, typer.Option("--homes", metavar="N", min=1, help="How many homes.")] = 1,
) -> None:
    """Make the keys of a street.

    Those of its parties and its homes, and street.toml, which says whose they are.
    """
    from rich.console import Console
    from rich.progress import Progress

    from doorstep.service.clock import WallClock
    from doorstep.service.pki import new_street_keys
    from doorstep.street import street_plan

    plan = street_plan(homes)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("keys", total=None)
        new_street_keys(
            folder,
            plan,
            now=WallClock().now(),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    homes_made = f"{homes} home" + ("s" if homes > 1 else "")
    print(f"{folder}: a street of {homes_made}, its parties and their keys")
