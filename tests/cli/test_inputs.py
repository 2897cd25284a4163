"""Inputs: hex, base64 and bytes are told apart, and what is none of them is refused with its file's name."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.cli.inputs import MAX_INPUT, from_text, naming, read
from doorstep.errors import DecodeError, NoKey, UsageError

# As long as a Grouping Header at least: of a few bytes, base64 may by chance be nothing but hex digits.
MESSAGES = st.binary(min_size=36, max_size=200).map(lambda data: b"\xdf" + data)


@given(MESSAGES)
def test_every_form_gives_the_same_message(message: bytes) -> None:
    assert from_text(message) == message
    assert from_text(message.hex().encode()) == message
    assert from_text(message.hex(" ").upper().encode() + b"\r\n") == message
    assert from_text(base64.b64encode(message)) == message
    assert from_text(base64.encodebytes(message)) == message


def test_hex_may_be_wrapped_and_marked() -> None:
    assert from_text(b"\xef\xbb\xbf dd 00\n\t00 ") == b"\xdd\x00\x00"


def test_what_reads_as_hex_is_hex_though_it_may_be_base64() -> None:
    assert from_text(b"DDDD") == b"\xdd\xdd"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"DD0", "hex with an odd number of digits, 3"),
        (b"DDxx", "neither hex, nor base64, nor a GBCS message"),
        (b"hello, world", "neither hex"),
        (b"0xDD00", "neither hex"),
        (b"3QA", "neither hex"),
        (b"3QA=3QA=", "neither hex"),
        (b"\x00\x01\x02", "neither hex"),
        ("DD００".encode(), "neither hex"),
        (b"<sr:Request/>", "neither hex"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_text(data)


@given(st.binary(max_size=60))
def test_nothing_raises_anything_else(data: bytes) -> None:
    try:
        assert isinstance(from_text(data), bytes)
    except UsageError:
        return


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(MAX_INPUT + 1)
    for path, said in (
        (tmp_path / "nowhere", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (large, f"over {MAX_INPUT} bytes"),
    ):
        with pytest.raises(UsageError) as refused:
            read(path)
        assert str(refused.value).startswith(f"{path}: {said}")


def test_no_more_than_the_limit_of_an_endless_file_is_read() -> None:
    with pytest.raises(UsageError, match="over"):
        read(Path("/dev/zero"))


def test_what_is_wrong_with_a_file_s_contents_is_said_with_its_name() -> None:
    with pytest.raises(UsageError, match=r"^a\.hex: CRA Flag at offset 3: bad$"), naming(Path("a.hex")):
        raise DecodeError("CRA Flag", 3, "bad")
    with pytest.raises(UsageError, match=r"^a\.hex: once$"), naming(Path("a.hex")):
        raise UsageError("a.hex: once")
    with pytest.raises(NoKey, match=r"^no key$"), naming(Path("a.hex")):
        raise NoKey("no key")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if os.fork() == 0:
        pipe.write_bytes(b"DD00")
        os._exit(0)
    assert read(pipe) == b"DD00"
    os.wait()
