"""The demonstration: each case ends as the rules say, and the report says so in the agreed form."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doorstep.bench.case import try_out
from doorstep.bench.journey import lines
from doorstep.bench.outcome import Result, judge
from doorstep.bench.scenarios import CASES, demonstration, without_wan
from doorstep.bench.street import Street
from doorstep.cli import app
from doorstep.zigbee import capture
from tests.bench.streets import NOW, keys_of

# What must come of each case, by hand: outcome, route, who refused or what is known, identical bytes.
EXPECTED: dict[str, tuple[str, str, str, bool | None]] = {
    "wan-read": ("executed", "wan", "", True),
    "prepayment-mode": ("executed", "ppmid", "", True),
    "top-up": ("executed", "ppmid", "", True),
    "enable-supply": ("executed", "ppmid", "", True),
    "read-balance": ("executed", "ppmid", "", True),
    "flapping": ("executed", "ppmid", "", True),
    "late": ("executed", "ppmid", "", True),
    "both-ways": ("executed", "ppmid", "once; the second copy: ", True),
    "by-hht": ("executed", "hht", "", True),
    "to-hht": ("refused", "ppmid", "hub: 10.8.2", None),
    "hub-silent": ("unknown", "ppmid", "nobody answered", None),
    "old-firmware": ("refused", "ppmid", "hub: firmware 1", None),
    "no-relay": ("refused", "ppmid", "the PPMID refused", None),
    "gas-mode": ("executed", "ppmid", "", True),
    "gas-top-up": ("executed", "ppmid", "", True),
    "gas-balance": ("executed", "ppmid", "", True),
    "tariff": ("executed", "ppmid", "", True),
    "seen": ("executed", "ppmid", "", True),
    "no-relay-top-up": ("refused", "ppmid", "the PPMID refused", None),
    "keyed-in": ("executed", "ppmid", "", None),
    "gas-keyed-in": ("executed", "ppmid", "the UTRN with counter", True),
    "replay": ("refused", "ppmid", "meter: its counter", True),
    "altered": ("refused", "ppmid", "meter: the MAC", False),
    "foreign-response": ("refused", "ppmid", "hub: 10.8.2", None),
    "foreign-alert": ("refused", "ppmid", "hub: 10.8.2", None),
    "to-chf": ("refused", "ppmid", "hub: 10.8.2", None),
    "to-gpf": ("refused", "ppmid", "hub: 10.8.2", None),
    "next-door": ("refused", "ppmid", "hub: 10.8.2", None),
}

# What somebody in the home asked of the PPMID is shown, but is no delivery.
KEYED_IN = ("keyed-in", "gas-keyed-in")


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    plan = demonstration()
    street = Street(plan, keys_of(plan), NOW, wan_down=without_wan())
    found = {}
    for case in CASES:
        started, since, made = try_out(street, case)
        assert list(lines(since))
        found[case.name] = judge(street, case, made, started, since)
    return found


def test_every_case_is_expected() -> None:
    assert [case.name for case in CASES] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_case_ends_as_the_rules_say(results: dict[str, Result], name: str) -> None:
    outcome, route, reason, identical = EXPECTED[name]
    result = results[name]
    assert (result.outcome, result.route, result.bytes_identical) == (outcome, route, identical)
    assert result.reason.startswith(reason)
    assert bool(result.reason) == bool(reason)


def test_what_the_supplier_claims_rests_on_an_authenticated_response(results: dict[str, Result]) -> None:
    for result in results.values():
        if result.outcome == "executed" and result.id not in ("seen", *KEYED_IN):
            assert result.evidence == "authenticated Response"


def test_what_only_the_ppmid_saw_is_evidence_and_not_an_outcome(results: dict[str, Result]) -> None:
    assert results["seen"].evidence == (
        "log of the meter; the supplier says unknown (effect seen on the home's network)"
    )


def test_what_is_keyed_in_is_answered_by_the_meter_and_shown(results: dict[str, Result]) -> None:
    assert results["keyed-in"].evidence.startswith("the PPMID: accepted")
    assert results["keyed-in"].message_code == "0x0116"
    assert results["gas-keyed-in"].evidence == "the PPMID: rejected invalid"
    assert results["gas-keyed-in"].message_code == "0x009B"


def test_the_journey_tells_of_blocks_of_displays_and_of_what_is_keyed_in() -> None:
    plan = demonstration()
    street = Street(plan, keys_of(plan), NOW, wan_down=without_wan())
    told: dict[str, str] = {}
    for case in CASES:
        _started, since, _made = try_out(street, case)
        told[case.name] = "\n".join(line.what for line in lines(since))
        homes = {line.stop.partition("/")[0] for line in lines(since) if "/" in line.stop}
        assert homes <= {case.home}, f"{case.name} tells of other homes"
        if case.name == "keyed-in":
            break
    assert "block 1 of ECS01a Command, counter" in told["tariff"]
    assert "shows electricity: prepayment mode, balance" in told["seen"]
    assert "keyed in top-up: accepted" in told["keyed-in"]


def test_a_display_that_reads_its_meters_later_is_no_part_of_a_case(results: dict[str, Result]) -> None:
    assert results["enable-supply"].seconds < 1


def test_who_only_the_home_could_ask_is_named_as_such(results: dict[str, Result]) -> None:
    """A hub without the change drops the Command in silence: the supplier must not know of it."""
    assert results["old-firmware"].evidence == (
        "log of the hub; the supplier says unknown (received by the Communications Hub)"
    )


def test_the_radio_frames_of_all_homes_and_the_keys_to_them_are_written(tmp_path: Path) -> None:
    pcap, table = tmp_path / "han.pcap", tmp_path / "han.keys"
    done = CliRunner().invoke(app, ["demo", "--pcap", str(pcap), "--pcap-keys", str(table)])
    assert done.exit_code == 0, done.output
    networks = {frame.frame[3:5] for frame in capture.read(pcap.read_bytes()) if len(frame.frame) > 11}
    assert len(networks - {b"\xff\xff"}) >= len(demonstration().homes)
    assert stat.S_IMODE(table.stat().st_mode) == 0o600
    rows = table.read_text().splitlines()
    assert all(re.fullmatch(r'"[0-9a-f]{32}","Normal","(nwk|link)"', row) for row in rows)
    assert sum(row.endswith('"nwk"') for row in rows) == len(demonstration().homes)


def test_the_json_report(tmp_path: Path) -> None:
    target = tmp_path / "deliveries.json"
    ran = CliRunner().invoke(app, ["demo", "--json", str(target)])
    assert ran.exit_code == 0, ran.output
    report = json.loads(target.read_text())
    assert set(report) == {"seconds", "deliveries"}
    assert {row["id"]: row["outcome"] for row in report["deliveries"]} == {
        name: expected[0] for name, expected in EXPECTED.items() if name not in KEYED_IN
    }
    for row in report["deliveries"]:
        assert row["bytes_identical"] is True or row["outcome"] != "executed"
        assert {
            "use_case",
            "message_code",
            "target",
            "route",
            "reason",
            "evidence",
            "bytes_identical",
        } <= set(row)
    assert (
        sum(row["route"] == "ppmid" and row["bytes_identical"] is True for row in report["deliveries"]) >= 3
    )
    assert "What became of each" in ran.output
    assert "\x1b[" not in ran.output, "colour without a terminal"
