"""Every accepted request is answered exactly once, though the DCC is killed again and again meanwhile.

A few hundred requests here; ``make soak`` makes ten thousand (``DOORSTEP_SOAK`` says how many).
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from doorstep.service.pki import new_street_keys
from doorstep.street import street_plan
from tests.processes.soak import Soak

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]

REQUESTS = int(os.environ.get("DOORSTEP_SOAK", "240"))
HOMES = 12


@pytest.mark.timeout(60 + REQUESTS // 2)
def test_every_accepted_request_is_answered_exactly_once(tmp_path: Path) -> None:
    plan = street_plan(HOMES)
    new_street_keys(tmp_path / "street", plan, now=1_764_000_000_000)
    soak = Soak(plan, tmp_path / "street", tmp_path, REQUESTS)
    asyncio.run(soak.run(kill_at=(0.3, 0.6), kill_when_heard=(0.5,)))
    assert soak.kills == 3
    names = [sent.request.request_id for sent in soak.sent]
    assert len(names) == len(set(names)) == REQUESTS
    # One document for each, and the same one wherever it had to be posted again: that is one push a kill.
    assert soak.heard.keys() == set(soak.held)
    assert {name: len(documents) for name, documents in soak.heard.items() if len(documents) != 1} == {}
    posts = sum(sum(documents.values()) for documents in soak.heard.values())
    assert posts - len(soak.held) <= soak.kills
    # Whoever asks once more hears what was heard the first time, and nothing is done again.
    assert soak.repeated
    assert {name for name, same in soak.repeated.items() if not same} == set()
    assert len(soak.executed) == len(soak.held)
    print(f"{REQUESTS} requests, {len(soak.held)} held for the WAN, {soak.kills} kills: all answered once")
