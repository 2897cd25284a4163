"""Every Message Code as a row: what it is called, how it is protected, who may send it, to whom.

Dispatch, checks, documentation and test parameters are read from these rows; nothing in doorstep
branches on a Message Code. A code that no row knows stays a message that decodes and round-trips.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from doorstep.gbcs.usecases import alerts, common, electricity, gas, hub
from doorstep.gbcs.usecases.row import Category, DeviceType, PayloadKind, Protection, UseCase

__all__ = [
    "USE_CASES",
    "Category",
    "DeviceType",
    "PayloadKind",
    "Protection",
    "UseCase",
    "label",
    "use_case",
    "use_cases_called",
    "use_cases_named",
]

USE_CASES: Final = MappingProxyType(
    {
        row.code: row
        for row in sorted(
            (*electricity.ROWS, *gas.ROWS, *hub.ROWS, *common.ROWS, *alerts.ROWS), key=lambda row: row.code
        )
    }
)


def use_case(code: int) -> UseCase | None:
    """The row of a Message Code, or None where no row knows it."""
    return USE_CASES.get(code)


def label(code: int) -> str:
    """What people call a Message Code: its use case, ``ECS42``, or the code, ``0xEEEE``, where no row knows it."""
    row = USE_CASES.get(code)
    return row.label if row is not None else f"0x{code:04X}"


def use_cases_named(name: str) -> tuple[UseCase, ...]:
    """The rows of a use case, ``ECS04b`` say: one, but for those that have a code for each variant."""
    return tuple(row for row in USE_CASES.values() if row.name == name)


def use_cases_called(name: str) -> tuple[UseCase, ...]:
    """The rows that a name means which people and files use: ``ECS47Activate``, ``CCS05``, ``CS02bNOByNO``.

    A use case's name may be followed by the name of a variant, which begins with a capital, and one of
    two names that share a row means that row.
    """
    return tuple(row for row in USE_CASES.values() if row.name and _means(name, row.name))


def _means(name: str, row: str) -> bool:
    for own in (row.replace("/", ""), *row.split("/")):
        if name.startswith(own) and (name == own or name[len(own)].isupper()):
            return True
    return False
