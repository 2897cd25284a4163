"""``doorstep decode``: a GBCS message as a person reads it, or as one JSON object a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.tree import Tree

    from doorstep.gbcs import Message

__all__ = ["decode"]


def decode(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="GBCS messages; - is standard input.")
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show what GBCS messages say.

    Header, protections and payload of messages as hex, base64 or bytes. Nothing is verified.
    """
    from doorstep.cli.inputs import each_message
    from doorstep.cli.plain import plain_message

    def show(path: Path, message: Message) -> None:
        found = plain_message(message)
        if json:
            _print_json({"path": str(path), **found})
        else:
            _print_tree(str(path), found)

    if not each_message(files, show):
        raise typer.Exit(2)


def _print_json(found: dict[str, Any]) -> None:
    import msgspec

    print(msgspec.json.encode(found).decode())


def _print_tree(title: str, found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text(title, style="bold"))
    _grow(tree, found)
    Console(soft_wrap=True).print(tree)


def _grow(tree: Tree, value: Any, name: str = "") -> None:
    """Add a value below a node: a field a line, and a branch for what has fields of its own."""
    from rich.text import Text

    label = Text(name, style="cyan")
    if isinstance(value, dict | list) and value:
        branch = tree.add(label) if name else tree
        fields = (
            value.items() if isinstance(value, dict) else ((f"[{n}]", one) for n, one in enumerate(value))
        )
        for key, one in fields:
            _grow(branch, one, key)
    else:
        tree.add(label + Text(f": {_leaf(value)}", style="default"))


def _leaf(value: Any) -> str:
    if value in (None, "", {}, []):
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
