"""The house rules that a reader relies on: which room may use which, and that the core has no I/O."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "doorstep"

# A room may import from the rooms whose number is lower, and from itself. Rooms of one number do not
# import each other, but for those that ALLOWED names.
FLOORS = {
    "errors": -1,
    "eui": 0,
    "secret": 0,
    "zigbee": 1,
    "gbcs": 2,
    "duis": 3,
    "street": 3,
    "guard": 4,
    "road.machine": 5,
    "road.tunnel": 6,
    "road.han": 6,
    "road.device": 6,
    "road.supplier": 7,
    "road.dcc": 7,
    "road.ppmid": 7,
    "road.hub": 7,
    "road.meter": 7,
    "road.configurations": 7.5,
    "bench": 8,
    "service": 8,
    "cli": 9,
    "__main__": 10,
}
PURE = ("errors", "eui", "secret", "street", "zigbee", "gbcs", "duis", "guard", "road", "bench")
IMPURE_MODULES = {
    "asyncio",
    "fastapi",
    "ftplib",
    "http",
    "httpx",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "secrets",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "socketserver",
    "sqlite3",
    "ssl",
    "starlette",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
    "uvicorn",
    "websockets",
}
# The bench decides faults by seeded random numbers that it is given; that is what it is for.
BENCH_MAY = {"random"}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def room(module: str) -> str:
    """The room that a dotted name below ``doorstep`` is in."""
    parts = module.split(".")
    two = ".".join(parts[:2])
    return two if two in FLOORS else parts[0]


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} has a relative import"
            yield node.module or "", node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_down_only(path: Path) -> None:
    here = name_of(path)
    if here in ("", "road"):
        return
    mine = room(here)
    assert mine in FLOORS, f"{here} is in no room that the house has"
    for module, line in imports(path):
        if not module.startswith("doorstep."):
            continue
        theirs = room(module.removeprefix("doorstep."))
        if theirs == mine or theirs not in FLOORS:
            continue
        assert FLOORS[theirs] < FLOORS[mine], f"{here}:{line} imports {module}: {mine} is not above {theirs}"


@pytest.mark.parametrize("path", [p for p in modules() if name_of(p).startswith(PURE)], ids=name_of)
def test_languages_and_stops_have_no_io(path: Path) -> None:
    allowed = BENCH_MAY if name_of(path).startswith("bench") else set()
    for module, line in imports(path):
        top = module.partition(".")[0]
        assert top not in IMPURE_MODULES - allowed, f"{name_of(path)}:{line} imports {module}"


@pytest.mark.parametrize("path", [p for p in modules() if name_of(p).startswith(PURE)], ids=name_of)
def test_languages_and_stops_do_not_print_or_open(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, f"{name_of(path)}:{node.lineno}"
        assert not isinstance(node, ast.Global), f"{name_of(path)}:{node.lineno} changes a global"


def test_importing_gbcs_loads_no_io_library() -> None:
    program = (
        "import sys; import doorstep.gbcs; print(*sorted(set(sys.modules) & {'asyncio', 'socket', 'lxml'}))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
