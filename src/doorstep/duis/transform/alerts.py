"""Mapping rows of what an electricity meter alerts, sounds and logs: SRV 6.2.10 and 6.22."""

from __future__ import annotations

from typing import Final

from doorstep.duis.request import Request
from doorstep.duis.simple_type import hexadecimal, one_of
from doorstep.duis.transform.dlms import Source, get, put
from doorstep.duis.transform.known import Known
from doorstep.duis.transform.rows import Mapping, dlms, has
from doorstep.errors import InputError, XmlError
from doorstep.gbcs.payloads.axdr import BitString, Data, Tag

__all__ = ["ROWS"]

_ALERT_CODE: Final = hexadecimal(2)
_SETTING: Final = one_of(("Enable", "Disable"), "Enable or Disable")
_SIZE: Final = 32
"""Bytes of one bit for each alert code of a role, which the code's own last byte numbers."""


def _behaviours(path: str) -> Source:
    """Which settings to change, then what to; the bit of number 0 comes last in each half."""

    def source(request: Request, _known: Known) -> Data:
        changed = enabled = 0
        for group in request.body.child(path).children:
            for setting in group.children:
                bit = 1 << _number(setting.name)
                changed |= bit
                enabled |= bit if group.value_of(setting.name, _SETTING) == "Enable" else 0
        halves = changed.to_bytes(_SIZE, "big") + enabled.to_bytes(_SIZE, "big")
        return Data(Tag.BIT_STRING, BitString(8 * len(halves), halves))

    return source


def _number(name: str) -> int:
    """The last byte of the alert code in an element's name, ``x810D`` say."""
    try:
        return _ALERT_CODE.parse(name.removeprefix("x")) & 0xFF
    except InputError:
        raise XmlError(f"{name} is not the name of an alert's setting") from None


_SUPPLIER_ALERTS: Final = "ElectricitySupplierAlerts"
_SUPPLIER_HAN_ALERTS: Final = "ElectricitySupplierHANAlertSettings"
_SUPPLIER_ALARMS: Final = "ElectricitySupplierAlarmSettings"
_SUPPLIER_LOGGING: Final = "ElectricitySupplierLoggingSettings"
_NETWORK_ALERTS: Final = "ElectricityNetworkOperatorAlerts"
_NETWORK_LOGGING: Final = "ElectricityNetworkOperatorLoggingSettings"


def _row(use_case: str, path: str, name: str, basis: str = "one sample") -> Mapping:
    return dlms(use_case, "6.22", put(1, name, 2, _behaviours(path)), when=has(path), basis=basis)


ROWS: Final[tuple[Mapping, ...]] = (
    dlms("ECS25r1", "6.2.10", *(get(1, f"0-30:97.98.{number}.255", 2) for number in (15, 16, 17, 18))),
    dlms("ECS25r2", "6.2.10", *(get(1, f"0-33:97.98.{number}.255", 2) for number in (15, 18))),
    _row(
        "ECS25a",
        _SUPPLIER_ALERTS,
        "0-30:97.98.11.255",
        basis="the rule of the other settings; its only sample does not follow from its request",
    ),
    _row("ECS25a1", _SUPPLIER_HAN_ALERTS, "0-30:97.98.12.255"),
    _row("ECS25a2", _SUPPLIER_ALARMS, "0-30:97.98.13.255"),
    _row("ECS25a3", _SUPPLIER_LOGGING, "0-30:97.98.14.255"),
    _row("ECS25b", _NETWORK_ALERTS, "0-33:97.98.11.255", basis="a sample without its request"),
    _row("ECS25b3", _NETWORK_LOGGING, "0-33:97.98.14.255"),
)
