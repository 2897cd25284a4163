"""Bodies: packed ones come out as they went in, and none is larger than is wanted."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.errors import InputError
from doorstep.service.http_body import BodyTooLarge, unzipped


@given(st.binary(max_size=500))
def test_what_was_packed_comes_out(data: bytes) -> None:
    assert unzipped(gzip.compress(data), 500) == data


def test_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    with pytest.raises(BodyTooLarge, match="more than 1000 bytes once unpacked"):
        unzipped(gzip.compress(b"\x00" * 10_000_000), 1000)


@pytest.mark.parametrize("length", range(30))
def test_every_truncation_is_refused(length: int) -> None:
    packed = gzip.compress(b"a document of a size")
    with pytest.raises(InputError):
        unzipped(packed[:length], 1000)


@pytest.mark.parametrize("data", [b"plain text", b"\x1f\x8b\x08" + b"\xff" * 40])
def test_what_is_not_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        unzipped(data, 1000)
