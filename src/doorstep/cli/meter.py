"""``doorstep meter``: the electricity meter of a home, as a process."""

from __future__ import annotations

from doorstep.cli.options import FirstPort, Home, Host, JsonLog, Keys, State

__all__ = ["meter"]


def meter(
    keys: Keys,
    home: Home = "1",
    state: State = None,
    host: Host = "127.0.0.1",
    han_port: FirstPort = 20_000,
    json: JsonLog = False,
) -> None:
    """Run the electricity meter of a home."""
    from doorstep.cli.running import run_stop
    from doorstep.service.home_stops import run_meter
    from doorstep.service.process import HanSetting

    han = HanSetting(host, han_port)
    run_stop("meter", lambda setting, ready: run_meter(setting, han, home, ready), keys, state, json)
