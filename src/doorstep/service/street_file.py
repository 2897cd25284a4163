"""``street.toml``: the street plan, beside the keys of its parties and Devices.

::

    [parties]
    supplier = "D0-05-5E-00-0F-00-00-02"
    network_operator = "D0-05-5E-00-0F-00-00-03"
    dcc = "D0-05-5E-00-0F-00-00-04"

    [[home]]
    name = "home 1"
    esme = "D0-05-5E-01-00-01-00-E5"    # and gsme, chf, gpf, ppmid, hht: those that the home has
    firmware = "current"                # or "old": the hub's GBCS 10.8.2
    relay = true                        # the PPMID passes on Commands
    response_copy = false               # the hub's extension of that name

``recovery``, ``transitional_cos`` and ``wan_provider`` may stand among the parties as well.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from doorstep.errors import InputError, UsageError
from doorstep.eui import Eui
from doorstep.street import DEVICE_TYPES, Firmware, HomePlan, StreetPlan

__all__ = ["STREET_FILE", "parse_street", "read_street", "render_street"]

STREET_FILE: Final = "street.toml"

# A street of 65,535 homes, the most there can be, needs less.
MAX_FILE: Final = 0x2000000


def read_street(folder: str | os.PathLike[str]) -> StreetPlan:
    """The plan in a folder's ``street.toml``; raises :class:`UsageError` that names the file."""
    path = Path(folder) / STREET_FILE
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise UsageError(f"more than {MAX_FILE} bytes")
        return parse_street(data.decode())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}") from None
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def parse_street(text: str) -> StreetPlan:
    """Read the text of a ``street.toml``; raises :class:`UsageError` that says where it is wrong."""
    try:
        file = msgspec.convert(tomllib.loads(text), _File, dec_hook=_eui)
    except (ValueError, RecursionError) as error:
        # TOML's own errors, and those of msgspec, which name the place as a path: $.home[0].esme.
        raise UsageError(str(error) or "nested too deeply") from None
    parties = {field: eui for field, eui in asdict(file.parties).items() if eui is not None}
    return StreetPlan(homes=tuple(map(_home, file.home)), **parties)


def render_street(plan: StreetPlan) -> str:
    """The text of a ``street.toml`` that reads back as ``plan``."""
    parties = _Parties(**{field: getattr(plan, field) for field in _Parties.__struct_fields__})
    tables = [("[parties]", parties)] + [("[[home]]", _table(home)) for home in plan.homes]
    return "\n".join(line for heading, table in tables for line in _lines(heading, table))


class _Parties(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[parties]``."""

    supplier: Eui
    network_operator: Eui
    dcc: Eui
    recovery: Eui | None = None
    transitional_cos: Eui | None = None
    wan_provider: Eui | None = None


class _Home(Struct, frozen=True, forbid_unknown_fields=True):
    """One table ``[[home]]``; a Device's key is its type in lower case."""

    name: str
    esme: Eui | None = None
    gsme: Eui | None = None
    chf: Eui | None = None
    gpf: Eui | None = None
    ppmid: Eui | None = None
    hht: Eui | None = None
    firmware: Firmware = Firmware.CURRENT
    relay: bool = True
    response_copy: bool = False
    newcomers: tuple[str, ...] | None = None


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    parties: _Parties
    home: tuple[_Home, ...] = ()


def _home(table: _Home) -> HomePlan:
    held = ((getattr(table, device_type.lower()), device_type) for device_type in DEVICE_TYPES)
    devices = tuple((eui, device_type) for eui, device_type in held if eui is not None)
    newcomers = table.newcomers or ()
    return HomePlan(table.name, devices, table.firmware, table.relay, table.response_copy, newcomers)


def _table(home: HomePlan) -> _Home:
    devices = {device_type.lower(): eui for eui, device_type in home.devices}
    return _Home(
        home.name,
        **devices,
        firmware=home.firmware,
        relay=home.relay,
        response_copy=home.response_copy,
        newcomers=home.newcomers or None,
    )


def _eui(kind: type, value: object) -> Eui:
    if kind is not Eui or not isinstance(value, str):
        raise TypeError("an Entity Identifier is text")
    try:
        return Eui.parse(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _lines(heading: str, table: Struct) -> Iterator[str]:
    yield heading
    for field, value in asdict(table).items():
        if value is not None:
            yield f"{field} = {_toml(value)}"
    yield ""


def _toml(value: Eui | Firmware | str | bool | tuple[str, ...]) -> str:
    """A TOML value. JSON's strings are TOML's, as long as no character is written as two halves."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Firmware):
        value = value.value
    return json.dumps(str(value), ensure_ascii=False)
