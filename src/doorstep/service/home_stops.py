"""The stops of a home as processes: meter, Communications Hub, PPMID and HHT.

Each has one machine, one memory, the radio of its home, and the private keys of its own box alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from doorstep.eui import Eui
from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import hub_config, hub_keys, meter_config, relay_config
from doorstep.road.hub import events as hub
from doorstep.road.hub.machine import Hub
from doorstep.road.machine import Heard, Send
from doorstep.road.meter import events as meter
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.ppmid import events as ppmid
from doorstep.road.ppmid.machine import Ppmid
from doorstep.service.clock import WallClock
from doorstep.service.driver import Driver
from doorstep.service.event_log import EventLog
from doorstep.service.process import HanSetting, Ready, StopSetting, until_signalled
from doorstep.service.radio import Address, Radio, UdpRadio
from doorstep.service.relay_link import RelayDialler
from doorstep.service.wan_link import WanDialler

__all__ = ["run_hub", "run_meter", "run_relay"]


async def run_meter(setting: StopSetting, han: HanSetting, which: str, ready: Ready) -> None:
    """The electricity meter of a home, until it is told to end."""
    street, keys = setting.street()
    home = street.home(which)
    config = meter_config(street, home)
    log = EventLog(f"{home.name}/meter")

    async def perform(event: meter.MeterEvent) -> None:
        log(event)
        if isinstance(event, Send):
            radio.send(event.asdu)

    with setting.memory(f"meter {config.eui}", log) as memory:
        machine = Esme(config, KeyRing(Holding(keys, config.eui)), memory=memory.load())
        driver: Driver[meter.MeterInput, meter.MeterEvent] = Driver(machine, memory, perform, WallClock())
        driver.offer(meter.PoweredOn())
        async with _on_the_air(driver, han.addresses(street, home), config.eui) as radio:
            await until_signalled(ready, driver.run())


async def run_hub(
    setting: StopSetting, han: HanSetting, which: str, wan_url: str, ready: Ready, *, hht: bool = False
) -> None:
    """The Communications Hub of a home, which dials the DCC at ``wan_url``; without one it has no WAN.

    ``hht``: an engineer presents the home's HHT to it as it starts.
    """
    street, keys = setting.street()
    home = street.home(which)
    config = hub_config(street, home)
    log = EventLog(f"{home.name}/hub")

    async def perform(event: hub.HubEvent) -> None:
        log(event)
        if isinstance(event, Send):
            radio.send(event.asdu)
        elif isinstance(event, hub.ToWan) and not wan.send(event.message, event.reference):
            log.say("kept", why="the WAN went before the message did")

    with setting.memory(f"hub {config.chf}", log) as memory:
        driver: Driver[hub.HubInput, hub.HubEvent] = Driver(
            Hub(config, memory=memory.load(), keys=hub_keys(config, keys)), memory, perform, WallClock()
        )
        driver.offer(hub.PoweredOn())
        if hht:
            driver.offer(hub.HhtPresented(home.eui("HHT")))
        wan = WanDialler(
            config.chf,
            street.dcc,
            KeyRing(Holding(keys, config.chf)),
            wan_url,
            up=lambda: driver.take(hub.WanUp()),
            down=lambda: driver.take(hub.WanDown()),
            heard=lambda message: driver.take(hub.FromWan(message)),
            taken=lambda reference: driver.take(hub.WanTook(reference)),
        )
        async with _on_the_air(driver, han.addresses(street, home), config.gpf, config.chf) as radio:
            await until_signalled(ready, driver.run(), *([wan.run()] if wan_url else []))


async def run_relay(
    setting: StopSetting,
    han: HanSetting,
    which: str,
    supplier_url: str,
    ready: Ready,
    *,
    device_type: DeviceType = DeviceType.PPMID,
) -> None:
    """The PPMID (or HHT) of a home, which dials the supplier at ``supplier_url``.

    Its own keys show the supplier who it is, and protect its own messages; none protects what it relays.
    """
    street, keys = setting.street()
    home = street.home(which)
    config = relay_config(street, home, device_type)
    own_keys = KeyRing(Holding(keys, config.eui))
    log = EventLog(f"{home.name}/{device_type.value.lower()}")

    async def perform(event: ppmid.PpmidEvent) -> None:
        log(event)
        if isinstance(event, Send):
            radio.send(event.asdu)
        elif isinstance(event, ppmid.Report):
            link.report(event.delivery, event.stage.value, event.detail, event.message)

    with setting.memory(f"{device_type.value.lower()} {config.eui}", log) as memory:
        driver: Driver[ppmid.PpmidInput, ppmid.PpmidEvent] = Driver(
            Ppmid(config, None, memory.load(), own_keys), memory, perform, WallClock()
        )
        driver.offer(ppmid.PoweredOn())
        link = RelayDialler(
            config.eui,
            street.supplier,
            own_keys,
            supplier_url,
            lambda delivery, command: driver.take(ppmid.Deliver(delivery, command)),
        )
        async with _on_the_air(driver, han.addresses(street, home), config.eui) as radio:
            await until_signalled(ready, driver.run(), link.run())


@asynccontextmanager
async def _on_the_air(
    driver: Driver[Any, Any], addresses: dict[Eui, Address], *own: Eui
) -> AsyncIterator[Radio]:
    """A radio whose payloads the driver takes, while the context lasts."""
    radio = await UdpRadio.opened(own, addresses, lambda asdu: driver.offer(Heard(asdu)))
    try:
        yield radio
    finally:
        radio.close()
