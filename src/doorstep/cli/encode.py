"""``doorstep encode``: the inverse of ``decode --json``, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["encode"]


def encode(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="JSON lines; - is standard input.")],
) -> None:
    """Make GBCS messages of their JSON form.

    The inverse of `decode --json`: a line of hex for each line.
    """
    import msgspec

    from doorstep.cli.inputs import read_lines
    from doorstep.errors import DoorstepError, InputError
    from doorstep.gbcs.json_form import from_json

    for number, line in enumerate(read_lines(file), 1):
        if not line.strip():
            continue
        try:
            message = from_json(msgspec.json.decode(line))
        except (msgspec.DecodeError, DoorstepError) as error:
            raise InputError(f"{file} line {number}: {error}") from None
        except RecursionError:
            raise InputError(f"{file} line {number}: it is nested too deeply for a message") from None
        print(bytes(message).hex().upper())
