"""The endpoints of each Device: what its radio says of it when others ask (``zigbee.md`` 9).

GBCS fixes no endpoints. Those of the hub are one stack's (ESI and GPF 1, gas mirror 2, CHF 3), those of
the others a choice; so are the device identifiers of PPMID and HHT.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.usecases import DeviceType
from doorstep.zigbee.asdu import SMART_ENERGY
from doorstep.zigbee.clusters import (
    BASIC,
    CALENDAR,
    DEVICE_MANAGEMENT,
    EVENTS,
    KEEP_ALIVE,
    KEY_ESTABLISHMENT,
    MESSAGING,
    METERING,
    OTA_UPGRADE,
    PREPAYMENT,
    PRICE,
    TIME,
    TUNNELING,
)
from doorstep.zigbee.clusters.cluster import Cluster
from doorstep.zigbee.zdo import SimpleDescriptor

__all__ = ["DESCRIPTORS"]

_ENERGY_SERVICE_INTERFACE: Final = 0x0500
_METERING_DEVICE: Final = 0x0501
_LOAD_CONTROL: Final = 0x0504
_PREPAYMENT_TERMINAL: Final = 0x0506
_REMOTE_COMMUNICATIONS: Final = 0x0508
_VERSION: Final = 1

_EVERYWHERE: Final = (BASIC, KEY_ESTABLISHMENT)
_TARIFF: Final = (PRICE, CALENDAR, DEVICE_MANAGEMENT, MESSAGING)


def _endpoint(
    number: int, device: int, serves: tuple[Cluster, ...], asks: tuple[Cluster, ...]
) -> SimpleDescriptor:
    served = tuple(cluster.id for cluster in (*_EVERYWHERE, *serves))
    asked = tuple(cluster.id for cluster in (KEY_ESTABLISHMENT, *asks))
    return SimpleDescriptor(number, SMART_ENERGY, device, _VERSION, served, asked)


_HUB: Final = (
    _endpoint(1, _ENERGY_SERVICE_INTERFACE, (*_TARIFF, PREPAYMENT, EVENTS), ()),
    _endpoint(2, _METERING_DEVICE, (METERING, PREPAYMENT), (METERING,)),
    _endpoint(3, _REMOTE_COMMUNICATIONS, (TUNNELING, TIME, OTA_UPGRADE, KEEP_ALIVE), (BASIC, TUNNELING)),
)
_METER: Final = (METERING, *_TARIFF, PREPAYMENT, EVENTS)
_DISPLAY_ASKS: Final = (BASIC, TIME, METERING, *_TARIFF, PREPAYMENT, TUNNELING, KEEP_ALIVE)

DESCRIPTORS: Final[Mapping[DeviceType, tuple[SimpleDescriptor, ...]]] = MappingProxyType(
    {
        DeviceType.CHF: _HUB,
        DeviceType.GPF: _HUB,
        DeviceType.ESME: (
            _endpoint(1, _METERING_DEVICE, (*_METER, TUNNELING), (TIME, OTA_UPGRADE, KEEP_ALIVE)),
        ),
        DeviceType.GSME: (
            _endpoint(
                1,
                _METERING_DEVICE,
                (METERING, PREPAYMENT, EVENTS),
                (TIME, *_TARIFF, TUNNELING, OTA_UPGRADE, KEEP_ALIVE),
            ),
        ),
        DeviceType.PPMID: (_endpoint(1, _PREPAYMENT_TERMINAL, (), _DISPLAY_ASKS),),
        DeviceType.HHT: (_endpoint(1, _REMOTE_COMMUNICATIONS, (), (TUNNELING, KEEP_ALIVE)),),
        DeviceType.HCALCS: (_endpoint(1, _LOAD_CONTROL, (TUNNELING,), (TIME, KEEP_ALIVE)),),
    }
)
"""By type of Device; CHF and GPF are one radio."""
