"""COSEM units: what the second part of a scaler_unit says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["NO_UNIT", "UNITS"]

UNITS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "years",
        2: "months",
        3: "weeks",
        4: "days",
        5: "h",
        6: "min",
        7: "s",
        9: "°C",
        10: "currency units",
        13: "m³",
        14: "m³, corrected",
        27: "W",
        28: "VA",
        29: "var",
        30: "Wh",
        31: "VAh",
        32: "varh",
        33: "A",
        35: "V",
        44: "Hz",
        56: "%",
        254: "another unit",
        255: "no unit",
    }
)
"""The units that electricity and gas meters have, by their COSEM number."""

NO_UNIT: Final = (254, 255)
"""Those that say that there is none with a number."""
