"""The DCC as a machine: the gateway's three services, the broker's Commands, and the WAN.

Nothing is answered, sent or pushed that is not written down first, so a DCC that is killed at any
point goes on from what it remembers and answers every accepted request in one way only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from doorstep.duis import codes, xml
from doorstep.duis.catalogue import FutureDated
from doorstep.duis.command_variant import Service
from doorstep.duis.request import Request
from doorstep.duis.request_id import REQUEST_ID
from doorstep.duis.response import Content, LocalCommand, PreCommand
from doorstep.duis.signature import CertificateFor, sign
from doorstep.errors import DoorstepError, InputError, NoKey, Unsupported
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.message import Message, decode
from doorstep.gbcs.times import Instant
from doorstep.road.dcc import events
from doorstep.road.dcc.access import Denied, Refusal, Wanted, authenticate, authorise, service_of
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.broker import Broker
from doorstep.road.dcc.documents import Documents
from doorstep.road.dcc.inventory import Device, Inventory
from doorstep.road.dcc.ledger import Ledger
from doorstep.road.dcc.mailbox import Mailbox
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.records import Issued, Outstanding
from doorstep.road.dcc.wan import Wan
from doorstep.road.machine import Memory, Note, Remember, Stop

__all__ = ["Dcc", "DccConfig"]

_OK: Final = 200
_CHECKED: Final = "checked XML signature, User, role, Command Variant, service, Device and counter"
_DATES_IN_COMMANDS: Final = (FutureDated.DEVICE, FutureDated.DCC_AND_DEVICE)


class DccConfig(Struct, frozen=True):
    """Who the DCC is: its identifier as Access Control Broker, and how it signs XML.

    ``xml_issuer`` and ``xml_serial`` name the certificate of ``xml_key``. ``certificate_for`` finds the
    certificates of Users' XML signatures.
    """

    eui: Eui
    inventory: Inventory
    xml_key: ec.EllipticCurvePrivateKey
    xml_issuer: str
    xml_serial: int
    certificate_for: CertificateFor

    def sign(self, document: xml.Node) -> bytes:
        """The document of a root, with the DCC's signature."""
        return sign(document, self.xml_key, self.xml_issuer, self.xml_serial)


class _Outcome(Struct, frozen=True):
    """What carrying out a request comes to: the answer, and what the books are to say of it.

    Nothing is in the books yet, so that a request that fails halfway leaves no trace.
    """

    code: str
    content: Content | None = None
    pre_command: Message | None = None
    command: Message | None = None
    pushed: bytes = b""
    returned: Message | None = None

    @property
    def made(self) -> str:
        """For the log: what was checked, and what was made of the request."""
        if self.returned is not None:
            return f"{_CHECKED}; the Device's Response is authentic"
        if self.command is None:
            return f"{_CHECKED}; Pre-Command made"
        signed = ", and the User's signature of the Pre-Command" if self.command.signature else ""
        return f"{_CHECKED}{signed}; Command made, with the Access Control Broker's MAC"


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
        memory = memory or {}
        self._broker = Broker(config.eui, keys)
        self._documents = Documents(config.sign)
        self._ledger = Ledger(self._policy, memory)
        self._wan = Wan(self._policy, memory)
        self._mailbox = Mailbox(self._policy, memory)
        self._services: dict[str, Callable[[Request], _Outcome]] = {
            "8.13": self._return_local_command_response,
        }

    def receive(self, event: events.DccInput, now: Instant) -> None:
        """Take one event; see :mod:`doorstep.road.dcc.events`."""
        match event:
            case events.Posted():
                self._post(event, now)
            case events.FromWan():
                self._from_wan(event, now)
            case events.WanUp():
                self._wan.up(event.hub, now)
            case events.WanDown():
                self._wan.down(event.hub)
            case events.WanTook():
                self._wan.taken(event.reference, event.hub, now)
            case events.Pushed():
                self._pushed(event, now)
        self.on_deadline(now)

    def deadline(self) -> Instant | None:
        """When the next attempt over the WAN or at a User's receive address is due."""
        dues = (self._wan.deadline(), self._mailbox.deadline())
        return min((due for due in dues if due is not None), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Make the attempts that are due."""
        due = self._wan.due(now)
        for command in due.send:
            self._out.put(events.ToWan(command.hub, command.command, str(command.request)))
        for command in due.over:
            self._give_up(command, now)
        for push in self._mailbox.due(now):
            self._out.put(push)

    # -- the gateway ------------------------------------------------------------------------------

    def _post(self, posted: events.Posted, now: Instant) -> None:
        """Answer one HTTP request, once what it asks for is written down."""
        try:
            service = service_of(posted, self._policy)
            request = authenticate(posted.body, self._config.certificate_for, self._policy, now)
            answer = self._serve(request, service, now)
        except DoorstepError as error:
            self._out.put(Note("denied", str(error)))
            self._out.put(events.Answer(posted.exchange, self._status(error)))
        else:
            self._out.put(events.Answer(posted.exchange, _OK, answer))

    def _status(self, error: DoorstepError) -> int:
        """The HTTP status of a request that gets no Response."""
        if isinstance(error, Denied):
            return error.status
        if isinstance(error, Unsupported | NoKey):
            return self._policy.status_unsupported
        return self._policy.status_bad_request

    def _serve(self, request: Request, service: Service, now: Instant) -> bytes:
        """The answer to a request that its originator signed.

        One that is accepted is carried out once, however often it comes; one that is refused leaves no
        trace and may be sent again, to the right service or when the inventory has changed.
        """
        try:
            wanted = authorise(request, service, self._config.inventory, self._config.eui)
        except Refusal as refusal:
            self._out.put(Note("refused", str(refusal)))
            return self._documents.answer(request, refusal.code, None, now)
        before = self._ledger.repeated(request)
        if before is not None:
            return before
        self._ledger.check_fresh(request)
        outcome = self._carry_out(wanted, now)
        answer = self._documents.answer(request, outcome.code, outcome.content, now)
        self._out.put(Remember(self._write_down(wanted, outcome, answer, now)))
        self._out.put(Note("accepted", outcome.made))
        return answer

    def _write_down(self, wanted: Wanted, outcome: _Outcome, answer: bytes, now: Instant) -> Entries:
        request = wanted.request
        entries = self._ledger.accept(request, answer, outcome.pre_command)
        if outcome.command is not None:
            entries |= self._ledger.issue(request, outcome.command)
            if wanted.variant.wan and wanted.device is not None:
                command = bytes(outcome.command)
                entries |= self._wan.add(Outstanding(request.request_id, wanted.device.hub, command, now))
        if outcome.pushed:
            entries |= self._mailbox.put(request.request_id.originator, outcome.pushed, now)
        if outcome.returned is not None:
            entries |= self._settle(outcome.returned, self._ledger.answered(outcome.returned))
        return entries

    def _carry_out(self, wanted: Wanted, now: Instant) -> _Outcome:
        if wanted.row.non_device:
            return self._non_device(wanted)
        assert wanted.device is not None
        _refuse_to_wait(wanted)
        carry_out = self._transform if wanted.service is Service.TRANSFORM else self._command
        return carry_out(wanted, wanted.device, now)

    def _transform(self, wanted: Wanted, device: Device, now: Instant) -> _Outcome:
        message = self._broker.pre_command(wanted.request, device, self._ledger.broker_counter, now)
        payload = bytes(message) + (b"\x00" if self._policy.trailing_zero else b"")
        return _Outcome(codes.I0, PreCommand(self._policy.gbcs_version, payload), pre_command=message)

    def _command(self, wanted: Wanted, device: Device, now: Instant) -> _Outcome:
        request, variant = wanted.request, wanted.variant
        if variant.wan and self._wan.full:
            raise Denied(self._policy.status_overloaded, "too many Commands are on their way")
        if self._mailbox.full(request.request_id.originator):
            raise Denied(self._policy.status_overloaded, "the User does not take what waits already")
        payload = request.gbcs_payload
        if payload is None:
            message = self._broker.pre_command(request, device, self._ledger.broker_counter, now)
        else:
            message = self._broker.signed_pre_command(request, payload)
            self._ledger.check_transformed(request, message)
        command = self._broker.command(message)
        local = LocalCommand(bytes(command)) if variant.local_copy else None
        if local is None:
            return _Outcome(codes.I99, command=command)
        if not variant.wan or self._policy.local_copy_synchronous:
            return _Outcome(codes.I0, local, command=command)
        copy = self._documents.answer(request, codes.I0, local, now)
        return _Outcome(codes.I99, command=command, pushed=copy)

    def _non_device(self, wanted: Wanted) -> _Outcome:
        """Carry out a service of the DCC itself."""
        carry_out = self._services.get(wanted.row.srv)
        if carry_out is None:
            raise Unsupported(f"{wanted.row.srv} is not emulated yet")
        return carry_out(wanted.request)

    def _return_local_command_response(self, request: Request) -> _Outcome:
        """A User hands in the Response to a Command that it delivered itself (SRV 8.13)."""
        response = decode(request.body.bytes_of("DeviceGBCSResponse"))
        issued = self._ledger.answered(response)
        if issued.request.originator != request.request_id.originator:
            raise InputError("it answers a Command of another User")
        original = "OriginalRequestID"
        if request.body.has(original) and request.body.value_of(original, REQUEST_ID) != issued.request:
            raise InputError(f"it answers {issued.request}, not the {original} given")
        self._broker.authenticate(response)
        return _Outcome(codes.I99, returned=response)

    # -- the WAN ----------------------------------------------------------------------------------

    def _from_wan(self, event: events.FromWan, now: Instant) -> None:
        """Forward what a Device sent to the User that it is for."""
        try:
            message = decode(event.message)
            device = self._config.inventory.devices.get(message.header.business_originator_id)
            if device is None or device.hub != event.hub:
                raise InputError(f"{event.hub} is not the hub of {message.header.business_originator_id}")
            self._broker.authenticate(message)
            forward = self._alert if message.header.cra is Cra.ALERT else self._answer
            forward(message, event.message, now)
        except DoorstepError as error:
            self._out.put(Note("refused", f"from the WAN: {error}", event.message))

    def _alert(self, message: Message, data: bytes, now: Instant) -> None:
        header = message.header
        user = header.supplementary_remote_party_id or header.business_target_id
        if user not in self._config.inventory.users:
            raise InputError(f"the Alert is for {user}, who is no User of the DCC")
        if self._ledger.heard(data):
            self._out.put(Note("repeated", "the Alert has come before", data))
            return
        document = self._documents.device_alert(message, user, data, now)
        if self._mailbox.full(user):
            self._out.put(Note("lost", f"{user} does not take what waits already", data))
            return
        self._out.put(Remember(self._mailbox.put(user, document, now) | self._ledger.hear(data, now)))

    def _answer(self, message: Message, data: bytes, now: Instant) -> None:
        issued = self._ledger.answered(message)
        if issued.answered:
            self._out.put(Note("repeated", f"the Response to {issued.request} has come before", data))
            return
        document = self._documents.device_response(issued, data, now)
        entries = self._mailbox.put(issued.request.originator, document, now)
        self._out.put(Remember(entries | self._settle(message, issued)))

    def _settle(self, response: Message, issued: Issued) -> Entries:
        """A Response has come, by whichever way: its Command is not sent any more."""
        return self._ledger.settle(response, issued) | self._wan.drop(issued.request)

    def _give_up(self, command: Outstanding, now: Instant) -> None:
        document = self._documents.command_failure(command, self._policy.command_failure_alert, now)
        entries = self._mailbox.put(command.request.originator, document, now)
        self._out.put(Note("gave up", f"{command.request}: no Response over the WAN within its lifetime"))
        self._out.put(Remember(entries | self._wan.drop(command.request)))

    # -- pushing to Users -------------------------------------------------------------------------

    def _pushed(self, event: events.Pushed, now: Instant) -> None:
        """Any 2xx is taken, all else is tried again (``duis.md`` section 5.2)."""
        if event.status is not None and 200 <= event.status < 300:
            entries = self._mailbox.taken(event.push, now)
            if entries:
                self._out.put(Remember(entries))
            return
        user = self._mailbox.failed(event.push, now)
        if user is not None:
            self._out.put(Note("push failed", f"{user}: {event.status or 'unreachable'}"))


def _refuse_to_wait(wanted: Wanted) -> None:
    """Raise :class:`Unsupported` for a request that the DCC itself would have to hold until its time.

    Where the Device holds it, the date is part of the Command; all the DCC would hold is refused rather
    than carried out at once.
    """
    request = wanted.request
    if request.execution_date_time is None:
        return
    if request.gbcs_payload is not None or wanted.row.future_dated not in _DATES_IN_COMMANDS:
        raise Unsupported("the emulated DCC does not hold requests for later")
