"""What every Device remembers comes back, and nothing more is written."""

from __future__ import annotations

import pytest

from doorstep.errors import DecodeError
from doorstep.eui import Eui
from doorstep.gbcs.keys import Role
from doorstep.road.device import READERS, Cells, DeviceState, changes, remembered
from doorstep.road.device.counters import Counters, Watch, Window

OLD = Eui.parse("D0-05-5E-00-0F-00-00-02")
NEW = Eui.parse("D0-05-5E-00-0F-00-00-12")
PPMID = Eui.parse("D0-05-5E-01-00-01-00-BD")
BLANK = DeviceState(cells=Cells({Role.SUPPLIER: OLD}))
FULL = DeviceState(
    cells=Cells({Role.SUPPLIER: NEW}, frozenset((PPMID,))),
    counters=Counters({Role.SUPPLIER: 2**64 - 1, PPMID: 7}, Window(5, (6,)), Window(0, (9,))),
    own_counter=12,
    unsent={3: b"\xdf"},
)


def test_a_state_comes_back() -> None:
    assert remembered(BLANK, changes(BLANK, FULL), READERS) == FULL
    assert changes(FULL, FULL) == {}


def test_a_peer_that_left_is_forgotten() -> None:
    assert changes(FULL, DeviceState(cells=Cells({Role.SUPPLIER: NEW}), counters=FULL.counters)) == {
        "peer/D0-05-5E-01-00-01-00-BD": b"\x00",
        "own-counter": bytes(8),
        "unsent/3": None,
    }


def test_a_device_of_the_home_is_counted_apart_from_the_parties() -> None:
    counters = Counters().spending(Watch.SENDER, PPMID, 1000)
    assert counters.is_spent(Watch.SENDER, PPMID, 1000)
    assert not counters.is_spent(Watch.SENDER, Role.SUPPLIER, 1)


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("cell/SUPPLIER", b"\x01"),
        ("cell/NOBODY", bytes(8)),
        ("peer/nobody", b""),
        ("counter/nobody", bytes(8)),
        ("own-counter", b""),
    ],
)
def test_a_spoilt_memory_is_refused_by_name(key: str, data: bytes) -> None:
    with pytest.raises(DecodeError, match="memory entry"):
        remembered(BLANK, {key: data}, READERS)
