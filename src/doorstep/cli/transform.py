"""``doorstep transform``: the GBCS message that the DCC makes of a DUIS request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from doorstep.cli.options import KeyStore
from doorstep.errors import NoKey, UsageError
from doorstep.eui import Eui

if TYPE_CHECKING:
    from doorstep.duis import Request
    from doorstep.duis.transform import Known
    from doorstep.gbcs import KeyRing, Message

__all__ = ["TEST_BROKER", "transform"]

TEST_BROKER: Final = "90-B3-D5-1F-30-00-00-02"
"""The Access Control Broker of all published test data: who the broker is where no key store says so."""

_TRANSFORM: Final = 4


def transform(
    request: Annotated[
        Path, typer.Argument(metavar="REQUEST.xml", help="A DUIS request; - is standard input.")
    ],
    keystore: KeyStore = None,
    acb_counter: Annotated[
        int,
        typer.Option(
            "--acb-counter",
            metavar="N",
            min=0,
            help="The broker's own counter, for Commands that it originates.",
        ),
    ] = 0,
    clock: Annotated[
        str | None,
        typer.Option("--clock", metavar="ISO", help="The time that is stamped where one is; default now."),
    ] = None,
    use_case: Annotated[
        str | None,
        typer.Option("--use-case", metavar="NAME", help="The use case that the Device takes, as in ECS08a."),
    ] = None,
    element: Annotated[
        str, typer.Option("--element", help="The variant of an electricity meter: single or twin.")
    ] = "single",
) -> None:
    """Make the GBCS message of a DUIS request.

    It comes as hex on standard output. Command Variant 4 gives a Pre-Command; 1, 2 and 3 the whole Command
    with the broker's MAC; 5, 6 and 7 the whole Command of the Signed Pre-Command. The XML signature is not
    looked at. The broker is the key store's party with that role, or without a key store
    90-B3-D5-1F-30-00-00-02.
    """
    from doorstep.cli.inputs import naming, read
    from doorstep.duis import parse_request
    from doorstep.duis.transform import ELEMENTS, Known
    from doorstep.gbcs import KeyRing
    from doorstep.gbcs.times import from_iso
    from doorstep.gbcs.usecases import use_cases_called
    from doorstep.service.clock import WallClock
    from doorstep.service.keystore import FolderKeyStore

    if element not in ELEMENTS:
        raise UsageError(f"--element is {' or '.join(ELEMENTS)}, not {element[:40]!r}")
    wanted = use_cases_called(use_case) if use_case is not None else ()
    if use_case is not None and not wanted:
        raise UsageError(f"{use_case[:40]!r} is no use case")
    keys = KeyRing(FolderKeyStore(keystore)) if keystore is not None else None
    known = Known(
        broker=_broker(keys),
        broker_counter=acb_counter,
        use_cases=frozenset(row.name for row in wanted),
        element=element,
        clock=from_iso(clock) if clock is not None else WallClock().now(),
    )
    with naming(request):
        asked = parse_request(read(request))
    _check_variant(asked)
    message = _message(asked, known, keys)
    if use_case is not None and message.use_case not in wanted:
        found = message.use_case.name if message.use_case is not None else "no known use case"
        raise UsageError(f"the request becomes {found}, not {use_case[:40]}")
    print(bytes(message).hex().upper())


def _broker(keys: KeyRing | None) -> Eui:
    if keys is None:
        return Eui.parse(TEST_BROKER)
    if not keys.access_control_brokers:
        raise NoKey("the key store has no party in the role of Access Control Broker")
    return keys.access_control_brokers[0]


def _check_variant(request: Request) -> None:
    from doorstep.duis.catalogue import variant

    row = variant(request.service_reference_variant)
    if row.non_device:
        raise UsageError(f"{row.srv} is done by the DCC itself: it becomes no Command")
    if request.command_variant not in row.command_variants:
        legal = ", ".join(map(str, row.command_variants))
        raise UsageError(f"{row.srv} takes Command Variants {legal}, not {request.command_variant}")


def _message(request: Request, known: Known, keys: KeyRing | None) -> Message:
    from doorstep import gbcs
    from doorstep.duis.transform import signed_form, transform

    payload = request.gbcs_payload
    message = transform(request, known) if payload is None else signed_form(payload)
    if request.command_variant == _TRANSFORM:
        return message
    if keys is None:
        variant = request.command_variant
        raise NoKey(f"Command Variant {variant} gives a Command with the broker's MAC: --keystore is needed")
    return gbcs.seal(message, keys, author=known.broker)
