"""What every stop of the road is: a machine that is given events and the time, and gives events back.

A machine knows no socket, clock, file or random number. Its five verbs:

* ``receive(event, now)``: something happened;
* ``next_event()``: what to do about it, one thing at a time, None when there is no more;
* ``deadline()``: when it wants to be woken, None for never;
* ``on_deadline(now)``: that time has come.

:class:`Remember` is an event too. It comes out *before* the event that relies on it, so a rim that
performs events in order and writes before it goes on never says what it could forget.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Generic, Protocol, TypeVar

from msgspec import Struct

from doorstep.gbcs.times import Instant
from doorstep.zigbee.asdu import Asdu

__all__ = ["Alarms", "Heard", "Machine", "Memory", "Note", "Outbox", "Remember", "Send", "Stop", "Window"]

In = TypeVar("In", contravariant=True)
Out = TypeVar("Out")
OutCo = TypeVar("OutCo", covariant=True)
Name = TypeVar("Name", bound=Hashable)

_SPARE: Final = 64
"""How many entries that were moved or cleared may stay in the heap of alarms, beside as many as are set."""

Memory = Mapping[str, bytes | None]
"""What a machine once asked to have remembered, by key: handed back to it when it is made again."""


class Remember(Struct, frozen=True):
    """Write these entries down, all or none, before performing any later event.

    None as a value forgets the key.
    """

    entries: dict[str, bytes | None]


class Note(Struct, frozen=True):
    """A line for the stop's own log: what it did with which message, and why.

    ``what`` is a short fixed word (``forwarded``, ``refused``, ``executed``, ``replayed`` ...), ``why``
    a sentence that cites the rule, ``about`` the bytes of the message concerned, ``code`` the event or
    alert code of the standard where it has one.
    """

    what: str
    why: str
    about: bytes = b""
    code: int | None = None


class Heard(Struct, frozen=True):
    """An application payload that arrived over the home's network (HAN)."""

    asdu: Asdu


class Send(Struct, frozen=True):
    """Put an application payload on the home's network (HAN)."""

    asdu: Asdu


class Machine(Protocol[In, OutCo]):
    """The interface of a stop."""

    def receive(self, event: In, now: Instant) -> None:
        """Take one event at time ``now``."""

    def next_event(self) -> OutCo | None:
        """The next thing to do, or None."""

    def deadline(self) -> Instant | None:
        """When :meth:`on_deadline` is wanted, or None."""

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``; harmless when nothing is."""


class Outbox(Generic[Out]):
    """Events in the order in which they are to be performed."""

    def __init__(self) -> None:
        self._events: deque[Out] = deque()

    def __len__(self) -> int:
        return len(self._events)

    def put(self, event: Out) -> None:
        """Add an event behind the others."""
        self._events.append(event)

    def put_at(self, place: int, event: Out) -> None:
        """Add an event before those that came since there were only ``place`` of them."""
        self._events.insert(place, event)

    def take(self) -> Out | None:
        """The oldest event, or None."""
        return self._events.popleft() if self._events else None


class Alarms(Generic[Name]):
    """Named points in time; setting a name again moves it.

    Looking up the earliest costs the same however many are set or have been, and names that were set
    and moved ever so often take no more room than those that are set.
    """

    def __init__(self) -> None:
        self._due: dict[Name, Instant] = {}
        self._heap: list[tuple[Instant, int, Name]] = []
        self._count = 0

    def set(self, name: Name, due: Instant) -> None:
        """Set or move the alarm ``name``."""
        if self._due.get(name) == due:
            return
        self._due[name] = due
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, name))
        if len(self._heap) > 2 * len(self._due) + _SPARE:
            live = {entry[2]: entry for entry in self._heap if self._due.get(entry[2]) == entry[0]}
            self._heap = sorted(live.values())

    def clear(self, name: Name) -> None:
        """Forget the alarm ``name``, if it is set."""
        self._due.pop(name, None)

    def set_for(self, name: Name) -> bool:
        """Whether the alarm ``name`` is set."""
        return name in self._due

    def earliest(self) -> Instant | None:
        """When the next alarm is due, or None."""
        while self._heap:
            due, _count, name = self._heap[0]
            if self._due.get(name) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def due(self, now: Instant) -> list[Name]:
        """Take off and return the names that are due at ``now``, in order."""
        names = []
        while (earliest := self.earliest()) is not None and earliest <= now:
            name = heapq.heappop(self._heap)[2]
            del self._due[name]
            names.append(name)
        return names


class Window:
    """What may be on its way over a link at once, by name: the rest waits its turn until some has arrived.

    It begins closed. Whatever was on its way over a link that closes waits again once it opens.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: deque[str] = deque()
        self._under_way: set[str] = set()
        self._open = False

    def open(self, names: Iterable[str]) -> None:
        """The link is there, and these are all that wait for it, in order."""
        self._open = True
        self._under_way.clear()
        self._waiting = deque(names)

    def close(self) -> None:
        """The link is gone."""
        self._open = False
        self._under_way.clear()
        self._waiting.clear()

    def add(self, name: str) -> None:
        """One more waits, behind the others; while the link is closed nothing is taken down."""
        if self._open:
            self._waiting.append(name)

    def taken(self, name: str) -> None:
        """One has arrived, or need not be sent any more."""
        self._under_way.discard(name)

    def next(self) -> str | None:
        """The next to send, which is under way from now on; None while as many are as may be."""
        if not self._waiting or len(self._under_way) >= self._size:
            return None
        name = self._waiting.popleft()
        self._under_way.add(name)
        return name


class Stop(Generic[Out]):
    """What the machines of the road share: an outbox, and nothing due unless they say so."""

    def __init__(self) -> None:
        self._out: Outbox[Out] = Outbox()

    def next_event(self) -> Out | None:
        """The next thing to do, or None."""
        return self._out.take()

    def deadline(self) -> Instant | None:
        """When :meth:`on_deadline` is wanted, or None."""
        return None

    def on_deadline(self, now: Instant) -> None:
        """Do what is due at ``now``."""
