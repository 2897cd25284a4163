"""The whole road as real processes over real sockets: from an order at the API to the meter and back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.processes.conftest import MakeStreet
from tests.processes.street import DEADLINE, POLL, XSD, free_ports, free_udp_port

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]


def doorstep(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command of the shell to its end."""
    return subprocess.run(
        [sys.executable, "-m", "doorstep.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_a_critical_and_a_non_critical_command_are_delivered_through_the_ppmid(
    make_street: MakeStreet,
) -> None:
    street = make_street()
    street.start_all()
    service = f"http://127.0.0.1:{street.service}"
    for use, use_case in (("enable-supply", "ECS42"), ("read-balance", "ECS82")):
        ran = doorstep("deliver", use, "--home", 1, "--route", "ppmid", "--name", use, "--url", service)
        assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}{street.tails()}"
        lines = ran.stdout.splitlines()
        assert "executed" in lines[-1]
        assert "authenticated Response" in lines[-1]
        assert any("handed" in line for line in lines)
        (executed,) = street.log("meter", "executed", use_case)
        assert executed["succeeded"] is True
        # It came by the PPMID's tunnel and no other way, and went to the meter as the hub's rule says.
        sources = [one["source"] for one in street.log("hub", "routed", f"{use_case} Command")]
        assert sources == ["a PPMID's tunnel"]
        assert street.log("dcc", "to wan", use_case) == []


def test_a_command_that_goes_both_ways_arrives_twice_and_is_executed_once(make_street: MakeStreet) -> None:
    street = make_street()
    street.start_all()
    name = street.place(use="enable-supply", route="both")
    delivery = street.reaches(name, "executed")
    assert delivery["evidence"] == "authenticated Response"
    arrivals = f"ECS42 Command, counter {delivery['counter']}"
    street.until(lambda: len(street.log("hub", "routed", arrivals)) == 2, "both copies to reach the hub")
    street.until(lambda: street.log("meter", "rejected", arrivals), "the second copy to be rejected")
    assert len(street.log("meter", "executed", arrivals)) == 1
    assert len(street.log("meter", "rejected", arrivals)) == 1
    assert {one["source"] for one in street.log("hub", "routed", arrivals)} == {"the WAN", "a PPMID's tunnel"}


def test_a_delivery_waits_for_a_ppmid_that_starts_late(make_street: MakeStreet) -> None:
    street = make_street()
    street.start("dcc", "serve", "meter", "hub")
    name = street.place(use="reset-balance", value="prepayment")
    waiting = street.reaches(name, "waiting")
    assert waiting["evidence"] == "issued by the DCC"
    assert street.log("meter", "executed") == []
    street.start("ppmid")
    delivery = street.reaches(name, "executed")
    assert delivery["command"] == waiting["command"]
    assert delivery["counter"] == waiting["counter"]


def test_without_a_wan_the_outcome_is_unknown_until_the_response_comes(make_street: MakeStreet) -> None:
    street = make_street(state=True)
    street.start_all("--no-wan")
    name = street.place(use="enable-supply", patience_seconds=3)
    received = street.reaches(name, "received")
    assert received["evidence"] == "received by the Communications Hub"
    unknown = street.reaches(name, "unknown")
    assert unknown["reason"] == "no Response in time"
    street.until(lambda: street.log("meter", "executed", "ECS42"), "the meter to execute it all the same")
    assert street.end("hub") == 0
    street.start("hub")
    assert street.reaches(name, "executed")["evidence"] == "authenticated Response"


def test_with_response_copy_the_response_comes_by_the_ppmid_and_no_wan_is_needed(
    make_street: MakeStreet,
) -> None:
    street = make_street(response_copy=True)
    street.start_all("--no-wan")
    name = street.place(use="top-up", value="1000")
    delivery = street.reaches(name, "executed")
    assert delivery["evidence"] == "authenticated Response"
    assert len(delivery["utrn"]) == 20
    # No log may hold what is worth ten pounds to whoever reads it.
    assert delivery["utrn"] not in street.tails()


def test_an_engineer_s_hht_delivers_within_the_hour(make_street: MakeStreet) -> None:
    street = make_street()
    street.start("dcc", "serve", "meter")
    street.start("hub --hht")
    name = street.place(use="payment-mode", value="prepayment", route="hht")
    street.reaches(name, "waiting")
    street.start("ppmid --hht")
    street.reaches(name, "executed")
    sources = {one["source"] for one in street.log("hub", "routed", "ECS03 Command")}
    assert sources == {"a Hand-Held Terminal's tunnel"}


def test_a_supplier_that_is_killed_goes_on_where_it_was(make_street: MakeStreet) -> None:
    street = make_street(state=True)
    street.start("dcc", "serve", "meter", "hub")
    name = street.place(use="enable-supply")
    before = street.reaches(name, "waiting")
    assert street.end("serve", signal.SIGKILL) == -signal.SIGKILL
    street.start("serve", "ppmid")
    after = street.reaches(name, "executed")
    assert (after["counter"], after["command"]) == (before["counter"], before["command"])
    assert len(street.log("meter", "executed", "ECS42")) == 1


def test_a_ppmid_that_is_killed_sends_nothing_twice(make_street: MakeStreet) -> None:
    street = make_street(state=True)
    street.start("dcc", "serve", "hub", "ppmid")  # There is no meter yet.
    name = street.place(use="enable-supply", patience_seconds=120)
    street.reaches(name, "received")
    assert street.end("ppmid", signal.SIGKILL) == -signal.SIGKILL
    street.start("ppmid", "meter")
    delivery = street.reaches(name, "executed")
    arrivals = f"ECS42 Command, counter {delivery['counter']}"
    assert len(street.log("hub", "routed", arrivals)) == 1
    assert len(street.log("meter", "executed", arrivals)) == 1


def test_without_a_gateway_the_failure_says_so(make_street: MakeStreet) -> None:
    street = make_street()
    street.start("serve --attempts 2")
    service = f"http://127.0.0.1:{street.service}"
    ran = doorstep("deliver", "enable-supply", "--url", service)
    assert ran.returncode == 1
    assert "failed" in ran.stdout.splitlines()[-1]
    assert "gateway unreachable" in ran.stdout.splitlines()[-1]
    assert ran.stderr == ""


def test_without_a_service_the_shell_says_so() -> None:
    (port,) = free_ports(1)
    ran = doorstep("deliver", "enable-supply", "--url", f"http://127.0.0.1:{port}")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"doorstep: no service at http://127.0.0.1:{port}")
    assert ran.stderr.count("\n") == 1


def test_a_port_in_use_is_said_in_one_line(make_street: MakeStreet) -> None:
    street = make_street()
    street.start("serve")
    ran = doorstep("serve", "--keys", street.keys, "--port", street.service)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines()[-1] == (
        f"doorstep: cannot listen on 127.0.0.1:{street.service}: Address already in use"
    )


def test_a_whole_street_runs_from_one_command(make_street: MakeStreet) -> None:
    made = make_street()
    keys, home = made.keys, made.plan.home("1")
    gateway, wan, service = free_ports(3)
    running = subprocess.Popen(
        [
            *(sys.executable, "-m", "doorstep.cli", "street", "--keys", str(keys)),
            *("--port", str(service), "--gateway-port", str(gateway), "--wan-port", str(wan)),
            *("--han-port", str(free_udp_port()), "--wake", "4"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        ran = doorstep("deliver", "enable-supply", "--url", f"http://127.0.0.1:{service}")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        gas = "--target", home.eui("GSME"), "--relay", home.eui("PPMID"), "--route", "ppmid"
        ran = doorstep("deliver", "read-balance", *gas, "--url", f"http://127.0.0.1:{service}")
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "GCS60" in ran.stdout
        assert "executed" in ran.stdout.splitlines()[-1]
        children = _children(running.pid)
        assert len(children) == 6
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=DEADLINE) == 0
        deadline = time.monotonic() + DEADLINE
        while any(map(_alive, children)):
            assert time.monotonic() < deadline, "a stop outlived its street"
            time.sleep(POLL)
    finally:
        running.kill()
        running.wait()
        assert running.stdout is not None
        running.stdout.close()


def _children(parent: int) -> list[int]:
    with open(f"/proc/{parent}/task/{parent}/children") as file:
        return [int(number) for number in file.read().split()]


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_gas_meter_that_sleeps_fetches_its_command(make_street: MakeStreet) -> None:
    street = make_street(response_copy=True)
    street.start_all("--no-wan")
    street.start("gas-meter")
    gas = street.plan.home("1").eui("GSME")
    street.until(lambda: street.log("gas-meter", "joined"), "the gas meter to join")
    relay = street.plan.home("1").eui("PPMID")
    name = street.place(
        home=None, target=str(gas), relay=str(relay), use="top-up", value="500", patience_seconds=60
    )
    assert street.reaches(name, "executed")["evidence"] == "authenticated Response"
    (executed,) = street.log("gas-meter", "executed", "CS01b")
    assert executed["succeeded"] is True


@pytest.mark.parametrize(
    ("unknown", "reason"),
    [
        ("Request", "the request is not sent: not valid against the schema"),
        ("Response", "the gateway's answer is not believed: not valid against the schema"),
    ],
)
def test_a_supplier_that_is_given_another_schema_sends_and_believes_nothing(
    make_street: MakeStreet, tmp_path: Path, unknown: str, reason: str
) -> None:
    (tmp_path / "DUIS.xsd").write_text(XSD.replace(f'"{unknown}"', '"Nothing"'))
    street = make_street()
    street.start("dcc", f"serve --attempts 1 --schema {tmp_path}")
    name = street.place(use="read-balance")
    assert street.reaches(name, "failed")["reason"].startswith(reason)
    assert bool(street.log("dcc", "note", "accepted")) is (unknown == "Response")


def test_a_supplier_without_the_schema_that_it_is_given_does_not_start(
    make_street: MakeStreet, tmp_path: Path
) -> None:
    ran = doorstep("serve", "--keys", make_street().keys, "--schema", tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "one schema DUIS*.xsd is wanted, and found: none" in ran.stderr
