"""Thresholds of Threshold Anomaly Detection as a file: JSON, in the words of the machine.

::

    {"period": 86400000,
     "counts": [{"user": "D0-05-5E-00-0F-00-00-02", "srv": "7.2", "warning": 10, "quarantine": 50},
                {"srv": "7.2", "quarantine": 200}],
     "values": [{"srv": "7.12", "path": "RandomisedOffsetLimit", "above": 1000}]}

A count without ``user`` is over all Users together, one without ``srv`` over all services.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from doorstep.errors import InputError, UsageError
from doorstep.eui import Eui
from doorstep.road.dcc.anomaly import Thresholds

__all__ = ["read_thresholds"]

_MOST: Final = 1 << 20


def read_thresholds(path: Path) -> Thresholds:
    """The thresholds in a file. Raises :class:`UsageError`, which names the file and what is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > _MOST:
        raise UsageError(f"{path}: more than {_MOST} bytes, so no file of thresholds")
    try:
        return msgspec.json.decode(data, type=Thresholds, dec_hook=_eui)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InputError) as error:
        raise UsageError(f"{path}: no thresholds: {error}") from None


def _eui(kind: type, value: Any) -> Eui:
    if kind is not Eui or not isinstance(value, str):
        raise TypeError("an Entity Identifier is text")
    return Eui.parse(value)
