"""What the home says to remote parties: to the WAN, and a Response to the relay of its Command as well."""

from __future__ import annotations

from doorstep.eui import Eui
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.times import Instant
from doorstep.road.hub.events import HubEvent
from doorstep.road.hub.journal import Journal
from doorstep.road.hub.post import Post
from doorstep.road.hub.returns import ReturnPaths
from doorstep.road.hub.store import Entries, Held
from doorstep.road.hub.wan import Wan
from doorstep.road.machine import Outbox, Remember

__all__ = ["Uplink"]


class Uplink:
    """The way up. What it remembers goes to ``out``."""

    def __init__(
        self, wan: Wan, post: Post, returns: ReturnPaths, out: Outbox[HubEvent], journal: Journal
    ) -> None:
        self._wan = wan
        self._post = post
        self._returns = returns
        self._out = out
        self._journal = journal

    def send(
        self,
        message: bytes,
        header: GroupingHeader,
        sender: Eui,
        now: Instant,
        entries: Entries | None = None,
    ) -> None:
        """Send a message of ``sender``, a Device of the home or the hub itself.

        ``entries`` are remembered with it, all or none.
        """
        copies, copied = self._copies(message, header, sender, now)
        held, holding = self._wan.add(sender, message, now)
        self._out.put(Remember((entries or {}) | copied | holding))
        self._wan.send(held, now)
        for copy in copies:
            self._post.dispatch(copy, now)

    def _copies(
        self, message: bytes, header: GroupingHeader, sender: Eui, now: Instant
    ) -> tuple[list[Held], Entries]:
        """A Response, once more for each relay that its Command came from."""
        copies: list[Held] = []
        entries: Entries = {}
        relays = self._returns.relays(header) if header.cra is Cra.RESPONSE else []
        for relay in relays:
            added = self._post.add(relay, sender, message, now)
            if isinstance(added, str):
                self._journal.note(now, "not copied", added, message)
            else:
                copies.append(added[0])
                entries |= added[1]
        return copies, entries
