"""``doorstep meter``: the electricity or gas meter of a home, as a process."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from doorstep.cli.options import AirPort, Home, Interface, JsonLog, Keys, State

__all__ = ["MeterType", "meter"]


class MeterType(StrEnum):
    """What a meter measures."""

    ELECTRICITY = "electricity"
    GAS = "gas"


def meter(
    keys: Keys,
    home: Home = "1",
    meter_type: Annotated[MeterType, typer.Option("--type", help="Which of the home's meters.")] = (
        MeterType.ELECTRICITY
    ),
    wake: Annotated[
        int,
        typer.Option("--wake", metavar="SECONDS", min=4, help="How often a gas meter wakes."),
    ] = 1800,
    state: State = None,
    interface: Interface = "127.0.0.1",
    han_port: AirPort = 17_754,
    json: JsonLog = False,
) -> None:
    """Run a meter of a home.

    A gas meter sleeps, and fetches its Commands when it wakes.
    """
    from doorstep.cli.running import run_stop
    from doorstep.gbcs.usecases import DeviceType
    from doorstep.road.meter.gas.config import WakePolicy
    from doorstep.service.home_stops import run_meter
    from doorstep.service.process import HanSetting

    han, waking = HanSetting(interface, han_port), WakePolicy.every(wake * 1000)
    kind = DeviceType.GSME if meter_type is MeterType.GAS else DeviceType.ESME
    run_stop(
        "meter",
        lambda setting, ready: run_meter(setting, han, home, ready, device_type=kind, waking=waking),
        keys,
        state,
        json,
    )
