"""The Communications Hub Function as a Device of its own: what it is made of at the factory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from doorstep.eui import Eui
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import Device, Execution, Executor, Executors, Occasion
from doorstep.road.device.administration import CREDENTIALS
from doorstep.road.device.objects import place
from doorstep.road.hub import firmware
from doorstep.road.hub.chf_objects import ChfObjects, LinkRecord
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.event_log import EventLog
from doorstep.road.hub.function import Function
from doorstep.road.hub.state import CHF_READERS, ChfState, chf_changes
from doorstep.road.machine import Memory

__all__ = ["communications_hub_function"]

_ASN1: Final[Mapping[str, Executor[Any]]] = MappingProxyType({**CREDENTIALS, "CS06": firmware.execute})
"""What the CHF executes in ASN.1, by the use case."""
_IDENTIFIER: Final = place("1 0-0:96.1.1.255 2")
_MODEL: Final = place("1 0-0:96.1.4.255 2")
_MANUFACTURER: Final = place("1 0-0:96.1.6.255 2")


def communications_hub_function(
    config: HubConfig,
    keys: HubKeys | None,
    memory: Memory,
    log: EventLog,
    links: Callable[[Eui], LinkRecord],
) -> Function[ChfState]:
    """The CHF, with all that it remembers. Raises :class:`DecodeError` for what no CHF has written."""
    devices = config.devices.adding(config.chf, DeviceType.CHF).adding(config.gpf, DeviceType.GPF)
    initial = ChfState(
        cells=config.chf_cells,
        devices=devices,
        extended_pan=config.extended_pan or config.gpf,
        firmware=config.firmware,
    )
    identity = {_IDENTIFIER: config.chf, _MODEL: config.model, _MANUFACTURER: config.manufacturer}
    values = {at: Data(Tag.OCTET_STRING, bytes(value)) for at, value in identity.items()}
    objects = ChfObjects(MappingProxyType(values), config.faults, log, links)
    executors: Executors[ChfState] = MappingProxyType(
        {PayloadKind.DLMS: objects.execute, PayloadKind.ASN1: _execute_asn1}
    )
    names = frozenset(_ASN1)
    device = None if keys is None else Device(config.chf, DeviceType.CHF, keys.chf, executors, asn1=names)
    return Function("chf", device, names, initial, memory, CHF_READERS, chf_changes)


def _execute_asn1(payload: Asn1Payload, state: ChfState, occasion: Occasion) -> Execution[ChfState]:
    return _ASN1[occasion.row.name](payload, state, occasion)
