"""Mapping rows of an electricity meter's event and security logs: SRV 3.3 and 6.13."""

from __future__ import annotations

from typing import Final

from doorstep.duis.transform.dlms import act, integer
from doorstep.duis.transform.rows import Mapping, dlms, says
from doorstep.duis.transform.selection import entries

__all__ = ["EVENT_LOG", "ROWS", "SECURITY_LOG"]

EVENT_LOG: Final = "0-0:99.98.0.255"
"""The Event Log, of a Communications Hub too."""
SECURITY_LOG: Final = "0-0:99.98.1.255"
"""The Security Log, of a Communications Hub too."""
_POWER_EVENT_LOG: Final = "0-0:99.98.4.255"
_AUXILIARY_LOAD_LOG: Final = "0-17:99.98.2.255"

_TYPE: Final = "ESMEEventLogType"
_LOG: Final = "LogToRead"

ROWS: Final[tuple[Mapping, ...]] = (
    dlms(
        "ECS15a",
        "3.3",
        act(7, EVENT_LOG, 1, integer(0)),
        when=says(_TYPE, "ESME"),
        basis="one Command without its request",
    ),
    dlms("ECS15c", "3.3", act(7, _AUXILIARY_LOAD_LOG, 1, integer(0)), when=says(_TYPE, "ALCS")),
    dlms("ECS35a", "6.13", entries(EVENT_LOG), when=says(_LOG, "Event")),
    dlms("ECS35b", "6.13", entries(SECURITY_LOG), when=says(_LOG, "Security")),
    dlms(
        "ECS35e",
        "6.13",
        entries(_POWER_EVENT_LOG),
        when=says(_LOG, "PowerEvent"),
        basis="what the sources say of the Command, no sample",
    ),
    dlms("ECS35f", "6.13", entries(_AUXILIARY_LOAD_LOG), when=says(_LOG, "ALCSEvent")),
    dlms("ECS35g", "6.13", entries(_AUXILIARY_LOAD_LOG), when=says(_LOG, "ALCSEvent")),
)
