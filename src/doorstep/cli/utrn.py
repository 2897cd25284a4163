"""``doorstep utrn``: top-up numbers, issued and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from doorstep.cli.options import KeyStore
from doorstep.errors import UsageError
from doorstep.eui import Eui

if TYPE_CHECKING:
    from doorstep.service.keystore import FolderKeyStore

__all__ = ["app"]

app = typer.Typer(help="Top-ups as 20 digits (UTRN).", rich_markup_mode=None)

_Supplier = Annotated[
    Eui | None, typer.Option("--supplier", metavar="EUI", parser=Eui.parse, help="Who issues it.")
]
_DEVICE = typer.Option("--device", metavar="EUI", parser=Eui.parse, help="The meter it is for.")
_COUNTER = typer.Option("--counter", metavar="N", min=0, help="Its Originator Counter, 64 bits.")


@app.callback()
def utrn() -> None:
    """Top-ups as 20 digits (UTRN)."""


@app.command("issue")
def issue(
    keystore: Annotated[Path, typer.Option("--keystore", metavar="DIR", help="A folder of keys.")],
    device: Annotated[Eui, _DEVICE],
    counter: Annotated[int, _COUNTER],
    supplier: _Supplier = None,
    pence: Annotated[int | None, typer.Option("--pence", metavar="N", min=1, help="1 to 8191 pence.")] = None,
    pounds: Annotated[
        int | None, typer.Option("--pounds", metavar="N", min=1, help="1 to 8191 pounds.")
    ] = None,
) -> None:
    """Issue the UTRN of one top-up.

    Its twenty digits come on standard output. The lower half of the counter is zero.
    """
    from doorstep.gbcs import KeyRing, utrn
    from doorstep.service.keystore import FolderKeyStore

    if (pence is None) is (pounds is None):
        raise UsageError("a top-up is either --pence or --pounds")
    store = FolderKeyStore(keystore)
    unit = utrn.ValueClass.PENCE if pence is not None else utrn.ValueClass.POUNDS
    value = pence if pence is not None else pounds
    assert value is not None
    print(utrn.issue(KeyRing(store), supplier or _only_supplier(store), device, counter, value, unit))


@app.command("check")
def check(
    digits: Annotated[str, typer.Argument(metavar="UTRN", help="Twenty digits; spaces and dashes are fine.")],
    keystore: KeyStore = None,
    device: Annotated[Eui | None, _DEVICE] = None,
    counter: Annotated[int | None, _COUNTER] = None,
    supplier: _Supplier = None,
) -> None:
    """Check a UTRN: its digits, and its MAC.

    The MAC with a key store, a device and a counter. Exit status 1 where it is not authentic.
    """
    from doorstep.gbcs import KeyRing, utrn
    from doorstep.service.keystore import FolderKeyStore

    found = utrn.parse(digits.replace(" ", "").replace("-", ""))
    proof = "its check digit is right"
    if keystore is not None or device is not None or counter is not None:
        if keystore is None or device is None or counter is None:
            raise UsageError("whether it is authentic needs --keystore, --device and --counter")
        store = FolderKeyStore(keystore)
        utrn.verify(found, KeyRing(store), supplier or _only_supplier(store), device, counter)
        proof = f"authentic for {device}"
    print(f"{found.pence / 100:.2f} pounds, truncated counter {found.truncated_counter}: {proof}")


def _only_supplier(store: FolderKeyStore) -> Eui:
    from doorstep.gbcs import Role

    suppliers = store.parties(Role.SUPPLIER)
    if len(suppliers) != 1:
        raise UsageError(f"the key store has {len(suppliers) or 'no'} suppliers: say which with --supplier")
    return suppliers[0]
