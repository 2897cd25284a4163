"""Opening a client: who it is for, and where it listens."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from doorstep.errors import DoorstepError, NoKey, UsageError
from doorstep.eui import Eui
from doorstep.service.client_setting import ClientSetting, open_client
from doorstep.service.pki import new_street_keys
from doorstep.street import street_plan
from tests.service.aio import in_loop

PLAN = street_plan(1)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "street"
    new_street_keys(folder, PLAN, now=1_764_000_000_000)
    return folder


@in_loop
async def open_and_close(setting: ClientSetting) -> None:
    async with open_client(setting) as client:
        assert (client.config.eui, client.config.dcc) == (PLAN.supplier, PLAN.dcc)


def test_the_parties_are_those_of_the_street(keys: Path) -> None:
    open_and_close(ClientSetting(keys))


def test_without_a_street_they_are_told_by_their_keys(keys: Path, tmp_path: Path) -> None:
    for file in keys.iterdir():
        # What a supplier holds: everybody's certificates, and its own private keys alone.
        if file.suffix == ".pem" or file.name.startswith(PLAN.supplier.hex()):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    open_and_close(ClientSetting(tmp_path))


def test_of_several_users_one_has_to_be_named(keys: Path, tmp_path: Path) -> None:
    for file in keys.iterdir():
        if file.suffix in (".pem", ".key"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(NoKey, match="2 parties"):
        open_and_close(ClientSetting(tmp_path))
    open_and_close(ClientSetting(tmp_path, user=PLAN.supplier))


def test_whose_key_is_not_held_has_no_client(keys: Path) -> None:
    with pytest.raises(NoKey):
        open_and_close(ClientSetting(keys, user=Eui.parse("00-DB-12-34-56-78-00-04")))


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", ":80"])
def test_an_address_has_a_host_and_a_port(keys: Path, listen: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        open_and_close(ClientSetting(keys, listen=listen))


@in_loop
async def test_it_listens_where_it_is_told(keys: Path, tmp_path: Path, unused_port: int) -> None:
    setting = ClientSetting(
        keys, listen=f"127.0.0.1:{unused_port}", receive_path="/here", state=tmp_path / "s"
    )
    async with open_client(setting), httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(
            f"http://127.0.0.1:{unused_port}/here",
            content=b"<a/>",
            headers={"content-type": "application/xml"},
        )
        assert answer.status_code == 400
        with pytest.raises(DoorstepError, match="locked"):
            async with open_client(setting):
                pass


@pytest.fixture
def unused_port() -> int:
    from tests.processes.street import free_ports

    return free_ports(1)[0]
