"""``doorstep decode``: a GBCS message as a person reads it, or as one JSON object a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table
    from rich.tree import Tree

    from doorstep.gbcs import KeyRing, Message, Payload
    from doorstep.gbcs.view import Node

__all__ = ["decode"]


def decode(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="GBCS messages, tunnel frames or DUIS documents; - is standard input."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, which encode reads.")] = False,
    keystore: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keys that open what is encrypted.")
    ] = None,
) -> None:
    """Show what GBCS messages say.

    With names, units, times and meanings.
    Messages may be hex, base64 or bytes. Nothing is verified: see `doorstep verify`.
    """
    from doorstep.cli.carried import carriers, with_messages

    keys = _keys(keystore)

    def show(path: Path, data: bytes, message: Message) -> None:
        opened = _opened(message, keys)
        if json:
            _print_json(message, opened)
            return
        _print_tree(path, carriers(data), message, opened)

    if not with_messages(files, show):
        raise typer.Exit(2)


def _keys(folder: Path | None) -> KeyRing | None:
    if folder is None:
        return None
    from doorstep.gbcs import KeyRing
    from doorstep.service.keystore import FolderKeyStore

    return KeyRing(FolderKeyStore(folder))


def _opened(message: Message, keys: KeyRing | None) -> Payload | None:
    """The payload with what is encrypted in clear, as far as the keys reach; None where they do not."""
    from doorstep.errors import DoorstepError
    from doorstep.gbcs.encrypted import opened

    try:
        return opened(message, keys) if keys is not None else None
    except DoorstepError:
        return None


def _print_json(message: Message, opened: Payload | None) -> None:
    import msgspec

    from doorstep.gbcs.json_form import to_json

    print(msgspec.json.encode(to_json(message, opened)).decode())


def _print_tree(path: Path, around: tuple[str, ...], message: Message, opened: Payload | None) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    from doorstep.gbcs.view import describe, text

    node = describe(message, opened=opened)
    console = Console(highlight=False)
    if not console.is_terminal:
        # Whoever reads a pipe wants whole lines, not a screen's width.
        print("\n".join((str(path), *around, text(node))))
        return
    tree = Tree(Text(str(path), style="dim"), guide_style="dim")
    for carrier in around:
        tree.add(Text(carrier, style="dim"))
    _grow(tree, node, "bold")
    console.print(tree)


def _grow(tree: Tree, node: Node, style: str = "cyan") -> None:
    """Add a node and what is below it; one with columns becomes a table."""
    from rich.text import Text

    from doorstep.gbcs.view import printable, shown

    label = Text(printable(node.label), style=style)
    if node.value:
        label.append(f": {shown(node)}", style="default")
    if node.meaning:
        label.append(f" ({printable(node.meaning)})", style="green")
    branch = tree.add(label)
    if node.columns:
        branch.add(_table(node))
        return
    for child in node.children:
        _grow(branch, child)


def _table(node: Node) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from doorstep.gbcs.view import printable

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("", *node.columns):
        table.add_column(name)
    for row in node.children:
        cells = (Text(printable(cell.meaning or cell.value)) for cell in row.children)
        table.add_row(printable(row.label), *cells)
    return table
