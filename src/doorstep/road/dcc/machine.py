"""The DCC as a machine: the gateway's three services, the broker's Commands, and the WAN.

Nothing is answered, sent or pushed that is not written down first, so a DCC that is killed at any
point goes on from what it remembers and answers every accepted request in one way only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from doorstep.duis import xml
from doorstep.duis.signature import CertificateFor, sign
from doorstep.duis.writing import Canonical
from doorstep.errors import DoorstepError, NoKey, Unsupported
from doorstep.eui import Eui
from doorstep.gbcs.gbt import pieces_of
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.times import Instant
from doorstep.road.dcc import events
from doorstep.road.dcc.access import Denied, authenticate, claim_of, service_of
from doorstep.road.dcc.anomaly import Thresholds
from doorstep.road.dcc.arrivals import Arrivals
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.broker import Broker
from doorstep.road.dcc.desk import Desk
from doorstep.road.dcc.inventory import Device, Inventory
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.quarantine import Quarantined
from doorstep.road.dcc.records import Outstanding
from doorstep.road.dcc.requests import Requests
from doorstep.road.machine import Memory, Note, Remember, Stop

__all__ = ["Dcc", "DccConfig"]

_OK: Final = 200
_OVER: Final = object()


class DccConfig(Struct, frozen=True):
    """Who the DCC is: its identifier as Access Control Broker, and how it signs XML.

    ``xml_issuer`` and ``xml_serial`` name the certificate of ``xml_key``. ``certificate_for`` finds the
    certificates of Users' XML signatures. ``thresholds`` are those of Threshold Anomaly Detection: none,
    unless they are given. ``check`` is what a request is held to besides our own rules: the published schema,
    say. ``key_agreement_certificate`` finds those of Devices that are to be joined (DER; empty where there is
    none).
    """

    eui: Eui
    inventory: Inventory
    xml_key: ec.EllipticCurvePrivateKey
    xml_issuer: str
    xml_serial: int
    certificate_for: CertificateFor
    thresholds: Thresholds = Thresholds()
    check: xml.Check = xml.no_check
    key_agreement_certificate: Callable[[Eui], bytes] = lambda _eui: b""

    def sign(self, document: bytes | Canonical) -> bytes:
        """The document with the DCC's signature."""
        return sign(document, self.xml_key, self.xml_issuer, self.xml_serial)


class Dcc(Stop[events.DccEvent]):
    """The emulated DCC. ``keys`` holds the Access Control Broker's private keys and all certificates."""

    def __init__(
        self,
        config: DccConfig,
        keys: KeyRing,
        policy: DccPolicy | None = None,
        memory: Memory | None = None,
    ) -> None:
        super().__init__()
        self._config = config
        self._policy = policy or DccPolicy()
        broker = Broker(config.eui, keys, config.key_agreement_certificate)
        self._desk = Desk(
            config.inventory, config.thresholds, config.sign, broker, self._policy, memory or {}
        )
        self._out = self._desk.out
        self._requests = Requests(self._desk, config.eui)
        self._arrivals = Arrivals(self._desk)

    @property
    def quarantined(self) -> tuple[tuple[int, Quarantined], ...]:
        """The requests in quarantine with their references, oldest first."""
        return self._desk.quarantine.items()

    def device(self, eui: Eui) -> Device | None:
        """What the inventory has of a Device now."""
        return self._desk.registry.devices.get(eui)

    def receive(self, event: events.DccInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.dcc.events`."""
        match event:
            case events.Posted():
                self._answer((event,), now)
            case events.Together():
                self._answer(event.posted, now)
            case events.FromWan():
                self._arrivals.take(event, now)
            case events.WanUp():
                self._desk.wan.up(event.hub, now)
            case events.WanDown():
                self._desk.wan.down(event.hub)
            case events.WanTook():
                self._desk.wan.taken(event.reference, event.hub, now)
            case events.Pushed():
                self._pushed(event, now)
            case events.Release():
                done = self._requests.release(event.reference, event.by, now)
                self._out.put(events.Administered(event.exchange, done))
            case events.Discard():
                done = self._requests.discard(event.reference, event.by)
                self._out.put(events.Administered(event.exchange, done))
        self.on_deadline(now)

    def deadline(self) -> Instant | None:
        """When the next attempt, held request, scheduled read or end of a storm is due."""
        dues = (self._desk.deadline(), self._arrivals.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Do what is due."""
        self._requests.on_deadline(now)
        self._arrivals.storms_over(now)
        self._arrivals.firmware_over(now)
        self._arrivals.on_deadline(now)
        due = self._desk.wan.due(now)
        for command in due.send:
            self._send(command)
        for command in due.over:
            self._arrivals.give_up(command, now)
        for push in self._desk.mailbox.due(now):
            self._out.put(push)

    def _send(self, command: Outstanding) -> None:
        """Send a Command to its hub, a long one in blocks: it is there once the last of them is."""
        pieces = pieces_of(command.command, self._policy.wan_transfer)
        for left, piece in zip(range(len(pieces) - 1, -1, -1), pieces, strict=True):
            name = command.name if not left else f"{command.name}, {left} to come"
            self._out.put(events.ToWan(command.hub, piece, name))

    def _answer(self, posted: tuple[events.Posted, ...], now: Instant) -> None:
        """Answer HTTP requests, in their order, once what they ask for is written down.

        They take each step together: what a processor has at hand for one, it has for the next. That saves
        a quarter of the time, as the tables of the curve and all the rest do not fit into its cache at once.
        """
        entries: Entries = {}
        place = len(self._out)
        steps = [self._steps(one, entries, now) for one in posted]
        try:
            while steps:
                steps = [step for step in steps if next(step, _OVER) is not _OVER]
        finally:
            if entries:
                self._out.put_at(place, Remember(entries))

    def _steps(self, posted: events.Posted, entries: Entries, now: Instant) -> Iterator[None]:
        """Answer one HTTP request, step by step; what is to be remembered first is added to ``entries``."""
        config, policy = self._config, self._policy
        try:
            service = service_of(posted, policy)
            claim = claim_of(posted.body, config.certificate_for, policy)
            yield
            verified = claim.check()
            yield
            request = authenticate(verified, policy, now, config.check)
            yield
            answer, to_remember = self._requests.serve(request, service, now)
            entries |= to_remember
            yield
        except DoorstepError as error:
            self._out.put(Note("denied", str(error)))
            self._out.put(events.Answer(posted.exchange, self._status(error)))
        else:
            self._out.put(events.Answer(posted.exchange, _OK, config.sign(answer)))

    def _status(self, error: DoorstepError) -> int:
        """The HTTP status of a request that gets no Response."""
        if isinstance(error, Denied):
            return error.status
        if isinstance(error, Unsupported | NoKey):
            return self._policy.status_unsupported
        return self._policy.status_bad_request

    def _pushed(self, event: events.Pushed, now: Instant) -> None:
        """Any 2xx is taken, all else is tried again (``duis.md`` section 5.2)."""
        mailbox = self._desk.mailbox
        if event.status is not None and 200 <= event.status < 300:
            entries = mailbox.taken(event.push, now)
            if entries:
                self._out.put(Remember(entries))
            return
        user = mailbox.failed(event.push, now)
        if user is not None:
            self._out.put(Note("push failed", f"{user}: {event.status or 'unreachable'}"))
