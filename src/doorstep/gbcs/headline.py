"""A message in a few words, for logs, tables and traces: what is in clear on every link, and no more."""

from __future__ import annotations

from doorstep.gbcs.block import Block, decode_block, is_block
from doorstep.gbcs.message import peek
from doorstep.gbcs.usecases import label

__all__ = ["headline"]


def headline(data: bytes, *, parties: bool = False) -> str:
    """A message, or a block of one, by its header: ``ECS42 Command, counter 1764000000000``.

    With ``parties`` it goes on with size and Entity Identifiers: ``, 55 bytes, D0-... to D0-...``. Raises
    :class:`DecodeError` for what is neither.
    """
    header = peek(data)
    kind = header.cra.name.capitalize()
    words = f"{label(header.message_code)} {kind}, counter {header.originator_counter}"
    if is_block(data):
        words = f"{_part(decode_block(data))} of {words}"
    if parties:
        words += f", {len(data)} bytes, {header.business_originator_id} to {header.business_target_id}"
    return words


def _part(block: Block) -> str:
    if block.is_acknowledgement:
        return f"acknowledgement of {block.acknowledged} blocks"
    return f"block {block.number}{', the last,' if block.last else ''}"
