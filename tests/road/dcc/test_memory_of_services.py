"""A DCC that is killed after any event forgets neither what waits nor what has changed, and does it once.

As in :mod:`tests.road.dcc.test_memory`, but of what the DCC does on its own account: quarantine and release,
requests held until their time, schedules, the inventory, and storms of alerts. Whoever had no answer asks
again; the end has to be the same as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from doorstep import gbcs
from doorstep.duis import element
from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant, iso
from doorstep.road.dcc.anomaly import Threshold, Thresholds
from doorstep.road.dcc.events import (
    Answer,
    DccEvent,
    DccInput,
    Discard,
    FromWan,
    Posted,
    Push,
    Pushed,
    Release,
    ToWan,
    WanTook,
    WanUp,
)
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.machine import Memory, Remember
from tests.road.dcc.office import (
    CHF,
    DAY,
    DCC,
    NEIGHBOUR,
    NOW,
    SECOND,
    SUPPLIER,
    Office,
    alert,
    asked,
    document,
    of,
    read,
    remember,
    service_of,
)
from tests.road.dcc.test_schedules import details

LATER = NOW + 5 * DAY
POLICY = DccPolicy(storm_count=2)
THRESHOLDS = Thresholds(counts=(Threshold(user=SUPPLIER, srv="7.4", quarantine=0),))
SUPPLY = element("ReadSupplyStatus")


HELD = element("ReadMeterBalance", element("ExecutionDateTime", iso(LATER)))
CREATE = details(start="2026-12-01")
REQUESTS = (
    asked(1, 10, SUPPLY),
    asked(1, 11, SUPPLY),
    asked(1, 12, HELD),
    asked(8, 1, CREATE, target=DCC),
    asked(8, 2, element("DecommissionDevice", element("DeviceID", str(NEIGHBOUR))), target=DCC),
    asked(8, 3, element("ReadInventory", element("DeviceID", str(NEIGHBOUR))), target=DCC),
)
POSTS: list[DccInput] = [
    Posted(str(number), "POST", service_of(request), "application/xml", document(request))
    for number, request in enumerate(REQUESTS)
]
SCENARIO: list[DccInput] = [
    WanUp(CHF),
    *POSTS,
    Release("admin-1", 1, "the operator"),
    Discard("admin-2", 2, "the operator"),
    *(FromWan(CHF, alert(counter=counter)) for counter in range(500, 504)),
]
NEVER = 10_000


class Life(Office):
    """A DCC that is killed after so many events. Hubs acknowledge, and Users take every push."""

    def __init__(self, events: int = NEVER, memory: Memory | None = None, now: Instant = NOW) -> None:
        super().__init__(POLICY, memory, thresholds=THRESHOLDS, now=now)
        self.left = events

    def live(self, inputs: Iterable[DccInput]) -> list[DccEvent]:
        """What was performed until there is nothing more to hear, or the DCC is no more."""
        waiting = list(inputs)
        while waiting:
            self.dcc.receive(waiting.pop(0), self.now)
            self.now += SECOND
            while (event := self.dcc.next_event()) is not None:
                if self.left == 0:
                    return self.said
                self.left -= 1
                self.said.append(event)
                if isinstance(event, Remember):
                    remember(self.memory, event)
                elif isinstance(event, Push):
                    waiting.append(Pushed(event.push, 204))
                elif isinstance(event, ToWan):
                    waiting.append(WanTook(event.hub, event.reference))
        return self.said


def commands(events: Iterable[DccEvent]) -> set[tuple[int, int]]:
    """The Commands that went to the home: Message Code and counter, each however often it was sent."""
    headers = (gbcs.decode(event.message).header for event in of(events, ToWan))
    return {(header.message_code, header.originator_counter) for header in headers}


def pushed(events: Iterable[DccEvent]) -> dict[object, set[bytes]]:
    """What Users were pushed, by what it is about."""
    found: dict[object, set[bytes]] = {}
    for push in of(events, Push):
        response = read(push.body)
        about = response.request_id, response.response_id, type(response.body).__name__, push.user
        alerted = push.body.partition(b"DCCAlertCode")[2].partition(b"<sr:QuarantineEventRef>")[2][:1]
        found.setdefault((*about, alerted), set()).add(push.body)
    return found


def shelves(memory: Memory) -> list[str]:
    """What is remembered, by kind."""
    return sorted(name.partition(":")[0] for name in memory)


WHOLE = Life()
SAID = list(WHOLE.live(SCENARIO))


def test_the_scenario_has_everything_in_it() -> None:
    fronts = set(shelves(WHOLE.memory))
    assert {"held", "schedule", "device", "count", "storm", "quarantined"} <= fronts
    assert "quarantine" not in fronts
    assert {answer.status for answer in of(SAID, Answer)} == {200}
    # Of the two in quarantine one was released; the third waits until its time.
    assert commands(SAID) == {(0x52, 10)}
    assert len(pushed(SAID)) == 4


@pytest.mark.parametrize("events", range(len(SAID) + 1))
def test_killed_after_any_event(events: int) -> None:
    first = Life(events)
    before = list(first.live(SCENARIO))
    second = Life(memory=first.memory, now=first.now + SECOND)
    after = list(second.live(SCENARIO))
    both = before + after

    # Exactly what would have been done without the accident, and nothing of it in two ways.
    assert commands(both) == commands(SAID)
    assert set(pushed(both)) == set(pushed(SAID))
    assert all(len(bodies) == 1 for bodies in pushed(both).values())
    answers: dict[str, set[bytes]] = {}
    for answer in of(both, Answer):
        answers.setdefault(answer.exchange, set()).add(answer.body)
    assert all(len(bodies) == 1 for bodies in answers.values())
    assert second.dcc.quarantined == WHOLE.dcc.quarantined == ()
    assert second.dcc.device(NEIGHBOUR) == WHOLE.dcc.device(NEIGHBOUR)
    assert [name for name in shelves(second.memory) if name != "alert"] == [
        name for name in shelves(WHOLE.memory) if name != "alert"
    ]
    # What was held goes out at its time, once.
    second.left = NEVER
    second.take(WanUp(CHF))
    assert (0x69, 12) in commands(second.wait(LATER - second.now))


@pytest.mark.parametrize(
    "front", ["held:", "schedule:", "scheduled:", "device:", "count:", "storm:", "quarantined:"]
)
def test_a_memory_that_is_damaged_is_refused(front: str) -> None:
    name = next(name for name in WHOLE.memory if name.startswith(front))
    with pytest.raises(DecodeError, match=front):
        Life(memory={**WHOLE.memory, name: b"damaged"})


def test_one_in_quarantine_that_is_damaged_is_refused() -> None:
    life = Life()
    life.live(SCENARIO[:2])
    name = next(name for name in life.memory if name.startswith("quarantine:"))
    with pytest.raises(DecodeError, match="quarantine:"):
        Life(memory={**life.memory, name: b"damaged"})
