"""``python -m doorstep``: the same as ``doorstep``."""

from doorstep.cli import main

main()
