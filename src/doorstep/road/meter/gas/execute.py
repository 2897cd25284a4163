"""Execution of GBZ on a gas meter: component by component, reads and commands of its clusters."""

from __future__ import annotations

from functools import partial

from msgspec import Struct

from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.times import Instant
from doorstep.gbcs.usecases import USE_CASES, Category, UseCase
from doorstep.road.device import Device
from doorstep.road.device.answer import response_header
from doorstep.road.device.clusters import Attr, Declined, answers, read
from doorstep.road.device.confidential import carry_out_for, wants_no_default_response
from doorstep.road.device.execution import Execution, Occasion
from doorstep.road.meter.gas.commands import COMMANDS, Access, Fault, Row
from doorstep.road.meter.gas.schedule import scheduled
from doorstep.road.meter.gas.state import GasState, Pending
from doorstep.road.meter.gas.supply import settled
from doorstep.zigbee.types import Value
from doorstep.zigbee.zcl import ReadAttributes, Status

__all__ = ["GasClusters"]


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
        perform = partial(self._perform, occasion)
        state, answer, failure = carry_out_for(payload, before, occasion, perform)
        if failure is not None and not self.keep_partial:
            state = before
        return Execution(settled(before, state), answer, failure)

    def activate(self, pending: Pending, state: GasState, device: Device[GasState], now: Instant) -> GasState:
        """The state after a command whose time has come; raises :class:`Declined`."""
        row = COMMANDS[type(pending.component.command)]  # type: ignore[index]  # Only commands are taken on.
        self._sound(pending.component)
        assert row.effect is not None, "what was taken on has an effect"
        return row.effect(state, pending.component.command, _occasion(pending, state, device, now))

    def _perform(
        self, occasion: Occasion, component: Component, state: GasState
    ) -> tuple[GasState, tuple[Component, ...]]:
        if isinstance(component.command, ReadAttributes):
            quiet = wants_no_default_response(occasion.row)
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


def _occasion(pending: Pending, state: GasState, device: Device[GasState], now: Instant) -> Occasion:
    """The circumstances in which a command is carried out that came before."""
    row = USE_CASES[pending.message_code]
    header = GroupingHeader(
        Cra.COMMAND, pending.counter, pending.originator, device.eui, pending.message_code
    )
    response, keys = response_header(header, row, device.eui, now), device.keys_in(state)
    return Occasion(header, response, row, device.eui, keys, now, state.counters)


def _name(component: Component) -> str:
    return f"0x{component.command_id:02X} of cluster 0x{component.cluster:04X}"
