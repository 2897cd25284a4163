"""How a GSME, which sleeps, comes for its messages: it asks, is given one, and asks again.

The mirror's *tunnel message pending* flag, which tells a GSME to ask at all, is not signalled yet.
"""

from __future__ import annotations

from typing import Final

from doorstep.eui import Eui
from doorstep.road.hub.store import Store
from doorstep.zigbee import gsme

__all__ = ["FRAMING", "Fetching"]

FRAMING: Final = len(gsme.to_bytes(gsme.GetResponse()))
"""How many bytes a GET-RESPONSE puts in front of its message."""

_MOST_REMAINING: Final = 0xFF
_NOTHING: Final = "nothing"


class Fetching:
    """Which GSMEs are being handed a message out of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._handing: set[Eui] = set()

    def asked(self, device: Eui) -> tuple[str, bytes] | None:
        """What to send for a GET, and by which reference.

        None where the GSME is being handed a message already: a GET repeated meanwhile asks for nothing
        more.
        """
        if device in self._handing:
            return None
        self._handing.add(device)
        held = self._store.first(device)
        if held is None:
            return _NOTHING, gsme.to_bytes(gsme.GetResponse())
        remaining = min(self._store.count(device) - 1, _MOST_REMAINING)
        return held.name, gsme.to_bytes(gsme.GetResponse(remaining, held.message))

    def over(self, device: Eui) -> None:
        """The hand-over came to an end, well or not."""
        self._handing.discard(device)

    def clear(self) -> None:
        """Nothing is being handed over to anyone."""
        self._handing.clear()
