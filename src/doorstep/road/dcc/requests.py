"""What is done about a request: at once, at its time, once it is let out of quarantine, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from doorstep.duis import codes
from doorstep.duis.command_variant import Service, command_variant
from doorstep.duis.request import Request, service_request
from doorstep.duis.request_id import REQUEST_ID, RequestId
from doorstep.duis.writing import Canonical
from doorstep.errors import DoorstepError, InputError
from doorstep.eui import Eui
from doorstep.gbcs.message import decode
from doorstep.gbcs.times import Instant
from doorstep.road.dcc import alerts
from doorstep.road.dcc.access import Denied, Refusal, Wanted, authorise
from doorstep.road.dcc.anomaly import Breach
from doorstep.road.dcc.book import Entries
from doorstep.road.dcc.commands import Commands
from doorstep.road.dcc.desk import Desk
from doorstep.road.dcc.firmware_services import FirmwareServices
from doorstep.road.dcc.held import cancels, held_until
from doorstep.road.dcc.inventory_services import InventoryServices
from doorstep.road.dcc.outcome import Notice, Outcome
from doorstep.road.dcc.quarantine import Quarantined
from doorstep.road.dcc.records import Outstanding, Waited
from doorstep.road.dcc.schedule_services import ScheduleServices
from doorstep.road.dcc.schedules import Schedule, scheduled_body
from doorstep.road.machine import Note, Remember

__all__ = ["Requests"]

_AT_ONCE: Final = 1
"""The Command Variant of a read that the DCC asks for itself."""


class Requests:
    """Carries requests out, each once, and writes down what it comes to before it is answered."""

    def __init__(self, desk: Desk, dcc: Eui) -> None:
        self._desk = desk
        self._dcc = dcc
        self._commands = Commands(desk)
        self._services: dict[str, Callable[[Wanted, Instant], Outcome]] = {
            "8.13": self._return_local_command_response,
            **InventoryServices(desk.registry, desk.schedules, desk.policy, desk.broker.certificate).rows,
            **FirmwareServices(desk.distributions, desk.registry, desk.policy).rows,
            **ScheduleServices(desk.schedules, desk.registry, desk.policy).rows,
        }

    def serve(self, request: Request, service: Service, now: Instant) -> tuple[Canonical, Entries]:
        """The answer to a request that its originator signed, and what to remember before it is given.

        One that is accepted is carried out once, however often it comes; one that is refused leaves no
        trace and may be sent again, to the right service or when the inventory has changed.
        Raises :class:`Denied`, and what else HTTP answers.
        """
        desk = self._desk
        try:
            wanted = authorise(request, service, desk.registry, self._dcc)
            before = desk.ledger.repeated(request)
            if before is not None:
                return before, {}
            desk.ledger.check_fresh(request)
            outcome = self._decide(wanted, now)
        except Refusal as refusal:
            desk.note("refused", str(refusal))
            return desk.documents.answer(request, refusal.code, None, now), {}
        answer = desk.documents.answer(request, outcome.code, outcome.content, now)
        entries = desk.ledger.accept(request, answer, outcome.pre_command)
        entries |= desk.anomalies.count(wanted, now) | self._write_down(wanted, outcome, now)
        desk.note("accepted", outcome.made)
        return answer, entries

    def release(self, reference: int, by: str, now: Instant) -> bool:
        """Let a request out of quarantine, to be carried out.

        False where none of that reference waits, or there is no room now for what it leads to.
        """
        quarantined = self._desk.quarantine.find(reference)
        if quarantined is None:
            return False
        before = len(self._desk.out)
        try:
            entries = self._late(quarantined.request, now)
        except Denied as denied:
            self._desk.note("kept", f"{quarantined.request.request_id}: {denied}")
            return False
        self._desk.out.put_at(before, Note("released", f"{quarantined.request.request_id} by {by}"))
        self._desk.out.put(Remember(entries | self._desk.quarantine.take(reference)))
        return True

    def discard(self, reference: int, by: str) -> bool:
        """Delete a request that is in quarantine; False where none of that reference waits."""
        quarantined = self._desk.quarantine.find(reference)
        if quarantined is None:
            return False
        self._desk.note("discarded", f"{quarantined.request.request_id} by {by}")
        self._desk.out.put(Remember(self._desk.quarantine.take(reference)))
        return True

    def on_deadline(self, now: Instant) -> None:
        """Carry out what was held until now, and ask for the reads of schedules."""
        desk = self._desk
        for request in desk.held.due(now):
            try:
                entries = self._late(request, now, waited=True) | desk.held.take(request)
            except Denied as denied:
                desk.note("put off", f"{request.request_id}: {denied}")
                entries = desk.held.put(request, now + desk.policy.wan_first_retry)
            desk.out.put(Remember(entries))
        for number, schedule in desk.schedules.due(now):
            entries = desk.schedules.move_on(number, schedule, now)
            desk.out.put(Remember(entries | self._read(number, schedule, now)))

    # -- what is to be done -----------------------------------------------------------------------

    def _decide(self, wanted: Wanted, now: Instant) -> Outcome:
        """Carry out a request, or see that it waits: what could not be carried out now is refused now."""
        if cancels(wanted):
            cancel = partial(self._desk.held.cancel, wanted.request)
            return Outcome(codes.I99, change=cancel, note="what was held is cancelled")
        outcome = self._carry_out(wanted, now)
        verdict = self._desk.anomalies.judge(wanted, now)
        for warning in verdict.warnings:
            self._desk.note("threshold", warning)
        if verdict.breach is not None:
            return self._quarantine(wanted, verdict.breach, now)
        return self._hold(wanted, now) or outcome

    def _carry_out(self, wanted: Wanted, now: Instant) -> Outcome:
        if not wanted.row.non_device:
            return self._commands.make(wanted, now)
        return self._services[wanted.row.srv](wanted, now)

    def _quarantine(self, wanted: Wanted, breach: Breach, now: Instant) -> Outcome:
        desk, name = self._desk, wanted.request.request_id
        if desk.quarantine.full:
            raise Denied(desk.policy.status_overloaded, "the quarantine is full")
        reference = desk.quarantine.next_reference
        alert = alerts.quarantined(name, breach.value, reference)
        return Outcome(
            codes.I99,
            change=lambda: desk.quarantine.put(Quarantined(wanted.request, breach.value, now)),
            notices=(Notice(name.originator, desk.policy.quarantined_alert, alert),),
            note=f"over a threshold ({breach.value}), in quarantine as {reference}",
        )

    def _hold(self, wanted: Wanted, now: Instant) -> Outcome | None:
        """What a request for later comes to now; None for one that is for now."""
        desk, request = self._desk, wanted.request
        due = held_until(wanted, desk.policy, now)
        if due is None:
            return None
        if desk.held.full:
            raise Denied(desk.policy.status_overloaded, "too many requests are held")
        return Outcome(codes.I99, change=lambda: desk.held.put(request, due), note="held until its time")

    # -- what is done -----------------------------------------------------------------------------

    def _write_down(
        self,
        wanted: Wanted,
        outcome: Outcome,
        now: Instant,
        *,
        schedule: int | None = None,
        waited: bool = False,
    ) -> Entries:
        desk, request = self._desk, wanted.request
        entries = outcome.change() | desk.tell(outcome.notices, now)
        if outcome.command is not None:
            entries |= desk.ledger.issue(request, outcome.command, schedule)
            if wanted.variant.wan and wanted.device is not None and wanted.device.hub is not None:
                entries |= desk.wan.add(
                    Outstanding(
                        request.request_id,
                        wanted.device.hub,
                        bytes(outcome.command),
                        now,
                        schedule,
                        Waited(wanted.row.service_reference, wanted.row.srv) if waited else None,
                    )
                )
        if outcome.pre_command is not None:
            entries |= desk.ledger.transformed(request, outcome.pre_command)
        if outcome.pushed:
            entries |= desk.mailbox.put(request.request_id.originator, outcome.pushed, now)
        if outcome.returned is not None:
            entries |= desk.settle(outcome.returned, desk.ledger.answered(outcome.returned), now)
        return entries

    def _late(self, request: Request, now: Instant, *, waited: bool = False) -> Entries:
        """Carry out a request that was acknowledged before: what it is answered with is pushed.

        Raises :class:`Denied` where there is no room for it now.
        """
        desk = self._desk
        try:
            service = command_variant(request.command_variant).service
            assert service is not None, "what was accepted came to a service"
            wanted = authorise(request, service, desk.registry, self._dcc)
            outcome = self._carry_out(wanted, now)
            outcome = (self._hold(wanted, now) if not waited else None) or outcome
        except Refusal as refusal:
            desk.note("refused", str(refusal))
            return self._push(request, desk.documents.answer(request, refusal.code, None, now), now)
        except Denied:
            raise
        except DoorstepError as error:
            desk.note("failed", f"{request.request_id}: {error}")
            code = desk.policy.late_failure
            return self._push(request, desk.documents.answer(request, code, None, now), now)
        desk.note("carried out", f"{request.request_id}: {outcome.made}")
        entries = self._write_down(wanted, outcome, now, waited=waited)
        if outcome.content is None:
            return entries
        answer = desk.documents.answer(request, outcome.code, outcome.content, now)
        return entries | self._push(request, answer, now)

    def _push(self, request: Request, answer: Canonical, now: Instant) -> Entries:
        desk = self._desk
        return desk.mailbox.put(request.request_id.originator, desk.documents.sign(answer), now)

    def _read(self, number: int, schedule: Schedule, now: Instant) -> Entries:
        """Ask for a read of a schedule: the DCC does, in the User's name and under a counter of its own."""
        desk = self._desk
        counter = desk.ledger.broker_counter
        try:
            body = scheduled_body(schedule, schedule.due or now)
            name = RequestId(schedule.user, schedule.device, counter)
            request = service_request(name, _AT_ONCE, body)
            wanted = authorise(request, Service.SEND_COMMAND, desk.registry, self._dcc)
            assert wanted.device is not None
            message = desk.broker.pre_command(request, wanted.device, counter, now, on_behalf=True)
            outcome = Outcome(codes.I99, command=desk.broker.command(message))
        except DoorstepError as error:
            desk.note("failed", f"schedule {number}: {error}")
            return {}
        desk.note("scheduled", f"schedule {number}: {schedule.srv} read of {schedule.device}")
        return self._write_down(wanted, outcome, now, schedule=number)

    # -- SRV 8.13 ---------------------------------------------------------------------------------

    def _return_local_command_response(self, wanted: Wanted, now: Instant) -> Outcome:
        """A User hands in the Response to a Command that it delivered itself."""
        request = wanted.request
        response = decode(request.body.bytes_of("DeviceGBCSResponse"))
        issued = self._desk.ledger.answered(response)
        if issued.request.originator != request.request_id.originator:
            raise InputError("it answers a Command of another User")
        original = "OriginalRequestID"
        if request.body.has(original) and request.body.value_of(original, REQUEST_ID) != issued.request:
            raise InputError(f"it answers {issued.request}, not the {original} given")
        self._desk.broker.authenticate(response)
        return Outcome(codes.I99, returned=response)
