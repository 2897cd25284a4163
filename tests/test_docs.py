"""The documents are true: pages made from tables are current, links lead somewhere, examples run."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", generator().PAGES)
def test_generated_pages_are_current(name: str) -> None:
    page = generator().PAGES[name]()
    assert (ROOT / "docs" / name).read_text() == page, "run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    """Every ``doorstep word`` at the start of a line in a block of code is a command of the shell."""
    helped = subprocess.run(
        [sys.executable, "-m", "doorstep.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^(?:\.venv/bin/)?doorstep ([a-z]+)", "\n".join(blocks), re.MULTILINE))
    assert {name for name in named if name not in helped} == set()


@pytest.mark.parametrize(("name", "promises"), [("tutorial.md", 3), ("requests.md", 10)])
def test_a_page_of_code_runs_and_prints_what_it_says(name: str, promises: int) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / name).read_text(), re.MULTILINE | re.DOTALL
    )
    program = "\n".join(blocks)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    promised = re.findall(r"print\((?!text).*?\)\s+# (.*)", program)
    assert len(promised) == promises
    assert [line for line in promised if line not in ran.stdout.splitlines()] == []


def test_nothing_names_a_place_on_a_developer_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split("\n")
    private = re.compile("/" + "work/|/" + "root/")
    for name in tracked:
        path = ROOT / name
        if path.is_file() and path.suffix in (".py", ".md", ".toml", ".sh", ""):
            assert not private.search(path.read_text(errors="replace")), name
