"""``python -m doorstep.cli``: the shell, for where the installed command is not on the path."""

from doorstep.cli import main

main()
