"""``doorstep verify``: do MAC and signature of a GBCS message hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["verify"]


def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="GBCS messages; - is standard input.")],
    keystore: Annotated[
        Path, typer.Option("--keystore", metavar="DIR", help="A folder of keys and certificates.")
    ],
) -> None:
    """Verify GBCS messages: a JSON line a file.

    Exit status 1 where a MAC or a signature does not hold.
    """
    import msgspec

    from doorstep import gbcs
    from doorstep.cli.carried import with_messages
    from doorstep.service.keystore import FolderKeyStore

    keys = gbcs.KeyRing(FolderKeyStore(keystore))
    verdicts: set[gbcs.Verdict] = set()

    def judge(path: Path, _data: bytes, message: gbcs.Message) -> None:
        proof = gbcs.judge(message, keys)
        verdicts.update((proof.mac, proof.signature))
        said = {
            "path": str(path),
            "mac": proof.mac.value,
            "signature": proof.signature.value,
            "encrypted": proof.encrypted,
            "decrypted": proof.decrypted,
        }
        print(msgspec.json.encode(said).decode())

    if not with_messages(files, judge):
        raise typer.Exit(2)
    if gbcs.Verdict.FAILED in verdicts:
        raise typer.Exit(1)
