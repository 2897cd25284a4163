"""Mapping rows of the supply and what switches it: SRV 6.4.1, 6.4.2, 6.25 and 7.1 to 7.4."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.dlms import (
    FALSE,
    TRUE,
    Part,
    act,
    activation,
    choice,
    get,
    integer,
    long_unsigned,
    number,
    put,
)
from doorstep.duis.transform.rows import Mapping, dlms
from doorstep.gbcs.payloads.axdr import Tag

__all__ = ["ROWS"]

_CONNECT: Final = 51
_DISCONNECT: Final = 52
_ARM: Final = 54

_LIMIT_STATE: Final = "0-0:94.44.0.3"
_LIMIT_PERIOD: Final = "0-0:94.44.128.6"
_LIMIT_THRESHOLD: Final = "0-0:94.44.128.7"
_LIMIT_RESTORATION: Final = "0-0:94.44.128.8"


def _switch(script: int) -> Part:
    """Run a script of the load switch."""
    return act(9, "0-0:10.0.106.255", 1, long_unsigned(script))


ROWS: Final[tuple[Mapping, ...]] = (
    dlms(
        "ECS28a",
        "6.4.1",
        put(9000, _LIMIT_STATE, 4, choice("LoadLimitSupplyState", {"Disable": TRUE, "Unchanged": FALSE})),
        put(9000, _LIMIT_THRESHOLD, 4, number(Tag.DOUBLE_LONG_UNSIGNED, "LoadLimitPowerThreshold")),
        put(9000, _LIMIT_PERIOD, 4, number(Tag.DOUBLE_LONG_UNSIGNED, "LoadLimitPeriod")),
        put(9000, _LIMIT_RESTORATION, 4, number(Tag.DOUBLE_LONG_UNSIGNED, "LoadLimitRestorationPeriod")),
        put(9000, _LIMIT_STATE, 6, activation),
        put(9000, _LIMIT_THRESHOLD, 6, activation),
        put(9000, _LIMIT_PERIOD, 6, activation),
        put(9000, _LIMIT_RESTORATION, 6, activation),
        basis="guess: types as ECS27 reads them back, no sample of the Command; Disable as true",
    ),
    dlms("ECS28b", "6.4.2", act(3, "0-0:94.44.42.255", 1, integer(0))),
    dlms(
        "ECS81",
        "6.25",
        put(1, "0-0:94.44.0.4", 2, choice("SupplyTamperState", {"Locked": TRUE, "Unchanged": FALSE})),
        basis="one sample of Locked; Unchanged as false is a guess",
    ),
    dlms("ECS42", "7.1", _switch(_CONNECT)),
    dlms("ECS43", "7.2", _switch(_DISCONNECT)),
    dlms("ECS44", "7.3", _switch(_ARM)),
    dlms(
        "ECS45",
        "7.4",
        get(70, "0-0:96.3.10.255", 3),
        basis="what the sources say of the Command, no sample",
    ),
)
