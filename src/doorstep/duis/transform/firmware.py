"""Mapping rows of firmware: SRV 11.2 for what a hub sends images to, and 11.3."""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.transform.asn1 import asn1, execution_time, nothing
from doorstep.duis.transform.dlms import HEX
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.originator import Originator
from doorstep.duis.transform.rows import Mapping
from doorstep.gbcs.payloads.asn1.devices import FirmwareActivation
from doorstep.gbcs.usecases import DeviceType

__all__ = ["ROWS"]


def _activation(request: Request, _known: Known, counter: int) -> FirmwareActivation:
    return FirmwareActivation(
        manufacturer_image_hash=request.body.value_of("FirmwareHash", HEX),
        originator_counter=counter,
        execution_date_time=execution_time(request),
    )


ROWS: Final[tuple[Mapping, ...]] = (
    *asn1(
        "CS08",
        "11.2",
        nothing,
        devices=(DeviceType.PPMID, DeviceType.HCALCS),
        originator=Originator.BROKER_FOR_USER,
        basis="the type of its payload, no sample; the broker as for other Commands to a PPMID is a guess",
    ),
    *asn1(
        "CS06",
        "11.3",
        _activation,
        devices=(DeviceType.ESME, DeviceType.GSME),
        basis="samples for an ESME",
    ),
)
