"""Trust anchor cells: who is in which, and what the role lets its holder send."""

from __future__ import annotations

import pytest

from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.keys import Role
from doorstep.gbcs.usecases import USE_CASES, DeviceType, use_cases_named
from doorstep.road.device.cells import Cells, may_send
from tests.road.meter.electricity.home import BROKER, CELLS, METER, OTHER_USER, STRANGER, SUPPLIER

SUP, NO, ACB = Role.SUPPLIER, Role.NETWORK_OPERATOR, Role.ACCESS_CONTROL_BROKER


def permitted(role: Role, name: str, device_type: DeviceType, on_behalf: bool) -> bool:
    row = use_cases_named(name)[0]
    header = GroupingHeader(
        Cra.COMMAND,
        1,
        BROKER,
        METER,
        row.code,
        supplementary_remote_party_id=OTHER_USER if on_behalf else None,
    )
    return may_send(role, row, header, device_type)


def test_a_party_may_hold_several_roles_and_a_stranger_none() -> None:
    cells = Cells({Role.SUPPLIER: SUPPLIER, Role.LOAD_CONTROLLER: SUPPLIER})
    assert cells.roles(SUPPLIER) == (Role.SUPPLIER, Role.LOAD_CONTROLLER)
    assert CELLS.roles(STRANGER) == ()
    assert CELLS.party(Role.ROOT) is None


@pytest.mark.parametrize(
    ("role", "name", "on_behalf", "may"),
    [
        (SUP, "ECS42", False, True),
        (SUP, "ECS82", False, True),
        (SUP, "CS01a", False, True),
        (SUP, "ECS29a", False, False),  # voltage settings are the network operator's
        (NO, "ECS29a", False, True),
        (NO, "ECS17b", False, True),
        (NO, "ECS42", False, False),
        (NO, "ECS82", False, False),
        (ACB, "ECS50", True, True),
        (ACB, "ECS50", False, False),  # it speaks for a User, and names it
        (ACB, "ECS42", True, False),  # never for supply: that needs the supplier's own signature
        (ACB, "CS04AC", True, True),  # unjoining, critical, for Users whom the Device does not know
        (Role.ROOT, "ECS42", False, False),
    ],
)
def test_what_a_role_may_send_to_an_esme(role: Role, name: str, on_behalf: bool, may: bool) -> None:
    assert permitted(role, name, DeviceType.ESME, on_behalf) is may


def test_gas_and_electricity_suppliers_are_different_users() -> None:
    assert permitted(SUP, "GCS23", DeviceType.GSME, False)
    assert not permitted(SUP, "GCS23", DeviceType.ESME, False)
    assert not permitted(SUP, "ECS01a", DeviceType.PPMID, False)


def test_the_broker_alone_never_changes_money_or_supply() -> None:
    """No Critical Command of the supplier's is open to whoever holds the broker's key."""
    for row in USE_CASES.values():
        if row.critical and row.roles and set(row.roles) <= {"IS", "GS"}:
            header = GroupingHeader(
                Cra.COMMAND, 1, BROKER, METER, row.code, supplementary_remote_party_id=OTHER_USER
            )
            assert not may_send(ACB, row, header, DeviceType.ESME), row.label
