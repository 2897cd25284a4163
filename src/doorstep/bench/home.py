"""A home: its Communications Hub, its meters, its PPMID and, for an hour, an engineer's HHT."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from doorstep.bench.han import Han
from doorstep.bench.world import Node, World
from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyStore
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import (
    gas_meter_config,
    hub_config,
    hub_keys,
    meter_config,
    relay_config,
)
from doorstep.road.hub import events as hub_events
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Machine, Remember
from doorstep.road.meter import events as meter_events
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.gas.machine import Gsme
from doorstep.road.ppmid import events as ppmid_events
from doorstep.road.ppmid.machine import Ppmid
from doorstep.street import HomePlan, StreetPlan
from doorstep.zigbee.asdu import Asdu

__all__ = ["Home", "Uplink"]

Tell = Callable[[str, Any], None]
"""Told what a stop says of itself: the stop's name, and the event."""


class Uplink:
    """Where a home's stops send what leaves the home; the street fills it in."""

    def __init__(
        self, to_wan: Callable[[hub_events.ToWan], None], report: Callable[[Eui, ppmid_events.Report], None]
    ) -> None:
        self.to_wan = to_wan
        self.report = report


class Home:
    """The Devices of one home, joined by its HAN; ``tell`` hears what they say of themselves."""

    def __init__(
        self,
        world: World,
        street: StreetPlan,
        plan: HomePlan,
        keys: KeyStore,
        han: Han,
        uplink: Uplink,
        tell: Tell,
    ) -> None:
        self.plan = plan
        self.world = world
        self.han = han
        self._uplink = uplink
        self._tell = tell
        self.chf, self.gpf, self.esme = plan.eui("CHF"), plan.eui("GPF"), plan.eui("ESME")
        self.gsme, self.ppmid, self.hht = plan.device("GSME"), plan.eui("PPMID"), plan.eui("HHT")

        self.hub: Node[Any, Any] = self._place(
            "hub", self.gpf, DeviceType.GPF, self._make_hub(street, keys), hub_events.PoweredOn
        )
        self.meter: Node[Any, Any] = self._place(
            "meter", self.esme, DeviceType.ESME, self._make_meter(street, keys), meter_events.PoweredOn
        )
        self.relays = {
            eui: self._place(
                kind.value.lower(), eui, kind, self._make_relay(street, kind, keys), ppmid_events.PoweredOn
            )
            for eui, kind in ((self.ppmid, DeviceType.PPMID), (self.hht, DeviceType.HHT))
        }
        self.gas_meters: dict[Eui, Node[Any, Any]] = {}
        if self.gsme is not None:
            gas_meter = Gsme(gas_meter_config(street, plan), KeyRing(Holding(keys, self.gsme)))
            self.gas_meters[self.gsme] = self._place(
                "gas meter", self.gsme, DeviceType.GSME, gas_meter, meter_events.PoweredOn
            )
        nodes = {self.gpf: self.hub, self.esme: self.meter, **self.gas_meters, **self.relays}
        self.names = {eui: node.name for eui, node in nodes.items()}

    def power_on(self) -> None:
        """Switch everything on, the hub first. The HHT stays in the engineer's van."""
        self.hub.take(hub_events.PoweredOn())
        self.meter.take(meter_events.PoweredOn())
        for gas_meter in self.gas_meters.values():
            gas_meter.take(meter_events.PoweredOn())
        self.relays[self.ppmid].take(ppmid_events.PoweredOn())

    def present_hht(self) -> None:
        """The engineer presents the HHT to the hub, which lets it join within an hour of power-on."""
        self.hub.take(hub_events.HhtPresented(self.hht, self.han.install_code(self.hht)))
        self.relays[self.hht].take(ppmid_events.PoweredOn())

    def send(self, asdu: Asdu) -> None:
        """Put an application payload on the HAN from the box of its source, past the stop in it."""
        self.han.inject(asdu)

    def _place(
        self, name: str, eui: Eui, kind: DeviceType, stop: Machine[Any, Any], power_on: type
    ) -> Node[Any, Any]:
        """Put a stop into the home, on its network."""
        box = self.han.box(eui, kind, stop, power_on)
        node = Node(self.world, f"{self.plan.name}/{name}", box, partial(self._says, eui))
        self.han.plug_in(eui, node)
        return node

    def _make_hub(self, street: StreetPlan, keys: KeyStore) -> Hub:
        config = hub_config(street, self.plan)
        return Hub(config, keys=hub_keys(config, keys))

    def _make_relay(self, street: StreetPlan, kind: DeviceType, keys: KeyStore) -> Ppmid:
        config = relay_config(street, self.plan, kind)
        return Ppmid(config, keys=KeyRing(Holding(keys, config.eui)))

    def _make_meter(self, street: StreetPlan, keys: KeyStore) -> Esme:
        return Esme(meter_config(street, self.plan), KeyRing(Holding(keys, self.esme)))

    def _says(self, eui: Eui, event: Any) -> None:
        if self.han.says(eui, event):
            return
        match event:
            case hub_events.ToWan():
                self._uplink.to_wan(event)
            case ppmid_events.Report():
                self._uplink.report(eui, event)
            case Remember():
                pass
            case _:
                self._tell(self.names[eui], event)
