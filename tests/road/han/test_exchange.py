"""Demo key establishment: both sides make the same key or none, and it is said which check failed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from doorstep.road.han.counters import FrameCounters
from doorstep.road.han.establishment import Roles, agree, certificate, ephemeral
from doorstep.road.han.exchange import Initiator, Responder, Step
from doorstep.road.machine import Outbox
from doorstep.zigbee.clusters.key_establishment import (
    CERTIFICATE_SIZES,
    KEY_ESTABLISHMENT,
    PUBLIC_KEY_SIZES,
    Certificate,
    ConfirmKey,
    EphemeralData,
    InitiateKeyEstablishment,
    Suite,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from doorstep.zigbee.zcl import Direction
from tests.road.han.home import HUB, METER, PPMID, link_key, seed


def counters() -> FrameCounters:
    return FrameCounters({}, 1_000, Outbox())


class Sides:
    """A meter and a hub; ``change`` is what somebody between them makes of the commands."""

    def __init__(self, meter_key: bytes = link_key(METER), hub_key: bytes = link_key(METER)) -> None:
        self.meter = Initiator(METER, seed(METER), meter_key, counters())
        self.hub = Responder(HUB, seed(HUB), counters())
        self.hub_key = hub_key
        self.commands: list[object] = []

    def run(self, change: object = None, at: int = -1) -> tuple[Step, Step]:
        """The last step of each side, the command number ``at`` being another one."""
        command: object = self.meter.begin(HUB)
        ours = theirs = Step()
        while command is not None:
            command = change if len(self.commands) == at else command
            self.commands.append(command)
            theirs = self.hub.take(METER, self.hub_key, command)
            if theirs.answer is None:
                break
            command = change if len(self.commands) == at else theirs.answer
            self.commands.append(command)
            ours = self.meter.take(HUB, command)
            command = ours.answer
        return ours, theirs


def test_both_come_to_the_same_key_which_is_no_other_one() -> None:
    ours, theirs = Sides().run()
    assert ours.key is not None
    assert ours.key == theirs.key
    assert ours.key != link_key(METER)


def test_each_attempt_makes_another_key() -> None:
    sides = Sides()
    assert sides.run()[0].key != sides.run()[0].key


def test_the_commands_have_the_sizes_of_the_standard() -> None:
    sides = Sides()
    sides.run()
    sizes = [len(command.to_bytes()) for command in sides.commands]  # type: ignore[attr-defined]
    assert sizes == [78, 78, 37, 37, 16, 16]
    first = KEY_ESTABLISHMENT.frame(sides.commands[0], Direction.TO_SERVER, sequence=1)  # type: ignore[arg-type]
    assert len(first.to_bytes()) == 81, "the largest just fits one frame"


def test_the_certificate_names_its_device_and_says_that_it_certifies_nothing() -> None:
    shown = certificate(METER)
    assert len(shown) == CERTIFICATE_SIZES[Suite.K283]
    assert Certificate.from_bytes(shown).subject == METER
    assert Certificate.from_bytes(shown).issuer == b"DOORSTEP"
    assert len(ephemeral(seed(METER), 1).public) == PUBLIC_KEY_SIZES[Suite.K283]


def test_another_install_code_makes_no_key_on_either_side() -> None:
    ours, theirs = Sides(meter_key=link_key(PPMID)).run()
    assert (ours.key, theirs.key) == (None, None)
    assert theirs.failed == "terminated: bad key confirm"


INITIATE = InitiateKeyEstablishment(Suite.K283, 3, 3, certificate(METER))


@pytest.mark.parametrize(
    ("change", "at", "why"),
    [
        (structs.replace(INITIATE, suite=Suite.K163), 0, "unsupported suite"),
        (structs.replace(INITIATE, certificate=certificate(PPMID)), 0, "invalid certificate"),
        (structs.replace(INITIATE, certificate=b"\0"), 0, "invalid certificate"),
        (EphemeralData(bytes(37)), 2, "bad message"),
        (EphemeralData(bytes(36)), 2, "bad message"),
        (EphemeralData(b"\x09" + bytes(35) + b"\x01"), 2, "bad message"),
        (ConfirmKey(bytes(16)), 4, "bad key confirm"),
        (ConfirmKey(bytes(16)), 2, "bad message"),
    ],
)
def test_what_is_wrong_ends_it_at_the_hub_with_its_reason(change: object, at: int, why: str) -> None:
    ours, theirs = Sides().run(change, at)
    assert (ours.key, theirs.key) == (None, None)
    assert theirs.failed == f"terminated: {why}"
    assert isinstance(theirs.answer, TerminateKeyEstablishment)


@pytest.mark.parametrize(
    ("change", "at", "why"),
    [
        (structs.replace(INITIATE, certificate=certificate(PPMID)), 1, "invalid certificate"),
        (EphemeralData(bytes(37)), 3, "bad message"),
        (ConfirmKey(bytes(16)), 5, "bad key confirm"),
        (TerminateKeyEstablishment(TerminateStatus.NO_RESOURCES, 5, Suite.K283), 1, "status 4"),
    ],
)
def test_what_is_wrong_ends_it_at_the_device_with_its_reason(change: object, at: int, why: str) -> None:
    ours, _theirs = Sides().run(change, at)
    assert ours.key is None
    assert why in ours.failed


def test_somebody_else_is_not_listened_to() -> None:
    sides = Sides()
    sides.meter.begin(HUB)
    assert sides.meter.take(PPMID, INITIATE) == Step()
    assert sides.meter.take(HUB, ConfirmKey(bytes(16))) == Step(), "out of turn"


@given(st.binary(max_size=40), st.binary(min_size=16, max_size=16))
def test_any_octets_give_a_key_or_none(theirs: bytes, install_key: bytes) -> None:
    own = ephemeral(seed(HUB), 1)
    found = agree(install_key, Roles(METER, HUB), own.private, theirs, own.public, theirs)
    assert found is None or len(found.link_key) == 16
