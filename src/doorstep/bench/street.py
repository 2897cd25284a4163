"""A street: the supplier, the DCC and the homes, every stop the product's own machine.

The links between them are loopbacks with a delay, faults from a seed where asked for, and a tap each,
so that everything that moved, and everything that a stop said of it, is in :attr:`Street.records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from random import Random
from typing import Any, Final

from msgspec import Struct, structs

from doorstep.bench.air import Air
from doorstep.bench.capture import Capture
from doorstep.bench.han import Han, PayloadHan, RadioHan
from doorstep.bench.home import Home, Uplink
from doorstep.bench.links import Faults, Faulty, Link, Loopback, Switched, Tapped
from doorstep.bench.records import Hop, Record, Remark
from doorstep.bench.world import Node, World
from doorstep.errors import UsageError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.configurations import Certified, dcc_config, supplier_config
from doorstep.road.dcc import events as dcc_events
from doorstep.road.dcc.anomaly import Thresholds
from doorstep.road.dcc.machine import Dcc
from doorstep.road.hub import events as hub_events
from doorstep.road.machine import Remember
from doorstep.road.ppmid import events as ppmid_events
from doorstep.road.supplier import events as supplier_events
from doorstep.road.supplier.delivery import FINAL, Delivery
from doorstep.road.supplier.machine import Supplier
from doorstep.road.supplier.orders import Order
from doorstep.street import HomePlan, StreetPlan
from doorstep.zigbee.asdu import Asdu
from doorstep.zigbee.clusters.tunneling import TUNNELING, RequestTunnelResponse, TransferData
from doorstep.zigbee.zcl import Frame

__all__ = ["Delays", "Media", "Street", "command_of"]

HAN_SEED: Final = b"the secrets of a street on paper"
"""What all secrets of the homes' networks are made from: a run can be repeated to the last bit."""

_NO_THRESHOLDS: Final = Thresholds()

HTTP_TIMEOUT: Final = 3_000
"""After how many milliseconds an HTTP client gives up, as the DCC's own does."""


class Delays(Struct, frozen=True):
    """How long each kind of link takes, in milliseconds, one way.

    ``frame`` is one radio frame: 127 octets at 250 kbit/s and the gap before it. ``han`` is a whole payload,
    where a home's network carries those.
    """

    http: int = 20
    relay: int = 40
    han: int = 15
    frame: int = 6
    wan: int = 300


class Media(Struct, frozen=True):
    """The faults of each kind of link."""

    http: Faults = Faults()
    relay: Faults = Faults()
    han: Faults = Faults()
    wan: Faults = Faults()


class Street:
    """Everything joined.

    With ``frames`` the homes' networks carry radio frames, and the faults of a HAN are those of its air;
    without, they carry whole payloads, which costs less in long runs. ``capture`` is given every frame.
    ``thresholds`` are the DCC's, over which a request goes into quarantine.
    """

    def __init__(
        self,
        plan: StreetPlan,
        keys: Certified,
        now: Instant,
        *,
        delays: Delays | None = None,
        faults: Media | None = None,
        seed: int = 0,
        wan_down: Iterable[str] = (),
        frames: bool = True,
        capture: Capture | None = None,
        thresholds: Thresholds = _NO_THRESHOLDS,
    ) -> None:
        self.plan = plan
        self.world = World(now)
        self.records: list[Record] = []
        self.deliveries: dict[str, Delivery] = {}
        self._delays = delays or Delays()
        self._faults = faults or Media()
        self._random = Random(seed)  # noqa: S311 - faults are repeatable, not secret
        self._keys = keys
        self._exchanges = count(1)
        self._waiting: dict[str, Callable[[int, bytes], None]] = {}

        self.dcc: Node[dcc_events.DccInput, dcc_events.DccEvent] = Node(
            self.world,
            "dcc",
            Dcc(
                structs.replace(dcc_config(plan, keys, now), thresholds=thresholds),
                KeyRing(Holding(keys, plan.dcc)),
            ),
            self._dcc_says,
        )
        self.supplier: Node[supplier_events.SupplierInput, supplier_events.SupplierEvent] = Node(
            self.world,
            "supplier",
            Supplier(supplier_config(plan, keys, now), KeyRing(Holding(keys, plan.supplier))),
            self._supplier_says,
        )
        self.homes: dict[str, Home] = {}
        self.wans: dict[str, Switched[bytes]] = {}
        self._hans: dict[str, Switched[Any]] = {}
        self._frames = frames
        self._capture = capture
        self._meddlers: dict[str, Callable[[bytes], bytes]] = {}
        for planned in plan.homes:
            self._build(planned, planned.name not in wan_down)
        self._home_of = {home.chf: home for home in self.homes.values()}
        self._relay_home = {relay: home for home in self.homes.values() for relay in (home.ppmid, home.hht)}
        self.supplier.take(supplier_events.PoweredOn())
        for home in self.homes.values():
            home.power_on()
            self.relay_online(home.ppmid)
            if self.wans[home.plan.name].up:
                self._wan_changed(home)

    # -- what happens to the street from outside --------------------------------------------------

    def place(self, order: Order) -> None:
        """Give the supplier an order."""
        self.supplier.take(supplier_events.Place(order))

    def relay_online(self, relay: Eui) -> None:
        """A PPMID or HHT opens its link to the supplier."""
        self.supplier.take(supplier_events.RelayOnline(relay))

    def relay_offline(self, relay: Eui) -> None:
        """The link is gone."""
        self.supplier.take(supplier_events.RelayOffline(relay))

    def switch_wan(self, home: str, up: bool) -> None:
        """The WAN of a home comes or goes."""
        self.wans[home].up = up
        self._wan_changed(self.homes[home])

    def cut_han(self, home: str) -> None:
        """From now on nothing arrives on a home's HAN."""
        self._hans[home].up = False

    def mend_han(self, home: str) -> None:
        """What is sent on a home's HAN arrives again."""
        self._hans[home].up = True

    def alter_next_command(self, home: str, alter: Callable[[bytes], bytes]) -> None:
        """Let somebody change the next GBCS message that travels from hub to meter in a home."""
        self._meddlers[home] = alter

    def tunnel_of(self, home: Home) -> int:
        """The identifier of the PPMID's tunnel, as its last RequestTunnelResponse on the HAN said."""
        for record in reversed(self.records):
            if (
                isinstance(record, Hop)
                and isinstance(record.item, Asdu)
                and record.item.destination == home.ppmid
            ):
                command = command_of(record.item)
                if isinstance(command, RequestTunnelResponse):
                    return command.tunnel_id
        raise UsageError(f"{home.plan.name}: its PPMID has no tunnel")

    def finished(self, name: str) -> bool:
        """Whether a delivery has come to a final state."""
        delivery = self.deliveries.get(name)
        return delivery is not None and delivery.state in FINAL

    # -- making the homes --------------------------------------------------------------------------

    def _build(self, plan: HomePlan, wan_up: bool) -> None:
        name = plan.name
        delay = self._delays.frame if self._frames else self._delays.han
        han: Switched[Any] = Switched(self._link(delay, self._faults.han))
        self._hans[name] = han
        wan: Switched[bytes] = Switched(self._link(self._delays.wan, self._faults.wan), wan_up)
        self.wans[name] = wan
        uplink = Uplink(
            to_wan=lambda event: self._up(name, event),
            report=lambda relay, report: self._report(relay, report),
        )
        alter, heard = partial(self._meddle, name), partial(self._heard, name)
        network: Han
        if self._frames:
            network = RadioHan(self.world, plan, Air(self.world, han), HAN_SEED, alter, heard, self._capture)
        else:
            network = PayloadHan(self.world, han, alter, heard)
        self.homes[name] = Home(self.world, self.plan, plan, self._keys, network, uplink, self._remark)

    def _link(self, delay: int, faults: Faults) -> Link[Any]:
        loopback: Link[Any] = Loopback(delay)
        return loopback if faults == Faults() else Faulty(loopback, faults, self._random)

    # -- what the stops say --------------------------------------------------------------------------

    def _supplier_says(self, event: supplier_events.SupplierEvent) -> None:
        match event:
            case supplier_events.SendRequest():
                self._post(event)
            case supplier_events.Hand():
                self._hand(event)
            case supplier_events.Progress():
                self.deliveries[event.delivery.name] = event.delivery
                self._remark("supplier", event)
            case Remember():
                pass
            case _:
                self._remark("supplier", event)

    def _dcc_says(self, event: dcc_events.DccEvent) -> None:
        match event:
            case dcc_events.Answer():
                self._waiting.pop(event.exchange, _nobody)(event.status, event.body)
            case dcc_events.ToWan():
                self._down(self._home_of[event.hub], event)
            case dcc_events.Push():
                self._push(event)
            case Remember():
                pass
            case _:
                self._remark("dcc", event)

    def _post(self, request: supplier_events.SendRequest) -> None:
        """HTTP from the supplier to the gateway: an answer, or none within the client's patience."""
        answered = False
        link = self._link(self._delays.http, self._faults.http)

        def answer(status: int | None, body: bytes = b"") -> None:
            nonlocal answered
            if not answered:
                answered = True
                self.supplier.take(supplier_events.Answered(request.request, status, body))

        def arrive(body: bytes) -> None:
            exchange = f"exchange-{next(self._exchanges)}"
            self._waiting[exchange] = back
            self.dcc.take(dcc_events.Posted(exchange, "POST", request.path, "application/xml", body))

        def back(status: int, body: bytes) -> None:
            self._carry(
                link, "HTTP", "dcc", "supplier", (status, body), lambda item: answer(item[0], item[1])
            )

        self._carry(link, f"HTTP {request.path}", "supplier", "dcc", request.body, arrive)
        self.world.after(HTTP_TIMEOUT, lambda: answer(None))

    def _push(self, push: dcc_events.Push) -> None:
        """HTTP from the DCC to the supplier's receive address."""
        known = False
        link = self._link(self._delays.http, self._faults.http)

        def tell(status: int | None) -> None:
            nonlocal known
            if not known:
                known = True
                self.dcc.take(dcc_events.Pushed(push.push, status))

        def arrive(body: bytes) -> None:
            self.supplier.take(supplier_events.Pushed(body))
            self.world.send(link, 204, tell)

        self._carry(link, "HTTP receive", "dcc", "supplier", push.body, arrive)
        self.world.after(HTTP_TIMEOUT, lambda: tell(None))

    def _hand(self, hand: supplier_events.Hand) -> None:
        home = self._relay_home[hand.relay]
        node = home.relays[hand.relay]
        self._carry(
            self._link(self._delays.relay, self._faults.relay),
            "relay link",
            "supplier",
            node.name,
            hand,
            lambda item: node.take(ppmid_events.Deliver(item.delivery, item.command)),
        )

    def _report(self, relay: Eui, report: ppmid_events.Report) -> None:
        self._carry(
            self._link(self._delays.relay, self._faults.relay),
            "relay link",
            self._relay_home[relay].names[relay],
            "supplier",
            report,
            lambda item: self.supplier.take(
                supplier_events.Reported(relay, item.delivery, item.stage.value, item.detail, item.message)
            ),
        )

    def _up(self, home: str, event: hub_events.ToWan) -> None:
        """From a hub to the DCC; the WAN has taken a message when it has arrived."""
        hub = self.homes[home]

        def arrive(message: bytes) -> None:
            self.dcc.take(dcc_events.FromWan(hub.chf, message))
            hub.hub.take(hub_events.WanTook(event.reference))

        self._carry(
            self.wans[home],
            "WAN",
            hub.hub.name,
            "dcc",
            event.message,
            arrive,
        )

    def _down(self, home: Home, event: dcc_events.ToWan) -> None:
        """From the DCC to a hub, which says that it has it."""
        wan = self.wans[home.plan.name]

        def arrive(message: bytes) -> None:
            home.hub.take(hub_events.FromWan(message))
            if wan.up:
                self.dcc.take(dcc_events.WanTook(event.hub, event.reference))

        self._carry(wan, "WAN", "dcc", home.hub.name, event.message, arrive)

    def _wan_changed(self, home: Home) -> None:
        up = self.wans[home.plan.name].up
        self.dcc.take(dcc_events.WanUp(home.chf) if up else dcc_events.WanDown(home.chf))
        home.hub.take(hub_events.WanUp() if up else hub_events.WanDown())

    # -- the record ----------------------------------------------------------------------------------

    def _carry(
        self,
        link: Link[Any],
        medium: str,
        sender: str,
        receiver: str,
        item: Any,
        deliver: Callable[[Any], None],
    ) -> None:
        tapped = Tapped(
            link,
            lambda it, sent, arrived: self.records.append(Hop(sent, arrived, medium, sender, receiver, it)),
        )
        self.world.send(tapped, item, deliver)

    def _heard(self, home: str, asdu: Asdu, sent: Instant, arrived: Instant) -> None:
        names = self.homes[home].names
        sender, receiver = names.get(asdu.source, str(asdu.source)), names.get(asdu.destination, "?")
        self.records.append(Hop(sent, arrived, "HAN", sender, receiver, asdu))

    def _meddle(self, home: str, asdu: Asdu) -> Asdu:
        """What arrives in place of a payload: but for once and on request, the payload itself."""
        meddler = self._meddlers.get(home)
        if meddler is None or asdu.destination != self.homes[home].esme:
            return asdu
        frame = Frame.from_bytes(asdu.payload)
        command = command_of(asdu)
        if not isinstance(command, TransferData):
            return asdu
        del self._meddlers[home]
        changed = structs.replace(command, data=meddler(command.data))
        return structs.replace(asdu, payload=structs.replace(frame, payload=changed.to_bytes()).to_bytes())

    def _remark(self, stop: str, event: Any) -> None:
        self.records.append(Remark(self.world.now, stop, event))


def command_of(asdu: Asdu) -> object:
    """The tunnelling command that a payload holds; None for anything else."""
    if asdu.cluster != TUNNELING.id:
        return None
    frame = Frame.from_bytes(asdu.payload)
    return TUNNELING.command_in(frame) if frame.cluster_specific else None


def _nobody(_status: int, _body: bytes) -> None:
    """Whoever waited for that answer has gone."""
