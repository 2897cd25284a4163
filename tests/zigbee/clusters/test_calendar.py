"""Calendar: every command."""

from __future__ import annotations

import pytest

from doorstep.zigbee.clusters import calendar as c
from doorstep.zigbee.clusters.calendar import ANY, CALENDAR
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

_HEAD = "00000000 804A371C 814A371C"
_IDS = (0, 0x1C374A80, 0x1C374A81)

CASES: list[Case] = [
    (TO_SERVER, 0x00, "00000000 FFFFFFFF 01 03 FFFFFFFF", c.GetCalendar(0, 0xFFFF_FFFF, 1, 3, 0xFFFF_FFFF)),
    (TO_SERVER, 0x01, "00000000 FFFFFFFF 01 00", c.GetDayProfiles(0, 0xFFFF_FFFF, 1, 0)),
    (TO_SERVER, 0x02, "00000000 FFFFFFFF 01 00", c.GetWeekProfiles(0, 0xFFFF_FFFF, 1, 0)),
    (TO_SERVER, 0x03, "00000000 FFFFFFFF", c.GetSeasons(0, 0xFFFF_FFFF)),
    (TO_SERVER, 0x04, "01000000 05 00 02000000 FFFFFFFF", c.GetSpecialDays(1, 5, 0, 2, 0xFFFF_FFFF)),
    (
        TO_CLIENT,
        0x00,
        f"{_HEAD} FEFFFFFF 00 00 00 01 02 03",
        c.PublishCalendar(*_IDS, 0xFFFF_FFFE, 0, 0, b"", 1, 2, 3),
    ),
    (
        TO_CLIENT,
        0x01,
        f"{_HEAD} 01 02 00 01 03 0000 00 A005 01",
        c.PublishDayProfile(*_IDS, 1, 2, 0, 1, 3, (c.DayScheduleEntry(0, 0), c.DayScheduleEntry(1440, 1))),
    ),
    (
        TO_CLIENT,
        0x02,
        f"{_HEAD} 01 02 03 04 05 06 07 08",
        c.PublishWeekProfile(*_IDS, 1, 2, 3, 4, 5, 6, 7, 8),
    ),
    (
        TO_CLIENT,
        0x03,
        f"{_HEAD} 00 01 FF0314FF01 720917FF02",
        c.PublishSeasons(*_IDS, 0, 1, (c.Season(ANY, 3, 20, ANY, 1), c.Season(114, 9, 23, ANY, 2))),
    ),
    (
        TO_CLIENT,
        0x04,
        f"{_HEAD} FEFFFFFF 00 01 00 01 720C19FF02",
        c.PublishSpecialDays(*_IDS, 0xFFFF_FFFE, 0, 1, 0, 1, (c.SpecialDay(114, 12, 25, ANY, 2),)),
    ),
    (TO_CLIENT, 0x05, "00000000 814A371C 00", c.CancelCalendar(0, 0x1C374A81, 0)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(CALENDAR, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(CALENDAR)
