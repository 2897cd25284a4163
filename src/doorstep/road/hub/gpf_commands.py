"""What the Gas Proxy Function executes of remote parties' Commands: reads of gas, and its Device Log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from doorstep.gbcs.header import Cra
from doorstep.gbcs.payloads.asn1 import Asn1Payload, build
from doorstep.gbcs.payloads.asn1.devices import (
    DeviceLogEntry,
    DeviceLogResponse,
    DeviceLogRestore,
    DeviceLogRestoreResponse,
    RestoreOutcome,
)
from doorstep.gbcs.payloads.asn1.names import DeviceType, JoinResponseCode, ReadResponseCode
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.times import Instant
from doorstep.road.device import Execution, Executor, Failure, Occasion
from doorstep.road.device.administration import CREDENTIALS
from doorstep.road.device.clusters import Attr, Declined, answers, read
from doorstep.road.device.confidential import carry_out_for, wants_no_default_response
from doorstep.road.hub import gas_configuration
from doorstep.road.hub.gpf_state import GPF_LOG_CAPACITY, GpfState, Published, Slot
from doorstep.road.hub.mirror import Mirror
from doorstep.road.hub.tapping import GAS
from doorstep.zigbee.clusters import DEVICE_MANAGEMENT, PRICE
from doorstep.zigbee.clusters.device_management import PublishChangeOfTenancy
from doorstep.zigbee.clusters.metering import GetSampledData
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import ReadAttributes, Status

__all__ = ["ASN1", "GpfClusters", "execute_asn1"]

READ_DEVICE_LOG: Final = 0x0013
"""The Message Code of CS07."""
RESTORE_DEVICE_LOG: Final = 0x008C
"""The Message Code of GCS59."""

_TENANCY: Final = Slot(GAS, DEVICE_MANAGEMENT.id, 0x00)


class GpfClusters:
    """What the meter reported and what was tapped off, as that which executes GBZ."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def execute(self, payload: GbzPayload, before: GpfState, occasion: Occasion) -> Execution[GpfState]:
        """Carry out the components in order, up to the first that fails."""
        perform = partial(self._perform, occasion)
        return Execution(*carry_out_for(payload, before, occasion, perform))

    def _perform(
        self, occasion: Occasion, component: Component, state: GpfState
    ) -> tuple[GpfState, tuple[Component, ...]]:
        command, now = component.command, occasion.now
        if isinstance(command, ReadAttributes):
            quiet = wants_no_default_response(occasion.row)
            return state, read(component, partial(self._value, state, now), quiet=quiet)
        if isinstance(command, PublishChangeOfTenancy):
            # GCS09: kept and told; what a former tenant's data may be told of is left to displays.
            return state.publishing(_TENANCY, Published(now, (command,)), now), ()
        if isinstance(command, GetSampledData):
            raise Declined(Status.NOT_FOUND, "the proxy keeps no samples")
        answer = gas_configuration.ANSWERS.get(type(command))  # type: ignore[arg-type]  # Others have no row.
        if answer is None:
            raise Declined(Status.UNSUPPORTED_CLUSTER_COMMAND, f"no command 0x{component.command_id:02X}")
        found = answer(state, command, now)
        if not found:
            raise Declined(Status.NOT_FOUND, "there is none")
        return state, answers(component, found, quiet=True)

    def _value(self, state: GpfState, now: Instant, attribute: Attr) -> Value | Declined:
        reported = self._mirror.reported(attribute.cluster, attribute.id)
        if reported is not None:
            return reported.value
        derived = gas_configuration.ATTRIBUTES.get(attribute.id) if attribute.cluster == PRICE.id else None
        value = derived(state, now) if derived is not None else None
        if value is None:
            return Declined(Status.UNSUPPORTED_ATTRIBUTE, f"{attribute} was neither reported nor tapped off")
        return value


def execute_asn1(payload: Asn1Payload, state: GpfState, occasion: Occasion) -> Execution[GpfState]:
    """CS07 and GCS59, CS02a and CS02b: the GPF Device Log and the credentials, read and written."""
    return _ASN1[occasion.row.name](payload, state, occasion)


def _read_log(_payload: Asn1Payload, state: GpfState, _occasion: Occasion) -> Execution[GpfState]:
    entries = tuple(DeviceLogEntry(eui, kind) for eui, kind in state.devices)
    response = DeviceLogResponse(ReadResponseCode.SUCCESS, entries)
    return Execution(state, build(READ_DEVICE_LOG, Cra.RESPONSE, response))


def _restore_log(payload: Asn1Payload, state: GpfState, _occasion: Occasion) -> Execution[GpfState]:
    """Each entry is added that fits; one that is there already is a success."""
    command, outcomes, failure = payload.value, [], None
    assert isinstance(command, DeviceLogRestore), "its Message Code says so"
    devices = dict(state.devices)
    for entry in command.device_log_entries:
        code = JoinResponseCode.SUCCESS
        if entry.device_identifier in devices or len(devices) < GPF_LOG_CAPACITY:
            devices[entry.device_identifier] = DeviceType(entry.device_type)
        else:
            code, failure = JoinResponseCode.DEVICE_LOG_FULL, Failure("the GPF Device Log is full")
        outcomes.append(RestoreOutcome(entry, code))
    response = build(RESTORE_DEVICE_LOG, Cra.RESPONSE, DeviceLogRestoreResponse(tuple(outcomes)))
    return Execution(state.with_devices(tuple(devices.items())), response, failure)


_ASN1: Final[Mapping[str, Executor[GpfState]]] = MappingProxyType(
    {**CREDENTIALS, "CS07": _read_log, "GCS59": _restore_log}
)
ASN1: Final = frozenset(_ASN1)
"""The use cases in ASN.1 that the GPF executes."""
