"""Execution of an authenticated Command: its components in order, each read, written or invoked.

Which attributes and methods there are, and what they do, is in the tables of :mod:`.registers`,
:mod:`.methods` and :mod:`.protected`; nothing here looks at the Message Code, so a use case works because
the objects that it names are there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component
from doorstep.road.device.execution import Execution, Occasion
from doorstep.road.device.objects import Place, Refused, Result, Shape, carry_out
from doorstep.road.meter.electricity.activations import ACTIVATIONS, WRITTEN_AS
from doorstep.road.meter.electricity.logs import LOGS
from doorstep.road.meter.electricity.methods import METHODS, Caller
from doorstep.road.meter.electricity.protected import PROTECTED, get_protected_attributes
from doorstep.road.meter.electricity.readings import READINGS, reading
from doorstep.road.meter.electricity.registers import REGISTERS, Access
from doorstep.road.meter.electricity.schedule import scheduled
from doorstep.road.meter.electricity.selection import by_clock
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.electricity.supply import settled

__all__ = ["Objects"]

_NULL: Final = Data(Tag.NULL_DATA)


class Objects(Struct, frozen=True):
    """The COSEM objects of a meter, as that which executes DLMS COSEM upon a state.

    ``faults`` are attributes and methods that are broken. ``keep_partial``: whether components before the
    one that failed keep their effect.
    """

    faults: frozenset[Place] = frozenset()
    keep_partial: bool = True

    def execute(self, request: AccessRequest, before: State, occasion: Occasion) -> Execution[State]:
        """Carry out the components in order, up to the first that fails.

        What those before it did stands, or does not, as the policy says.
        """
        job = _Job(occasion, self.faults)
        state, response, failure = carry_out(
            request, before, lambda component, state: _VERBS[component.action](component, state, job)
        )
        if failure is not None and not self.keep_partial:
            state = before
        return Execution(settled(before, state), response, failure)


class _Job(Struct, frozen=True):
    """One execution: the Command that asks for it, and what is broken."""

    occasion: Occasion
    faults: frozenset[Place]


# -- one function a verb; each gives the state that follows and the data to answer with ---------------


def _get(component: Component, state: State, job: _Job) -> tuple[State, Data]:
    place = _place(component)
    _exists(place, place in REGISTERS or place in READINGS, job)
    return state, reading(state, place, job.occasion.now)


def _get_selection(component: Component, state: State, job: _Job) -> tuple[State, Data]:
    place = _place(component)
    if place not in LOGS:
        _get(component, state, job)
        raise Refused(Result.OTHER_REASON, f"{place} has no selective access")
    _exists(place, True, job)
    return state, LOGS[place].between(state, by_clock(component), job.occasion.now)


def _set(component: Component, state: State, job: _Job) -> tuple[State, Data]:
    named = _place(component)
    _exists(named, named in REGISTERS, job)
    place = WRITTEN_AS.get(named, named)
    register = REGISTERS[place]
    _permitted(named, register.access, job)
    _fits(named, register.shape, component.data)
    state = state.holding(place, component.data)
    if place in ACTIVATIONS:
        state = scheduled(state, place, component.data, job.occasion.header, job.occasion.now, job.faults)
    return state, _NULL


def _invoke(component: Component, state: State, job: _Job) -> tuple[State, Data]:
    place = _place(component)
    if place in PROTECTED:
        _exists(place, True, job)
        return state, get_protected_attributes(PROTECTED[place], state, component.data, job.occasion)
    method = METHODS.get(place)
    _exists(place, method is not None, job)
    assert method is not None
    _permitted(place, method.access, job)
    _fits(place, method.parameter, component.data)
    occasion = job.occasion
    caller = Caller(occasion.device, occasion.keys, occasion.header.originator_counter, occasion.now)
    return method.effect(state, component.data, caller), _NULL


_Verb = Callable[[Component, State, _Job], tuple[State, Data]]

_VERBS: Final[dict[Action, _Verb]] = {
    Action.GET: _get,
    Action.GET_WITH_SELECTION: _get_selection,
    Action.SET: _set,
    Action.ACTION: _invoke,
}


def _place(component: Component) -> Place:
    return Place(component.class_id, component.obis, component.attribute)


def _exists(place: Place, known: bool, job: _Job) -> None:
    if not known:
        raise Refused(Result.OBJECT_UNDEFINED, f"there is no {place}")
    if place in job.faults:
        raise Refused(Result.HARDWARE_FAULT, f"{place} is broken")


def _permitted(place: Place, access: Access, job: _Job) -> None:
    """A Command that only the Access Control Broker vouches for must not change what a critical one may."""
    if access is Access.READ or (access is Access.CRITICAL and not job.occasion.row.critical):
        raise Refused(Result.READ_WRITE_DENIED, f"{place} is for {access.value} to change")


def _fits(place: Place, shape: Shape, data: Data) -> None:
    if not shape.fits(data):
        raise Refused(Result.TYPE_UNMATCHED, f"{data.tag.name.lower()} is not the type of {place}")
