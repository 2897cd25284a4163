"""Evidence by what the home's network shows: when an effect counts as seen, and when it proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from doorstep.eui import Eui
from doorstep.gbcs.usecases import use_cases_named
from doorstep.road.machine import Note
from doorstep.road.ppmid.display import MeterDisplay
from doorstep.road.ppmid.effects import EFFECTS
from doorstep.road.ppmid.events import Deliver, PoweredOn, Report, Stage
from tests.road.hub.messages import COMMAND, ESME, GSME, RESPONSE, SUPPLIER, message
from tests.road.ppmid.kitchen import HOUR, MINUTE, SECOND, Kitchen
from tests.road.ppmid.meters import (
    BALANCE,
    CREDIT_STATUS,
    DEBT,
    FIRST_PRICE,
    LIMIT,
    MODE,
    STANDING_CHARGE,
    SUPPLY,
    words,
)
from tests.road.ppmid.test_machine import reports


def command(name: str, counter: int = 7, target: Eui = ESME) -> bytes:
    """A Command of a use case, to the meter."""
    return message(COMMAND, SUPPLIER, target, counter, use_cases_named(name)[0].code)


class Story(Kitchen):
    """A home in which one Command after the other is delivered."""

    def __init__(self) -> None:
        super().__init__()
        self._sent = 0

    def deliver(self, name: str, data: bytes) -> None:
        """A Command goes to the hub, which confirms it."""
        self.tell(Deliver(name, data))
        self._sent += 1
        self.hear(f"18 {self._sent:02X} 0B 02 00")

    def effects(self) -> dict[str, str]:
        """What was reported as seen, by delivery."""
        return {r.delivery: r.detail for r in reports(self.said) if r.stage is Stage.EFFECT}

    def stages(self, name: str) -> list[Stage]:
        return [report.stage for report in reports(self.said) if report.delivery == name]


CASES: list[tuple[str, tuple[int, int], Any, Any, str]] = [
    ("CS01a", BALANCE, 100, 1_000_100, "balance was 0.00100, is 10.00100"),
    ("ECS04a", BALANCE, -5, 5, "balance was -0.00005, is 0.00005"),
    ("ECS04b", BALANCE, 7, 0, "balance was 0.00007, is 0.00000"),
    ("ECS02", MODE, 0x03, 0x04, "payment mode was prepayment, is credit"),
    ("ECS03", MODE, 0x04, 0x03, "payment mode was credit, is prepayment"),
    ("ECS07", DEBT, 0, 1_000, "debt was 0.00000, is 0.01000"),
    ("ECS08a", LIMIT, 1, 0, "emergency credit limit was 0.00001, is 0.00000"),
    ("ECS09", CREDIT_STATUS, 0x08, 0x18, "emergency credit in use was False, is True"),
    ("ECS42", SUPPLY, 1, 2, "supply was off armed, is on"),
    ("ECS43", SUPPLY, 2, 0, "supply was on, is off"),
    ("ECS44", SUPPLY, 0, 1, "supply was off, is off armed"),
    ("ECS01a", STANDING_CHARGE, 25_000, 26_000, "standing charge was 0.25000, is 0.26000"),
    ("ECS01b", FIRST_PRICE, 14_500, 14_600, "first price was 0.14500, is 0.14600"),
]


@pytest.mark.parametrize(("name", "attribute", "before", "after", "words"), CASES, ids=[c[0] for c in CASES])
def test_the_effect_of_a_command_is_reported_with_the_values_before_and_after(
    name: str, attribute: tuple[int, int], before: Any, after: Any, words: str
) -> None:
    story = Story()
    story.esme.attributes[attribute] = before
    story.deliver("d1", command(name))
    story.esme.attributes[attribute] = after
    story.wait(4 * SECOND)
    assert story.effects() == {}
    story.wait(2 * SECOND)
    assert story.effects() == {"d1": words}
    assert story.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED, Stage.EFFECT]
    assert story.tell(Deliver("d1", command(name))) == [Report("d1", Stage.EFFECT, words)]


def test_a_message_that_appears_is_seen() -> None:
    story = Story()
    story.deliver("d1", command("ECS10"))
    story.esme.message = words("Your boiler is on")
    story.wait(6 * SECOND)
    assert story.effects() == {"d1": "message was , is Your boiler is on"}


def test_gas_is_looked_at_in_the_mirror_and_comes_late() -> None:
    story = Story()
    story.deliver("d1", command("GCS02", target=GSME))
    story.wait(20 * MINUTE)
    story.mirror.attributes[MODE] = 0x04
    story.wait(20 * MINUTE)
    assert story.effects() == {"d1": "payment mode was prepayment, is credit"}


@pytest.mark.parametrize(("name", "attribute", "after"), [(c[0], c[1], c[3]) for c in CASES])
def test_what_was_so_before_proves_nothing(name: str, attribute: tuple[int, int], after: Any) -> None:
    story = Story()
    story.esme.attributes[attribute] = after
    story.deliver("d1", command(name))
    story.wait(HOUR)
    assert story.effects() == {}
    assert story.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED]


@pytest.mark.parametrize("name", ["CS01a", "ECS04a"])
def test_a_balance_that_falls_may_be_consumption(name: str) -> None:
    story = Story()
    story.deliver("d1", command(name))
    story.esme.attributes[BALANCE] -= 10
    story.wait(HOUR)
    assert story.effects() == {}


def test_a_reading_from_before_the_command_was_taken_on_does_not_count_as_before() -> None:
    """The supply was off at the last poll; it may have been switched on by anyone since."""
    story = Story()
    story.esme.attributes[SUPPLY] = 0
    story.wait(31 * MINUTE)
    story.esme.on = False
    story.deliver("d1", command("ECS42"))
    story.wait(20 * SECOND)
    story.esme.on = True
    story.esme.attributes[SUPPLY] = 2
    story.wait(HOUR)
    assert story.effects() == {}


def test_two_commands_for_the_same_thing_at_once_prove_nothing_of_either() -> None:
    story = Story()
    story.deliver("d1", command("CS01a", 1))
    story.deliver("d2", command("ECS04a", 2))
    story.deliver("d3", command("ECS42", 3))
    story.esme.attributes[BALANCE] += 10
    story.wait(HOUR)
    assert story.effects() == {}
    assert [note.what for note in story.said if isinstance(note, Note)].count("effect not looked for") == 1


def test_commands_for_different_things_do_not_disturb_each_other() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.deliver("d1", command("CS01a", 1))
    story.deliver("d2", command("ECS42", 2))
    story.deliver("d3", command("CS01b", 3, target=GSME))
    story.esme.attributes[BALANCE] += 10
    story.esme.attributes[SUPPLY] = 2
    story.mirror.attributes[BALANCE] += 10
    story.wait(6 * SECOND)
    assert set(story.effects()) == {"d1", "d2", "d3"}


@pytest.mark.parametrize("name", ["ECS82", "ECS05", "CS02a"])
def test_what_cannot_be_seen_is_not_looked_for(name: str) -> None:
    story = Story()
    asked = len(story.asked)
    story.deliver("d1", command(name))
    story.wait(20 * MINUTE)
    assert len(story.asked) == asked


def test_another_meter_is_not_looked_at() -> None:
    story = Story()
    asked = len(story.asked)
    story.deliver("d1", command("ECS42", target=Eui.parse("D0-05-5E-00-00-00-00-A9")))
    story.wait(20 * MINUTE)
    assert len(story.asked) == asked


def test_an_authenticated_answer_is_better_and_ends_the_search() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.deliver("d1", command("ECS42"))
    story.hear("09 44 01 0500", message(RESPONSE, ESME, SUPPLIER, 7, use_cases_named("ECS42")[0].code))
    story.esme.attributes[SUPPLY] = 2
    story.wait(HOUR)
    assert story.stages("d1") == [Stage.ACCEPTED, Stage.RECEIVED, Stage.RESPONSE]


def test_a_response_after_the_effect_still_counts() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.deliver("d1", command("ECS42"))
    story.esme.attributes[SUPPLY] = 2
    story.wait(6 * SECOND)
    story.hear("09 44 01 0500", message(RESPONSE, ESME, SUPPLIER, 7, use_cases_named("ECS42")[0].code))
    assert story.stages("d1")[-2:] == [Stage.EFFECT, Stage.RESPONSE]


def test_a_command_that_the_hub_refused_has_no_effect_to_look_for() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.tell(Deliver("d1", command("ECS42")))
    story.hear("18 01 0B 02 89")
    story.esme.attributes[SUPPLY] = 2
    story.wait(HOUR)
    assert story.stages("d1") == [Stage.ACCEPTED, Stage.REFUSED]


def test_where_nobody_answered_an_effect_still_says_that_it_arrived() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.tell(Deliver("d1", command("ECS42")))
    story.wait(80 * SECOND)
    story.esme.attributes[SUPPLY] = 2
    story.wait(MINUTE)
    assert story.stages("d1") == [Stage.ACCEPTED, Stage.UNANSWERED, Stage.EFFECT]


def test_after_a_restart_nothing_is_claimed() -> None:
    story = Story()
    story.esme.attributes[SUPPLY] = 1
    story.deliver("d1", command("ECS42"))
    story.tell(PoweredOn())
    story.esme.attributes[SUPPLY] = 2
    story.wait(HOUR)
    assert story.effects() == {}


def test_every_effect_is_of_a_use_case_and_of_fields_that_are_shown() -> None:
    shown = {field.name for field in fields(MeterDisplay)}
    for name, effect in EFFECTS.items():
        assert use_cases_named(name), name
        assert set(effect.fields) <= shown


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(EFFECTS)), st.sampled_from([ESME, GSME]), st.integers(0, 3)),
        max_size=12,
    ),
    st.integers(0, 2**31 - 1),
)
def test_a_home_in_which_nothing_changes_never_gives_evidence(
    orders: list[tuple[str, Eui, int]], balance: int
) -> None:
    story = Story()
    story.esme.attributes[BALANCE] = story.mirror.attributes[BALANCE] = balance
    for number, (name, target, pause) in enumerate(orders):
        story.deliver(f"d{number}", command(name, number, target))
        story.wait(pause * 20 * SECOND)
    story.wait(2 * HOUR)
    assert story.effects() == {}
