"""Streets of processes for tests: their keys are made once, their processes for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from doorstep.service.pki import new_street_keys
from doorstep.street import StreetPlan, street_plan
from tests.processes.street import ProcessStreet

MakeStreet = Callable[..., ProcessStreet]


@pytest.fixture(scope="session")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, tuple[StreetPlan, Path]]:
    """Two streets of one home: without and with the hub's extension ``response-copy``."""
    found = {}
    for response_copy in (False, True):
        plan = street_plan(1)
        home = structs.replace(plan.homes[0], response_copy=response_copy)
        plan = structs.replace(plan, homes=(home,))
        folder = tmp_path_factory.mktemp("keys") / "street"
        new_street_keys(folder, plan, now=1_764_000_000_000)
        found[response_copy] = plan, folder
    return found


@pytest.fixture
def make_street(plans: dict[bool, tuple[StreetPlan, Path]], tmp_path: Path) -> Iterator[MakeStreet]:
    """Makes the street of a test; all its processes have to end well when they are told to."""
    made: list[ProcessStreet] = []

    def make(*, response_copy: bool = False, state: bool = False) -> ProcessStreet:
        street = ProcessStreet(*plans[response_copy], tmp_path, state=state)
        made.append(street)
        return street

    yield make
    for street in made:
        statuses = street.close()
        assert set(statuses.values()) <= {0}, f"{statuses}\n{street.tails()}"
        assert "Traceback" not in street.tails()
