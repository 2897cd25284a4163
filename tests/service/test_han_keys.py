"""The secrets of homes' networks on disk: each box its own file, and a wrong file is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from doorstep.errors import UsageError
from doorstep.service.han_keys import new_home_secrets, read_device_secrets, read_hub_secrets
from doorstep.service.key_log import KeyLog
from doorstep.street import street_plan

HOME = street_plan(1).homes[0]
GPF, ESME, PPMID, HHT = (HOME.eui(kind) for kind in ("GPF", "ESME", "PPMID", "HHT"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in new_home_secrets(HOME):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_hub_has_the_link_keys_of_those_in_its_log(folder: Path) -> None:
    hub = read_hub_secrets(folder, GPF)
    for eui in (ESME, PPMID):
        assert hub.link_key_of(eui) == read_device_secrets(folder, eui).link_key
    with pytest.raises(UsageError, match="no install code"):
        hub.link_key_of(HHT)  # An engineer shows it when the terminal is there.


def test_a_device_has_nothing_but_its_own(folder: Path) -> None:
    files = {path.name: path.read_text() for path in folder.iterdir()}
    others = read_device_secrets(folder, ESME).install_code.hex().upper()
    assert [name for name, text in files.items() if others in text] == [f"{ESME.hex()}-han.toml"]
    network_key = read_hub_secrets(folder, GPF).network_key.hex()
    assert [name for name, text in files.items() if network_key in text] == [f"{GPF.hex()}-han.toml"]


def test_every_street_has_secrets_of_its_own() -> None:
    assert not set(new_home_secrets(HOME)) & set(new_home_secrets(HOME))


def test_no_secret_shows_in_what_is_printed(folder: Path) -> None:
    for shown in (repr(read_hub_secrets(folder, GPF)), repr(read_device_secrets(folder, PPMID))):
        assert "secret octets" in shown
        assert "\\x" not in shown


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "install_code"),
        (b"\xff", "utf-8"),
        (b'install_code = "00"\nseed = "00"', "install code"),
        (b'install_code = "zz"\nseed = "00"', "hex"),
        (b'install_code = "83FED3407A939723A5C639B26916D505C3B6"\nseed = "00"', "misread"),
        (b'install_code = "83FED3407A939723A5C639B26916D505C3B5"\nseed = "00"', "32 octets"),
        (b"a = " + b"[" * 3000, "."),
        (b"#" * 0x4001, "more than"),
    ],
)
def test_a_file_that_is_wrong_is_named(folder: Path, content: bytes, why: str) -> None:
    path = folder / f"{PPMID.hex()}-han.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=why) as refusal:
        read_device_secrets(folder, PPMID)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_street_without_them_is_told_how_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="doorstep keys new"):
        read_hub_secrets(tmp_path, GPF)


def test_a_key_log_has_each_key_once_and_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "han.keys"
    log = KeyLog(path)
    log.add([(bytes(16), "nwk")])
    log.add([(bytes(16), "nwk"), (b"\x5a" * 16, "link")])
    assert path.read_text().splitlines() == [
        f'"{"00" * 16}","Normal","nwk"',
        f'"{"5a" * 16}","Normal","link"',
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    KeyLog(None).add([(bytes(16), "nwk")])


def test_a_key_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        KeyLog(tmp_path / "no such folder" / "han.keys")
