"""Long application payloads, sent as blocks in windows that are acknowledged one by one.

:class:`Sending` takes one payload out; :class:`Receiving` puts those of all neighbours together. Both
do no I/O: their owner hands in blocks and acknowledgements with the time, in milliseconds, takes
events by ``next_event()`` until there is none, and calls ``on_deadline(now)`` when ``deadline()`` has
come.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from doorstep.errors import EncodeError, UsageError
from doorstep.eui import Eui

__all__ = [
    "BLOCK_SIZE",
    "MOST_BLOCKS",
    "Policy",
    "Block",
    "Acknowledgement",
    "SendBlock",
    "Delivered",
    "GaveUp",
    "Sending",
    "MessageKey",
    "SendAcknowledgement",
    "Arrived",
    "Receiving",
    "split",
]

BLOCK_SIZE: Final = 63
"""Octets that fit a block when it is secured with a link key and carries the sender's EUI."""
MOST_BLOCKS: Final = 255
_BITMAP: Final = 0xFF


class Policy(msgspec.Struct, frozen=True):
    """The settings of both ends. Times are in milliseconds; all but the spacing are policy choices.

    ``window`` is a number of blocks, 1 to 8. A half received message is given up when its sender would
    have given it up: after one acknowledgement wait for each attempt. Raises :class:`UsageError` for
    settings that cannot work.
    """

    window: int = 1
    retries: int = 3
    acknowledgement_wait: int = 1_600
    spacing: int = 50
    largest_payload: int = 1_505
    messages_at_once: int = 2
    messages_remembered: int = 16
    remembered_for: int = 8_000

    def __post_init__(self) -> None:
        if not 1 <= self.window <= 8:
            raise UsageError(f"a window has 1 to 8 blocks, not {self.window}")
        if self.remembered_for < self.give_up_after:
            raise UsageError("a message must be remembered for as long as its sender may repeat it")

    @property
    def give_up_after(self) -> int:
        """How long a half received message is kept after its last block."""
        return self.acknowledgement_wait * (self.retries + 1)


class Block(msgspec.Struct, frozen=True):
    """One block. ``total``, the number of blocks, travels in block 0 alone."""

    number: int
    octets: bytes
    total: int | None = None


class Acknowledgement(msgspec.Struct, frozen=True):
    """Which blocks have arrived: bit i stands for the block i after ``window``, the first of its window."""

    window: int
    received: int


class SendBlock(msgspec.Struct, frozen=True):
    """To do: send a block."""

    block: Block


class Delivered(msgspec.Struct, frozen=True):
    """Done: every block is acknowledged."""


class GaveUp(msgspec.Struct, frozen=True):
    """Done: a window was not acknowledged in time, after all retries."""


def split(payload: bytes, size: int = BLOCK_SIZE) -> tuple[Block, ...]:
    """The blocks of a payload, all of one size but the last. Raises :class:`EncodeError` for too many."""
    parts = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    if len(parts) > MOST_BLOCKS:
        raise EncodeError("payload", f"makes {len(parts)} blocks, and {MOST_BLOCKS} is the most")
    return tuple(Block(number, octets, None if number else len(parts)) for number, octets in enumerate(parts))


class Sending:
    """One payload on its way out, window by window."""

    def __init__(self, payload: bytes, policy: Policy, now: int, block_size: int = BLOCK_SIZE) -> None:
        self._policy = policy
        self._blocks = split(payload, block_size)
        self._events: deque[SendBlock | Delivered | GaveUp] = deque()
        self._deadline: int | None = None
        self._window = 0
        self._missing: list[int] = []
        self._queue: deque[int] = deque()
        self._retries = 0
        self._open_window(0, now)

    def receive(self, acknowledgement: Acknowledgement, now: int) -> None:
        """Take in an acknowledgement; one of another window came late and is of no use."""
        if self._deadline is None or acknowledgement.window != self._window:
            return
        self._missing = [
            number for number in self._missing if not acknowledgement.received >> (number - self._window) & 1
        ]
        if self._missing and self._queue:
            self._queue = deque(number for number in self._queue if number in self._missing)
        elif self._missing:
            self._retry(now)
        elif self._window + self._policy.window < len(self._blocks):
            self._open_window(self._window + self._policy.window, now)
        else:
            self._finish(Delivered())

    def next_event(self) -> SendBlock | Delivered | GaveUp | None:
        return self._events.popleft() if self._events else None

    def deadline(self) -> int | None:
        """When the next block is due or the acknowledgement overdue; None once it is over."""
        return self._deadline

    def on_deadline(self, now: int) -> None:
        if self._deadline is None or now < self._deadline:
            return
        if self._queue:
            self._send_next(now)
        else:
            self._retry(now)

    def _open_window(self, first: int, now: int) -> None:
        self._window = first
        self._missing = list(range(first, min(first + self._policy.window, len(self._blocks))))
        self._retries = self._policy.retries
        self._queue = deque(self._missing)
        self._send_next(now)

    def _retry(self, now: int) -> None:
        if self._retries == 0:
            self._finish(GaveUp())
            return
        self._retries -= 1
        self._queue = deque(self._missing)
        self._send_next(now)

    def _send_next(self, now: int) -> None:
        self._events.append(SendBlock(self._blocks[self._queue.popleft()]))
        self._deadline = now + (self._policy.spacing if self._queue else self._policy.acknowledgement_wait)

    def _finish(self, event: Delivered | GaveUp) -> None:
        self._deadline = None
        self._events.append(event)


class MessageKey(msgspec.Struct, frozen=True):
    """What tells messages apart: who sent them, by either address, and the APS counter of their blocks."""

    source: int | Eui
    counter: int


class SendAcknowledgement(msgspec.Struct, frozen=True):
    """To do: acknowledge a window of a message."""

    key: MessageKey
    acknowledgement: Acknowledgement


class Arrived(msgspec.Struct, frozen=True):
    """Done: a payload is whole."""

    key: MessageKey
    payload: bytes


class _Partial:
    """A message of which some blocks are here."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytes] = {}
        self.total: int | None = None
        self.expires = 0

    def add(self, block: Block) -> bool:
        """Take a block in; gives whether it was here already."""
        if block.total is not None:
            self.total = block.total
        known = block.number in self.blocks
        self.blocks.setdefault(block.number, block.octets)
        return known

    def fits(self, largest: int) -> bool:
        total = MOST_BLOCKS if self.total is None else self.total
        return max(self.blocks) < total and sum(map(len, self.blocks.values())) <= largest

    def numbers(self, window: int, size: int) -> range:
        """The blocks of a window, which is shorter at the end of the message."""
        return range(window, window + size if self.total is None else min(window + size, self.total))

    def received(self, numbers: range) -> int:
        """The bitmap of a window. Bits that stand for no block of it are 1."""
        missing = (number for number in numbers if number not in self.blocks)
        return _BITMAP & ~sum(1 << (number - numbers.start) for number in missing)

    @property
    def payload(self) -> bytes | None:
        """The whole payload, once every block is here."""
        if self.total != len(self.blocks):
            return None
        return b"".join(self.blocks[number] for number in range(self.total))


class Receiving:
    """Payloads on their way in, put together again; bounded in number and in size."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._partials: dict[MessageKey, _Partial] = {}
        self._finished: dict[MessageKey, int] = {}
        self._events: deque[SendAcknowledgement | Arrived] = deque()

    def receive(self, key: MessageKey, block: Block, now: int) -> None:
        """Take in a block. What goes beyond the bounds is dropped, and so never acknowledged."""
        self.on_deadline(now)
        window = block.number - block.number % self._policy.window
        if key in self._finished:
            self._acknowledge(key, window, _BITMAP)
            return
        partial = self._partials.get(key)
        if partial is None:
            if len(self._partials) >= self._policy.messages_at_once:
                return
            partial = self._partials[key] = _Partial()
        known = partial.add(block)
        if not partial.fits(self._policy.largest_payload):
            del self._partials[key]
            return
        partial.expires = now + self._policy.give_up_after
        numbers = partial.numbers(window, self._policy.window)
        received = partial.received(numbers)
        if known or received == _BITMAP or block.number == numbers[-1]:
            self._acknowledge(key, window, received)
        payload = partial.payload
        if payload is not None:
            self._finish(key, payload, now)

    def next_event(self) -> SendAcknowledgement | Arrived | None:
        return self._events.popleft() if self._events else None

    def deadline(self) -> int | None:
        """When the next thing may be forgotten."""
        times = [partial.expires for partial in self._partials.values()]
        return min([*times, *self._finished.values()], default=None)

    def on_deadline(self, now: int) -> None:
        """Forget messages that were left half sent, and those that are too old to be sent again."""
        for key in [key for key, partial in self._partials.items() if partial.expires <= now]:
            del self._partials[key]
        for key in [key for key, expires in self._finished.items() if expires <= now]:
            del self._finished[key]

    def _acknowledge(self, key: MessageKey, window: int, received: int) -> None:
        self._events.append(SendAcknowledgement(key, Acknowledgement(window, received)))

    def _finish(self, key: MessageKey, payload: bytes, now: int) -> None:
        del self._partials[key]
        if len(self._finished) >= self._policy.messages_remembered:
            del self._finished[next(iter(self._finished))]
        self._finished[key] = now + self._policy.remembered_for
        self._events.append(Arrived(key, payload))
