"""Messages that go down a tunnel whole or in blocks, and which pieces of them the other end has confirmed."""

from __future__ import annotations

from collections.abc import Callable

from doorstep.gbcs.times import Instant

__all__ = ["Pieces"]

Send = Callable[[str, bytes, Instant], None]
Withdraw = Callable[[str], object]


class Pieces:
    """The messages of one sender in one tunnel, by name; all pieces of one go without another between them.

    ``send`` and ``withdraw`` are those of the tunnel's end (:class:`~doorstep.road.tunnel.end.End`).
    """

    def __init__(self, send: Send, withdraw: Withdraw) -> None:
        self._send = send
        self._withdraw = withdraw
        self._unconfirmed: dict[str, set[int]] = {}

    def __contains__(self, name: str) -> bool:
        """Whether some of a message is still in the tunnel."""
        return name in self._unconfirmed

    def send(self, name: str, pieces: tuple[bytes, ...], now: Instant, *, first: int = 1) -> None:
        """Send the pieces of a message that is not in the tunnel, from number ``first`` on."""
        self._unconfirmed[name] = set(range(first, len(pieces) + 1))
        for number, piece in enumerate(pieces[first - 1 :], first):
            self._send(f"{number}/{name}", piece, now)

    def delivered(self, reference: str) -> str | None:
        """A piece was confirmed: the name of the message where that was the last of it, else None."""
        number, name = _piece(reference)
        unconfirmed = self._unconfirmed.get(name, set())
        unconfirmed.discard(number)
        if unconfirmed or name not in self._unconfirmed:
            return None
        del self._unconfirmed[name]
        return name

    def undelivered(self, reference: str) -> str | None:
        """A piece was not taken, so that the others are of no use: the name of the message.

        None where another piece of it was lost before.
        """
        _number, name = _piece(reference)
        unconfirmed = self._unconfirmed.pop(name, None)
        if unconfirmed is None:
            return None
        for number in unconfirmed:
            self._withdraw(f"{number}/{name}")
        return name

    def clear(self) -> None:
        """Forget all of them: the tunnel has begun anew."""
        self._unconfirmed.clear()


def _piece(reference: str) -> tuple[int, str]:
    """The number of a piece and the name of its message."""
    number, _, name = reference.partition("/")
    return int(number), name
