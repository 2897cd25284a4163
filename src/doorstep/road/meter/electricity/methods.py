"""The methods of an ESME's objects: the parameter that each takes, who may invoke it, what it does."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from msgspec import Struct, structs

from doorstep.eui import Eui
from doorstep.gbcs.keys import KeyRing
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.times import Instant
from doorstep.road.device.codes import AlertCode
from doorstep.road.device.objects import Shape, place
from doorstep.road.meter.electricity import clock, prepayment, supply
from doorstep.road.meter.electricity.registers import (
    DOUBLE_LONG,
    INTEGER,
    LONG_UNSIGNED,
    OCTETS,
    REGISTERS,
    Access,
)
from doorstep.road.meter.electricity.state import State
from doorstep.road.meter.logs import Log

__all__ = ["METHODS", "Caller", "Method"]


class Caller(Struct, frozen=True):
    """On whose behalf a method runs, and when: the Device, its keys, and a Command's counter, if one asks."""

    device: Eui
    keys: KeyRing
    counter: int | None
    now: Instant


Effect = Callable[[State, Data, Caller], State]


class Method(Struct, frozen=True):
    """One method: its parameter, who may invoke it, and the state that follows."""

    parameter: Shape
    access: Access
    effect: Effect


def _number(parameter: Data) -> int:
    return parameter.value if isinstance(parameter.value, int) else 0


def _update(register: str) -> Method:
    """update_amount, update_total_amount_remaining: add to a register."""
    target = place(register)
    return Method(
        DOUBLE_LONG,
        Access.CRITICAL,
        lambda state, parameter, _caller: prepayment.adjust(state, target, _number(parameter)),
    )


def _set_to_value(register: str) -> Method:
    """set_amount_to_value."""
    target = place(register)
    return Method(
        DOUBLE_LONG,
        Access.CRITICAL,
        lambda state, parameter, _caller: prepayment.set_amount(state, target, _number(parameter)),
    )


def _activate_price(object_: str) -> Method:
    """activate_passive_unit_charge."""
    active, passive = place(f"113 {object_} 5"), place(f"113 {object_} 6")
    return Method(
        INTEGER,
        Access.CRITICAL,
        lambda state, _parameter, _caller: state.holding(active, state.value(passive)),
    )


def _reset(*registers: str) -> Method:
    """reset: back to the value before anything was counted."""
    targets = tuple(place(register) for register in registers)

    def effect(state: State, _parameter: Data, _caller: Caller) -> State:
        for target in targets:
            state = state.holding(target, REGISTERS[target].initial)
        return state

    return Method(INTEGER, Access.ANY, effect)


def _invoke_emergency_credit(state: State, _parameter: Data, _caller: Caller) -> State:
    return prepayment.activate_emergency_credit(state)


def _enter(state: State, parameter: Data, caller: Caller) -> State:
    return prepayment.top_up(state, parameter, caller.keys, caller.device, caller.counter)


def _execute_script(state: State, parameter: Data, _caller: Caller) -> State:
    return supply.run_script(state, _number(parameter))


def _preset_clock(state: State, parameter: Data, caller: Caller) -> State:
    clock.preset(parameter, caller.now)
    return state


def _adjust_clock(state: State, _parameter: Data, _caller: Caller) -> State:
    return state  # The clock is that of the meter's world: there is nothing to adjust.


def _clear_events(state: State, _parameter: Data, caller: Caller) -> State:
    """Clear the Event Log; that it was cleared is told by the Security Log."""
    logs = state.logs.without(Log.EVENTS).adding(Log.SECURITY, caller.now, AlertCode.EVENT_LOG_CLEARED)
    return structs.replace(state, logs=logs)


_CREDITS: Final = tuple(f"0-0:19.10.{credit}.255" for credit in range(3))
_DEBTS: Final = tuple(f"0-0:19.20.{debt}.255" for debt in range(1, 4))

_ROWS: Final[tuple[tuple[str, Method], ...]] = (
    # Load switch.
    ("9 0-0:10.0.106.255 1", Method(LONG_UNSIGNED, Access.CRITICAL, _execute_script)),
    # Clock: preset_adjusting_time, adjust_to_preset_time (ECS70).
    ("8 0-0:1.0.0.255 5", Method(clock.PRESET, Access.CRITICAL, _preset_clock)),
    ("8 0-0:1.0.0.255 4", Method(INTEGER, Access.CRITICAL, _adjust_clock)),
    # Event Log: reset (ECS15a).
    ("7 0-0:99.98.0.255 1", Method(INTEGER, Access.ANY, _clear_events)),
    # Credits: update_amount, set_amount_to_value; invoke_credit of the emergency credit.
    *((f"112 {credit} 1", _update(f"112 {credit} 2")) for credit in _CREDITS),
    *((f"112 {credit} 2", _set_to_value(f"112 {credit} 2")) for credit in _CREDITS),
    ("112 0-0:19.10.1.255 3", Method(INTEGER, Access.CRITICAL, _invoke_emergency_credit)),
    # Debts: activate_passive_unit_charge of the time debts, update_total_amount_remaining of all.
    *((f"113 {debt} 2", _activate_price(debt)) for debt in _DEBTS[:2]),
    *((f"113 {debt} 4", _update(f"113 {debt} 12")) for debt in _DEBTS),
    # Token gateway: a UTRN, which brings a MAC of its own.
    ("115 0-0:19.40.0.255 1", Method(OCTETS, Access.ANY, _enter)),
    # Counters of the load limit and of each phase's voltage, maximum demands.
    ("3 0-0:94.44.42.255 1", _reset("3 0-0:94.44.42.255 2")),
    *(
        (f"3 1-0:{phase}.{which}.0.4 1", _reset(f"3 1-0:{phase}.{which}.0.4 2"))
        for phase in (32, 52, 72)
        for which in (32, 36)
    ),
    *(
        (f"4 1-0:{demand}.255 1", _reset(f"4 1-0:{demand}.255 2", f"4 1-0:{demand}.255 5"))
        for demand in ("1.6.0", "1.6.1", "2.6.0")
    ),
)

METHODS: Final = MappingProxyType({place(text): method for text, method in _ROWS})
"""Every method, by its place."""
