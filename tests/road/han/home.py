"""A home of radios in virtual time: a coordinator and Devices, on an air that may lose and reorder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from doorstep.bench.air import Air
from doorstep.bench.links import Faults, Faulty, Link, Loopback
from doorstep.bench.world import Node, World
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.road.han.config import Admission, HanConfig, HanPolicy, Network, Role
from doorstep.road.han.events import HanEvent, HanInput, PoweredOn, Received, Transmit
from doorstep.road.han.machine import Radio
from doorstep.road.machine import Heard, Remember, Send
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import TUNNELING

NOW = 1_795_348_800_000
HUB = Eui.parse("D0-05-5E-01-00-01-00-6F")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
GAS = Eui.parse("D0-05-5E-01-00-01-00-65")
PPMID = Eui.parse("D0-05-5E-01-00-01-00-BD")
NETWORK = Network(0x1A62, HUB, bytes.fromhex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"))


def link_key(eui: Eui) -> bytes:
    """The key of a Device's install code: its identifier, twice."""
    return bytes(eui) * 2


def seed(eui: Eui) -> bytes:
    return bytes(eui) * 4


def hub_config(*admitted: Eui) -> HanConfig:
    return HanConfig(
        eui=HUB,
        role=Role.COORDINATOR,
        seed=seed(HUB),
        network=NETWORK,
        admitted=tuple(Admission(eui, link_key(eui)) for eui in admitted),
    )


def device_config(eui: Eui, role: Role = Role.ROUTER) -> HanConfig:
    return HanConfig(eui=eui, role=role, seed=seed(eui), link_key=link_key(eui))


def payload(source: Eui, destination: Eui, data: bytes, cluster: int = TUNNELING.id) -> Asdu:
    return Asdu(source, destination, 1, 1, cluster, SMART_ENERGY, data)


class RadioHome:
    """Radios by Entity Identifier, what each said, and every frame that was transmitted."""

    def __init__(
        self,
        configs: Iterable[HanConfig],
        *,
        faults: Faults | None = None,
        random: Any = None,
        policy: HanPolicy | None = None,
        on: bool = True,
        now: Instant = NOW,
    ) -> None:
        self.world = World(now)
        loopback: Link[bytes] = Loopback(5)
        self.air = Air(self.world, Faulty(loopback, faults, random) if faults else loopback)
        self.frames: list[bytes] = []
        self.air.taps.append(lambda frame, _when: self.frames.append(frame))
        self.configs = {config.eui: config for config in configs}
        self.policy = policy
        self.said: dict[Eui, list[HanEvent]] = {eui: [] for eui in self.configs}
        self.memories: dict[Eui, dict[str, bytes | None]] = {eui: {} for eui in self.configs}
        self.nodes: dict[Eui, Node[HanInput, HanEvent]] = {}
        self.stop_at: tuple[Eui, int, bool] | None = None
        self.stopped = False
        for eui in self.configs:
            self.make(eui)
            if on:
                self.take(eui, PoweredOn())

    def make(self, eui: Eui) -> None:
        """Make a radio, or make it again from what it asked to have remembered."""
        radio = Radio(self.configs[eui], self.policy, dict(self.memories[eui]))
        self.nodes[eui] = Node(self.world, str(eui), radio, partial(self._perform, eui, radio))
        self.air.listen(str(eui), lambda frame: self.take(eui, Received(frame)))

    def radio(self, eui: Eui) -> Radio:
        radio = self.nodes[eui].machine
        assert isinstance(radio, Radio)
        return radio

    def take(self, eui: Eui, event: HanInput) -> None:
        """Give a radio an event; one that has stopped takes none."""
        if self.stopped and self.stop_at is not None and self.stop_at[0] == eui:
            return
        self.nodes[eui].take(event)

    def send(self, asdu: Asdu) -> None:
        self.take(asdu.source, Send(asdu))

    def run(self, seconds: float) -> None:
        self.world.run(end=self.world.now + int(seconds * 1000))

    def heard(self, eui: Eui) -> list[Asdu]:
        return [event.asdu for event in self.said[eui] if isinstance(event, Heard)]

    def of(self, eui: Eui, kind: type) -> list[Any]:
        return [event for event in self.said[eui] if isinstance(event, kind)]

    def _perform(self, eui: Eui, radio: Radio, event: HanEvent) -> None:
        if radio is not self.radio(eui):
            return  # It was made again since: this one is gone, whatever it still has to say.
        if self.stopped and self.stop_at is not None and self.stop_at[0] == eui:
            return  # It does nothing any more of what it still has to say.
        if isinstance(event, Remember) and self._stops(eui):
            return
        match event:
            case Transmit(frame):
                self.air.transmit(str(eui), frame)
            case Remember(entries):
                self.memories[eui].update(entries)
        if not isinstance(event, Transmit):
            self.said[eui].append(event)

    def _stops(self, eui: Eui) -> bool:
        """Whether this write is the last act of a radio, and is not done."""
        if self.stop_at is None or self.stop_at[0] != eui or self.stop_at[1] <= 0:
            return False
        victim, left, written = self.stop_at
        self.stop_at = victim, left - 1, written
        if left > 1:
            return False
        self.stopped = True
        return not written
