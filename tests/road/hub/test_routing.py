"""GBCS 10.8.2: every source with every kind of message and every type of target, before and after.

The expected fates are written by hand from the proposal's text, not read from the table under test.
"""

from __future__ import annotations

import pytest

from doorstep.eui import Eui
from doorstep.gbcs.message import peek
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.routing import CHANGED_RULE_FIRMWARE, RULE, Fate, Kind, Source, decide, kind_of
from tests.road.hub.messages import (
    ALERT,
    CHF,
    COMMAND,
    ESME,
    GPF,
    GSME,
    HCALCS,
    HHT,
    PCS02,
    PPMID,
    RESPONSE,
    STRANGER,
    SUPPLIER,
    TYPE2,
    message,
)

OLD, NEW = CHANGED_RULE_FIRMWARE - 1, CHANGED_RULE_FIRMWARE
LOG = DeviceLog.of(
    [
        (ESME, DeviceType.ESME),
        (GSME, DeviceType.GSME),
        (PPMID, DeviceType.PPMID),
        (HCALCS, DeviceType.HCALCS),
        (TYPE2, DeviceType.TYPE2),
        (HHT, DeviceType.HHT),
        (GPF, DeviceType.GPF),
        (CHF, DeviceType.CHF),
    ]
)
TARGETS = {
    "ESME": ESME,
    "GSME": GSME,
    "PPMID": PPMID,
    "HCALCS": HCALCS,
    "Type 2": TYPE2,
    "HHT": HHT,
    "GPF": GPF,
    "CHF": CHF,
    "not in the log": STRANGER,
}
SENDERS = {Source.WAN: None, Source.HHT: HHT, Source.PPMID: PPMID, Source.OTHER: ESME}
FATES = {"D": Fate.DELIVER, "W": Fate.WAN, "P": Fate.PROCESS, "R": Fate.REFUSE}

# One letter for each target, in the order of TARGETS.
BEFORE = {
    (Source.WAN, Kind.COMMAND): "D D D D D R P P R",
    (Source.WAN, Kind.FOREIGN): "D D D D D R P P R",
    (Source.WAN, Kind.PPMID_GSME): "R R R R R R R R R",
    (Source.HHT, Kind.COMMAND): "D D D D D R P P R",
    (Source.HHT, Kind.FOREIGN): "D D D D D R P P R",
    (Source.HHT, Kind.OWN): "D D D D D R P P R",
    (Source.HHT, Kind.PPMID_GSME): "D D D D D R P P R",
    (Source.PPMID, Kind.COMMAND): "R R R R R R R R R",
    (Source.PPMID, Kind.FOREIGN): "R R R R R R R R R",
    (Source.PPMID, Kind.OWN): "W W W W W W W W W",
    (Source.PPMID, Kind.PPMID_GSME): "D D D D D R R R R",
    (Source.OTHER, Kind.COMMAND): "R R R R R R R R R",
    (Source.OTHER, Kind.FOREIGN): "R R R R R R R R R",
    (Source.OTHER, Kind.OWN): "W W W W W W W W W",
    (Source.OTHER, Kind.PPMID_GSME): "D D D D D R R R R",
}
AFTER = BEFORE | {(Source.PPMID, Kind.COMMAND): "D D D D D R R R R"}
PCS01 = 0x009B


def of_kind(kind: Kind, cra: int, source: Source, target: Eui) -> bytes:
    """A message of a kind, as it would come from a source."""
    sender = SENDERS[source]
    if kind is Kind.OWN:
        assert sender is not None
        return message(cra, sender, target)
    return message(cra, SUPPLIER, target, code=PCS01 if kind is Kind.PPMID_GSME else 0x001D)


CRAS = {
    Kind.COMMAND: (COMMAND,),
    Kind.PPMID_GSME: (COMMAND, RESPONSE),
    Kind.OWN: (RESPONSE, ALERT),
    Kind.FOREIGN: (RESPONSE, ALERT),
}


@pytest.mark.parametrize(("firmware", "expected"), [(OLD, BEFORE), (NEW, AFTER)], ids=["before", "after"])
@pytest.mark.parametrize(("source", "kind"), BEFORE, ids=lambda value: value.name)
def test_the_rule(
    source: Source,
    kind: Kind,
    firmware: int,
    expected: dict[tuple[Source, Kind], str],
) -> None:
    letters = expected[source, kind].split()
    assert len(letters) == len(TARGETS)
    for cra in CRAS[kind]:
        for (name, target), letter in zip(TARGETS.items(), letters, strict=True):
            header = peek(of_kind(kind, cra, source, target))
            assert kind_of(header, SENDERS[source]) is kind
            decision = decide(header, source, SENDERS[source], LOG, firmware)
            assert decision.fate is FATES[letter], f"CRA {cra} to {name}: {decision.why}"
            assert decision.target == target
            assert decision.why


def test_the_change_is_one_entry() -> None:
    changed = [key for key in BEFORE if BEFORE[key] != AFTER[key]]
    assert changed == [(Source.PPMID, Kind.COMMAND)]


def test_the_table_has_every_source_with_every_kind() -> None:
    assert set(RULE) == {(source, kind) for source in Source for kind in Kind}
    assert set(RULE) - set(BEFORE) == {(Source.WAN, Kind.OWN)}  # Nothing is the WAN's own.


def test_later_firmware_keeps_the_change() -> None:
    header = peek(message(COMMAND, SUPPLIER, ESME))
    for firmware in (NEW, NEW + 1, 1000):
        assert decide(header, Source.PPMID, PPMID, LOG, firmware).fate is Fate.DELIVER


def test_a_command_that_claims_the_ppmid_as_its_originator_is_still_a_command() -> None:
    header = peek(message(COMMAND, PPMID, ESME))
    assert decide(header, Source.PPMID, PPMID, LOG, OLD).fate is Fate.REFUSE
    assert decide(header, Source.PPMID, PPMID, LOG, NEW).fate is Fate.DELIVER


def test_an_alert_that_claims_another_originator_does_not_reach_the_wan() -> None:
    header = peek(message(ALERT, ESME, SUPPLIER))
    assert decide(header, Source.PPMID, PPMID, LOG, NEW).fate is Fate.REFUSE
    assert decide(header, Source.OTHER, ESME, LOG, NEW).fate is Fate.WAN


def test_the_worked_example_of_the_digest_goes_to_the_gas_meter_under_either_rule() -> None:
    header = peek(PCS02)
    for firmware in (OLD, NEW):
        decision = decide(header, Source.PPMID, PPMID, LOG, firmware)
        assert (decision.fate, decision.target) == (Fate.DELIVER, GSME)


def test_a_message_code_that_no_table_knows_is_routed_all_the_same() -> None:
    header = peek(message(COMMAND, SUPPLIER, ESME, code=0xFFFE))
    assert decide(header, Source.WAN, None, LOG, OLD).fate is Fate.DELIVER


@pytest.mark.parametrize(
    ("source", "sender", "target", "firmware", "words"),
    [
        (Source.PPMID, PPMID, ESME, OLD, "without the change"),
        (Source.PPMID, PPMID, CHF, NEW, "delivers nothing from a PPMID's tunnel to the CHF"),
        (Source.WAN, None, STRANGER, NEW, "not in the CHF Device Log"),
        (Source.OTHER, ESME, GSME, NEW, "no route"),
    ],
)
def test_a_refusal_says_why(
    source: Source, sender: Eui | None, target: Eui, firmware: int, words: str
) -> None:
    decision = decide(peek(message(COMMAND, SUPPLIER, target)), source, sender, LOG, firmware)
    assert decision.fate is Fate.REFUSE
    assert words in decision.why
