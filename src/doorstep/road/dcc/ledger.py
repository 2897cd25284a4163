"""What the DCC must not forget of requests: their counters, its answers, and the Commands it made."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import structs

from doorstep.duis.command_variant import COMMAND_VARIANTS, Input, Service
from doorstep.duis.request import Request
from doorstep.duis.request_id import RequestId
from doorstep.duis.writing import Canonical
from doorstep.errors import InputError
from doorstep.eui import Eui
from doorstep.gbcs.header import Cra
from doorstep.gbcs.message import Message
from doorstep.gbcs.times import Instant
from doorstep.road.dcc.alerts import Dated, instructions_of
from doorstep.road.dcc.book import Book, Entries
from doorstep.road.dcc.effects import effect_of
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.dcc.records import Issued, Kept
from doorstep.road.machine import Memory

__all__ = ["Ledger"]

_TRANSFORM: Final = next(row.number for row in COMMAND_VARIANTS if row.service is Service.TRANSFORM)
_SENDING: Final = tuple(row.number for row in COMMAND_VARIANTS if row.input is Input.SIGNED_PRE_COMMAND)
_BROKER: Final = "broker"


class Ledger:
    """Four books, and the rules that need them.

    The counters are as many as there are Users and targets in the inventory, since only accepted requests
    are counted; the other books forget the oldest.
    """

    def __init__(self, policy: DccPolicy, memory: Memory) -> None:
        self._policy = policy
        self._counters: Book[int] = Book("counter:", int, memory)
        self._kept: Book[Kept] = Book("kept:", Kept, memory, policy.answers_kept)
        self._issued: Book[Issued] = Book("issued:", Issued, memory, policy.commands_kept)
        self._alerts: Book[int] = Book("alert:", int, memory, policy.alerts_kept)

    # -- requests ---------------------------------------------------------------------------------

    def repeated(self, request: Request) -> Canonical | None:
        """The answer that the very same request got before; None for one that was not accepted yet."""
        kept = self._kept.find(_kept_name(request.request_id, request.command_variant))
        return kept.answer if kept is not None and kept.request == _digest_of(request) else None

    def check_fresh(self, request: Request) -> None:
        """Raise :class:`InputError` unless the request's counter is over the last one.

        One other may use that counter: the request that sends, once, what was transformed under it.
        """
        name = request.request_id
        last = self._counters.find(self._scope(name))
        if last is None or name.counter > last:
            return
        transformed = self._kept.find(_kept_name(name, _TRANSFORM)) is not None
        sent = any(self._kept.find(_kept_name(name, variant)) is not None for variant in _SENDING)
        if not transformed or sent or request.command_variant not in _SENDING:
            raise InputError(f"the counter {name.counter} is not above the last one, {last}")

    def check_transformed(self, request: Request, signed: Message) -> None:
        """Raise :class:`InputError` unless a Signed Pre-Command is what the request was transformed into."""
        kept = self._kept.find(_kept_name(request.request_id, _TRANSFORM))
        if kept is None and self._policy.transform_first:
            raise InputError(f"{request.request_id} has not been transformed")
        if kept is not None and kept.pre_command != _pre_command_digest(request, signed):
            raise InputError("the Signed Pre-Command is not what the request was transformed into")

    def accept(self, request: Request, answer: Canonical, pre_command: Message | None = None) -> Entries:
        """The request is carried out: its counter is used, and its answer will be the same each time."""
        name = request.request_id
        scope = self._scope(name)
        counter = max(name.counter, self._counters.find(scope) or 0)
        made = _pre_command_digest(request, pre_command) if pre_command is not None else b""
        kept = Kept(_digest_of(request), answer, made)
        return self._counters.write(scope, counter) | self._kept.write(
            _kept_name(name, request.command_variant), kept
        )

    def transformed(self, request: Request, pre_command: Message) -> Entries:
        """A request that was accepted before has been transformed now, and may be sent from now on."""
        name = _kept_name(request.request_id, request.command_variant)
        kept = self._kept.find(name)
        if kept is None:
            return {}
        made = _pre_command_digest(request, pre_command)
        return self._kept.write(name, structs.replace(kept, pre_command=made))

    # -- Commands ---------------------------------------------------------------------------------

    @property
    def broker_counter(self) -> int:
        """The next Originator Counter of the Access Control Broker, for Commands of its own."""
        return (self._counters.find(_BROKER) or 0) + 1

    def issue(self, request: Request, command: Message, schedule: int | None = None) -> Entries:
        """A Command was made for the request, or for a read of that schedule."""
        header = command.header
        issued = Issued(
            request.request_id,
            request.service_reference,
            request.service_reference_variant,
            header.message_code,
            schedule=schedule,
            effect=effect_of(request, command),
            instructions=instructions_of(command),
        )
        name = _issued_name(
            header.business_target_id, header.business_originator_id, header.originator_counter
        )
        entries = self._issued.write(name, issued)
        if header.business_originator_id != request.request_id.originator:
            entries |= self._counters.write(_BROKER, header.originator_counter)
        return entries

    def answered(self, response: Message) -> Issued:
        """The Command that a message answers; raises :class:`InputError` where it answers none."""
        header = response.header
        issued = self._issued.find(_answered_name(response))
        if header.cra is not Cra.RESPONSE or issued is None or issued.message_code != header.message_code:
            raise InputError("it answers no Command that was issued")
        return issued

    def dated(self, device: Eui, originator: Eui, dated: Dated) -> Issued | None:
        """The Command that an Alert on an instruction for later is about, if it is known."""
        issued = self._issued.find(_issued_name(device, originator, dated.counter))
        return issued if issued is not None and issued.message_code == dated.message_code else None

    def settle(self, response: Message, issued: Issued) -> Entries:
        """The Response of a Command has come."""
        return self._issued.write(_answered_name(response), structs.replace(issued, answered=True))

    # -- Alerts -----------------------------------------------------------------------------------

    def heard(self, alert: bytes) -> bool:
        """Whether the very same Alert has come before."""
        return self._alerts.find(_alert_name(alert)) is not None

    def hear(self, alert: bytes, now: Instant) -> Entries:
        """An Alert has come: a hub that was not told so sends it again."""
        return self._alerts.write(_alert_name(alert), now)

    def _scope(self, name: RequestId) -> str:
        pair = self._policy.counter_scope_is_pair
        return f"{name.originator}:{name.target}" if pair else f"{name.originator}"


def _alert_name(alert: bytes) -> str:
    return sha256(alert).hexdigest()


def _kept_name(name: RequestId, command_variant: int) -> str:
    return f"{name}:{command_variant}"


def _answered_name(response: Message) -> str:
    """What a Response and its Command have in common: Device, originator and counter."""
    header = response.header
    return _issued_name(header.business_originator_id, header.business_target_id, header.originator_counter)


def _issued_name(device: Eui, originator: Eui, counter: int) -> str:
    return f"{device}:{originator}:{counter}"


def _digest_of(request: Request) -> bytes:
    """What identifies a request, however often its originator signs it anew."""
    return sha256(msgspec.msgpack.encode(request, enc_hook=bytes)).digest()


def _pre_command_digest(request: Request, message: Message) -> bytes:
    """What identifies a Pre-Command, signed or not: its bytes, and the service that it is for.

    The service, because several may lead to one use case and differ in who may ask for them.
    """
    return sha256(request.service_reference_variant.encode() + message.grouped).digest()
