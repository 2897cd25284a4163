"""What the tests of the shell share: a way to run a command, and a street's keys, made once."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from doorstep.cli import main
from doorstep.service.pki import new_street_keys
from doorstep.street import street_plan

Shell = Callable[..., "Result"]


class Result(Struct, frozen=True):
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on standard error that every failure has."""
        assert self.err.startswith("doorstep: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        return self.err.removeprefix("doorstep: ").rstrip("\n")


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    """Runs ``doorstep`` with these arguments in this process."""

    def run(*arguments: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["doorstep", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        status = ended.value.code
        assert isinstance(status, int)
        said = capfd.readouterr()
        return Result(status, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def street_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of a street of one home."""
    folder = tmp_path_factory.mktemp("keys") / "street"
    new_street_keys(folder, street_plan(1), now=1_764_000_000_000)
    return folder
