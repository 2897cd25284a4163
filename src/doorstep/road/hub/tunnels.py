"""The hub's tunnels: one for each Device of its log that has one, all ends on the hub's one radio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.machine import Outbox, Send
from doorstep.road.tunnel import (
    ENDPOINTS,
    End,
    FrameOut,
    Path,
    Slots,
    TunnelClient,
    TunnelEvent,
    TunnelPolicy,
    TunnelServer,
)
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.zcl import Frame

__all__ = ["ASKED_BY_HUB", "ASKS_HUB", "Tunnels"]

ASKED_BY_HUB: Final = (DeviceType.ESME, DeviceType.HCALCS, DeviceType.SAPC)
"""Devices that the hub asks for a tunnel, as its client."""
ASKS_HUB: Final = (DeviceType.GSME, DeviceType.HHT, DeviceType.PPMID)
"""Devices that ask the hub, whose server it is. A setting moves the PPMID to the others."""


class Tunnels:
    """The ends, by Device. ``own`` is the identifier of the hub's radio.

    What an end tells comes out of :meth:`next_event` with the Device that it concerns; its frames come
    out as :class:`Send`.
    """

    def __init__(self, own: Eui, policy: TunnelPolicy, *, opens_ppmid_tunnels: bool = False) -> None:
        self._own = own
        self._policy = policy
        self._slots = Slots(policy.tunnel_ids)
        self._makers = _makers(opens_ppmid_tunnels)
        self._ends: dict[Eui, End] = {}
        self._paths: dict[Eui, Path] = {}
        self._out: Outbox[tuple[Eui, TunnelEvent | Send]] = Outbox()

    def __contains__(self, device: Eui) -> bool:
        return device in self._ends

    def add(self, device: Eui, device_type: DeviceType, now: Instant) -> None:
        """A Device is listed: make its end, and ask it for the tunnel where that is the hub's to do."""
        if device_type not in self._makers:
            return
        self._make(device, device_type)
        self._ends[device].open(now)
        self._drain(device)

    def remove(self, device: Eui, now: Instant) -> None:
        """A Device is not listed any more: its tunnel is gone, and whatever was on its way in it."""
        end = self._ends.pop(device, None)
        if end is not None:
            end.destroy(now)
            del self._paths[device]

    def reset(self, device: Eui, device_type: DeviceType, now: Instant, *, reopen: bool) -> None:
        """Forget a Device's tunnel, without a word of what was in it; ask for it again where that is due."""
        if device not in self._ends:
            return
        self.remove(device, now)
        self._make(device, device_type)
        if reopen:
            self._ends[device].open(now)
            self._drain(device)

    def clear(self, now: Instant) -> None:
        """Forget every tunnel."""
        for device in list(self._ends):
            self.remove(device, now)

    def send(self, device: Eui, reference: str, data: bytes, now: Instant) -> None:
        """Send data to a Device that has an end here."""
        self._ends[device].send(reference, data, now)
        self._drain(device)

    def withdraw(self, device: Eui, reference: str) -> bool:
        """Take back what was not sent yet; whether it was there to be taken."""
        end = self._ends.get(device)
        return end is not None and end.withdraw(reference)

    def hear(self, asdu: Asdu, now: Instant) -> str | None:
        """Take a payload from the home's network; why not, where it is none for a tunnel."""
        end, path = self._ends.get(asdu.source), self._paths.get(asdu.source)
        if end is None or path is None or not path.leads_here(asdu):
            return f"cluster 0x{asdu.cluster:04X}, endpoint {asdu.destination_endpoint}: no tunnel there"
        try:
            frame = Frame.from_bytes(asdu.payload)
        except DecodeError as error:
            return f"not a ZCL frame: {error}"
        self._paths[asdu.source] = path.back_to(asdu)
        end.receive(frame, now)
        self._drain(asdu.source)
        return None

    def next_event(self) -> tuple[Eui, TunnelEvent | Send] | None:
        """What an end tells, and for which Device; None when there is no more."""
        return self._out.take()

    def deadline(self) -> Instant | None:
        """When the first of the ends wants something done."""
        dues = (end.deadline() for end in self._ends.values())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Let every end do what is due."""
        for device, end in self._ends.items():
            end.on_deadline(now)
            self._drain(device)

    def _make(self, device: Eui, device_type: DeviceType) -> None:
        self._paths[device] = Path(self._own, ENDPOINTS[DeviceType.CHF], device, ENDPOINTS[device_type])
        self._ends[device] = self._makers[device_type](self._policy, self._slots)

    def _drain(self, device: Eui) -> None:
        end, path = self._ends[device], self._paths[device]
        while (event := end.next_event()) is not None:
            sent = Send(path.carrying(event.frame)) if isinstance(event, FrameOut) else event
            self._out.put((device, sent))


_Maker = Callable[[TunnelPolicy, Slots], End]


def _makers(opens_ppmid_tunnels: bool) -> Mapping[DeviceType, _Maker]:
    """Which end the hub has towards each type of Device."""
    makers: dict[DeviceType, _Maker] = dict.fromkeys(ASKED_BY_HUB, _client)
    makers |= dict.fromkeys(ASKS_HUB, TunnelServer)
    if opens_ppmid_tunnels:
        makers[DeviceType.PPMID] = _client
    return MappingProxyType(makers)


def _client(policy: TunnelPolicy, slots: Slots) -> End:
    """A client has no tunnel ids to give."""
    return TunnelClient(policy)
