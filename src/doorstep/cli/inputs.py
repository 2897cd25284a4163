"""What commands read: a file or standard input (``-``): a GBCS message in one of several forms, or XML."""

from __future__ import annotations

import binascii
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final

from doorstep.errors import EncodeError, InputError, UsageError

__all__ = ["MAX_INPUT", "from_text", "naming", "read", "read_lines"]

MAX_INPUT: Final = 1 << 20
"""Bytes of the largest input: a GBCS message has 64 KiB at most, a DUIS document 1 MiB."""

_STDIN: Final = "-"
_BINARY: Final = (0xDD, 0xDF)  # A MAC Header or a Grouping Header; neither is a character of a text.
_MARK: Final = b"\xef\xbb\xbf"
_SPACE: Final = re.compile(rb"\s+")
_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def read(path: Path, most: int = MAX_INPUT) -> bytes:
    """All of a file, or of standard input for ``-``.

    Raises :class:`UsageError` for what cannot be read, and for more than ``most`` bytes.
    """
    try:
        if str(path) == _STDIN:
            data = sys.stdin.buffer.read(most + 1)
        else:
            with path.open("rb") as file:
                data = file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > most:
        raise UsageError(f"{path}: over {most} bytes")
    return data


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file or of standard input, one after the other; none may be over the limit.

    Raises :class:`UsageError`.
    """
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == _STDIN else path.open("rb") as file:
            while line := file.readline(MAX_INPUT + 1):
                if len(line) > MAX_INPUT:
                    raise UsageError(f"{path}: a line of over {MAX_INPUT} bytes")
                yield line
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let what is wrong with a file's contents be said with the file's name, on one line."""
    try:
        yield
    except (InputError, EncodeError) as error:
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
