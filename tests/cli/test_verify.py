"""``doorstep verify``: one JSON line a file; the exit status tells good, no, and unusable apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import Cra, GroupingHeader, KeyRing
from doorstep.gbcs.payloads.axdr import Data, Tag
from doorstep.gbcs.payloads.dlms import AccessRequest, Action, Component, Obis, invoke_id
from doorstep.service.keystore import FolderKeyStore
from tests.cli.conftest import Shell
from tests.reference import shared

SUPPLIER = Eui.parse("D0-05-5E-00-0F-00-00-02")
BROKER = Eui.parse("D0-05-5E-00-0F-00-00-04")
METER = Eui.parse("D0-05-5E-01-00-01-00-E5")


@pytest.fixture(scope="session")
def command(street_folder: Path) -> bytes:
    """An enable-supply Command, signed and with its MAC, made with the street's own keys."""
    component = Component(Action.ACTION, 9, Obis.parse("0-0:10.0.106.255"), 1, Data(Tag.LONG_UNSIGNED, 51))
    header = GroupingHeader(Cra.COMMAND, 7, SUPPLIER, METER, 0x004F)
    message = gbcs.build(header, AccessRequest(invoke_id(7), (component,)))
    keys = KeyRing(FolderKeyStore(street_folder))
    return bytes(gbcs.seal(gbcs.sign(message, keys), keys, author=BROKER))


def test_a_good_command(shell: Shell, street_folder: Path, command: bytes, tmp_path: Path) -> None:
    file = tmp_path / "good.hex"
    file.write_text(command.hex())
    result = shell("verify", "--keystore", street_folder, file)
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out) == {
        "path": str(file),
        "mac": "verified",
        "signature": "verified",
        "encrypted": 0,
        "decrypted": 0,
    }


def test_one_changed_byte_is_a_no(shell: Shell, street_folder: Path, command: bytes) -> None:
    changed = command[:-1] + bytes((command[-1] ^ 1,))
    result = shell("verify", "--keystore", street_folder, "-", stdin=changed)
    assert (result.status, result.err) == (1, "")
    said = json.loads(result.out)
    assert (said["path"], said["mac"], said["signature"]) == ("-", "failed", "verified")


def test_a_key_that_is_not_held_is_said(shell: Shell, command: bytes, tmp_path: Path) -> None:
    result = shell("verify", "--keystore", tmp_path, "-", stdin=command)
    assert result.status == 0
    said = json.loads(result.out)
    assert (said["mac"], said["signature"]) == ("no-key", "no-key")


def test_every_file_has_its_line_and_the_worst_decides(
    shell: Shell, street_folder: Path, command: bytes, tmp_path: Path
) -> None:
    good, bad, unusable = (tmp_path / name for name in ("good", "bad", "unusable"))
    good.write_bytes(command)
    bad.write_bytes(command[:-1] + b"\x00")
    unusable.write_bytes(command[:-1])
    result = shell("verify", "--keystore", street_folder, bad, unusable, good)
    assert result.status == 2
    assert [json.loads(line)["mac"] for line in result.out.splitlines()] == ["failed", "verified"]
    assert result.line.startswith(f"{unusable}: ciphered-service length at offset 7: ")


def test_a_folder_that_is_none(shell: Shell, tmp_path: Path) -> None:
    assert "no key store at" in shell("verify", "--keystore", tmp_path / "nowhere", "-").line


def test_the_reference_messages_are_judged_as_their_manifest_says(shell: Shell) -> None:
    with shared("rtds/manifest.csv").open() as file:
        rows = {str(shared("rtds") / row["path"]): row for row in csv.DictReader(file)}
    chosen = dict(sorted(rows.items())[::9])
    result = shell("verify", "--keystore", shared("rtds/keystore"), *chosen)
    assert result.status == 0
    said = {one["path"]: one for one in map(json.loads, result.out.splitlines())}
    assert said.keys() == chosen.keys()
    words = {"yes": "verified", "n/a": "absent", "no-key": "no-key"}
    for path, row in chosen.items():
        for ours, theirs in (("mac", "mac_verified"), ("signature", "signature_verified")):
            assert said[path][ours] == words[row[theirs]], (path, ours)
