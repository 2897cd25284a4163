"""Alert behaviours: one bit an alert code to say that it changes, one to say to what."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import XmlError
from tests.duis.transform.made import made


def settings(kind: str, group: str = "SupplierESMECommon", **codes: str) -> Element:
    values = (element(code, setting) for code, setting in codes.items())
    return element("ConfigureAlertBehaviour", element(kind, element(group, *values)))


def test_the_bit_of_code_zero_is_the_last_of_each_half() -> None:
    """Codes 81C6, 8119 and 810D: bits 0xC6, 0x19 and 0x0D of a number of 32 bytes."""
    changed = 1 << 0xC6 | 1 << 0x19 | 1 << 0x0D
    enabled = 1 << 0xC6 | 1 << 0x0D
    body = settings("ElectricitySupplierHANAlertSettings", x810D="Enable", x8119="Disable", x81C6="Enable")
    assert made(body) == [f"SET 1 0-30:97.98.12.255 2 04820200{changed:064X}{enabled:064X}"]


@pytest.mark.parametrize(
    ("kind", "use_case_object"),
    [
        ("ElectricitySupplierAlerts", "0-30:97.98.11.255"),
        ("ElectricitySupplierAlarmSettings", "0-30:97.98.13.255"),
        ("ElectricitySupplierLoggingSettings", "0-30:97.98.14.255"),
        ("ElectricityNetworkOperatorAlerts", "0-33:97.98.11.255"),
        ("ElectricityNetworkOperatorLoggingSettings", "0-33:97.98.14.255"),
    ],
)
def test_each_kind_of_setting_is_an_object_of_its_own(kind: str, use_case_object: str) -> None:
    (line,) = made(settings(kind, "NetworkOperatorESMEPolyPhase", x8016="Enable"))
    assert line == f"SET 1 {use_case_object} 2 04820200{1 << 0x16:064X}{1 << 0x16:064X}"


def test_groups_of_codes_are_taken_together() -> None:
    common = element("SupplierESMECommon", element("x810E", "Disable"))
    poly_phase = element("SupplierESMEPolyPhase", element("x81B7", "Enable"))
    body = element("ConfigureAlertBehaviour", element("ElectricitySupplierAlerts", common, poly_phase))
    (line,) = made(body)
    assert line.endswith(f"{1 << 0x0E | 1 << 0xB7:064X}{1 << 0xB7:064X}")


@pytest.mark.parametrize(
    "codes",
    [{"x810D": "enable"}, {"x810D": ""}, {"x81": "Enable"}, {"Alert": "Enable"}, {"x810DD": "Enable"}],
)
def test_what_is_no_setting_is_refused(codes: dict[str, str]) -> None:
    with pytest.raises(XmlError):
        made(settings("ElectricitySupplierAlerts", **codes))


def test_a_role_reads_back_what_it_set() -> None:
    body = element("ReadDeviceConfigurationEventAndAlertBehaviours")
    assert made(body) == [f"GET 1 0-30:97.98.{number}.255 2 00" for number in (15, 16, 17, 18)]
    assert made(body, "ECS25r2") == [f"GET 1 0-33:97.98.{number}.255 2 00" for number in (15, 18)]
