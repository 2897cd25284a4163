"""From a service request to its GBCS message: what the DCC does, and what a User checks it against.

The mapping rows stand in tables, one file a family of services; nothing here branches on a service or
a use case. A request that no row fits is refused with :class:`~doorstep.errors.Unsupported`.
"""

from __future__ import annotations

from typing import Final

from msgspec import structs

from doorstep.duis.catalogue import FutureDated, variant
from doorstep.duis.request import Request
from doorstep.duis.transform import (
    alerts,
    clock,
    communications_hub,
    configuration,
    consumer,
    credentials,
    electricity_tariff,
    firmware,
    gas_configuration,
    gas_consumer,
    gas_logs,
    gas_prepayment,
    gas_readings,
    gas_supply,
    gas_tariff,
    joining,
    load_calendar,
    load_control,
    logs,
    prepayment,
    prepayment_configuration,
    readings,
    supply,
    voltage,
)
from doorstep.duis.transform.dlms import CANCEL_DATE
from doorstep.duis.transform.known import ELEMENTS, HubLog, Known, OtherDevice
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.originator import header as grouping_header
from doorstep.duis.transform.rows import Mapping
from doorstep.errors import InputError, Unsupported, WrongDevice
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import Form, Message, build, decode

__all__ = [
    "ELEMENTS",
    "ROWS",
    "HubLog",
    "Known",
    "Mapping",
    "Originator",
    "OtherDevice",
    "candidates",
    "signed_form",
    "transform",
]

ROWS: Final[tuple[Mapping, ...]] = (
    *electricity_tariff.ROWS,
    *prepayment.ROWS,
    *prepayment_configuration.ROWS,
    *consumer.ROWS,
    *readings.ROWS,
    *voltage.ROWS,
    *configuration.ROWS,
    *supply.ROWS,
    *load_calendar.ROWS,
    *load_control.ROWS,
    *logs.ROWS,
    *alerts.ROWS,
    *clock.ROWS,
    *communications_hub.ROWS,
    *gas_tariff.ROWS,
    *gas_prepayment.ROWS,
    *gas_consumer.ROWS,
    *gas_readings.ROWS,
    *gas_logs.ROWS,
    *gas_configuration.ROWS,
    *gas_supply.ROWS,
    *credentials.ROWS,
    *joining.ROWS,
    *firmware.ROWS,
)
"""Every mapping row; of several that fit a request, the first is the default."""

_ROWS_OF: Final = {
    variant: tuple(row for row in ROWS if row.variant == variant) for variant in {row.variant for row in ROWS}
}
"""The rows by Service Reference Variant, since there are hundreds."""


def candidates(request: Request, known: Known) -> tuple[Mapping, ...]:
    """The rows that fit a request: several where only the DCC's knowledge of the Device decides.

    Raises :class:`XmlError` where the body lacks what decides.
    """
    rows = _ROWS_OF.get(request.service_reference_variant, ())
    fitting = tuple(row for row in rows if row.fits(request, known))
    return tuple(row for row in fitting if row.use_case.name in known.use_cases) or fitting


def transform(request: Request, known: Known) -> Message:
    """The Pre-Command of a service request; of a non-critical one, the Command before its MAC.

    Raises :class:`Unsupported` where no row fits, :class:`WrongDevice` where one would for another kind of
    Device, :class:`XmlError` where the body lacks what the row needs.
    """
    if request.gbcs_payload is not None:
        raise Unsupported("a Signed Pre-Command is transformed already")
    _check_there_is_a_command(request)
    fitting = candidates(request, known)
    if not fitting:
        what = f"service request {request.service_reference_variant} ({request.body.name})"
        device = f" for a {known.device_type.value}" if known.device_type else ""
        elsewhere = candidates(request, structs.replace(known, device_type=None))
        raise (WrongDevice if elsewhere else Unsupported)(f"no mapping row for {what}{device}")
    row = fitting[0]
    header = grouping_header(row.originator, request, known, row.use_case.code)
    return build(header, row.payload(request, known, header.originator_counter))


def signed_form(payload: bytes) -> Message:
    """The Signed Pre-Command that a request holds; raises :class:`InputError` for anything else."""
    message = decode(payload)
    if message.form is not Form.SIGNED or message.header.cra is not Cra.COMMAND:
        raise InputError("the GBCSPayload is not a Signed Pre-Command")
    return message


def _check_there_is_a_command(request: Request) -> None:
    """Raise :class:`Unsupported` for the cancellation of a request that the DCC holds, not the Device."""
    holder = variant(request.service_reference_variant).future_dated
    if request.execution_date_time == CANCEL_DATE and holder is FutureDated.DCC:
        raise Unsupported(f"{request.body.name}: the DCC cancels it, and no Command is made of that")
