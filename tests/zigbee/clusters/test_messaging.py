"""Messaging: every command."""

from __future__ import annotations

import pytest

from doorstep.zigbee.clusters import messaging as m
from doorstep.zigbee.clusters.messaging import MESSAGING
from tests.zigbee.clusters.cases import TO_CLIENT, TO_SERVER, Case, both_ways, covered, rows

CASES: list[Case] = [
    (TO_SERVER, 0x00, "", m.GetLastMessage()),
    (TO_SERVER, 0x01, "01000000 804A371C", m.MessageConfirmation(1, 0x1C374A80)),
    (
        TO_SERVER,
        0x01,
        "01000000 804A371C 01 02 4F4B",
        m.MessageConfirmation(1, 0x1C374A80, m.MessageReply(1, b"OK")),
    ),
    (TO_SERVER, 0x02, "804A371C", m.GetMessageCancellation(0x1C374A80)),
    (
        TO_CLIENT,
        0x00,
        "804A371C 00 00000000 FFFF 05 5265736574",
        m.DisplayMessage(0x1C374A80, 0, 0, m.UNTIL_CHANGED, b"Reset"),
    ),
    (TO_CLIENT, 0x00, "01000000 80 00000000 3C00 00 01", m.DisplayMessage(1, 0x80, 0, 60, b"", 1)),
    (TO_CLIENT, 0x01, "01000000 00", m.CancelMessage(1, 0)),
    (TO_CLIENT, 0x03, "804A371C", m.CancelAllMessages(0x1C374A80)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: type(case[3]).__name__)
def test_both_ways(case: Case) -> None:
    both_ways(MESSAGING, case)


def test_every_row_has_a_case() -> None:
    assert covered(CASES) == rows(MESSAGING)
