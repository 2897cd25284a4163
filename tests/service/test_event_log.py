"""The log: one line an event, what headers say and nothing that is secret or worth money."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from decimal import Decimal

import pytest

from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, build
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis, invoke_id
from doorstep.road.dcc.events import Answer, ToWan
from doorstep.road.hub.events import Routed
from doorstep.road.hub.routing import Clause, Decision, Fate, Source
from doorstep.road.machine import Note, Send
from doorstep.road.meter.events import Rejected
from doorstep.road.ppmid.display import Display, Fuel, MeterDisplay
from doorstep.road.ppmid.events import Action as Keyed
from doorstep.road.ppmid.events import Displayed, KeyedIn, Report, Result, Stage
from doorstep.road.supplier.delivery import Delivery, Evidence, State
from doorstep.road.supplier.events import Progress
from doorstep.service.event_log import EventLog, start_log
from doorstep.service.event_words import fields_of, message_words, word_of
from doorstep.zigbee.asdu import SMART_ENERGY, Asdu
from doorstep.zigbee.clusters import TUNNELING
from doorstep.zigbee.clusters.metering import SupplyStatus
from doorstep.zigbee.clusters.tunneling import TransferData
from doorstep.zigbee.zcl import Direction

BALANCE = Decimal("12.34000")
SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")
HUB = Eui.parse("D0-05-5E-01-00-01-00-6F")

COMMAND = bytes(
    build(
        GroupingHeader(Cra.COMMAND, 7, SUPPLIER, METER, 0x004F),
        AccessRequest(
            invoke_id(7),
            (Component(Action.ACTION, 9, Obis.parse("0-0:10.0.106.255"), 1, Data(Tag.LONG_UNSIGNED, 51)),),
        ),
    )
)
WORDS = f"ECS42 Command, counter 7, 55 bytes, {SUPPLIER} to {METER}"


@pytest.fixture
def _own_logging() -> Iterator[None]:
    """Leave the test run's own logging as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before
    logging.getLogger("doorstep").setLevel(logging.NOTSET)
    logging.getLogger("websockets").setLevel(logging.NOTSET)


def test_a_message_shows_by_its_header() -> None:
    assert message_words(COMMAND) == WORDS
    unknown = COMMAND.replace(b"\x02\x00\x4f", b"\x02\xee\xee")
    assert message_words(unknown).startswith("0xEEEE Command, counter 7, ")
    assert message_words(b"<sr:Request/>") == "13 bytes"
    assert message_words(b"") == "0 bytes"


def test_events_show_the_fields_that_matter() -> None:
    frame = TUNNELING.frame(TransferData(5, COMMAND), Direction.TO_SERVER, sequence=1)
    sent = Send(Asdu(HUB, METER, 3, 1, TUNNELING.id, SMART_ENERGY, frame.to_bytes()))
    assert word_of(ToWan(METER, COMMAND, "r")) == "to wan"
    assert fields_of(ToWan(METER, COMMAND, "r")) == {"hub": str(METER), "message": WORDS, "reference": "r"}
    assert fields_of(sent) == {
        "from": str(HUB),
        "to": str(METER),
        "cluster": "Tunneling",
        "command": f"TransferData {WORDS}",
    }
    decision = Decision(Fate.DELIVER, "10.8.2: it is listed", METER, Clause.A)
    assert fields_of(Routed(COMMAND, Source.PPMID, HUB, decision)) == {
        "message": WORDS,
        "source": "a PPMID's tunnel",
        "sender": str(HUB),
        "fate": "deliver to the target",
        "why": "10.8.2: it is listed",
    }
    assert fields_of(Rejected(COMMAND, "replayed", 0x8F60)) == {
        "command": WORDS,
        "why": "replayed",
        "alert": "0x8F60",
    }
    assert fields_of(Note("executed", "it was", COMMAND, 0x8154)) == {
        "what": "executed",
        "why": "it was",
        "about": WORDS,
        "code": "0x8154",
    }
    assert fields_of(Report("one", Stage.RECEIVED)) == {"delivery": "one", "stage": "received"}
    assert fields_of(Answer("3", 200, b"<x/>")) == {"exchange": "3", "status": 200, "body": "4 bytes"}


@pytest.mark.parametrize("payload", [b"", b"\x01", b"\xff" * 40])
def test_frames_that_do_not_parse_show_by_their_size(payload: bytes) -> None:
    strange = Send(Asdu(HUB, METER, 3, 1, 0xFFFE, SMART_ENERGY, payload))
    assert fields_of(strange)["cluster"] == "0xFFFE"
    known = Send(Asdu(HUB, METER, 3, 1, TUNNELING.id, SMART_ENERGY, payload))
    assert fields_of(known)["cluster"] == "Tunneling"


def test_a_utrn_is_in_no_log() -> None:
    delivery = Delivery(
        "one", METER, "ppmid", "2.2", None, 7, State.SENT, Evidence.ISSUED, 0, 0, utrn="73946144332040217315"
    )
    said = fields_of(Progress(delivery))
    assert said == {"delivery": "one", "state": "sent", "evidence": "issued by the DCC"}


@pytest.mark.usefixtures("_own_logging")
def test_a_person_reads_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    start_log("meter", json=False)
    log = EventLog("home 1/meter")
    log(Note("executed", "first\nsecond\x1b[31m", COMMAND))
    log.say("volatile", why="no --state")
    logging.getLogger("doorstep.service.radio").warning("dropped %s", "a\nb")
    lines = capsys.readouterr().err.splitlines()
    assert [line[13:] for line in lines] == [
        f"home 1/meter  note  what=executed  why=first?second?[31m  about={WORDS}",
        "home 1/meter  volatile  why=no --state",
        "meter  dropped a?b",
    ]
    assert all(line[2] == line[5] == ":" for line in lines)


@pytest.mark.usefixtures("_own_logging")
def test_json_has_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    start_log("meter", json=True)
    EventLog("home 1/meter")(Note("executed", "two\nlines", COMMAND))
    try:
        raise OSError("the disk is gone")
    except OSError:
        logging.getLogger("doorstep.service.driver").exception("could not perform %s", "Send")
    one, two = map(json.loads, capsys.readouterr().err.splitlines())
    assert one.pop("time").endswith("Z")
    assert one == {
        "stop": "home 1/meter",
        "level": "info",
        "event": "note",
        "what": "executed",
        "why": "two\nlines",
        "about": WORDS,
    }
    assert (two["stop"], two["level"], two["event"]) == ("meter", "error", "could not perform Send")
    assert two["traceback"].endswith("OSError: the disk is gone")


@pytest.mark.usefixtures("_own_logging")
def test_other_people_s_chatter_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    start_log("meter", json=False)
    logging.getLogger("httpx").info("HTTP Request: POST http://...")
    logging.getLogger("websockets.server").error("opening handshake failed")
    assert capsys.readouterr().err == ""
    assert sys.stderr is not None


def test_what_a_display_shows_is_told_by_fuel_and_field() -> None:
    meter = MeterDisplay(balance=BALANCE, supply=SupplyStatus.OFF_ARMED, message="", read=5)
    assert fields_of(Displayed(Display(electricity=meter))) == {
        "electricity_balance": "12.34000",
        "electricity_supply": "off_armed",
        "electricity_stale": False,
    }


def test_what_was_keyed_in_is_told_without_its_digits() -> None:
    keyed = KeyedIn(Keyed.TOP_UP, Fuel.GAS, "73941656880950804485")
    fields = fields_of(Result(keyed, None, "no answer"))
    assert fields == {"action": "top-up", "fuel": "gas", "words": "no answer"}
