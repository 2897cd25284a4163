"""Device objects: what a radio answers of itself when others ask (``zigbee.md`` 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from doorstep.eui import Eui
from doorstep.road.han.config import HanConfig, Role
from doorstep.zigbee import zdo
from doorstep.zigbee.asdu import SMART_ENERGY, ZDO_PROFILE, Asdu
from doorstep.zigbee.clusters import KEY_ESTABLISHMENT
from doorstep.zigbee.layout import Layout, Unknown

__all__ = ["DeviceObjects", "Short"]

Short = Callable[[], int]
"""Gives the radio's own short address, as it is now."""

_RESPONSE: Final = 0x8000
_TRUST_CENTRE: Final = 0x0001
_LOGICAL_TYPES: Final = {
    Role.COORDINATOR: zdo.LogicalType.COORDINATOR,
    Role.ROUTER: zdo.LogicalType.ROUTER,
    Role.SLEEPY: zdo.LogicalType.END_DEVICE,
}
_NO_MANUFACTURER: Final = 0


class DeviceObjects:
    """Endpoint 0 of one radio: it answers requests, and sends them."""

    def __init__(self, config: HanConfig, short: Short) -> None:
        self._config = config
        self._short = short
        self._sequence = 0
        self._answers: dict[type[Layout], Callable[[Any], Layout | None]] = {
            zdo.NwkAddressRequest: self._nwk_address,
            zdo.IeeeAddressRequest: self._ieee_address,
            zdo.NodeDescriptorRequest: self._node_descriptor,
            zdo.SimpleDescriptorRequest: self._simple_descriptor,
            zdo.ActiveEndpointsRequest: self._active_endpoints,
            zdo.MatchDescriptorRequest: self._match_descriptor,
            zdo.BindRequest: lambda _request: zdo.BindResponse(zdo.Status.NOT_SUPPORTED),
        }

    def request(self, destination: Eui, command: Layout) -> Asdu:
        """The payload that takes a command to a Device."""
        return self.payload(destination, zdo.Message(self.next_sequence(), command))

    def next_sequence(self) -> int:
        """The transaction sequence number of the next request."""
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence

    def answer(self, asdu: Asdu) -> Asdu | None:
        """The answer to a request; None where it wants none. Raises :class:`DecodeError`."""
        if asdu.cluster & _RESPONSE:
            return None
        message = zdo.Message.from_bytes(asdu.cluster, asdu.payload)
        if isinstance(message.command, Unknown):
            return None
        answer = self._answers.get(type(message.command))
        response = answer(message.command) if answer else None
        if response is None:
            return None
        return self.payload(asdu.source, zdo.Message(message.sequence, response))

    def payload(self, destination: Eui, message: zdo.Message) -> Asdu:
        """The payload that takes a message to a Device."""
        return Asdu(self._config.eui, destination, 0, 0, message.cluster, ZDO_PROFILE, message.to_bytes())

    def _nwk_address(self, request: zdo.NwkAddressRequest) -> Layout | None:
        if request.eui != self._config.eui:
            return None
        return zdo.NwkAddressResponse(zdo.Status.SUCCESS, self._config.eui, self._short())

    def _ieee_address(self, request: zdo.IeeeAddressRequest) -> Layout | None:
        if request.short_address != self._short():
            return None
        return zdo.IeeeAddressResponse(zdo.Status.SUCCESS, self._config.eui, self._short())

    def _node_descriptor(self, request: zdo.NodeDescriptorRequest) -> Layout:
        role = self._config.role
        mask = _TRUST_CENTRE if role is Role.COORDINATOR else 0
        descriptor = zdo.NodeDescriptor.of(_LOGICAL_TYPES[role], int(role.value), _NO_MANUFACTURER, mask)
        return zdo.NodeDescriptorResponse(zdo.Status.SUCCESS, self._short(), descriptor)

    def _active_endpoints(self, request: zdo.ActiveEndpointsRequest) -> Layout:
        endpoints = tuple(one.endpoint for one in self._config.endpoints)
        return zdo.ActiveEndpointsResponse(zdo.Status.SUCCESS, self._short(), endpoints)

    def _simple_descriptor(self, request: zdo.SimpleDescriptorRequest) -> Layout:
        for one in self._config.endpoints:
            if one.endpoint == request.endpoint:
                return zdo.SimpleDescriptorResponse(zdo.Status.SUCCESS, self._short(), one.to_bytes())
        return zdo.SimpleDescriptorResponse(zdo.Status.NOT_ACTIVE, self._short())

    def _match_descriptor(self, request: zdo.MatchDescriptorRequest) -> Layout:
        matching = tuple(one.endpoint for one in self._config.endpoints if _matches(one, request))
        return zdo.MatchDescriptorResponse(zdo.Status.SUCCESS, self._short(), matching)


def _matches(endpoint: zdo.SimpleDescriptor, request: zdo.MatchDescriptorRequest) -> bool:
    """Whether an endpoint serves a cluster asked for, or is a client of one. All serve key establishment."""
    served = {*endpoint.server_clusters, KEY_ESTABLISHMENT.id}
    return endpoint.profile == request.profile == SMART_ENERGY and bool(
        served & set(request.server_clusters) or set(endpoint.client_clusters) & set(request.client_clusters)
    )
