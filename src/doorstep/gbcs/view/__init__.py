"""A GBCS message as a person reads it: a tree with names, units, times and meanings.

::

    tree = describe(message)            # a Node
    print(text(tree))                   # ... as plain text; colours are for whoever has a screen

    describe(response, command=command)                         # names what the Command asked for
    describe(message, opened=encrypted.opened(message, keys))   # shows what is encrypted

Whoever draws the tree otherwise takes a node's value from :func:`shown` and all other text through
:func:`printable`, since messages may hold what a terminal obeys.

The view drops nothing: a value stands beside its meaning as it came, and what has no name stands alone.
It is for reading; the form that programs read, and that leads back to the bytes, is
:mod:`doorstep.gbcs.json_form`.
"""

from __future__ import annotations

from doorstep.gbcs.view.message import describe
from doorstep.gbcs.view.node import Node, printable, shown, text

__all__ = ["Node", "describe", "printable", "shown", "text"]
