"""The nine Command Variants, against the table in the specification pages, restated here by hand."""

from __future__ import annotations

import pytest

from doorstep.duis.catalogue import VARIANTS
from doorstep.duis.command_variant import COMMAND_VARIANTS, Input, command_variant
from doorstep.errors import Unsupported


@pytest.mark.parametrize(
    ("number", "what", "path", "wan", "local_copy"),
    [
        (1, "Service Request", "/api/v1/serviceS", True, False),
        (2, "Service Request", "/api/v1/serviceD", False, True),
        (3, "Service Request", "/api/v1/serviceS", True, True),
        (4, "Service Request", "/api/v1/serviceT", False, False),
        (5, "Signed Pre-Command", "/api/v1/serviceS", True, False),
        (6, "Signed Pre-Command", "/api/v1/serviceD", False, True),
        (7, "Signed Pre-Command", "/api/v1/serviceS", True, True),
        (8, "Service Request", "/api/v1/serviceD", False, False),
    ],
)
def test_a_row(number: int, what: str, path: str, wan: bool, local_copy: bool) -> None:
    row = command_variant(number)
    assert row.input is not None
    assert row.service is not None
    assert (row.number, row.input.value, row.service.path) == (number, what, path)
    assert (row.wan, row.local_copy) == (wan, local_copy)


def test_the_ninth_is_the_dccs_own() -> None:
    row = command_variant(9)
    assert (row.input, row.service) == (None, None)
    assert not row.wan
    assert not row.local_copy


@pytest.mark.parametrize("number", [-1, 0, 10])
def test_what_is_none(number: int) -> None:
    with pytest.raises(Unsupported, match="is not a Command Variant"):
        command_variant(number)


def test_only_critical_requests_become_signed_pre_commands() -> None:
    signed = {row.number for row in COMMAND_VARIANTS if row.input is Input.SIGNED_PRE_COMMAND}
    for row in VARIANTS.values():
        assert bool(signed & set(row.command_variants)) == row.critical, row.srv
