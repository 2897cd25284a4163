"""What becomes of a Command that has reached its Device: checked, counted, executed and answered, or not."""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import DeviceType, UseCase
from doorstep.road.device.anchors import anchored
from doorstep.road.device.answer import answer, response_header
from doorstep.road.device.checks import Admitted, Receiver, Rejection, admit
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.events import Executed, Rejected
from doorstep.road.device.execution import Executors, Occasion
from doorstep.road.device.failure import Failure
from doorstep.road.device.state import DeviceState
from doorstep.road.machine import Note

__all__ = ["Device", "Outcome", "process"]

S = TypeVar("S", bound=DeviceState)


class Device(Struct, Generic[S], frozen=True):
    """A Device as far as its Commands are concerned: who it is, what it can execute.

    ``keys`` holds its own private keys and the certificates of the parties in its trust anchor cells.
    ``asn1`` names the use cases in ASN.1 that it executes, whichever Devices their rows have seen as targets;
    None leaves that to the rows.
    """

    eui: Eui
    device_type: DeviceType
    keys: KeyRing
    executors: Executors[S]
    check_non_critical: bool = True
    asn1: frozenset[str] | None = None

    def keys_in(self, state: DeviceState) -> KeyRing:
        """The keys as Commands have left them: certificates that they brought come first."""
        return anchored(self.keys, state.anchors)


class Outcome(Struct, Generic[S], frozen=True):
    """The state that follows, what became of the Command, and what the Device notes in its logs."""

    state: S
    event: Executed | Rejected
    notes: tuple[Note, ...]


def process(command: bytes, state: S, device: Device[S], now: Instant) -> Outcome[S]:
    """Check a Command, count it, execute it and answer it, in the order of GBCS.

    A Command that fails a check changes nothing and gets no Response. The state that comes back has the
    counter spent and the effects in it, and must be remembered before the Response is sent. Whatever the
    bytes are, nothing is raised but :class:`NoKey` where the Device's own keys are not held, before
    anything has changed.
    """
    try:
        admitted = admit(command, _receiver(device, state))
    except Rejection as rejection:
        note = Note(rejection.what, rejection.why, command, rejection.alert)
        return Outcome(state, Rejected(command, rejection.why, rejection.alert), (note,))
    return _executed(command, admitted, state, device, now)


def _executed(command: bytes, admitted: Admitted, state: S, device: Device[S], now: Instant) -> Outcome[S]:
    header, row = admitted.message.header, admitted.row
    before = state.counters
    counters = before.spending(admitted.watch, admitted.sender, header.originator_counter)
    state, own_counter = structs.replace(state, counters=counters), None
    if header.supplementary_certificate:
        own_counter = state.own_counter + 1
        state = structs.replace(state, own_counter=own_counter)
    answering = response_header(header, row, device.eui, now, own_counter)
    keys = device.keys_in(state)
    occasion = Occasion(header, answering, row, device.eui, keys, now, before)
    execution = device.executors[admitted.language](admitted.message.payload, state, occasion)
    response = answer(answering, row, execution.payload, keys)
    failure = execution.failure
    event = Executed(command, response, failure is None, "" if failure is None else str(failure))
    return Outcome(execution.state, event, _notes(command, row, failure))


def _receiver(device: Device[S], state: S) -> Receiver:
    return Receiver(
        device.eui,
        device.device_type,
        state.cells,
        device.keys_in(state),
        state.counters,
        frozenset(device.executors),
        device.check_non_critical,
        device.asn1,
    )


def _notes(command: bytes, row: UseCase, failure: Failure | None) -> tuple[Note, ...]:
    if failure is None:
        return (Note("executed", f"{row.label} was carried out", command, AlertCode.COMMAND_ACTIONED),)
    why = f"{row.label} was not carried out: {failure}"
    notes: tuple[Note, ...] = (Note("executed", why, command, AlertCode.COMMAND_NOT_ACTIONED),)
    if failure.alert is not None:
        notes += (Note("event", str(failure), command, failure.alert),)
    return notes
