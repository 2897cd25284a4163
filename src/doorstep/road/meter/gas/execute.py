"""Execution of GBZ on a gas meter: component by component, reads and commands of its clusters."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import DecodeError, NoKey
from doorstep.gbcs.encrypted import ciphered, device_secret
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import USE_CASES, Category, UseCase
from doorstep.road.device import AlertCode, Device
from doorstep.road.device.answer import response_header
from doorstep.road.device.clusters import Attr, Declined, answers, carry_out, read
from doorstep.road.device.execution import Execution, Occasion
from doorstep.road.meter.gas.commands import COMMANDS, Access, Fault, Row
from doorstep.road.meter.gas.schedule import scheduled
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.road.meter.gas.supply import settled
from doorstep.zigbee.clusters import METERING, PREPAYMENT
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import DefaultResponse, ReadAttributes, Status

__all__ = ["CONFIDENTIAL", "GasClusters"]

CONFIDENTIAL: Final = {
    "GCS13a": METERING.id,
    "GCS13b": METERING.id,
    "GCS13c": METERING.id,
    "GCS14": PREPAYMENT.id,
}
"""The use cases whose Responses hide for their reader what they say of one cluster."""

# The reads whose reference Responses want no Default Response; the others leave that bit clear.
_QUIET_READS: Final = ("GCS13a", "GCS13b", "GCS13c", "GCS21f")


class GasClusters(Struct, frozen=True):
    """The clusters of a gas meter, as that which executes GBZ upon a state.

    ``faults`` are attributes whose hardware is broken, and commands that fail: all of a kind, or the one
    that is equal. ``keep_partial``: whether components
    before the one that failed keep their effect.
    """

    faults: frozenset[Fault] = frozenset()
    keep_partial: bool = True

    def execute(self, payload: GbzPayload, before: GasState, occasion: Occasion) -> Execution[GasState]:
        """Carry out the components in order, up to the first that fails (fail-fast)."""
        state, answer, failure = carry_out(payload, before, partial(self._perform, occasion))
        if failure is not None and not self.keep_partial:
            state = before
        try:
            answer = _confidential(answer, occasion)
        except (NoKey, DecodeError) as error:
            # Whoever asks cannot be told, so nothing is: every component is answered as one that failed.
            unread = Declined(Status.FAILURE, str(error), AlertCode.FAILED_AUTHORISATION)
            return Execution(before, _refused(payload, unread), unread)
        return Execution(settled(before, state), answer, failure)

    def activate(self, pending: Pending, state: GasState, device: Device[GasState], now: Instant) -> GasState:
        """The state after a command whose time has come; raises :class:`Declined`."""
        row = COMMANDS[type(pending.component.command)]  # type: ignore[index]  # Only commands are taken on.
        self._sound(pending.component)
        assert row.effect is not None, "what was taken on has an effect"
        return row.effect(state, pending.component.command, _occasion(pending, device, now))

    def _perform(
        self, occasion: Occasion, component: Component, state: GasState
    ) -> tuple[GasState, tuple[Component, ...]]:
        if isinstance(component.command, ReadAttributes):
            quiet = occasion.row.name in _QUIET_READS
            return state, read(component, partial(self._value, state), quiet=quiet)
        row = COMMANDS.get(type(component.command))  # type: ignore[arg-type]  # Others have no row.
        if row is None:
            raise Declined(Status.UNSUPPORTED_CLUSTER_COMMAND, f"no command {_name(component)}")
        if not _permits(row.access, occasion.row):
            raise Declined(Status.NOT_AUTHORIZED, f"{_name(component)} is for {row.access.value}")
        try:
            self._sound(component)
            return self._obey(row, component, state, occasion)
        except Declined as declined:
            raise _answered(declined, row, component) from None

    def _obey(
        self, row: Row, component: Component, state: GasState, occasion: Occasion
    ) -> tuple[GasState, tuple[Component, ...]]:
        if row.dated:
            state = scheduled(state, component, row, occasion)
        elif row.effect is not None:
            state = row.effect(state, component.command, occasion)
        if row.answer is None:
            return state, ()
        return state, answers(component, row.answer(state, component.command, occasion), quiet=row.quiet)

    def _value(self, state: GasState, attribute: Attr) -> Value | Declined:
        if attribute not in state.attributes:
            return Declined(Status.UNSUPPORTED_ATTRIBUTE, f"there is no attribute {attribute}")
        if attribute in self.faults:
            return Declined(Status.HARDWARE_FAILURE, f"attribute {attribute} is broken")
        return state.attributes[attribute]

    def _sound(self, component: Component) -> None:
        if type(component.command) in self.faults or component.command in self.faults:
            raise Declined(Status.HARDWARE_FAILURE, f"{_name(component)} is broken")


def _permits(access: Access, row: UseCase) -> bool:
    """Whether a Command of a use case may have a command with this access carried out."""
    if row.category is Category.SME_C_PPMID_GSME:
        return access in (Access.PPMID, Access.TOP_UP)
    return row.critical or access in (Access.ANY, Access.TOP_UP)


def _answered(declined: Declined, row: Row, component: Component) -> Declined:
    """What was declined, with the answer that its row has for that."""
    if row.refusal is None:
        return declined
    refusal = answers(component, (row.refusal(component.command),), quiet=row.quiet)
    return Declined(declined.status, declined.why, declined.alert, refusal)


def _confidential(payload: GbzPayload, occasion: Occasion) -> GbzPayload:
    """A Response's payload with what only its reader is to see hidden for that reader.

    Raises :class:`NoKey` where the reader's certificate is not held, :class:`DecodeError` where the one
    that came in the Command is not the reader's.
    """
    cluster = CONFIDENTIAL.get(occasion.row.name)
    if cluster is None:
        return payload
    secret = device_secret(occasion.header, occasion.keys)
    components, counter = [], 0
    for component in payload.components:
        if component.cluster == cluster and not isinstance(component.command, DefaultResponse):
            component = ciphered(component, occasion.response, secret, counter)
            counter += 1
        components.append(component)
    return structs.replace(payload, components=tuple(components))


def _refused(payload: GbzPayload, declined: Declined) -> GbzPayload:
    def refuse(_component: Component, _state: None) -> tuple[None, tuple[Component, ...]]:
        raise declined

    return carry_out(payload, None, refuse)[1]


def _occasion(pending: Pending, device: Device[GasState], now: Instant) -> Occasion:
    """The circumstances in which a command is carried out that came before."""
    row = USE_CASES[pending.message_code]
    header = GroupingHeader(
        Cra.COMMAND, pending.counter, pending.originator, device.eui, pending.message_code
    )
    return Occasion(header, response_header(header, row, device.eui, now), row, device.eui, device.keys, now)


def _name(component: Component) -> str:
    return f"0x{component.command_id:02X} of cluster 0x{component.cluster:04X}"
