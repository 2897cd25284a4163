"""The judges that are programs: where they are, and what is done where they are not."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

__all__ = ["missing", "program"]


def program(name: str) -> str:
    """The path of a program. Skips the test where it is not installed; in CI that is a failure."""
    return shutil.which(name) or missing(f"{name} is not installed")


def missing(reason: str) -> NoReturn:
    """Skip the test for want of a judge, saying which; in CI every judge must be there, so fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
