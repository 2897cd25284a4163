"""What commands read: a file or standard input (``-``): a GBCS message in one of several forms, or XML."""

from __future__ import annotations

import binascii
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from doorstep.errors import DoorstepError, InputError, UsageError
from doorstep.gbcs import Message, decode

__all__ = ["MAX_INPUT", "each_message", "from_text", "naming", "read"]

MAX_INPUT: Final = 1 << 20
"""Bytes of the largest input: a GBCS message has 64 KiB at most, a DUIS document 1 MiB."""

_STDIN: Final = "-"
_BINARY: Final = (0xDD, 0xDF)  # A MAC Header or a Grouping Header; neither is a character of a text.
_MARK: Final = b"\xef\xbb\xbf"
_SPACE: Final = re.compile(rb"\s+")
_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def read(path: Path) -> bytes:
    """All of a file, or of standard input for ``-``. Raises :class:`UsageError`."""
    try:
        if str(path) == _STDIN:
            data = sys.stdin.buffer.read(MAX_INPUT + 1)
        else:
            with path.open("rb") as file:
                data = file.read(MAX_INPUT + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > MAX_INPUT:
        raise UsageError(f"{path}: over {MAX_INPUT} bytes, so no GBCS message and no DUIS document")
    return data


def each_message(files: Iterable[Path], use: Callable[[Path, Message], None]) -> bool:
    """Let every file's message be used, and say on standard error which files hold none.

    Whether all of them held one.
    """
    usable = True
    for path in files:
        try:
            with naming(path):
                message = decode(from_text(read(path)))
        except DoorstepError as error:
            usable = False
            print(f"doorstep: {error}", file=sys.stderr)
        else:
            use(path, message)
    return usable


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let what is wrong with a file's contents be said with the file's name, on one line."""
    try:
        yield
    except InputError as error:
        line = " ".join(str(error).split())
        raise UsageError(line if line.startswith(f"{path}: ") else f"{path}: {line}") from None


def from_text(data: bytes) -> bytes:
    """A message from hex (white space allowed), base64 or the bytes themselves.

    What reads as hex is hex, though it may read as base64 too. Raises :class:`UsageError`.
    """
    if data[:1] and data[0] in _BINARY:
        return data
    text = _SPACE.sub(b"", data.removeprefix(_MARK))
    if not text:
        raise UsageError("it is empty")
    if _HEX.fullmatch(text):
        if len(text) % 2:
            raise UsageError(f"hex with an odd number of digits, {len(text)}")
        return bytes.fromhex(text.decode())
    if _BASE64.fullmatch(text) and len(text) % 4 == 0:
        message = binascii.a2b_base64(text)
        # A word of four letters is base64 as well; what it stands for tells.
        if message[0] in _BINARY:
            return message
    raise UsageError("neither hex, nor base64, nor a GBCS message as bytes (which begins DD or DF)")
