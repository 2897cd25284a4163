"""The DCC as a process: decisions on what is in quarantine, certificates, and a kill in the middle of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from doorstep.duis import (
    RequestId,
    build_request,
    element,
    issuer_and_serial,
    parse_response,
    service_request,
    sign,
)
from doorstep.duis.smki import SearchRequest, build_search_request, parse_search_response
from doorstep.gbcs import KeyUsage
from doorstep.service.keystore import FolderKeyStore
from tests.processes.conftest import MakeStreet
from tests.processes.street import DEADLINE, ProcessStreet, free_ports

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]

XML = {"content-type": "application/xml"}


def post(street: ProcessStreet, counter: int) -> str:
    """Read the meter's balance over the WAN; gives the Response Code."""
    keys, supplier = FolderKeyStore(street.keys), street.plan.supplier
    name = RequestId(supplier, street.plan.homes[0].eui("ESME"), counter)
    key = keys.private_key(supplier, KeyUsage.XML_SIGNATURE)
    certificate = keys.certificate(supplier, KeyUsage.XML_SIGNATURE)
    assert key is not None
    assert certificate is not None
    unsigned = build_request(service_request(name, 1, element("ReadMeterBalance")))
    url = f"http://127.0.0.1:{street.gateway}/api/v1/serviceS"
    document = sign(unsigned, key, *issuer_and_serial(certificate))
    got = httpx.post(url, content=document, headers=XML, trust_env=False, timeout=DEADLINE)
    assert got.status_code == 200, street.tails()
    return parse_response(got.content).code


def quarantine(what: str, admin: Path, *more: object) -> subprocess.CompletedProcess[str]:
    """``doorstep dcc quarantine``, to its end."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "doorstep.cli", "dcc", "quarantine", what),
            *("--admin", str(admin), *map(str, more)),
        ],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def waiting(admin: Path) -> list[int]:
    ran = quarantine("list", admin)
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line)["reference"] for line in ran.stdout.splitlines()]


def test_what_is_over_a_threshold_waits_for_a_decision_across_a_kill(
    make_street: MakeStreet, tmp_path: Path
) -> None:
    street = make_street(state=True)
    admin, thresholds = tmp_path / "admin", tmp_path / "thresholds.json"
    supplier = str(street.plan.supplier)
    thresholds.write_text(json.dumps({"counts": [{"user": supplier, "srv": "4.18", "quarantine": 1}]}))
    command = f"dcc --thresholds {thresholds} --admin {admin}"
    street.start(command)
    counter = int(time.time() * 1000)
    assert [post(street, counter + number) for number in range(3)] == ["I99"] * 3
    assert waiting(admin) == [1, 2]

    assert street.end("dcc", signal.SIGKILL) == -signal.SIGKILL
    street.start(command)
    assert waiting(admin) == [1, 2]
    # The request again, from a User that is not sure: nothing more waits for that.
    assert post(street, counter + 2) == "I99"

    released = quarantine("release", admin, 1, "--by", "Ada")
    assert (released.returncode, released.stdout) == (0, "done\n")
    again = quarantine("release", admin, 1, "--by", "Ada")
    assert (again.returncode, again.stdout) == (1, "1 is not in quarantine\n")
    assert quarantine("delete", admin, 2, "--by", "Ada").returncode == 0
    assert waiting(admin) == []
    decided = [one["why"] for one in street.log("dcc", "note", "by Ada")]
    assert [why.rpartition(" by ")[2] for why in decided] == ["Ada", "Ada"]


def test_without_a_dcc_there_or_without_a_name_the_shell_says_so(tmp_path: Path) -> None:
    ran = quarantine("list", tmp_path / "none")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"doorstep: no DCC answers at {tmp_path / 'none'}\n"
    assert quarantine("release", tmp_path / "none", 1).returncode == 2


def test_a_dcc_that_is_killed_while_the_home_answers_loses_nothing(make_street: MakeStreet) -> None:
    street = make_street(state=True)
    street.start("dcc", "serve", "meter", "hub")
    name = street.place(use="read-balance", route="wan", patience_seconds=120)
    street.until(lambda: street.log("meter", "executed", "ECS82"), "the meter to execute it")
    assert street.end("dcc", signal.SIGKILL) == -signal.SIGKILL
    street.start("dcc")
    assert street.reaches(name, "executed")["evidence"] == "authenticated Response"
    assert len(street.log("meter", "executed", "ECS82")) == 1


def test_certificates_are_served_where_that_is_asked_for(make_street: MakeStreet) -> None:
    street = make_street()
    (port,) = free_ports(1)
    street.start(f"dcc --smki --smki-port {port}")
    meter = street.plan.homes[0].eui("ESME")
    got = httpx.post(
        f"http://127.0.0.1:{port}/services/certificatesearch?apikey=x",
        content=build_search_request(SearchRequest(device=meter)),
        headers=XML,
        trust_env=False,
        timeout=DEADLINE,
    )
    assert {entry.usage for entry in parse_search_response(got.content)} == {"DS", "KA"}
