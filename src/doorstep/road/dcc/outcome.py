"""What carrying out a request comes to, before anything of it is in the books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from doorstep.duis.element import Element
from doorstep.duis.response import Content
from doorstep.eui import Eui
from doorstep.gbcs.message import Message
from doorstep.road.dcc.book import Entries

__all__ = ["CHECKED", "Notice", "Outcome", "nothing"]

CHECKED: Final = "checked XML signature, User, role, Command Variant, service, Device and counter"


def nothing() -> Entries:
    """A change that changes nothing."""
    return {}


class Notice(Struct, frozen=True):
    """An alert of the DCC's own to one User: its DCC Alert Code, and what happened."""

    user: Eui
    code: str
    alert: Element


class Outcome(Struct, frozen=True):
    """The answer to a request, and what the books are to say of it.

    Nothing is in the books yet, so that a request that fails halfway leaves no trace: ``change`` writes
    what a service of the DCC's own changes, when the time has come. ``pushed`` is a document for the User.
    """

    code: str
    content: Content | None = None
    pre_command: Message | None = None
    command: Message | None = None
    pushed: bytes = b""
    returned: Message | None = None
    change: Callable[[], Entries] = nothing
    notices: tuple[Notice, ...] = ()
    note: str = ""

    @property
    def made(self) -> str:
        """For the log: what was checked, and what was made of the request."""
        if self.note:
            return f"{CHECKED}; {self.note}"
        if self.returned is not None:
            return f"{CHECKED}; the Device's Response is authentic"
        if self.command is None:
            return f"{CHECKED}; Pre-Command made"
        signed = ", and the User's signature of the Pre-Command" if self.command.signature else ""
        return f"{CHECKED}{signed}; Command made, with the Access Control Broker's MAC"
