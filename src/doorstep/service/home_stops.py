"""The stops of a home as processes: meter, Communications Hub, PPMID and HHT.

Each is a box (:class:`~doorstep.road.han.box.Box`): one stop with its radio, one memory, and the keys of
its own box alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from doorstep.gbcs.keys import Holding, KeyRing
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.configurations import (
    device_radio,
    gas_meter_config,
    hub_config,
    hub_keys,
    hub_radio,
    meter_config,
    relay_config,
)
from doorstep.road.han.box import Box
from doorstep.road.han.events import Described, Joined, Left, Received, Transmit
from doorstep.road.han.machine import Radio
from doorstep.road.hub import events as hub
from doorstep.road.hub.machine import Hub
from doorstep.road.meter import events as meter
from doorstep.road.meter.electricity.machine import Esme
from doorstep.road.meter.gas.config import WakePolicy
from doorstep.road.meter.gas.machine import Gsme
from doorstep.road.ppmid import events as ppmid
from doorstep.road.ppmid.machine import Ppmid
from doorstep.service.air import Air, UdpAir
from doorstep.service.clock import WallClock
from doorstep.service.driver import Driver
from doorstep.service.event_log import EventLog
from doorstep.service.key_log import KeyLog
from doorstep.service.keypad import read_keypad, standard_input
from doorstep.service.process import HanSetting, Ready, StopSetting, until_signalled
from doorstep.service.relay_link import RelayDialler
from doorstep.service.wan_link import WanDialler
from doorstep.zigbee.keys import INSTALL_CODE_CHECK

__all__ = ["run_hub", "run_meter", "run_relay"]

_METERS: Final = {DeviceType.ESME: "meter", DeviceType.GSME: "gas meter"}


async def run_meter(
    setting: StopSetting,
    han: HanSetting,
    which: str,
    ready: Ready,
    *,
    device_type: DeviceType = DeviceType.ESME,
    waking: WakePolicy | None = None,
) -> None:
    """A meter of a home, ESME or GSME, until it is told to end; ``waking`` is for a GSME, which sleeps."""
    street, keys = setting.street()
    home = street.home(which)
    eui = home.eui(device_type.value)
    radio = device_radio(home, device_type, setting.device_secrets(eui))
    log = EventLog(f"{home.name}/{_METERS[device_type]}")

    async def perform(event: Any) -> None:
        if isinstance(event, Transmit):
            air.transmit(event.frame)
        else:
            log(event)

    with setting.memory(f"meter {eui}", log) as memory:
        held, own = memory.load(), KeyRing(Holding(keys, eui))
        machine: Esme | Gsme
        if device_type is DeviceType.GSME:
            machine = Gsme(gas_meter_config(street, home), own, memory=held, waking=waking)
        else:
            machine = Esme(meter_config(street, home), own, memory=held)
        box: Box[Any, Any] = Box(machine, Radio(radio, memory=held), meter.PoweredOn)
        driver: Driver[Any, Any] = Driver(box, memory, perform, WallClock())
        driver.offer(meter.PoweredOn())
        async with _on_the_air(driver, han) as air:
            await until_signalled(ready, driver.run())


async def run_hub(
    setting: StopSetting, han: HanSetting, which: str, wan_url: str, ready: Ready, *, hht: bool = False
) -> None:
    """The Communications Hub of a home, which dials the DCC at ``wan_url``; without one it has no WAN.

    ``hht``: an engineer presents the home's HHT to it as it starts, with the install code printed on that.
    """
    street, keys = setting.street()
    home = street.home(which)
    config = hub_config(street, home)
    secrets = setting.hub_secrets(config.gpf)
    key_log = KeyLog(han.key_log)
    log = EventLog(f"{home.name}/hub")

    async def perform(event: Any) -> None:
        if isinstance(event, Transmit):
            air.transmit(event.frame)
            return
        log(event)
        key_log.add(radio.keys())
        if isinstance(event, hub.ToWan) and not wan.send(event.message, event.reference):
            log.say("kept", why="the WAN went before the message did")

    with setting.memory(f"hub {config.chf}", log) as memory:
        held = memory.load()
        radio = Radio(hub_radio(home, secrets), memory=held)
        machine = Hub(config, memory=held, keys=hub_keys(config, keys))
        box: Box[Any, Any] = Box(machine, radio, hub.PoweredOn, minds=(Joined, Left, Described))
        driver: Driver[Any, Any] = Driver(box, memory, perform, WallClock())
        driver.offer(hub.PoweredOn())
        if hht:
            visitor = home.eui("HHT")
            printed = setting.device_secrets(visitor).install_code
            driver.offer(hub.HhtPresented(visitor, printed[:-INSTALL_CODE_CHECK]))
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
        async with _on_the_air(driver, han) as air:
            await until_signalled(ready, driver.run(), *([wan.run()] if wan_url else []))


async def run_relay(
    setting: StopSetting,
    han: HanSetting,
    which: str,
    supplier_url: str,
    ready: Ready,
    *,
    device_type: DeviceType = DeviceType.PPMID,
    keypad: bool = False,
) -> None:
    """The PPMID (or HHT) of a home, which dials the supplier at ``supplier_url``.

    ``keypad``: somebody keys things in on standard input (:mod:`doorstep.service.keypad`).
    Its own keys show the supplier who it is, and protect its own messages; none protects what it relays.
    """
    street, keys = setting.street()
    home = street.home(which)
    config = relay_config(street, home, device_type)
    own_keys = KeyRing(Holding(keys, config.eui))
    radio = device_radio(home, device_type, setting.device_secrets(config.eui))
    log = EventLog(f"{home.name}/{device_type.value.lower()}")

    async def perform(event: Any) -> None:
        if isinstance(event, Transmit):
            air.transmit(event.frame)
            return
        log(event)
        if isinstance(event, ppmid.Report):
            link.report(event.delivery, event.stage.value, event.detail, event.message)

    with setting.memory(f"{device_type.value.lower()} {config.eui}", log) as memory:
        held = memory.load()
        machine = Ppmid(config, None, held, own_keys)
        box: Box[Any, Any] = Box(machine, Radio(radio, memory=held), ppmid.PoweredOn)
        driver: Driver[Any, Any] = Driver(box, memory, perform, WallClock())
        driver.offer(ppmid.PoweredOn())
        link = RelayDialler(
            config.eui,
            street.supplier,
            own_keys,
            supplier_url,
            lambda delivery, command: driver.take(ppmid.Deliver(delivery, command)),
        )
        async with _on_the_air(driver, han) as air:
            works = [driver.run(), link.run()]
            if keypad:
                works.append(
                    read_keypad(standard_input(), driver.offer, lambda why: log.say("keypad", why=why))
                )
            await until_signalled(ready, *works)


@asynccontextmanager
async def _on_the_air(driver: Driver[Any, Any], han: HanSetting) -> AsyncIterator[Air]:
    """The homes' air, whose frames the driver takes, while the context lasts."""
    air = await UdpAir.opened(
        han.interface, han.port, WallClock(), lambda frame: driver.offer(Received(frame))
    )
    try:
        yield air
    finally:
        air.close()
