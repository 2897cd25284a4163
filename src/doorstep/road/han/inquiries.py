"""What Devices say of themselves when the trust centre asks: their endpoints, and each one's descriptor."""

from __future__ import annotations

from collections import deque

from msgspec import Struct, field

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.events import Describe, Described
from doorstep.road.han.layers import Layers
from doorstep.zigbee import zdo
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.layout import Layout

__all__ = ["Inquiries"]


class _Inquiry(Struct):
    """How far the questions to one Device have come.

    ``short`` is its short address, ``sequence`` the number of the question that it has not answered.
    ``endpoint`` is the one asked about, None while it is asked which there are; ``left`` come after it.
    """

    short: int
    sequence: int = 0
    endpoint: int | None = None
    left: deque[int] = field(default_factory=deque)
    found: list[zdo.SimpleDescriptor] = field(default_factory=list)


class Inquiries:
    """The questions of one coordinator, at most one at a time to each Device, answered by :class:`Described`.

    They are not repeated: what the layers below cannot bring to the Device is lost, and its owner asks again.
    """

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._open: dict[Eui, _Inquiry] = {}

    def ask(self, event: Describe, now: Instant) -> None:
        """Begin to ask a Device; one that is not on the network is not asked."""
        neighbour = self._layers.neighbours.of(event.eui)
        if neighbour is None or neighbour.short is None or neighbour.link_key is None:
            return
        inquiry = self._open[event.eui] = _Inquiry(neighbour.short)
        self._put(event.eui, inquiry, zdo.ActiveEndpointsRequest(inquiry.short), now)

    def forget(self, eui: Eui) -> None:
        """Await no answer of a Device any more."""
        self._open.pop(eui, None)

    def heard(self, asdu: Asdu, now: Instant) -> None:
        """Take a payload of the device objects; one that answers nothing asked here changes nothing.

        Raises :class:`DecodeError`.
        """
        inquiry = self._open.get(asdu.source)
        if inquiry is None:
            return
        message = zdo.Message.from_bytes(asdu.cluster, asdu.payload)
        if message.sequence != inquiry.sequence:
            return
        match message.command:
            case zdo.ActiveEndpointsResponse() as response if inquiry.endpoint is None:
                # Each endpoint is asked about once, and no more of them than a Device can need.
                endpoints = list(dict.fromkeys(response.endpoints))
                inquiry.left.extend(endpoints[: self._layers.policy.endpoints])
            case zdo.SimpleDescriptorResponse() as response if inquiry.endpoint is not None:
                inquiry.found.extend(_descriptor(response, inquiry.endpoint))
            case _:
                return
        self._go_on(asdu.source, inquiry, now)

    def _go_on(self, eui: Eui, inquiry: _Inquiry, now: Instant) -> None:
        if inquiry.left:
            inquiry.endpoint = inquiry.left.popleft()
            self._put(eui, inquiry, zdo.SimpleDescriptorRequest(inquiry.short, inquiry.endpoint), now)
        else:
            self.forget(eui)
            self._layers.out.put(Described(eui, tuple(inquiry.found)))

    def _put(self, eui: Eui, inquiry: _Inquiry, question: Layout, now: Instant) -> None:
        inquiry.sequence = self._layers.objects.next_sequence()
        asdu = self._layers.objects.payload(eui, zdo.Message(inquiry.sequence, question))
        self._layers.outgoing.put(asdu, now)


def _descriptor(response: zdo.SimpleDescriptorResponse, endpoint: int) -> list[zdo.SimpleDescriptor]:
    """The descriptor in a response; none where it has none, or that of another endpoint."""
    if response.status != zdo.Status.SUCCESS:
        return []
    try:
        descriptor = zdo.SimpleDescriptor.from_bytes(response.descriptor)
    except DecodeError:
        return []
    return [descriptor] if descriptor.endpoint == endpoint else []
