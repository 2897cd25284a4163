"""A street for tests: keys made once, in memory."""

from __future__ import annotations

from functools import cache

from doorstep.service.pki import StreetKeys, street_keys
from doorstep.street import StreetPlan

NOW = 1_795_348_800_000  # 2026-11-22T12:00:00Z


@cache
def keys_of(plan: StreetPlan) -> StreetKeys:
    """The keys of a street, the same ones for the same plan."""
    return street_keys(plan, now=NOW)
