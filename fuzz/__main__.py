"""``python -m fuzz TARGET``: fuzz a target; with files, run these inputs through it once, and only these.

What reaches new code is kept in ``build/fuzz/TARGET``, from where the next run goes on. An input that breaks
a promise is written to ``build/fuzz/TARGET-found`` and ends the run.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("gbcs", "payload", "json", "zigbee", "capture", "radio", "duis", "hub")
FOLDER: Final = Path("build/fuzz")

# An input that takes longer, in seconds, or more memory, in megabytes, is a finding.
SLOWEST: Final = 5
MEMORY: Final = 1024
LONGEST: Final = 4096


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("target", choices=NAMES)
    parser.add_argument("inputs", nargs="*", type=Path, help="inputs to run once, in place of fuzzing")
    parser.add_argument("--runs", type=int, default=-1, help="how many inputs to try (default: no end)")
    parser.add_argument("--seconds", type=int, default=0, help="how long to try (default: no end)")
    arguments = parser.parse_args()
    if arguments.inputs:
        replay(arguments.target, arguments.inputs)
    else:
        fuzz(arguments.target, arguments.runs, arguments.seconds)


def replay(target: str, inputs: list[Path]) -> None:
    """Run inputs once; the first that breaks a promise ends with its traceback."""
    run = importlib.import_module("fuzz.targets").TARGETS[target]
    for path in inputs:
        run(path.read_bytes())
    print(f"{len(inputs)} inputs, and every promise held")


def fuzz(target: str, runs: int, seconds: int) -> None:
    """Fuzz until ``runs`` or ``seconds`` are over, 0 or less for no end. Ends the process."""
    atheris: Any = importlib.import_module("atheris")
    # Our modules are instrumented as they are imported, so none may have been before.
    with atheris.instrument_imports(include=["doorstep"]):
        targets, seeds = importlib.import_module("fuzz.targets"), importlib.import_module("fuzz.seeds")
    corpus, found = FOLDER / target, FOLDER / f"{target}-found"
    found.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(exist_ok=True)
    for seed in seeds.SEEDS[target]():
        (corpus / sha256(seed).hexdigest()[:20]).write_bytes(seed)
    options = [
        f"-runs={runs}",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
