"""``doorstep ppmid``: the PPMID (or the visiting HHT) of a home, as a process."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstep.cli.options import AirPort, Home, Interface, JsonLog, Keys, State

__all__ = ["ppmid"]


def ppmid(
    keys: Keys,
    home: Home = "1",
    supplier: Annotated[
        str, typer.Option("--supplier", metavar="URL", help="The supplier's service.")
    ] = "ws://127.0.0.1:8080",
    hht: Annotated[
        bool, typer.Option("--hht", help="Be the engineer's Hand-Held Terminal, not the PPMID.")
    ] = False,
    keypad: Annotated[
        bool,
        typer.Option(
            "--keypad", help="Key in on standard input: top-up DIGITS, emergency-credit, enable-supply."
        ),
    ] = False,
    state: State = None,
    interface: Interface = "127.0.0.1",
    han_port: AirPort = 17_754,
    json: JsonLog = False,
) -> None:
    """Run the PPMID (or HHT) of a home.

    It dials the supplier. A line of the keypad is, for example, ``top-up gas`` and twenty digits.
    """
    from doorstep.cli.running import run_stop
    from doorstep.gbcs.usecases import DeviceType
    from doorstep.service.home_stops import run_relay
    from doorstep.service.process import HanSetting, checked_url

    han = HanSetting(interface, han_port)
    url = checked_url(supplier, "ws", "wss")
    kind = DeviceType.HHT if hht else DeviceType.PPMID
    run_stop(
        "ppmid",
        lambda setting, ready: run_relay(setting, han, home, url, ready, device_type=kind, keypad=keypad),
        keys,
        state,
        json,
    )
