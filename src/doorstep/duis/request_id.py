"""The identifiers that tie a request, what the Device answers, and the GBCS messages together."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from msgspec import Struct

from doorstep.duis.simple_type import SimpleType
from doorstep.errors import EncodeError, InputError
from doorstep.eui import Eui

__all__ = ["REQUEST_ID", "RequestId"]

_EUI: Final = r"((?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2})"
_TEXT: Final = re.compile(rf"{_EUI}:{_EUI}:(0|[1-9][0-9]{{0,19}})")


class RequestId(Struct, frozen=True, order=True, dict=True):
    """A RequestID, or a ResponseID: who sent it, whom it is for, and the sender's counter (u64).

    A request's counter is the Originator Counter of its Command, so it must rise from one request of an
    originator to the next. A ResponseID has the same form from the other side: Device, User, counter.
    """

    originator: Eui
    target: Eui
    counter: int

    def __post_init__(self) -> None:
        if not 0 <= self.counter < 1 << 64:
            raise EncodeError("RequestID", f"the counter {self.counter} does not fit 64 bits")

    @classmethod
    def parse(cls, text: str) -> RequestId:
        """Read ``originator:target:counter``: identifiers in either case, no leading zeros in the counter.

        Raises :class:`InputError` for anything else.
        """
        found = _TEXT.fullmatch(text)
        if not found or int(found[3]) >= 1 << 64:
            raise InputError(f"not a RequestID (originator:target:counter): {text[:80]!r}")
        originator, target = (Eui(bytes.fromhex(dashed.replace("-", ""))) for dashed in (found[1], found[2]))
        return cls(originator, target, int(found[3]))

    @property
    def answer(self) -> RequestId:
        """The ResponseID of the target's answer: it repeats the counter, as captured answers do."""
        return RequestId(self.target, self.originator, self.counter)

    @cached_property
    def _text(self) -> str:
        return f"{self.originator}:{self.target}:{self.counter}"

    def __str__(self) -> str:
        return self._text


REQUEST_ID: Final = SimpleType(
    RequestId.parse, str, what="a RequestID (originator:target:counter)", holds=RequestId, suits_all=True
)
"""The simple type of a RequestID or ResponseID."""
