"""The supply: its switch's scripts, the load limit and the tamper state."""

from __future__ import annotations

import pytest

from doorstep.duis.element import element
from doorstep.errors import XmlError
from tests.duis.transform.made import NOW, branch, made


@pytest.mark.parametrize(("name", "script"), [("EnableSupply", 51), ("DisableSupply", 52), ("ArmSupply", 54)])
def test_the_supply_is_switched_by_script(name: str, script: int) -> None:
    assert made(element(name)) == [f"ACTION 9 0-0:10.0.106.255 1 12{script:04X}"]


def test_the_state_of_the_supply_is_read() -> None:
    assert made(element("ReadSupplyStatus")) == ["GET 70 0-0:96.3.10.255 3 00"]


@pytest.mark.parametrize(("state", "data"), [("Locked", "03FF"), ("Unchanged", "0300")])
def test_tampering_locks_the_supply_or_does_not(state: str, data: str) -> None:
    assert made(branch("SetElectricitySupplyTamperState/SupplyTamperState", state)) == [
        f"SET 1 0-0:94.44.0.4 2 {data}"
    ]


@pytest.mark.parametrize(("state", "data"), [("Disable", "03FF"), ("Unchanged", "0300")])
def test_the_load_limit_is_set_in_four_values_and_when_they_take_effect(state: str, data: str) -> None:
    body = element(
        "UpdateDeviceConfigurationLoadLimitingGeneralSettings",
        element("LoadLimitPeriod", "1"),
        element("LoadLimitPowerThreshold", "2"),
        element("LoadLimitRestorationPeriod", "3"),
        element("LoadLimitSupplyState", state),
    )
    values = (("0.3", data), ("128.7", "0600000002"), ("128.6", "0600000001"), ("128.8", "0600000003"))
    assert made(body) == [
        *(f"SET 9000 0-0:94.44.{name} 4 {value}" for name, value in values),
        *(f"SET 9000 0-0:94.44.{name} 6 090C{NOW}" for name, _value in values),
    ]


def test_the_load_limit_s_counter_is_reset() -> None:
    body = element("UpdateDeviceConfigurationLoadLimitingCounterReset")
    assert made(body) == ["ACTION 3 0-0:94.44.42.255 1 0F00"]


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(XmlError, match="Locked or Unchanged"):
        made(branch("SetElectricitySupplyTamperState/SupplyTamperState", "Unlocked"))
