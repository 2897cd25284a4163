"""``doorstep meter``: the electricity meter of a home, as a process."""

from __future__ import annotations

from doorstep.cli.options import AirPort, Home, Interface, JsonLog, Keys, State

__all__ = ["meter"]


def meter(
    keys: Keys,
    home: Home = "1",
    state: State = None,
    interface: Interface = "127.0.0.1",
    han_port: AirPort = 17_754,
    json: JsonLog = False,
) -> None:
    """Run the electricity meter of a home."""
    from doorstep.cli.running import run_stop
    from doorstep.service.home_stops import run_meter
    from doorstep.service.process import HanSetting

    han = HanSetting(interface, han_port)
    run_stop("meter", lambda setting, ready: run_meter(setting, han, home, ready), keys, state, json)
