"""A DCC that is killed after any event goes on from what it remembers, and nobody can tell.

A scenario with every Command Variant is cut short after each of its events. The DCC that is then made of
the memory so far hears of everything again, as hubs that reconnect and Users who missed their answers would
have it. What was said before and what is said after must fit together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest
from lxml import etree

from doorstep import gbcs
from doorstep.duis import LocalCommand, RequestId
from doorstep.duis.signature import verify
from doorstep.errors import DecodeError
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.events import (
    Answer,
    DccEvent,
    DccInput,
    FromWan,
    Posted,
    Push,
    Pushed,
    Together,
    ToWan,
    WanUp,
)
from doorstep.road.machine import Memory, Note, Remember
from tests.road.dcc.office import (
    CHF,
    ENABLE,
    ESME,
    GSME,
    HOUR,
    KEYS,
    NOW,
    SECOND,
    SUPPLIER,
    Office,
    alert,
    asked,
    content_of,
    document,
    local_command,
    of,
    read,
    remember,
    response_to,
    returned,
    service_of,
    signed,
)

# The Responses that come: to the first request by the WAN, to the sixth by way of the User.
BY_WAN = response_to(local_command(Office().answer(asked(2, 10))))
BY_USER = response_to(local_command(Office().answer(signed(6, 14))))

REQUESTS = {
    "1": asked(1, 10),
    "2": asked(2, 11),
    "4": asked(4, 12, ENABLE),
    "3": asked(3, 13),
    "5": signed(5, 12),
    "6": signed(6, 14),
    "7": signed(7, 15),
    "8": returned(BY_USER, 1, RequestId(SUPPLIER, ESME, 14)),
}
POSTS = [
    Posted(name, "POST", service_of(request), "application/xml", document(request))
    for name, request in REQUESTS.items()
]
SCENARIO: list[DccInput] = [
    WanUp(CHF),
    *POSTS[:5],
    FromWan(CHF, BY_WAN),
    FromWan(CHF, alert(device=GSME)),
    *POSTS[5:],
    FromWan(CHF, BY_WAN),
]
TOGETHER: list[DccInput] = [
    WanUp(CHF),
    Together(tuple(POSTS[:5])),
    FromWan(CHF, BY_WAN),
    FromWan(CHF, alert(device=GSME)),
    Together(tuple(POSTS[5:])),
    FromWan(CHF, BY_WAN),
]
AFTERWARDS: list[DccInput] = [WanUp(CHF), *POSTS]
NEVER = 10_000


class Life(Office):
    """A DCC that is killed after so many events. Its Users take every push, a second later."""

    def __init__(self, events: int = NEVER, memory: Memory | None = None, now: Instant = NOW) -> None:
        super().__init__(memory=memory, now=now)
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
                self.perform(event)
                if isinstance(event, Push):
                    waiting.append(Pushed(event.push, 204))
        return self.said

    def perform(self, event: DccEvent) -> None:
        """Hold an event against what was remembered before it."""
        self.said.append(event)
        match event:
            case Remember():
                remember(self.memory, event)
            case Answer(body=body):
                # An answer is remembered without its signature, which is the same each time.
                root = verify(body, KEYS.certificate_by_serial).root
                assert self.remembers("kept:", etree.tostring(root, method="c14n"))
            case ToWan(message=message):
                assert self.remembers("wan:", message)
            case Push(body=body):
                assert self.remembers("push:", body)

    def remembers(self, front: str, data: bytes) -> bool:
        """Whether an entry of that kind holds these bytes."""
        return any(name.startswith(front) and data in (held or b"") for name, held in self.memory.items())


SCENARIOS = {"one by one": SCENARIO, "together": TOGETHER}
KILLS = [
    pytest.param(scenario, events, id=f"{name}-{events}")
    for name, scenario in SCENARIOS.items()
    for events in range(len(Life().live(scenario)) + 1)
]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_the_scenario_has_everything_in_it(scenario: list[DccInput]) -> None:
    whole = Life().live(scenario)
    assert {answer.exchange: answer.status for answer in of(whole, Answer)} == dict.fromkeys(REQUESTS, 200)
    # The copies of 3 and 7, the Response to 1 and the Alert; the Response that came twice only once.
    assert len(of(whole, Push)) == 4
    assert {gbcs.peek(event.message).originator_counter for event in of(whole, ToWan)} == {10, 12, 13, 15}


def test_requests_that_come_together_are_remembered_at_once_and_first() -> None:
    said = Life().live(TOGETHER[:2])
    kinds = [type(event).__name__ for event in said if not isinstance(event, Note)]
    assert kinds[:-1] == ["Remember", *["Answer"] * 5, *["ToWan"] * 3, "Push"]
    assert kinds[-1] == "Remember", "that the push was taken"


@pytest.mark.parametrize(("scenario", "events"), KILLS)
def test_killed_after_any_event(scenario: list[DccInput], events: int) -> None:
    first = Life(events)
    before = first.live(scenario)
    second = Life(memory=first.memory, now=first.now + HOUR)
    after = second.live(AFTERWARDS)
    both = before + after

    assert {answer.exchange for answer in of(after, Answer)} == set(REQUESTS)
    assert {answer.status for answer in of(both, Answer)} == {200}
    assert one_each((answer.exchange, answer.body) for answer in of(both, Answer))
    assert one_each((gbcs.peek(message), message) for message in commands(both))
    assert one_each((about(push), push.body) for push in of(both, Push))
    assert not any(name.startswith("push:") for name in second.memory)


@pytest.mark.parametrize(("scenario", "events"), KILLS)
def test_nothing_that_was_remembered_goes_undone(scenario: list[DccInput], events: int) -> None:
    """Without a word from any User: what is on its way to them and to homes is sent all the same."""
    first = Life(events)
    first.live(scenario)
    owed = {front: sum(name.startswith(front) for name in first.memory) for front in ("push:", "wan:")}
    second = Life(memory=first.memory, now=first.now)
    said = second.live([WanUp(CHF)])
    assert len(of(said, Push)) == owed["push:"]
    assert len({event.message for event in of(said, ToWan)}) == owed["wan:"]


def test_memory_does_not_grow_with_what_is_over() -> None:
    office = Life()
    office.live(SCENARIO)
    names = sorted(name.partition(":")[0] for name in office.memory)
    # Six Commands were issued; of the four sent over the WAN one has its Response. Two targets have counters.
    assert names == ["alert"] + ["counter"] * 2 + ["issued"] * 6 + ["kept"] * 8 + ["storm"] + ["wan"] * 3


@pytest.mark.parametrize("front", ["counter:", "kept:", "issued:", "wan:", "push:", "alert:"])
def test_a_memory_that_is_damaged_is_refused(front: str) -> None:
    office = Office()
    office.post(asked(3))
    office.hear(alert())
    name = next(name for name in office.memory if name.startswith(front))
    office.memory[name] = b"damaged"
    with pytest.raises(DecodeError, match=front):
        office.restarted()


def one_each(pairs: Iterable[tuple[object, bytes]]) -> bool:
    """Whether each thing was only ever said in one way."""
    ways: dict[object, set[bytes]] = defaultdict(set)
    for name, data in pairs:
        ways[name].add(data)
    return all(len(found) == 1 for found in ways.values())


def commands(events: Iterable[DccEvent]) -> list[bytes]:
    """Every Command that left the DCC, by whichever way."""
    events = list(events)
    documents = [event.body for event in events if isinstance(event, Answer | Push)]
    contents = [content_of(read(body)) for body in documents if b"ResponseMessage" in body]
    local = [content.payload for content in contents if isinstance(content, LocalCommand)]
    return [event.message for event in of(events, ToWan)] + local


def about(push: Push) -> object:
    """What a push is about."""
    response = read(push.body)
    return response.request_id, response.response_id
