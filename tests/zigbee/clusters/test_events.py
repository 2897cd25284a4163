"""Events: every command."""

from __future__ import annotations

import pytest

from doorstep.zigbee.clusters import events as e
from doorstep.zigbee.clusters.events import EVENTS
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

CASES: list[Case] = [
    (
        TO_SERVER,
        0x00,
        "13 0000 00F9351C 00956E38 05 0100",
        e.GetEventLog(0x10 | e.EventLog.GENERAL, 0, 0x1C35F900, 0x386E9500, 5, 1),
    ),
    (TO_SERVER, 0x01, "03", e.ClearEventLog(e.EventLog.GENERAL)),
    (TO_CLIENT, 0x00, "03 1F8F 00F9351C 00 00", e.PublishEvent(3, 0x8F1F, 0x1C35F900, 0, b"")),
    (
        TO_CLIENT,
        0x01,
        "0200 00 01 00 03 1F8F 00F9351C 00 04 4581 2101361C 01 AA",
        e.PublishEventLog(
            2,
            0,
            1,
            0,
            (e.LoggedEvent(3, 0x8F1F, 0x1C35F900, b""), e.LoggedEvent(4, 0x8145, 0x1C360121, b"\xaa")),
        ),
    ),
    (TO_CLIENT, 0x02, "08", e.ClearEventLogResponse(1 << e.EventLog.GENERAL)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(EVENTS, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(EVENTS)
