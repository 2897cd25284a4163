"""DLMS results: what became of one component of a Command."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["RESULTS"]

RESULTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x00: "success",
        0x01: "hardware_fault",
        0x02: "temporary_failure",
        0x03: "read_write_denied",
        0x04: "object_undefined",
        0x09: "object_class_inconsistent",
        0x0B: "object_unavailable",
        0x0C: "type_unmatched",
        0x0D: "scope_of_access_violated",
        0x0E: "data_block_unavailable",
        0xFA: "other_reason",
    }
)
"""The results by number: those that have the same name for data (GET, SET) and for actions."""
