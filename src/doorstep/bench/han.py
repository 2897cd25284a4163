"""A home's network on the bench: real radio frames, or whole payloads where a long run counts more.

Both put a stop into a box, carry what it says to the others, and tell ``heard`` of every payload that
arrived. :class:`RadioHan` gives each box a radio of its own on the home's air; :class:`PayloadHan` hands
payloads over as they are, at a fraction of the cost.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Protocol

from doorstep.bench.air import Air
from doorstep.bench.capture import Capture
from doorstep.bench.links import Altered, Link
from doorstep.bench.world import Node, World
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import device_radio, hub_radio
from doorstep.road.han.box import Box
from doorstep.road.han.events import Described, Joined, Left, Received, Transmit
from doorstep.road.han.machine import Radio
from doorstep.road.han.secrets import DeviceSecrets, HubSecrets
from doorstep.road.machine import Heard, Machine, Send
from doorstep.street import HomePlan
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.keys import INSTALL_CODE_CHECK, install_code

__all__ = ["Alter", "Han", "Overheard", "PayloadHan", "RadioHan", "device_secrets", "hub_secrets"]


Alter = Callable[[Asdu], Asdu]
"""What somebody who holds a box makes of a payload that its stop sends."""
Overheard = Callable[[Asdu, Instant, Instant], None]
"""Told of a payload that arrived, with the times of sending and arrival."""


class Han(Protocol):
    """A home's network, as the home uses it."""

    def box(
        self, eui: Eui, device_type: DeviceType, stop: Machine[Any, Any], power_on: type
    ) -> Machine[Any, Any]:
        """What stands in the home in place of a stop: the stop, with whatever the network needs beside it."""

    def plug_in(self, eui: Eui, node: Node[Any, Any]) -> None:
        """From now on a box hears what is for it."""

    def says(self, eui: Eui, event: Any) -> bool:
        """Carry an event of a box; False where it is none of the network's."""

    def inject(self, asdu: Asdu) -> None:
        """Send a payload from the box of its source, past the stop in it."""

    def install_code(self, eui: Eui) -> bytes:
        """The install code of a Device, without its check; none where Devices need not join."""


class PayloadHan:
    """Payloads on a link."""

    def __init__(self, world: World, link: Link[Asdu], alter: Alter, heard: Overheard) -> None:
        self._world = world
        self._link = Altered(link, alter)
        self._heard = heard
        self._nodes: dict[Eui, Node[Any, Any]] = {}

    def box(
        self, eui: Eui, device_type: DeviceType, stop: Machine[Any, Any], power_on: type
    ) -> Machine[Any, Any]:
        """The stop itself."""
        return stop

    def plug_in(self, eui: Eui, node: Node[Any, Any]) -> None:
        """From now on a stop hears what is for it."""
        self._nodes[eui] = node

    def says(self, eui: Eui, event: Any) -> bool:
        """Carry a payload."""
        if isinstance(event, Send):
            self.inject(event.asdu)
        return isinstance(event, Send)

    def inject(self, asdu: Asdu) -> None:
        """Carry a payload, whoever asks for it."""
        sent = self._world.now
        for when, arrived in self._link.carry(asdu, sent):
            self._heard(arrived, sent, when)
            node = self._nodes.get(arrived.destination)
            if node is not None:
                self._world.at(when, lambda node=node, arrived=arrived: node.take(Heard(arrived)))  # type: ignore[misc]

    def install_code(self, eui: Eui) -> bytes:
        """None: everybody is in."""
        return b""


class RadioHan:
    """A radio for each box, on one air."""

    def __init__(
        self,
        world: World,
        home: HomePlan,
        air: Air,
        seed: bytes,
        alter: Alter,
        heard: Overheard,
        capture: Capture | None = None,
    ) -> None:
        self._world = world
        self._home = home
        self._capture = capture
        self._seed = seed
        self._alter = alter
        self._heard = heard
        self._nodes: dict[Eui, Node[Any, Any]] = {}
        self._sent: dict[Asdu, Instant] = {}
        self._radios: dict[Eui, Radio] = {}
        self.air = air
        if capture is not None:
            air.taps.append(capture.add)

    def box(
        self, eui: Eui, device_type: DeviceType, stop: Machine[Any, Any], power_on: type
    ) -> Machine[Any, Any]:
        """The stop and its radio, in one box."""
        if device_type is DeviceType.GPF:
            config = hub_radio(self._home, hub_secrets(self._home, self._seed))
            minds: tuple[type, ...] = (Joined, Left, Described)
        else:
            config = device_radio(self._home, device_type, device_secrets(eui, self._seed))
            minds = ()
        radio = self._radios[eui] = Radio(config)
        return Box(_Meddled(stop, self._alter), radio, power_on, minds)

    def plug_in(self, eui: Eui, node: Node[Any, Any]) -> None:
        """From now on a box hears the air."""
        self._nodes[eui] = node
        radio = self._radios[eui]

        def ear(frame: bytes) -> None:
            if radio.hears(frame):
                node.take(Received(frame))

        self.air.listen(node.name, ear)

    def says(self, eui: Eui, event: Any) -> bool:
        """Put a radio frame on the air, or note a payload that went or came."""
        match event:
            case Transmit(frame):
                self.air.transmit(self._nodes[eui].name, frame)
            case Send(asdu):
                self._sent[asdu] = self._world.now
            case Heard(asdu):
                now = self._world.now
                self._heard(asdu, self._sent.pop(asdu, now), now)
            case _:
                if self._capture is not None:
                    self._capture.know(self._radios[eui].keys())
                return False
        return True

    def inject(self, asdu: Asdu) -> None:
        """Send a payload by the radio of its source."""
        self._sent[asdu] = self._world.now
        self._nodes[asdu.source].take(Send(asdu))

    def install_code(self, eui: Eui) -> bytes:
        """The install code that the Device's own radio has, too."""
        return device_secrets(eui, self._seed).install_code[:-INSTALL_CODE_CHECK]


class _Meddled:
    """A stop whose payloads somebody changes before the radio has them."""

    def __init__(self, stop: Machine[Any, Any], alter: Alter) -> None:
        self._stop = stop
        self._alter = alter
        self.receive = stop.receive
        self.deadline = stop.deadline
        self.on_deadline = stop.on_deadline

    def next_event(self) -> Any:
        """What the stop says next, changed if it is a payload."""
        event = self._stop.next_event()
        return Send(self._alter(event.asdu)) if isinstance(event, Send) else event


def device_secrets(eui: Eui, seed: bytes) -> DeviceSecrets:
    """A Device's secrets on a bench: repeatable, so that a run is; secret from nobody."""
    return DeviceSecrets(
        install_code(_derived(seed, b"install code", eui)[:16]), _derived(seed, b"seed", eui)
    )


def hub_secrets(home: HomePlan, seed: bytes) -> HubSecrets:
    """A hub's secrets on a bench, with the link key of every Device that is in its log from the start."""
    gpf = home.eui("GPF")
    joining = (eui for eui, kind in home.listed if kind not in ("CHF", "GPF"))
    return HubSecrets(
        _derived(seed, b"network key", gpf)[:16],
        _derived(seed, b"seed", gpf),
        {eui: device_secrets(eui, seed).link_key for eui in joining},
    )


def _derived(seed: bytes, purpose: bytes, eui: Eui) -> bytes:
    return hmac.digest(seed, purpose + eui, hashlib.sha256)
