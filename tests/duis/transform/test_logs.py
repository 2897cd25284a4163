"""Event and security logs: which log a request means, on which Device."""

from __future__ import annotations

import pytest

from doorstep.duis.element import Element, element
from doorstep.errors import Unsupported
from doorstep.gbcs.usecases import DeviceType
from tests.duis.transform.made import branch, made, message


def reading(log: str) -> Element:
    period = element(
        "ReadLogPeriod",
        element("StartDateTime", "2014-12-31T00:00:00Z"),
        element("EndDateTime", "2015-01-01T00:00:00Z"),
    )
    return element("ReadEventOrSecurityLog", period, element("LogToRead", log))


@pytest.mark.parametrize(
    ("log", "device_type", "use_case", "name"),
    [
        ("Event", DeviceType.ESME, "ECS35a", "0-0:99.98.0.255"),
        ("Security", DeviceType.ESME, "ECS35b", "0-0:99.98.1.255"),
        ("PowerEvent", DeviceType.ESME, "ECS35e", "0-0:99.98.4.255"),
        ("ALCSEvent", DeviceType.ESME, "ECS35f", "0-17:99.98.2.255"),
        ("ALCSEvent", DeviceType.ESME, "ECS35g", "0-17:99.98.2.255"),
        ("Event", DeviceType.CHF, "ECS35c", "0-0:99.98.0.255"),
        ("Security", DeviceType.CHF, "ECS35d", "0-0:99.98.1.255"),
    ],
)
def test_a_log_is_read(log: str, device_type: DeviceType, use_case: str, name: str) -> None:
    row = message(reading(log), use_case, device_type).use_case
    assert row is not None
    assert row.name == use_case
    (line,) = made(reading(log), use_case, device_type)
    assert line.startswith(f"GET 7 {name} 2 01")


@pytest.mark.parametrize("log", ["GSMEEvent", "", "event"])
def test_a_log_that_a_meter_has_not_is_refused(log: str) -> None:
    with pytest.raises(Unsupported, match=r"6\.13"):
        made(reading(log))


def test_event_logs_are_cleared_one_by_one() -> None:
    assert made(branch("ClearEventLog/ESMEEventLogType", "ESME")) == ["ACTION 7 0-0:99.98.0.255 1 0F00"]
    assert made(branch("ClearEventLog/ESMEEventLogType", "ALCS")) == ["ACTION 7 0-17:99.98.2.255 1 0F00"]
    with pytest.raises(Unsupported, match=r"3\.3"):
        made(element("ClearEventLog"))
