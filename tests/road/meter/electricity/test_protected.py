"""What is read encrypted: only the User for whom it is can open it, and nothing else is read that way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep import gbcs
from doorstep.gbcs.encrypted import ProtectionParameters, opened
from doorstep.gbcs.header import Cra, GroupingHeader
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessResponse, Obis
from tests.road.meter.electricity.home import (
    BALANCE,
    EMERGENCY,
    METER,
    PARTY_KEYS,
    SUPPLIER,
    command,
    double_long,
    executed,
    invoke,
    meter,
    results,
)

GUARD = "30 0-0:43.2.1.255 1"


def structure(*parts: Data) -> Data:
    return Data(Tag.STRUCTURE, parts)


def array(*parts: Data) -> Data:
    return Data(Tag.ARRAY, parts)


def wanted(name: str = "0-0:94.44.34.30", attribute: int = 2) -> Data:
    return structure(
        Data(Tag.LONG_UNSIGNED, 1),
        Data(Tag.OCTET_STRING, bytes(Obis.parse(name))),
        Data(Tag.INTEGER, attribute),
        Data(Tag.LONG_UNSIGNED, 0),
        structure(Data(Tag.ENUM, 0), Data(Tag.NULL_DATA)),
    )


PROTECTION = ProtectionParameters.of(GroupingHeader(Cra.COMMAND, 1, SUPPLIER, METER, 0x002D)).to_data()
READ = structure(array(wanted()), PROTECTION)


def test_the_supplier_reads_the_prepayment_registers() -> None:
    machine = meter(initial={BALANCE: double_long(250_000), EMERGENCY: double_long(-7)})

    done = executed(machine, command("ECS19", 1, invoke(GUARD, READ)))

    response = gbcs.decode(done.response)
    assert isinstance(response.payload, AccessResponse)
    told = opened(response, PARTY_KEYS)
    assert isinstance(told, AccessResponse)
    amounts = (250_000, -7, 0, 0, 0, 0)
    assert told.results[0].data == structure(structure(*map(double_long, amounts)))
    assert told != response.payload


@pytest.mark.parametrize(
    ("parameter", "result"),
    [
        (Data(Tag.NULL_DATA), 0x0B),
        (structure(array(wanted())), 0x0B),
        (structure(wanted(), PROTECTION), 0x0B),
        (structure(array(wanted()), array()), 0x0B),
        (structure(array(), PROTECTION), 4),
        (structure(array(wanted(), wanted()), PROTECTION), 4),
        (structure(array(wanted("0-0:94.44.34.10")), PROTECTION), 4),
        (structure(array(wanted(attribute=3)), PROTECTION), 4),
    ],
)
def test_another_question_is_refused(parameter: Data, result: int) -> None:
    assert results(executed(meter(), command("ECS19", 1, invoke(GUARD, parameter)))) == [result]


PARTS = st.recursive(
    st.sampled_from([READ, PROTECTION, wanted(), array(), Data(Tag.NULL_DATA), double_long(1)]),
    lambda inner: st.builds(
        Data, st.sampled_from([Tag.ARRAY, Tag.STRUCTURE]), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


@given(PARTS)
def test_any_parameter_gets_an_answer(parameter: Data) -> None:
    told = results(executed(meter(), command("ECS19", 1, invoke(GUARD, parameter))))
    assert told in ([0], [4], [0x0B])
    assert (told == [0]) is (parameter == READ)
