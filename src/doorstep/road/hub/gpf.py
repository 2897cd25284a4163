"""The Gas Proxy Function as a Device of its own: what it is made of at the factory."""

from __future__ import annotations

from types import MappingProxyType

from doorstep.gbcs.usecases import DeviceType
from doorstep.road.device import Device, Executors
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.function import Function
from doorstep.road.hub.gpf_state import GPF_READERS, GpfState, gpf_changes
from doorstep.road.machine import Memory

__all__ = ["gas_proxy_function"]


def gas_proxy_function(config: HubConfig, keys: HubKeys | None, memory: Memory) -> Function[GpfState]:
    """The GPF, with all that it remembers. Raises :class:`DecodeError` for what no GPF has written."""
    executors: Executors[GpfState] = MappingProxyType({})
    device = None if keys is None else Device(config.gpf, DeviceType.GPF, keys.gpf, executors)
    return Function("gpf", device, GpfState(cells=config.gpf_cells), memory, GPF_READERS, gpf_changes)
