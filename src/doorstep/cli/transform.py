"""``doorstep transform``: the GBCS message that the DCC makes of a DUIS request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from doorstep.cli.options import KeyStore
from doorstep.errors import NoKey, UsageError
from doorstep.eui import Eui

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from doorstep.duis import Request
    from doorstep.duis.transform import Known, OtherDevice
    from doorstep.gbcs import KeyRing, Message
    from doorstep.gbcs.usecases import DeviceType
    from doorstep.service.keystore import FolderKeyStore

__all__ = ["TEST_BROKER", "transform"]

TEST_BROKER: Final = "90-B3-D5-1F-30-00-00-02"
"""The Access Control Broker of all published test data: who the broker is where no key store says so."""

_TRANSFORM: Final = 4
_PEM: Final = b"-----BEGIN"


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
    device_type: Annotated[
        str | None,
        typer.Option("--device-type", metavar="TYPE", help="What the Device is: ESME, GSME, PPMID ..."),
    ] = None,
    other_device_type: Annotated[
        str | None,
        typer.Option(
            "--other-device-type", metavar="TYPE", help="What the Device is that it is to be joined with."
        ),
    ] = None,
    other_certificate: Annotated[
        Path | None,
        typer.Option(
            "--other-certificate",
            metavar="FILE",
            help="Its Key Agreement certificate, PEM or DER, in the place of the key store's.",
        ),
    ] = None,
    backup: Annotated[
        Path | None,
        typer.Option(
            "--backup",
            metavar="FILE",
            help="The Alert (CS14, GCS62) by which the old hub or gas proxy sent its Device Log (8.12).",
        ),
    ] = None,
) -> None:
    """Make the GBCS message of a DUIS request.

    It comes as hex on standard output. Command Variant 4 gives a Pre-Command; 1, 2 and 3 the whole Command
    with the broker's MAC; 5, 6 and 7 the whole Command of the Signed Pre-Command. The XML signature is not
    looked at. The parties of the DCC are those that have its roles in the key store, or the broker without
    one is 90-B3-D5-1F-30-00-00-02. The certificate of a Device that is to be joined is the key store's, too,
    unless another is given.
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
    store = FolderKeyStore(keystore) if keystore is not None else None
    keys = KeyRing(store) if store is not None else None
    with naming(request):
        asked = parse_request(read(request))
    known = Known(
        broker=_broker(keys),
        broker_counter=acb_counter,
        transitional_cos=_transitional_cos(keys),
        transitional_cos_counter=acb_counter,
        device_type=_device_type("--device-type", device_type),
        use_cases=frozenset(row.name for row in wanted),
        element=element,
        clock=from_iso(clock) if clock is not None else WallClock().now(),
        others=_others(
            asked, store, _device_type("--other-device-type", other_device_type), other_certificate
        ),
    )
    if backup is not None:
        known = _with_backup(asked, known, backup)
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


def _transitional_cos(keys: KeyRing | None) -> Eui | None:
    from doorstep.gbcs import Role

    return next(iter(keys.store.parties(Role.TRANSITIONAL_COS)), None) if keys is not None else None


def _device_type(option: str, name: str | None) -> DeviceType | None:
    from doorstep.gbcs.usecases import DeviceType

    if name is None:
        return None
    try:
        return DeviceType(name)
    except ValueError:
        kinds = ", ".join(kind.value for kind in DeviceType)
        raise UsageError(f"{option} is one of {kinds}, not {name[:40]!r}") from None


def _others(
    request: Request, store: FolderKeyStore | None, device_type: DeviceType | None, file: Path | None
) -> dict[Eui, OtherDevice]:
    """The Device that a request joins the target with, its certificate from a file or the key store."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from doorstep.duis.transform import OtherDevice
    from doorstep.duis.transform.rows import OTHER_DEVICE, other_id
    from doorstep.gbcs.keys import KeyUsage

    if not request.body.has(OTHER_DEVICE):
        return {}
    name = other_id(request)
    if file is not None:
        held: Certificate | None = _certificate(file)
    else:
        held = store.certificate(name, KeyUsage.KEY_AGREEMENT) if store is not None else None
    certificate = held.public_bytes(Encoding.DER) if held is not None else b""
    return {name: OtherDevice(device_type, certificate)}


def _certificate(file: Path) -> Certificate:
    """The certificate in a file. Raises :class:`UsageError`."""
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

    from doorstep.cli.inputs import naming, read
    from doorstep.gbcs.certificates import parsing

    data = read(file)
    load = load_pem_x509_certificate if data.lstrip().startswith(_PEM) else load_der_x509_certificate
    with naming(file), parsing(str(file), "certificate"):
        return load(data)


def _with_backup(request: Request, known: Known, file: Path) -> Known:
    """What is known, with the Device Log that an Alert carries, which is of the Device that had it."""
    from msgspec import structs

    from doorstep import gbcs
    from doorstep.cli.inputs import from_text, naming, read
    from doorstep.road.dcc.backups import backup_of, replaced

    with naming(file):
        alert = gbcs.decode(from_text(read(file)))
        taken, sender = backup_of(alert), alert.header.business_originator_id
    old = replaced(request)
    if taken is None or old is None or sender != old:
        raise UsageError(f"--backup is an Alert with the Device Log of {old or 'nothing in the request'}")
    return structs.replace(
        known,
        hub_logs={old: taken.hub} if taken.hub is not None else {},
        gpf_logs={old: taken.gpf} if taken.gpf is not None else {},
    )


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
    return gbcs.as_command(message, keys, known.broker)
