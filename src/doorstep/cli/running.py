"""Running a stop in this process: its log, the word ``ready`` on standard output, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from uvloop import new_event_loop

from doorstep.service.event_log import start_log
from doorstep.service.process import Ready, StopSetting

__all__ = ["run_stop"]


def run_stop(
    name: str,
    work: Callable[[StopSetting, Ready], Coroutine[Any, Any, None]],
    keys: Path,
    state: Path | None,
    json: bool,
    *,
    quiet: bool = False,
) -> None:
    """Run a stop until SIGINT or SIGTERM; ``name`` is its command's."""
    start_log(name, json=json, quiet=quiet)
    _collect_seldom()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(work(StopSetting(keys, state), _ready))


def _collect_seldom() -> None:
    """Let Python look for cycles less often: a stop has few, and what it keeps in its books is looked through
    each time.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _ready() -> None:
    with suppress(BrokenPipeError):
        print("ready", flush=True)
    # Nothing more is said there, so whoever waited for the word may close it.
    sys.stdout = sys.stderr
