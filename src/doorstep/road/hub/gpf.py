"""The Gas Proxy Function as a Device of its own: what it is made of at the factory."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from doorstep.gbcs.payloads.asn1.names import DeviceType as Logged
from doorstep.gbcs.usecases import DeviceType, PayloadKind
from doorstep.road.device import Device, Executors
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.function import Function
from doorstep.road.hub.gpf_commands import ASN1, GpfClusters, execute_asn1
from doorstep.road.hub.gpf_state import GPF_READERS, GpfState, gpf_changes
from doorstep.road.hub.mirror import Mirror
from doorstep.road.machine import Memory

__all__ = ["gas_proxy_function"]


_LOGGED: Final = MappingProxyType(
    {DeviceType.GSME: Logged.GSME, DeviceType.PPMID: Logged.PPMID, DeviceType.TYPE2: Logged.TYPE_2}
)
"""The Devices that a GPF is joined with, as its log numbers them."""


def gas_proxy_function(
    config: HubConfig, keys: HubKeys | None, memory: Memory, mirror: Mirror
) -> Function[GpfState]:
    """The GPF, with all that it remembers. Raises :class:`DecodeError` for what no GPF has written.

    It leaves the factory joined with the gas meter and the displays that the CHF Device Log has.
    """
    executors: Executors[GpfState] = MappingProxyType(
        {PayloadKind.GBZ: GpfClusters(mirror).execute, PayloadKind.ASN1: execute_asn1}
    )
    device = None if keys is None else Device(config.gpf, DeviceType.GPF, keys.gpf, executors, asn1=ASN1)
    joined = tuple(
        (entry.eui, _LOGGED[entry.device_type])
        for entry in config.devices.others
        if entry.device_type is not None and entry.device_type in _LOGGED
    )
    initial = GpfState(cells=config.gpf_cells, devices=joined)
    return Function("gpf", device, ASN1, initial, memory, GPF_READERS, gpf_changes)
