"""The tables hold together: what one names is in the other, and of the right type."""

from __future__ import annotations

import pytest

from doorstep.gbcs.payloads.axdr import decode_data, encode_data
from doorstep.road.device.objects import Place, place
from doorstep.road.meter.electricity import registers
from doorstep.road.meter.electricity.activations import ACTIVATIONS, WRITTEN_AS
from doorstep.road.meter.electricity.methods import METHODS
from doorstep.road.meter.electricity.protected import PROTECTED, Guarded
from doorstep.road.meter.electricity.registers import DATE_TIME, REGISTERS, Access, blank_registers


def test_every_register_begins_with_a_value_of_its_type() -> None:
    blank = blank_registers()
    assert blank.keys() == REGISTERS.keys()
    for where, data in blank.items():
        assert REGISTERS[where].shape.fits(data), where
        assert decode_data(encode_data(data), 0)[0] == data, where


def test_no_register_is_listed_twice() -> None:
    assert len(registers._ROWS) == len(REGISTERS)


@pytest.mark.parametrize("when", ACTIVATIONS, ids=str)
def test_an_activation_joins_registers_of_matching_types(when: Place) -> None:
    assert REGISTERS[when].shape == DATE_TIME
    assert REGISTERS[when].access is Access.CRITICAL
    for transfer in ACTIVATIONS[when]:
        passive, active = REGISTERS[transfer.passive], REGISTERS[transfer.active]
        assert passive.access is Access.CRITICAL
        assert active.shape.fits(transfer.convert(passive.initial)), transfer


def test_what_becomes_active_is_not_written_directly() -> None:
    active = {transfer.active for transfers in ACTIVATIONS.values() for transfer in transfers}
    writable = {where for where in active if REGISTERS[where].access is not Access.READ}
    assert writable == set(WRITTEN_AS)


def test_every_activation_date_that_a_command_may_set_activates_something() -> None:
    dates = {where for where, row in REGISTERS.items() if where.class_id == 9000 and row.shape == DATE_TIME}
    assert dates <= ACTIVATIONS.keys()


def test_what_is_read_protected_is_made_of_registers() -> None:
    for guard, guarded in PROTECTED.items():
        assert guard.class_id == 30
        if isinstance(guarded, Guarded):
            assert set(guarded.registers) <= REGISTERS.keys(), guard


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("9 0-0:10.0.106.255 1", Access.CRITICAL),  # supply
        ("112 0-0:19.10.0.255 1", Access.CRITICAL),  # meter balance
        ("113 0-0:19.20.1.255 4", Access.CRITICAL),  # debt
        ("115 0-0:19.40.0.255 1", Access.ANY),  # top-up: a UTRN has a MAC of its own
    ],
)
def test_who_may_invoke_what(text: str, access: Access) -> None:
    assert METHODS[place(text)].access is access
