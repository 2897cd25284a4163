"""A meter that CCS01 adds to a home of running processes: it joins, is asked what it is, and executes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from doorstep.duis import RequestId, build_request, service_request, services
from doorstep.service.han_keys import read_device_secrets
from doorstep.service.pki import new_street_keys
from doorstep.street import street_plan
from doorstep.zigbee.keys import INSTALL_CODE_CHECK
from tests.processes.street import ProcessStreet
from tests.processes.test_request import Shell

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]


def test_a_new_meter_joins_a_running_home_and_executes_a_command(tmp_path: Path) -> None:
    plan = street_plan(1)
    home = structs.replace(plan.homes[0], newcomers=("ESME",))
    plan = structs.replace(plan, homes=(home,))
    keys = tmp_path / "street"
    new_street_keys(keys, plan, now=1_764_000_000_000)
    street = ProcessStreet(plan, keys, tmp_path)
    shell = Shell(street)
    try:
        street.start("dcc", "hub")
        code = read_device_secrets(keys, shell.meter).install_code[:-INSTALL_CODE_CHECK]
        request_id = RequestId(plan.supplier, home.eui("CHF"), 1)
        added = tmp_path / "add.xml"
        body = services.add_to_hub(shell.meter, code)
        added.write_bytes(build_request(service_request(request_id, 1, body)))
        ran = shell(added, *shell.listening)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        street.start("meter")
        street.until(lambda: street.log("hub", "note", "identified"), "the hub to know what the meter is")
        ran = shell("4.18", "--target", shell.meter, "--cv", 3, *shell.listening)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert b"authenticated: success" in ran.stdout
    finally:
        assert set(street.close().values()) <= {0}, street.tails()
