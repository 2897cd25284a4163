"""The demonstration: a street of nine homes, the Commands that reach their meters, and what is refused.

Each scenario is a :class:`~doorstep.bench.case.Case`. What somebody tries who holds a PPMID, its wifi or its
cloud is in :mod:`.meddling`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import structs

from doorstep import gbcs
from doorstep.bench import bodies, meddling
from doorstep.bench.case import HOUR, MINUTE, Case, place
from doorstep.bench.records import Record, Remark
from doorstep.bench.street import Street
from doorstep.duis.element import Element
from doorstep.eui import Eui
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import Category
from doorstep.road.hub.events import Routed
from doorstep.road.ppmid.display import Fuel
from doorstep.road.ppmid.events import Action, KeyedIn, Result
from doorstep.road.supplier.orders import Order, Route, top_up_order
from doorstep.street import Firmware, HomePlan, StreetPlan, street_plan

__all__ = ["CASES", "SITUATIONS", "demonstration", "without_wan"]

ASH, BIRCH, CEDAR, DOGWOOD, ELM, FIR, GORSE, HAZEL, IVY = (
    "Ash",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fir",
    "Gorse",
    "Hazel",
    "Ivy",
)
_HOMES: Final[tuple[tuple[str, str, dict[str, object]], ...]] = (
    (ASH, "WAN up", {}),
    (BIRCH, "no WAN; its hub has response-copy", {"response_copy": True}),
    (CEDAR, "WAN comes and goes", {}),
    (DOGWOOD, "no WAN; its hub has old firmware", {"firmware": Firmware.OLD}),
    (ELM, "no WAN; its PPMID does not relay", {"relay": False}),
    (FIR, "no WAN; an engineer comes with an HHT", {}),
    (GORSE, "no WAN, and nothing comes back through the PPMID", {}),
    (HAZEL, "no WAN; its hub is switched off", {}),
    (IVY, "no WAN; a gas meter that sleeps; its hub has response-copy", {"response_copy": True}),
)
SITUATIONS: Final = {name: situation for name, situation, _settings in _HOMES}


def demonstration() -> StreetPlan:
    """The street: nine homes that differ in what keeps a Command from its meter; one of them has gas."""
    plan = street_plan(len(_HOMES))
    homes = tuple(
        structs.replace(home, name=name, devices=_devices(home, name == IVY), **settings)
        for home, (name, _situation, settings) in zip(plan.homes, _HOMES, strict=True)
    )
    return structs.replace(plan, homes=homes)


def _devices(home: HomePlan, gas: bool) -> tuple[tuple[Eui, str], ...]:
    return tuple((eui, kind) for eui, kind in home.devices if gas or kind != "GSME")


def without_wan() -> tuple[str, ...]:
    """The homes whose WAN is down when the demonstration starts."""
    return tuple(name for name in SITUATIONS if name != ASH)


# -- what a supplier orders ---------------------------------------------------------------------------


def _ordered(
    name: str,
    title: str,
    home: str,
    route: Route,
    variant: str,
    body: Element,
    *,
    start: Callable[[Street, Case], bytes] | None = None,
    patience: Instant = HOUR,
    target: str = "ESME",
) -> Case:
    plan = demonstration().home(home)
    order = Order(name, variant, plan.eui(target), body, route, _relay(plan, route), patience)
    return Case(name, title, home, start or place, order, patience)


def _topped_up(name: str, title: str, home: str, pence: int, target: str = "ESME") -> Case:
    plan = demonstration().home(home)
    order = top_up_order(name, plan.eui(target), pence, Route.PPMID, plan.eui("PPMID"), HOUR)
    return Case(name, title, home, place, order)


def _relay(plan: HomePlan, route: Route) -> Eui | None:
    if not route.local:
        return None
    return plan.eui("HHT" if route is Route.HHT else "PPMID")


# -- what happens around it ------------------------------------------------------------------------


def _wan_returns_later(street: Street, case: Case) -> bytes:
    """The WAN is back for a minute a quarter of an hour later: that is when baseline's Response goes."""
    street.world.after(15 * MINUTE, lambda: street.switch_wan(case.home, True))
    street.world.after(16 * MINUTE, lambda: street.switch_wan(case.home, False))
    return place(street, case)


def _engineer_comes(street: Street, case: Case) -> bytes:
    """The engineer power-cycles the hub, and presents the HHT within the hour."""
    home = street.homes[case.home]
    home.power_on()
    home.present_hht()
    street.relay_online(home.hht)
    return place(street, case)


def _ppmid_is_late(street: Street, case: Case) -> bytes:
    """The PPMID's link is down when the order is placed, and comes back ten minutes later."""
    ppmid = street.homes[case.home].ppmid
    street.relay_offline(ppmid)
    street.world.after(10 * MINUTE, lambda: street.relay_online(ppmid))
    return _wan_returns_later(street, case)


def _hub_is_off(street: Street, case: Case) -> bytes:
    """Nothing that is sent to the hub arrives."""
    street.cut_han(case.home)
    return place(street, case)


def _keyed_in(action: Action, fuel: Fuel, top_up: str) -> Callable[[Street, Case], bytes]:
    """Somebody at a PPMID's keypad has the digits of a top-up that the supplier issued."""

    def start(street: Street, case: Case) -> bytes:
        home, first = street.homes[case.home], len(street.records)
        home.relays[home.ppmid].take(KeyedIn(action, fuel, street.deliveries[top_up].utrn))
        street.world.run(
            until=lambda: any(_is_result(record) for record in street.records[first:]),
            end=street.world.now + case.patience,
        )
        return _ppmids_own(street.records[first:])

    return start


def _is_result(record: Record) -> bool:
    return isinstance(record, Remark) and isinstance(record.event, Result)


def _ppmids_own(records: list[Record]) -> bytes:
    """The Command of a PPMID's own that its hub has routed; to an ESME it sends none."""
    for record in records:
        if isinstance(record, Remark) and isinstance(record.event, Routed):
            use_case = gbcs.use_case(gbcs.peek(record.event.message).message_code)
            if use_case is not None and use_case.category is Category.SME_C_PPMID_GSME:
                return record.event.message
    return b""


def _cases() -> Iterator[Case]:
    yield _ordered("wan-read", "read the balance, as ever", ASH, Route.WAN, "4.18", bodies.READ_BALANCE)
    yield _ordered("prepayment-mode", "set prepayment mode", BIRCH, Route.PPMID, "1.6", bodies.PREPAYMENT)
    yield _topped_up("top-up", "top up 10 pounds", BIRCH, 1000)
    yield _ordered("enable-supply", "enable supply", BIRCH, Route.PPMID, "7.1", bodies.ENABLE)
    yield _ordered("read-balance", "read the balance", BIRCH, Route.PPMID, "4.18", bodies.READ_BALANCE)
    yield _ordered(
        "flapping",
        "reset the balance; the Response waits for the WAN",
        CEDAR,
        Route.PPMID,
        "1.5",
        bodies.RESET_BALANCE,
        start=_wan_returns_later,
    )
    yield _ordered(
        "late",
        "set credit mode; the PPMID comes online later",
        CEDAR,
        Route.PPMID,
        "1.6",
        bodies.CREDIT,
        start=_ppmid_is_late,
    )
    yield _ordered(
        "both-ways", "enable supply, by the WAN and the PPMID", ASH, Route.BOTH, "7.1", bodies.ENABLE
    )
    yield _ordered(
        "by-hht",
        "enable supply by an engineer's HHT",
        FIR,
        Route.HHT,
        "7.1",
        bodies.ENABLE,
        start=_engineer_comes,
    )
    # While the HHT is still in the Device Log: its hour is over before the next cases are.
    yield Case("to-hht", "a Command for a Hand-Held Terminal", FIR, meddling.retargeted("HHT"))
    yield _ordered(
        "hub-silent",
        "enable supply; the hub does not answer",
        HAZEL,
        Route.PPMID,
        "7.1",
        bodies.ENABLE,
        start=_hub_is_off,
    )
    yield _ordered(
        "old-firmware",
        "enable supply through a hub without the change",
        DOGWOOD,
        Route.PPMID,
        "7.1",
        bodies.ENABLE,
    )
    yield _ordered(
        "no-relay",
        "enable supply through a PPMID that does not relay",
        ELM,
        Route.PPMID,
        "7.1",
        bodies.ENABLE,
    )
    yield _ordered(
        "gas-mode",
        "set prepayment mode on a gas meter that sleeps",
        IVY,
        Route.PPMID,
        "1.6",
        bodies.PREPAYMENT,
        target="GSME",
    )
    yield _topped_up("gas-top-up", "top up 10 pounds of gas", IVY, 1000, "GSME")
    yield _ordered(
        "gas-balance",
        "read the balance of the gas meter",
        IVY,
        Route.PPMID,
        "4.18",
        bodies.READ_BALANCE,
        target="GSME",
    )
    yield _ordered("tariff", "set a whole tariff, in blocks", BIRCH, Route.PPMID, "1.1.1", bodies.tariff())
    yield _ordered(
        "seen",
        "set prepayment mode; only the PPMID can see that it was",
        GORSE,
        Route.PPMID,
        "1.6",
        bodies.PREPAYMENT,
    )
    yield _topped_up("no-relay-top-up", "top up 10 pounds through a PPMID that does not relay", ELM, 1000)
    yield Case(
        "keyed-in",
        "the customer keys the same twenty digits in",
        ELM,
        _keyed_in(Action.TOP_UP, Fuel.ELECTRICITY, "no-relay-top-up"),
    )
    yield Case(
        "gas-keyed-in",
        "the customer keys in what the gas meter has had by Command: it is spent",
        IVY,
        _keyed_in(Action.TOP_UP, Fuel.GAS, "gas-top-up"),
    )
    yield Case("replay", "the same Command again", BIRCH, meddling.replay)
    yield _ordered(
        "altered",
        "one byte is changed on the way",
        BIRCH,
        Route.PPMID,
        "7.1",
        bodies.ENABLE,
        start=meddling.alter_a_byte,
    )
    yield Case("foreign-response", "the PPMID tunnels the meter's Response", BIRCH, meddling.foreign_response)
    yield Case(
        "foreign-alert", "the PPMID tunnels a made-up Alert of the meter's", BIRCH, meddling.foreign_alert
    )
    yield Case("to-chf", "a Command for the hub itself (CHF)", BIRCH, meddling.retargeted("CHF"))
    yield Case("to-gpf", "a Command for the gas proxy (GPF)", BIRCH, meddling.retargeted("GPF"))
    yield Case("next-door", "a Command for the meter next door", BIRCH, meddling.next_door)


CASES: Final = tuple(_cases())
"""Everything that the demonstration tries, in order."""
