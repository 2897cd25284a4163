"""What every Device hears and says beside its messages, as events.

:class:`Executed` and :class:`Rejected` no real Device says aloud, but they let a bench see what became
of a Command.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Executed", "PoweredOn", "Rejected"]


class PoweredOn(Struct, frozen=True):
    """The Device starts, with whatever it remembers."""


class Executed(Struct, frozen=True):
    """A Command was authenticated and executed; ``response`` is what answers it.

    ``succeeded`` is False where a component failed: the Command counts as executed all the same, and
    its Response says which component failed.
    """

    command: bytes
    response: bytes
    succeeded: bool
    why: str = ""


class Rejected(Struct, frozen=True):
    """A Command was not executed and gets no Response; ``alert`` is the alert code for the reason."""

    command: bytes
    why: str
    alert: int
