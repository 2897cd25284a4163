"""docs/requests-by-hand.md is true: its commands work as they stand, and its program prints what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.conftest import MakeStreet
from tests.processes.street import DEADLINE, ProcessStreet

pytestmark = [pytest.mark.sockets, pytest.mark.xdist_group("processes")]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "requests-by-hand.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def at_home(text: str, street: ProcessStreet) -> str:
    """The text with the ports of a street, where the page has the usual ones or says nothing."""
    gateway = f'ClientSetting(Path("street"), gateway="{gateway_of(street)}"'
    text = text.replace('ClientSetting(Path("street")', gateway)
    return text.replace("127.0.0.1:8080", f"127.0.0.1:{street.service}")


def gateway_of(street: ProcessStreet) -> str:
    return f"http://127.0.0.1:{street.gateway}"


@pytest.fixture
def street(make_street: MakeStreet, tmp_path: Path) -> ProcessStreet:
    """A street's DCC, meter and hub, in whose folder the keys are called ``street``."""
    made = make_street()
    made.start("dcc", "meter", "hub")
    (tmp_path / "street").symlink_to(made.keys)
    return made


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with the source that is tested here."""
    source = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | source,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_the_commands_work(street: ProcessStreet, tmp_path: Path) -> None:
    script = "".join(blocks("console"))
    document = re.search(r"cat > request.xml <<'END'\n(.*?)^END$", script, re.MULTILINE | re.DOTALL)
    assert document
    (tmp_path / "request.xml").write_text(document[1])
    lines = re.findall(r"^\$ doorstep (request .*)$", at_home(script, street), re.MULTILINE)
    assert len(lines) == 5
    for line in lines:
        ran = run(tmp_path, "-m", "doorstep.cli", *line.split(), "--gateway", gateway_of(street))
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}{street.tails()}"


def test_the_program_prints_what_it_says(street: ProcessStreet, tmp_path: Path) -> None:
    (program,) = blocks("python")
    ran = run(tmp_path, "-c", at_home(program, street))
    assert ran.returncode == 0, f"{ran.stderr}{street.tails()}"
    assert ran.stdout.splitlines() == re.findall(r"print\(.*\)  # (.*)", program)
