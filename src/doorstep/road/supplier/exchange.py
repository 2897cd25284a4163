"""The DCC's side: from an order to its Command, and what the DCC sends of its own accord."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from doorstep import gbcs
from doorstep.duis import (
    DccAlert,
    DeviceAlert,
    GbcsPayload,
    LocalCommand,
    PreCommand,
    RequestId,
    Response,
    ResponseMessage,
    codes,
    response_code,
)
from doorstep.duis.request_id import REQUEST_ID
from doorstep.errors import DoorstepError, XmlError
from doorstep.gbcs.times import Instant
from doorstep.road.supplier.book import Record
from doorstep.road.supplier.correlate import check_command, correlate, to_be_joined
from doorstep.road.supplier.delivery import AT_THE_DCC, Delivery, Event, State
from doorstep.road.supplier.desk import Desk
from doorstep.road.supplier.events import Answered, Pushed
from doorstep.road.supplier.gateway import believed, explained, request_of
from doorstep.road.supplier.orders import Route
from doorstep.road.supplier.posts import Errand, Outcome, Posts
from doorstep.road.supplier.relays import Relays
from doorstep.road.supplier.sequencer import gone_before

__all__ = ["Exchange"]

_COMMAND_FAILURE: Final = "CommandFailure"
_QUARANTINED: Final = "QuarantinedRequest"
_KEPT_BACK: Final = "the DCC keeps the request back"


class Exchange:
    """Requests to the DCC and what comes back: synchronously, or pushed.

    ``on_response`` takes the GBCS Response that a pushed document holds. ``on_overtaken`` sees to a record
    whose Command can no longer be executed once that of the delivery is.
    """

    def __init__(
        self,
        desk: Desk,
        posts: Posts,
        relays: Relays,
        on_response: Callable[[bytes, Instant], None],
        on_overtaken: Callable[[Record, Delivery, Instant], None],
    ) -> None:
        self._desk = desk
        self._posts = posts
        self._relays = relays
        self._on_response = on_response
        self._on_overtaken = on_overtaken
        self._ends: dict[Errand, Callable[[Outcome, Instant], None]] = {
            Errand.TRANSFORM: self._transformed,
            Errand.COMMAND: self._commanded,
            Errand.RETURN: self._returned,
        }
        self._pushes: dict[type, Callable[[Response, Any, Instant], None]] = {
            ResponseMessage: self._pushed_message,
            DeviceAlert: self._device_alert,
            DccAlert: self._dcc_alert,
        }
        self._alerts: dict[str, Callable[[DccAlert, Instant], None]] = {
            _COMMAND_FAILURE: self._command_failed,
            _QUARANTINED: self._in_quarantine,
        }

    def serve(self, now: Instant) -> None:
        """Ask for the next Command of every Device for which nothing else is asked for.

        One at a time, in the order of the counters: the DCC takes no request of a counter under one that it
        has seen, and on the way there two requests may overtake each other.
        """
        while self._desk.next_in_line:
            device = self._desk.next_in_line.popleft()
            line = [record for record in self._desk.book.open_for(device) if record.order.target == device]
            placed = [record for record in line if record.delivery.state is State.PLACED]
            if placed and not any(record.delivery.state in AT_THE_DCC for record in line):
                self._request(placed[0], now)

    def answered(self, event: Answered, now: Instant) -> None:
        """Take the gateway's answer."""
        outcome = self._posts.answered(event, now)
        if outcome is not None:
            self._ends[outcome.errand](outcome, now)

    def pushed(self, event: Pushed, now: Instant) -> None:
        """Take a document that the DCC posted."""
        try:
            response = believed(self._desk.config, event.body)
        except DoorstepError as error:
            self._desk.note("disbelieved", str(error), event.body)
            return
        self._pushes[type(response.body)](response, response.body, now)

    def _request(self, record: Record, now: Instant, **found: Any) -> None:
        """Ask the DCC for the next thing: the Pre-Command of a critical order, else the Command."""
        transform = record.order.critical and not record.signed
        event, errand = (Event.TRANSFORM, Errand.TRANSFORM) if transform else (Event.REQUEST, Errand.COMMAND)
        asking = self._desk.move(record, event, now, **found)
        trouble = self._posts.post(asking, errand) if asking is not None else ""
        if asking is not None and trouble:
            self._desk.move(asking, Event.STOPPED, now, trouble)

    # -- what the gateway answers -----------------------------------------------------------------------

    def _transformed(self, outcome: Outcome, now: Instant) -> None:
        """The DCC has made the Pre-Command, or keeps the request back."""
        record, content = outcome.record, _content(outcome.response)
        state = record.delivery.state
        if state is not State.TRANSFORMING:
            self._desk.note("ignored", f"{record.name} is {state.value}: there is nothing to transform")
        elif isinstance(content, PreCommand):
            self._take_pre_command(record, content.payload, now)
        elif _acknowledged(outcome.response):
            self._keep_back(record, now)
        else:
            self._stop(outcome, "the answer holds no Pre-Command", now)

    def _commanded(self, outcome: Outcome, now: Instant) -> None:
        """The DCC sends the Command, or has returned it, or both, or keeps the request back."""
        record, content = outcome.record, _content(outcome.response)
        local = record.order.route.local
        if outcome.response is not None and isinstance(content, LocalCommand) and local:
            self._take_command(record, content.payload, now)
        elif outcome.response is not None and content is None and record.order.route.wan:
            self._desk.move(record, Event.SENDING, now)
        elif _acknowledged(outcome.response):
            self._keep_back(record, now)
        else:
            missing = "no Local Command" if local else "what was not asked for"
            self._stop(outcome, f"the answer holds {missing}", now)

    def _returned(self, outcome: Outcome, now: Instant) -> None:
        """The DCC has the Response that came by the PPMID, or does not want it."""
        record = outcome.record
        self._desk.save(msgspec.structs.replace(record, returning=None))
        what, why = ("unreturned", outcome.refusal) if outcome.refusal else ("returned", "the DCC has it")
        self._desk.note(what, f"Response of {record.name}: {why}", record.delivery.response)

    def _stop(self, outcome: Outcome, reason: str, now: Instant) -> None:
        """No Command, for the reason the gateway gave or else ``reason``.

        Where the DCC was to send it, and an earlier attempt was not heard of, it may be on its way even so.
        """
        record = outcome.record
        reason = outcome.refusal or reason
        if record.delivery.state not in AT_THE_DCC:
            self._desk.note("ignored", f"{record.name} is {record.delivery.state.value}: {reason}")
            return
        perhaps = outcome.unheard and outcome.errand is Errand.COMMAND and record.order.route.wan
        self._desk.move(record, Event.LOST if perhaps else Event.STOPPED, now, reason)

    def _keep_back(self, record: Record, now: Instant) -> None:
        """An acknowledgement where there ought to be a Command: the request is in quarantine."""
        self._desk.move(record, Event.KEPT_BACK, now, record.delivery.reason or _KEPT_BACK)

    def _take_pre_command(self, record: Record, payload: bytes, now: Instant) -> None:
        """Check the Pre-Command against the order, sign it, and ask for the Command."""
        config, keys, policy = self._desk.config, self._desk.keys, self._desk.policy
        try:
            asked = request_of(config, record)
            others = to_be_joined(asked, config.key_agreement_certificate)
            mine = correlate(payload, asked, config.dcc, now, policy.clock_tolerance, others)
            signed = bytes(gbcs.sign(mine, keys))
        except DoorstepError as error:
            self._desk.move(record, Event.STOPPED, now, f"not signed: {error}")
            return
        self._desk.note("signed", "the Pre-Command says what was asked, field by field", signed)
        record = msgspec.structs.replace(record, signed=signed)
        self._request(record, now, reason="", message_code=mine.header.message_code, use_case=_label(mine))

    def _take_command(self, record: Record, command: bytes, now: Instant) -> None:
        """Keep the Command for Local Delivery as it came, and hand it on."""
        config, order, delivery = self._desk.config, record.order, record.delivery
        name = RequestId(config.eui, delivery.target, delivery.counter)
        both = order.route is Route.BOTH
        try:
            found = check_command(command, name, order.variant, config.dcc, record.signed)
        except DoorstepError as error:
            # The DCC sends the Command all the same where both ways were asked for.
            self._desk.note("refused", f"the Command of {record.name}: {error}", command)
            event = Event.SENDING if both else Event.STOPPED
            self._desk.move(record, event, now, f"not the Command asked for: {error}")
            return
        held = self._desk.move(
            record,
            Event.COPIED if both else Event.RETURNED,
            now,
            "",
            command=command,
            message_code=found.header.message_code,
            use_case=_label(found),
        )
        if held is not None:
            self._relays.hand(held, now)

    # -- what the DCC pushes ----------------------------------------------------------------------------

    def _pushed_message(self, response: Response, message: ResponseMessage, now: Instant) -> None:
        content = message.content
        if isinstance(content, GbcsPayload):
            self._on_response(content.payload, now)
            return
        record = self._asked(response.request_id)
        if record is None:
            self._desk.note("unmatched", f"the DCC answers {response.request_id}, which nobody asked")
            return
        # What was kept back and let go at once may come before the acknowledgement.
        to_be_signed = record.order.critical and not record.signed
        awaited = record.delivery.state in (State.TRANSFORMING, State.HELD) and to_be_signed
        if isinstance(content, LocalCommand | PreCommand) and self._is_overtaken(record, now):
            return
        if isinstance(content, LocalCommand) and record.order.route.local and not to_be_signed:
            self._take_command(record, content.payload, now)
        elif isinstance(content, PreCommand) and awaited:
            self._take_pre_command(record, content.payload, now)
        elif content is None and response_code(response.code).is_error:
            self._not_delivered(record, explained(response.code), now)
        else:
            what = type(content).__name__ if content else "nothing more"
            self._desk.note("heard", f"the DCC says {response.code} of {record.name}, and {what}")

    def _is_overtaken(self, record: Record, now: Instant) -> bool:
        """Whether what was kept back comes too late for its counter; it is then seen to."""
        if record.delivery.state is not State.HELD:
            return False
        others = (other.delivery for other in self._desk.book.of(record.order.target))
        first = gone_before(others, record.delivery)
        if first is not None:
            self._on_overtaken(record, first, now)
        return first is not None

    def _device_alert(self, _response: Response, alert: DeviceAlert, _now: Instant) -> None:
        self._desk.note("alert", "a Device alerts", alert.payload, alert.alert_code)

    def _dcc_alert(self, _response: Response, alert: DccAlert, now: Instant) -> None:
        self._desk.note("alert", f"the DCC alerts {alert.code}: {alert.alert.name}")
        take = self._alerts.get(alert.alert.name)
        if take is None:
            return
        try:
            take(alert, now)
        except XmlError as error:
            self._desk.note("disbelieved", str(error))

    def _command_failed(self, alert: DccAlert, now: Instant) -> None:
        record = self._asked(alert.alert.value_of("CommandRequestID", REQUEST_ID))
        if record is not None:
            self._not_delivered(record, f"the DCC could not deliver it ({alert.code})", now)

    def _in_quarantine(self, alert: DccAlert, now: Instant) -> None:
        """A request is over a threshold: whoever may let it go is to be told its reference.

        The DCC has it then, whether its answer comes or not. A Command for the WAN goes on as one that is
        sent.
        """
        for breach in alert.alert.children:
            record = self._asked(breach.value_of("RequestID", REQUEST_ID))
            if record is not None:
                reference = breach.text_of("QuarantineEventRef")
                reason = f"the DCC keeps it in quarantine as {reference} ({breach.name})"
                asked = record.delivery.state in AT_THE_DCC and not self._is_sent_by_the_dcc(record)
                self._desk.move(record, Event.KEPT_BACK if asked else Event.TOLD, now, reason)

    def _is_sent_by_the_dcc(self, record: Record) -> bool:
        """Whether what is asked for is that the DCC sends the Command, alone or as well."""
        return record.delivery.state is State.COMMANDING and record.order.route.wan

    def _not_delivered(self, record: Record, reason: str, now: Instant) -> None:
        """The WAN has failed; that is the end only for a Command that goes by no other way.

        Nor is it the end of a request that was kept back: such an answer need not be signed.
        """
        delivery = record.delivery
        if delivery.state is State.HELD:
            self._desk.move(record, Event.TOLD, now, f"the DCC let it go, and says {reason}")
        elif delivery.state is State.SENT and not delivery.command:
            self._desk.move(record, Event.LOST, now, reason)
        else:
            self._desk.note("undelivered", f"{record.name} over the WAN: {reason}")

    def _asked(self, name: RequestId | None) -> Record | None:
        if name is None or name.originator != self._desk.config.eui:
            return None
        return self._desk.book.answered_by(name.target, name.counter)


def _content(response: Response | None) -> object:
    body = response.body if response is not None else None
    return body.content if isinstance(body, ResponseMessage) else None


def _acknowledged(response: Response | None) -> bool:
    """Whether the DCC has accepted a request without an answer yet."""
    return response is not None and response.code == codes.I99 and _content(response) is None


def _label(message: gbcs.Message) -> str:
    return message.use_case.label if message.use_case else ""
