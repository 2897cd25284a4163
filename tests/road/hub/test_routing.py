"""GBCS 10.8.2: every source, kind of message, originator and target, with the old firmware and the new.

The expected fates are written by hand from the proposal's text, not read from the table under test.
"""

from __future__ import annotations

import pytest

from doorstep.eui import Eui
from doorstep.gbcs.message import peek
from doorstep.gbcs.usecases import DeviceType
from doorstep.road.hub.device_log import DeviceLog
from doorstep.road.hub.routing import CHANGED_RULE_FIRMWARE, RULE, Clause, Fate, Kind, Source, decide
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
TARGETS = (ESME, GSME, PPMID, HCALCS, TYPE2, HHT, GPF, CHF, STRANGER)
SENDERS = {"WAN": None, "HHT": HHT, "PPMID": PPMID, "other": HCALCS}
SOURCES = {"WAN": Source.WAN, "HHT": Source.HHT, "PPMID": Source.PPMID, "other": Source.OTHER}

# What a letter says: the fate, and the section that it rests on.
LETTERS = {
    "a": (Fate.DELIVER, Clause.A),
    "b": (Fate.DELIVER, Clause.B),
    "c": (Fate.DELIVER, Clause.C),
    "d": (Fate.DELIVER, Clause.D),
    "p": (Fate.PROCESS, Clause.IN_THE_HUB),
    "w": (Fate.WAN, Clause.UPLINK),
    "o": (Fate.REFUSE, Clause.UNCHANGED),
    "x": (Fate.REFUSE, Clause.EXCLUDED),
    "u": (Fate.REFUSE, Clause.UNLISTED),
    "-": (Fate.REFUSE, Clause.NONE),
}

# "itself": the originator is the Device whose tunnel the message came by. Nothing is the WAN's own.
#                                           not in the log ----------------.
#                                           CHF -------------------------. |
#                                           GPF -----------------------. | |
#                                           HHT ---------------------. | | |
#                                           Type 2 ----------------. | | | |
#                                           HCALCS --------------. | | | | |
#                                           PPMID -------------. | | | | | |
#                                           GSME ------------. | | | | | | |
#                                           ESME ----------. | | | | | | | |
BEFORE = """
              WAN    Command   another                     a a a a a x p p u
              WAN    Response  another                     a a a a a x p p u
              WAN    Alert     another                     a a a a a x p p u
              WAN    PCS       another                     - - - - - - - - -
              HHT    Command   itself                      b b b b b x p p u
              HHT    Command   another                     b b b b b x p p u
              HHT    Response  itself                      b b b b b x p p u
              HHT    Response  another                     b b b b b x p p u
              HHT    Alert     itself                      b b b b b x p p u
              HHT    Alert     another                     b b b b b x p p u
              HHT    PCS       itself                      d d d d d x x x u
              HHT    PCS       another                     d d d d d x x x u
              PPMID  Command   itself                      o o o o o o o o o
              PPMID  Command   another                     o o o o o o o o o
              PPMID  Response  itself                      w w w w w w w w w
              PPMID  Response  another                     - - - - - - - - -
              PPMID  Alert     itself                      w w w w w w w w w
              PPMID  Alert     another                     - - - - - - - - -
              PPMID  PCS       itself                      d d d d d x x x u
              PPMID  PCS       another                     d d d d d x x x u
              other  Command   itself                      - - - - - - - - -
              other  Command   another                     - - - - - - - - -
              other  Response  itself                      w w w w w w w w w
              other  Response  another                     - - - - - - - - -
              other  Alert     itself                      w w w w w w w w w
              other  Alert     another                     - - - - - - - - -
              other  PCS       itself                      d d d d d x x x u
              other  PCS       another                     d d d d d x x x u
"""
CHANGED = """
              PPMID  Command   itself                      c c c c c x x x u
              PPMID  Command   another                     c c c c c x x x u
"""
CRAS = {"Command": (COMMAND,), "Response": (RESPONSE,), "Alert": (ALERT,), "PCS": (COMMAND, RESPONSE)}
PCS01 = 0x009B
ECS04B = 0x001D

Row = tuple[str, str, str]


def read(table: str) -> dict[Row, str]:
    rows = {}
    for line in table.strip().splitlines():
        source, kind, originator, *letters = line.split()
        assert len(letters) == len(TARGETS)
        rows[source, kind, originator] = "".join(letters)
    return rows


FATES = {OLD: read(BEFORE), NEW: read(BEFORE) | read(CHANGED)}


@pytest.mark.parametrize("firmware", FATES, ids={OLD: "before", NEW: "after"}.get)
@pytest.mark.parametrize("row", FATES[OLD], ids=" ".join)
def test_the_rule(row: Row, firmware: int) -> None:
    source, kind, originator = row
    sender = SENDERS[source]
    author = sender if originator == "itself" else SUPPLIER
    assert author is not None
    for cra in CRAS[kind]:
        for target, letter in zip(TARGETS, FATES[firmware][row], strict=True):
            header = peek(message(cra, author, target, code=PCS01 if kind == "PCS" else ECS04B))
            decision = decide(header, SOURCES[source], sender, LOG, firmware)
            assert (decision.fate, decision.clause) == LETTERS[letter], f"to {target}: {decision.why}"
            assert decision.target == target
            assert decision.why


def test_every_combination_is_expected() -> None:
    originators = {"WAN": ["another"], "HHT": ["itself", "another"]}
    for source in SOURCES:
        for kind in CRAS:
            for originator in originators.get(source, ["itself", "another"]):
                assert (source, kind, originator) in FATES[OLD]
    assert set(FATES[OLD]) == set(FATES[NEW])


def test_an_alert_with_the_code_of_a_message_between_ppmid_and_gsme_is_an_alert() -> None:
    header = peek(message(ALERT, PPMID, GSME, code=PCS01))
    assert decide(header, Source.PPMID, PPMID, LOG, NEW).fate is Fate.WAN


def test_the_change_is_one_entry() -> None:
    changed = {row for row in FATES[OLD] if FATES[OLD][row] != FATES[NEW][row]}
    assert changed == {("PPMID", "Command", "itself"), ("PPMID", "Command", "another")}


def test_the_table_has_every_source_with_every_kind() -> None:
    assert set(RULE) == {(source, kind) for source in Source for kind in Kind}


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
