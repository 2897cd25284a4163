"""``doorstep request`` against a real DCC: what is asked, what is shown, and the exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorstep import gbcs
from doorstep.duis import RequestId, build_request, element, service_request
from tests.processes.conftest import MakeStreet
from tests.processes.street import DEADLINE, XSD, ProcessStreet
from tests.reference import shared

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]


class Shell:
    """``doorstep request`` for the meter of a street."""

    def __init__(self, street: ProcessStreet) -> None:
        self.street = street
        self.meter = street.plan.homes[0].eui("ESME")

    def __call__(self, *arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run it to its end."""
        gateway = f"http://127.0.0.1:{self.street.gateway}"
        return subprocess.run(
            [
                *(sys.executable, "-m", "doorstep.cli", "request", *map(str, arguments)),
                *("--keystore", str(self.street.keys), "--gateway", gateway),
            ],
            input=stdin,
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )

    def json(self, *arguments: object) -> dict[str, Any]:
        """What it says as JSON, its exit status among it."""
        ran = self(*arguments, "--json")
        assert ran.stdout, ran.stderr
        said: dict[str, Any] = json.loads(ran.stdout)
        return said | {"status": ran.returncode}

    @property
    def listening(self) -> tuple[str, str]:
        """The options that take asynchronous answers where the DCC posts them."""
        return "--listen", f"127.0.0.1:{self.street.service}"


@pytest.fixture
def shell(make_street: MakeStreet) -> Shell:
    """A shell beside a DCC, a hub and a meter."""
    street = make_street()
    street.start("dcc", "meter", "hub")
    return Shell(street)


def test_commands_for_local_delivery_and_over_the_wan(shell: Shell) -> None:
    target = ("--target", shell.meter)
    local = shell.json("7.1", *target, "--cv", 6)
    command = gbcs.decode(bytes.fromhex(local["command"]))
    assert (local["status"], local["code"], command.header.message_code) == (0, "I0", 0x004F)
    both = shell.json("4.18", *target, "--cv", 3, *shell.listening)
    assert (both["status"], both["failure"]) == (0, None)
    assert gbcs.decode(bytes.fromhex(both["response"])).header.cra is gbcs.Cra.RESPONSE
    assert both["message"]
    assert gbcs.decode(bytes.fromhex(both["command"])).header.message_code == 0x0069
    person = shell("7.1", *target, *shell.listening)
    assert person.returncode == 0, person.stderr
    assert b"Response of the Device, authenticated: success" in person.stdout
    assert b"Remotely Close the Load Switch on the ESME" in person.stdout


def test_documents_are_held_to_the_published_schema_on_both_sides(shell: Shell, tmp_path: Path) -> None:
    target = ("--target", shell.meter, "--schema", shared("schema"))
    assert shell.json("4.18", *target, "--cv", 2)["code"] == "I0"
    nowhere = shell("4.18", "--target", shell.meter, "--schema", tmp_path)
    assert nowhere.returncode == 2
    assert b"one schema DUIS*.xsd is wanted, and found: none" in nowhere.stderr
    narrow = XSD.replace("Response", "Nothing")
    (tmp_path / "DUIS.xsd").write_text(narrow)
    unbelieved = shell("4.18", "--target", shell.meter, "--cv", 2, "--schema", tmp_path)
    assert unbelieved.returncode != 0
    assert b"not valid against the schema" in unbelieved.stdout + unbelieved.stderr


def test_a_gateway_that_is_given_another_schema_lets_nothing_in_or_out(
    make_street: MakeStreet, tmp_path: Path
) -> None:
    (tmp_path / "DUIS.xsd").write_text(XSD.replace("Response", "Nothing"))
    street = make_street()
    street.start(f"dcc --schema {tmp_path}")
    shell = Shell(street)
    assert shell("4.18", "--target", shell.meter, "--cv", 2).returncode != 0
    assert street.log("dcc", "held back", "not valid against the schema")


def test_refusals_are_exit_status_1(shell: Shell) -> None:
    stranger = shell.json("4.18", "--target", "00-00-00-00-00-00-00-01")
    assert (stranger["status"], stranger["code"]) == (1, "E19")
    shell.street.end("hub")
    silent = shell("4.18", "--target", shell.meter, *shell.listening, "--wait", 0.1)
    assert silent.returncode == 1
    assert b"no Response of the Device in 0.1 seconds" in silent.stdout


def test_a_file_is_sent_with_its_own_request_id_or_a_new_one(shell: Shell, tmp_path: Path) -> None:
    supplier, path = shell.street.plan.supplier, tmp_path / "request.xml"
    for counter in (1, 0):
        name = RequestId(supplier, shell.meter, counter)
        path.write_bytes(build_request(service_request(name, 4, element("EnableSupply"))))
        said = shell.json(path)
        assert (said["status"], said["code"]) == (0, "I0")
        assert RequestId.parse(said["request_id"]).counter >= (counter or 1_700_000_000_000)
        assert gbcs.decode(bytes.fromhex(said["pre_command"])).header.message_code == 0x004F
    # The same file again is the same request, and the variant may be another.
    path.write_bytes(
        build_request(service_request(RequestId(supplier, shell.meter, 1), 4, element("EnableSupply")))
    )
    again = shell(path, "--cv", 6)
    assert again.returncode == 0, again.stdout


def test_counters_are_kept_in_a_file(shell: Shell, tmp_path: Path) -> None:
    asked = ("4.18", "--target", shell.meter, "--cv", 2, "--state", tmp_path / "counters")
    first, second = (RequestId.parse(shell.json(*asked)["request_id"]).counter for _ in range(2))
    assert second == first + 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("7.1",), "is for a Device"),
        (("7.1", "--target", "x"), "x"),
        (
            ("7.1", "--target", "00-00-00-00-00-00-00-01", "--cv", "1"),
            "takes Command Variants 4, 5, 6, 7, not 1",
        ),
        (("99.9",), "99.9"),
        (("nowhere.xml",), "No such file"),
        (("-",), "not well-formed XML"),
        (("7.1", "--target", "00-00-00-00-00-00-00-01", "--value", "=1"), "PATH=TEXT"),
        (("7.1", "--listen", "nowhere"), "HOST:PORT"),
        (("2.2", "--target", "00-00-00-00-00-00-00-01", "--pence", "1"), "--pence needs --state"),
        (("4.18", "--target", "00-00-00-00-00-00-00-01"), "gateway unreachable"),
    ],
)
def test_what_cannot_be_sent_is_one_line_and_exit_status_2(
    make_street: MakeStreet, arguments: tuple[str, ...], why: str
) -> None:
    ran = Shell(make_street())(*arguments, stdin=b"no request")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.count(b"\n") == 1
    assert why in ran.stderr.decode()
