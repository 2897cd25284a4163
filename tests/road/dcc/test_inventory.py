"""The inventory: values that can only be right, and nobody changes."""

from __future__ import annotations

import pytest

from doorstep.errors import UsageError
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc.inventory import Device, Inventory
from tests.road.dcc.office import CHF, DEVICES, ESME, SUPPLIER, USERS


def test_devices_and_users_are_found_by_their_identifiers() -> None:
    inventory = Inventory(USERS, DEVICES)
    assert inventory.devices[ESME].device_type is DeviceType.ESME
    assert inventory.devices[ESME].hub == inventory.devices[CHF].hub == CHF
    assert inventory.users[SUPPLIER].eui == SUPPLIER
    assert len(inventory.devices) == len(DEVICES)


def test_a_meter_has_one_element_or_two() -> None:
    assert Device(ESME, DeviceType.ESME, CHF, element="twin").element == "twin"
    with pytest.raises(UsageError, match="single, twin"):
        Device(ESME, DeviceType.ESME, CHF, element="triple")


def test_it_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Inventory(USERS, DEVICES).devices[ESME] = DEVICES[0]  # type: ignore[index]
