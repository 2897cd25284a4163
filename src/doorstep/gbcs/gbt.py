"""General Block Transfer: messages too long for one transfer, cut into blocks and put together again.

::

    for block in split(command):                    # what the sender does, in one go
        send(bytes(block))

    reassembly.receive(decode_block(data), now)     # what the receiver does, block by block
    reassembly.next_event()                         # Whole, Ask, GaveUp or None

Nobody authenticates a block: what protects the message inside protects it only when it is whole. So a
:class:`Reassembly` promises no more than that what comes out are the bytes of blocks that agree with
each other and with their header; that they are genuine, the message's own MAC and signature tell.

How long blocks are, how long one waits and who asks for what is missing is not in the documents that
doorstep has; the numbers of :class:`Policy` are choices.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from hashlib import sha256
from typing import Final

from msgspec import Struct, structs

from doorstep.errors import DecodeError, EncodeError, UsageError
from doorstep.eui import Eui
from doorstep.gbcs.block import (
    LARGEST_WINDOW,
    MOST_BLOCKS,
    OVERHEAD,
    Block,
    acknowledgement,
    decode_block,
    is_block,
    routing_header,
)
from doorstep.gbcs.header import GroupingHeader
from doorstep.gbcs.message import MAX_MESSAGE, peek
from doorstep.gbcs.times import Instant

__all__ = [
    "BLOCK_SIZE",
    "WINDOW",
    "Ask",
    "Block",
    "GaveUp",
    "Policy",
    "Reassembly",
    "Whole",
    "acknowledgement",
    "decode_block",
    "is_block",
    "pieces_of",
    "remaining",
    "split",
]

BLOCK_SIZE: Final = 1_200
"""A choice: the most bytes of a block, its header included. So it fits the buffer for one message of known
Devices (1,200 bytes) and one tunnel transfer (1,500 bytes)."""

WINDOW: Final = LARGEST_WINDOW
"""A choice: the largest window there is, since the sender waits for no acknowledgement."""


class Policy(Struct, frozen=True, kw_only=True):
    """How patient a receiver is, and how much it holds; times in milliseconds.

    Raises :class:`UsageError` for numbers that cannot work.
    """

    patience: Instant = 600_000
    """A message is given up when for so long no new block of it has come. Longer than a sender waits
    before it sends everything again, since the blocks of both attempts make one message."""

    asks: int = 0
    """How often a receiver asks for what is missing. Never, by default: an acknowledgement is of use
    only where there is a way back to the sender."""

    ask_after: Instant = 90_000
    """How long no new block has come when a receiver asks, and how long it waits before it asks again.
    Longer than a tunnel goes on with one block, which may yet come."""

    largest_message: int = 0x4000
    """Bytes of a whole message; the longest in the reference set has 3,986."""

    most_blocks: int = 256
    """Blocks of one message, which bounds what tiny blocks can cost."""

    messages_per_originator: int = 4
    """Unfinished messages of one originator."""

    messages: int = 16
    """Unfinished messages in all."""

    memory: int = 0x10000
    """Bytes in all unfinished messages together."""

    remembered: int = 64
    """Whole messages of which late copies of blocks are known as such."""

    remembered_for: Instant = 1_200_000
    """For how long they are; after that the same message may come again. Longer than a sender repeats a
    message of which it hears nothing, so that no repetition is taken for a replay."""

    def __post_init__(self) -> None:
        for name, value in structs.asdict(self).items():
            if value < (0 if name == "asks" else 1):
                raise UsageError(f"the {name} of a block transfer is not {value}")
        if self.asks * self.ask_after >= self.patience:
            raise UsageError("a block transfer is given up before it was asked for as often as it is to be")
        if self.largest_message > min(self.memory, MAX_MESSAGE):
            raise UsageError(f"there is no room for a message of {self.largest_message} bytes")
        if self.most_blocks > MOST_BLOCKS:
            raise UsageError(f"blocks are counted to {MOST_BLOCKS}, not to {self.most_blocks}")


class Whole(Struct, frozen=True):
    """A message is whole. ``header`` is its routing header, with which the message agrees."""

    header: GroupingHeader
    message: bytes


class Ask(Struct, frozen=True):
    """To do: send this acknowledgement, which asks its recipient for the blocks that are missing."""

    block: Block


class GaveUp(Struct, frozen=True):
    """The blocks that were here of a message are forgotten, and why."""

    header: GroupingHeader
    why: str


Event = Whole | Ask | GaveUp


def split(message: bytes, block_size: int = BLOCK_SIZE, window: int = WINDOW) -> tuple[Block, ...]:
    """The blocks of a whole message; none is longer than ``block_size`` bytes, its header included.

    Raises :class:`DecodeError` for what is no GBCS message, :class:`EncodeError` for a size that leaves
    no room for data or makes more blocks than can be counted, or a window that is not 1 to 63.
    """
    room = block_size - OVERHEAD
    if room < 1:
        raise EncodeError("block size", f"{block_size} bytes leave no room beside the {OVERHEAD} of a header")
    if not 1 <= window <= LARGEST_WINDOW:
        raise EncodeError("window", f"{window} is outside 1 to {LARGEST_WINDOW}")
    if is_block(message):
        raise DecodeError("message", 1, "it is a block already")
    header = routing_header(peek(message))
    pieces = [message[at : at + room] for at in range(0, len(message), room)]
    if len(pieces) > MOST_BLOCKS:
        raise EncodeError("block size", f"{block_size} bytes make {len(pieces)} blocks of this message")
    return tuple(
        Block(
            header,
            number,
            piece,
            last=number == len(pieces),
            streaming=number < len(pieces) and number % window != 0,
            window=window,
        )
        for number, piece in enumerate(pieces, 1)
    )


def pieces_of(message: bytes, longest: int, block_size: int = BLOCK_SIZE) -> tuple[bytes, ...]:
    """What is sent of a message: itself where it has ``longest`` bytes at most, else its blocks.

    Raises as :func:`split` does.
    """
    if len(message) <= longest:
        return (message,)
    return tuple(bytes(block) for block in split(message, min(block_size, longest)))


def remaining(blocks: tuple[Block, ...], asked: Block) -> tuple[Block, ...]:
    """The blocks that an acknowledgement still asks for."""
    return blocks[asked.acknowledged :]


class Reassembly:
    """Messages put together from blocks, in whatever order they come and however often.

    Blocks belong together that have the same header. Where two of them contradict each other (other data
    under the same number, another last block) the newer is believed and the older forgotten, so that a
    sender who starts again is heard at once. When there is no room, the message goes that has waited
    longest for a block, first among those of the same originator.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        # In the order in which they were last fed.
        self._partials: OrderedDict[GroupingHeader, _Partial] = OrderedDict()
        self._finished: OrderedDict[GroupingHeader, _Finished] = OrderedDict()
        self._events: deque[Event] = deque()

    def receive(self, block: Block, now: Instant) -> None:
        """Take in a block. An acknowledgement is for whoever sends, and is left alone here."""
        self.on_deadline(now)
        if block.is_acknowledgement or self._is_late_copy(block):
            return
        header, policy = block.header, self._policy
        partial = self._partials.get(header)
        if partial is not None and (contradiction := partial.contradiction(block)):
            self._give_up(header, contradiction)
            partial = None
        if partial is None:
            partial = self._partials[header] = _Partial()
        if partial.add(block):
            partial.wait(policy, now)
            self._partials.move_to_end(header)
        if excess := partial.excess(policy):
            self._give_up(header, excess)
        elif (message := partial.message) is not None:
            self._finish(header, message, now)
        else:
            self._make_room(header.business_originator_id)

    def next_event(self) -> Event | None:
        """What happened or is to be done next, or None."""
        return self._events.popleft() if self._events else None

    def deadline(self) -> Instant | None:
        """When :meth:`on_deadline` is wanted, or None."""
        return min((partial.due for partial in self._partials.values()), default=None)

    def on_deadline(self, now: Instant) -> None:
        """Ask for what is missing, and forget what is too old; harmless when nothing is due."""
        for header, finished in list(self._finished.items()):
            if finished.expires <= now:
                del self._finished[header]
        for header, partial in list(self._partials.items()):
            if partial.expires <= now:
                self._give_up(header, f"block {partial.received + 1} did not come")
            elif partial.due <= now:
                partial.ask(self._policy, now)
                self._events.append(Ask(acknowledgement(header, partial.received)))

    def _is_late_copy(self, block: Block) -> bool:
        """Whether this is a block of a message that is whole already; another content begins a new one."""
        finished = self._finished.get(block.header)
        if finished is None:
            return False
        if _fingerprint(block.number, block.data) in finished.fingerprints:
            return True
        del self._finished[block.header]
        return False

    def _finish(self, header: GroupingHeader, message: bytes, now: Instant) -> None:
        if not _is_named(message, header):
            self._give_up(header, "its blocks make no message that their header names")
            return
        partial = self._partials.pop(header)
        fingerprints = frozenset(_fingerprint(number, data) for number, data in partial.blocks.items())
        self._finished[header] = _Finished(fingerprints, now + self._policy.remembered_for)
        self._finished.move_to_end(header)
        if len(self._finished) > self._policy.remembered:
            self._finished.popitem(last=False)
        self._events.append(Whole(header, message))

    def _make_room(self, originator: Eui) -> None:
        """Keep within what may be held. What was fed last stays: one message always has room."""
        own = [header for header in self._partials if header.business_originator_id == originator]
        if len(own) > self._policy.messages_per_originator:
            self._give_up(own[0], f"{originator} has begun too many others")
        while (
            len(self._partials) > self._policy.messages
            or sum(partial.size for partial in self._partials.values()) > self._policy.memory
        ):
            self._give_up(next(iter(self._partials)), "there is no room for it beside newer ones")

    def _give_up(self, header: GroupingHeader, why: str) -> None:
        del self._partials[header]
        self._events.append(GaveUp(header, why))


class _Finished(Struct, frozen=True):
    """What is remembered of a whole message: the fingerprints of its blocks, and for how long."""

    fingerprints: frozenset[bytes]
    expires: Instant


class _Partial:
    """A message of which some blocks are here."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytes] = {}
        self.size = 0
        self.received = 0  # the number up to which every block is here
        self.total: int | None = None
        self.expires: Instant = 0
        self.due: Instant = 0
        self._asks = 0

    def contradiction(self, block: Block) -> str:
        """How a block cannot be of the message that the others are of; empty if it can."""
        number, total, highest = block.number, self.total, max(self.blocks)
        if self.blocks.get(number, block.data) != block.data:
            return f"block {number} has come with another content"
        if total is not None and (number > total or (number == total) is not block.last):
            return f"block {number} has come, where block {total} was the last"
        if total is None and block.last and (number < highest or number in self.blocks):
            return f"block {number} is the last, where block {highest} has come"
        return ""

    def add(self, block: Block) -> bool:
        """Take a block in; False where it was here already."""
        if block.number in self.blocks:
            return False
        self.blocks[block.number] = block.data
        self.size += len(block.data)
        if block.last:
            self.total = block.number
        while self.received + 1 in self.blocks:
            self.received += 1
        return True

    def excess(self, policy: Policy) -> str:
        """Why the message is more than a receiver takes; empty if it is not."""
        if max(self.blocks) > policy.most_blocks:
            return f"it has more than {policy.most_blocks} blocks"
        if self.size > policy.largest_message:
            return f"it has more than {policy.largest_message} bytes"
        return ""

    @property
    def message(self) -> bytes | None:
        """The bytes of all blocks in their order, once every one is here."""
        if self.received != self.total:
            return None
        return b"".join(self.blocks[number] for number in range(1, self.received + 1))

    def wait(self, policy: Policy, now: Instant) -> None:
        """Begin to wait for the next block."""
        self.expires = now + policy.patience
        self._asks = 0
        self.due = now + policy.ask_after if policy.asks else self.expires

    def ask(self, policy: Policy, now: Instant) -> None:
        """Note that it is asked for, and when to do so again."""
        self._asks += 1
        self.due = min(now + policy.ask_after, self.expires) if self._asks < policy.asks else self.expires


def _fingerprint(number: int, data: bytes) -> bytes:
    return sha256(number.to_bytes(2, "big") + data).digest()


def _is_named(message: bytes, header: GroupingHeader) -> bool:
    """Whether these bytes are a message with this header."""
    try:
        return not is_block(message) and routing_header(peek(message)) == header
    except DecodeError:
        return False
