"""What every part of the DCC works with: its books, its broker, and its outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from doorstep.duis.writing import Canonical
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.gbcs.outcome import failure, is_readable
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.dcc import alerts
from doorstep.road.dcc.anomaly import Anomalies, Thresholds
from doorstep.road.dcc.backups import Backups
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.broker import Broker
from doorstep.road.dcc.documents import Documents
from doorstep.road.dcc.effects import RESTORES, changed
from doorstep.road.dcc.events import DccEvent
from doorstep.road.dcc.firmware import Distributions
from doorstep.road.dcc.held import Held
from doorstep.road.dcc.inventory import Inventory, Registry
from doorstep.road.dcc.ledger import Ledger
from doorstep.road.dcc.mailbox import Mailbox
from doorstep.road.dcc.outcome import Notice
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.quarantine import Quarantine
from doorstep.road.dcc.records import Effect, Issued, command_name
from doorstep.road.dcc.schedules import Schedules
from doorstep.road.dcc.storms import Storms
from doorstep.road.dcc.wan import Wan
from doorstep.road.machine import Memory, Note, Outbox

__all__ = ["Desk"]


class Desk:
    """The books, each made again of what the DCC asked to have remembered."""

    def __init__(
        self,
        inventory: Inventory,
        thresholds: Thresholds,
        sign: Callable[[Canonical], bytes],
        broker: Broker,
        policy: DccPolicy,
        memory: Memory,
    ) -> None:
        self.policy = policy
        self.out: Outbox[DccEvent] = Outbox()
        self.broker = broker
        self.documents = Documents(sign)
        self.registry = Registry(inventory, memory)
        self.ledger = Ledger(policy, memory)
        self.wan = Wan(policy, memory)
        self.mailbox = Mailbox(policy, memory)
        self.held = Held(policy.held_most, memory)
        self.schedules = Schedules(memory)
        self.quarantine = Quarantine(policy.quarantine_most, memory)
        self.anomalies = Anomalies(thresholds, memory)
        self.storms = Storms(policy, memory)
        self.distributions = Distributions(policy.firmware_most, memory)
        self.backups = Backups(policy.backups_kept, memory)

    def note(self, what: str, why: str, about: bytes = b"") -> None:
        """A line for the log."""
        self.out.put(Note(what, why, about))

    def deadline(self) -> Instant | None:
        """When something in any of the books is due."""
        books = (self.wan, self.mailbox, self.held, self.schedules, self.storms, self.distributions)
        dues = (book.deadline() for book in books)
        return min((due for due in dues if due is not None), default=None)

    def tell(self, notices: Iterable[Notice], now: Instant) -> Entries:
        """Alert Users of what happened; one who does not take what waits already is not alerted."""
        entries: Entries = {}
        for notice in notices:
            if self.mailbox.full(notice.user):
                self.note("lost", f"{notice.user} does not take what waits already: {notice.alert.name}")
                continue
            document = self.documents.dcc_alert(notice.code, notice.alert, now)
            entries |= self.mailbox.put(notice.user, document, now)
        return entries

    def settle(self, response: Message, issued: Issued, now: Instant) -> Entries:
        """A Response has come, by whichever way: its Command is not sent any more, and has its effects."""
        on_its_way = command_name(issued.request, issued.schedule)
        entries = self.ledger.settle(response, issued) | self.wan.drop(on_its_way)
        effect = issued.effect
        if effect is None or not is_readable(response.payload) or failure(response.payload) is not None:
            return entries
        for name in effect.devices or (effect.device,):
            device = self.registry.devices.get(name)
            after = changed(effect, device, self._hub_of(issued.request.target), now)
            if after is not None:
                entries |= self.registry.put(after)
                self.note("inventory", f"{after.eui} is {after.status.value}")
        return entries | self.tell(self._results(issued, now), now)

    def _hub_of(self, eui: Eui) -> Eui | None:
        device = self.registry.devices.get(eui)
        return device.hub if device is not None else None

    def _results(self, issued: Issued, now: Instant) -> Iterable[Notice]:
        """What Users are alerted of, beside the Response: the one who asked, or the others in the home."""
        assert issued.effect is not None
        user = issued.request.originator
        if issued.effect.srv == "8.11":
            yield Notice(user, self.policy.device_log_alert, alerts.device_log_result(issued.request))
        if issued.effect.certificates:
            effect = issued.effect
            alert = alerts.credentials_updated(effect.device, effect.value, effect.certificates)
            yield Notice(user, self.policy.credentials_alert, alert)
        if issued.effect.srv in RESTORES:
            yield from self._restored(issued.effect, user, now)

    def _restored(self, effect: Effect, asker: Eui, now: Instant) -> Iterable[Notice]:
        """The others who are registered for Devices of a home hear that a Device Log was restored there."""
        old, new = (self._hub_and_proxy(eui) for eui in (Eui.parse(effect.value), effect.device))
        if old is None or new is None:
            return
        alert = alerts.log_restored(effect.srv == "8.12.2", old, new, now)
        home = self.registry.home(self.registry.devices[effect.device])
        parties = frozenset[Eui]().union(*(device.parties for device in home))
        for user in sorted((parties - {asker}) & set(self.registry.users)):
            yield Notice(user, self.policy.log_restored_alert, alert)

    def _hub_and_proxy(self, eui: Eui) -> tuple[Eui, Eui] | None:
        """A hub and its gas proxy, by either; None where they are not both known."""
        hub = self._hub_of(eui)
        if hub is None or hub not in self.registry.devices:
            return None
        home = self.registry.home(self.registry.devices[hub])
        proxy = next((one.eui for one in home if one.device_type is DeviceType.GPF), None)
        return (hub, proxy) if proxy is not None else None
