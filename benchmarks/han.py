"""What a payload costs on the home's network: two radios in memory, sealed, sent, opened, acknowledged.

All of it is one thread's work: both radios, every frame of the radio layer, both keys. On a real radio 127
octets alone take 4 ms of air.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple

from tests.road.han.home import HUB, PPMID, RadioHome, device_config, hub_config, payload

__all__ = ["Cost", "measure_radio"]

_SIZES: Final = (60, 250, 1_200)
_PAYLOADS: Final = 40


class Cost(NamedTuple):
    """What one payload of a size takes: radio frames, acknowledgements included, and microseconds."""

    size: int
    frames: float
    microseconds: float


def measure_radio(rounds: int) -> list[Cost]:
    """Payloads from a PPMID to the hub, the best round of each size."""
    home = RadioHome([hub_config(PPMID), device_config(PPMID)])
    home.run(10)
    return [
        min((_round(home, size) for _ in range(rounds)), key=lambda cost: cost.microseconds)
        for size in _SIZES
    ]


def _round(home: RadioHome, size: int) -> Cost:
    before, heard = len(home.frames), len(home.heard(HUB))
    start = time.process_time()
    for number in range(_PAYLOADS):
        home.send(payload(PPMID, HUB, bytes((number,)) * size))
        home.run(5)
    seconds = time.process_time() - start
    assert len(home.heard(HUB)) == heard + _PAYLOADS, "every payload arrives"
    return Cost(size, (len(home.frames) - before) / _PAYLOADS, 1_000_000 * seconds / _PAYLOADS)
