"""The hub's page names every policy with its default, every Alert, and every Command that is tapped off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import structs

from doorstep.gbcs.usecases import USE_CASES
from doorstep.road.hub import alerts
from doorstep.road.hub.config import HubPolicy
from doorstep.road.hub.tapping import TAPPED

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "hub.md").read_text()


@pytest.mark.parametrize("field", [field.name for field in structs.fields(HubPolicy)])
def test_every_policy_is_named_with_its_default(field: str) -> None:
    row = re.search(rf"^\| `{field}` \| ([^|]*) \|", PAGE, re.MULTILINE)
    assert row is not None, f"{field} is not on the page"
    value = getattr(HubPolicy(), field)
    if not isinstance(value, int):
        return
    number, _, unit = row[1].strip().partition(" ")
    scale = {"s": 1_000, "min": 60_000, "h": 3_600_000}.get(unit, 1)
    assert int(number.replace(",", "")) * scale == value


@pytest.mark.parametrize("code", alerts._ROWS, ids=hex)
def test_every_alert_is_named(code: int) -> None:
    assert re.search(rf"^\| 0x{code:04X} \|.*0x{alerts._ROWS[code].message_code:04X}", PAGE, re.MULTILINE)


@pytest.mark.parametrize("code", TAPPED, ids=hex)
def test_every_tapped_command_is_named(code: int) -> None:
    assert USE_CASES[code].name in PAGE
