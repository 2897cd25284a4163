"""``doorstep keys new``: a folder that the other commands can use, and never one written over."""

from __future__ import annotations

from pathlib import Path

from doorstep.gbcs import Role
from doorstep.service.keystore import FolderKeyStore
from doorstep.service.street_file import read_street
from tests.cli.conftest import Shell


def test_a_street_of_some_homes(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "street"
    result = shell("keys", "new", folder, "--homes", 2)
    assert (result.status, result.out) == (0, f"{folder}: a street of 2 homes, its parties and their keys\n")
    street = read_street(folder)
    assert [home.name for home in street.homes] == ["home 1", "home 2"]
    assert FolderKeyStore(folder).parties(Role.SUPPLIER) == (street.supplier,)


def test_what_is_there_is_never_written_over(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear me")
    result = shell("keys", "new", tmp_path)
    assert result.status == 2
    assert f"{tmp_path} is not empty" in result.line
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_more_homes_than_there_are_numbers_for(shell: Shell, tmp_path: Path) -> None:
    assert "65535" in shell("keys", "new", tmp_path / "x", "--homes", 100_000).line
    assert not (tmp_path / "x").exists()
