"""Where the reference data lies: real messages, schemas and facts that are tested against, never shipped."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("DOORSTEP_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def available() -> bool:
    return ROOT.is_dir()


def shared(path: str) -> Path:
    """A file or folder of the reference data. Skips the test where there is none; in CI that is a failure."""
    found = ROOT / path
    if not found.exists():
        reason = f"no reference data: {path} is not there (set DOORSTEP_SHARED to the folder that holds it)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def manifest() -> list[dict[str, str]]:
    """The rows of the reference messages, a dictionary each; ``path`` is below ``shared("rtds")``."""
    with shared("rtds/manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def hex_file(path: Path) -> bytes:
    """The message that a file of hex digits holds."""
    return bytes.fromhex(path.read_text().strip())
