"""A home: its Communications Hub, its electricity meter, its PPMID and, for an hour, an engineer's HHT."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from doorstep.bench.links import Link
from doorstep.bench.world import Node, World
from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing, KeyStore
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import hub_config, hub_keys, meter_config, relay_config
from doorstep.road.hub import events as hub_events
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard, Remember, Send
from doorstep.road.meter import events as meter_events
from doorstep.road.meter.electricity.machine import Esme
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
    """The Devices of one home, joined by its HAN.

    ``han`` carries every application payload between them; ``tell`` hears what they say of themselves.
    """

    def __init__(
        self,
        world: World,
        street: StreetPlan,
        plan: HomePlan,
        keys: KeyStore,
        han: Link[Asdu],
        uplink: Uplink,
        tell: Tell,
    ) -> None:
        self.plan = plan
        self.world = world
        self._han = han
        self._uplink = uplink
        self._tell = tell
        self.chf, self.gpf, self.esme = plan.eui("CHF"), plan.eui("GPF"), plan.eui("ESME")
        self.ppmid, self.hht = plan.eui("PPMID"), plan.eui("HHT")

        self.hub: Node[hub_events.HubInput, hub_events.HubEvent] = Node(
            world, f"{plan.name}/hub", self._make_hub(street, keys), self._hub_says
        )
        self.meter: Node[meter_events.MeterInput, meter_events.MeterEvent] = Node(
            world, f"{plan.name}/meter", self._make_meter(street, keys), self._meter_says
        )
        self.relays = {
            self.ppmid: self._make_relay(DeviceType.PPMID),
            self.hht: self._make_relay(DeviceType.HHT),
        }
        self._radios: dict[Eui, Node[Any, Any]] = {
            self.gpf: self.hub,
            self.esme: self.meter,
            **self.relays,
        }
        self.names = {eui: node.name for eui, node in self._radios.items()}

    def power_on(self) -> None:
        """Switch everything on, the hub first. The HHT stays in the engineer's van."""
        self.hub.take(hub_events.PoweredOn())
        self.meter.take(meter_events.PoweredOn())
        self.relays[self.ppmid].take(ppmid_events.PoweredOn())

    def present_hht(self) -> None:
        """The engineer presents the HHT to the hub, which lets it join within an hour of power-on."""
        self.hub.take(hub_events.HhtPresented(self.hht))
        self.relays[self.hht].take(ppmid_events.PoweredOn())

    def send(self, asdu: Asdu) -> None:
        """Put an application payload on the HAN, whoever asks for it."""
        self.world.send(self._han, asdu, self._deliver)

    def _deliver(self, asdu: Asdu) -> None:
        radio = self._radios.get(asdu.destination)
        if radio is not None:
            radio.take(Heard(asdu))

    def _make_hub(self, street: StreetPlan, keys: KeyStore) -> Hub:
        config = hub_config(street, self.plan)
        return Hub(config, keys=hub_keys(config, keys))

    def _make_meter(self, street: StreetPlan, keys: KeyStore) -> Esme:
        return Esme(meter_config(street, self.plan), KeyRing(Holding(keys, self.esme)))

    def _make_relay(self, kind: DeviceType) -> Node[ppmid_events.PpmidInput, ppmid_events.PpmidEvent]:
        config = relay_config(self.plan, kind)
        name = f"{self.plan.name}/{kind.value.lower()}"
        return Node(self.world, name, Ppmid(config), partial(self._relay_says, config.eui))

    def _hub_says(self, event: hub_events.HubEvent) -> None:
        match event:
            case Send():
                self.send(event.asdu)
            case hub_events.ToWan():
                self._uplink.to_wan(event)
            case Remember():
                pass
            case _:
                self._tell(self.hub.name, event)

    def _meter_says(self, event: meter_events.MeterEvent) -> None:
        match event:
            case Send():
                self.send(event.asdu)
            case Remember():
                pass
            case _:
                self._tell(self.meter.name, event)

    def _relay_says(self, eui: Eui, event: ppmid_events.PpmidEvent) -> None:
        match event:
            case Send():
                self.send(event.asdu)
            case ppmid_events.Report():
                self._uplink.report(eui, event)
            case Remember():
                pass
            case _:
                self._tell(self.names[eui], event)
