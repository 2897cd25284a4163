"""What a Response says became of its Command, for every kind of payload; see also the supplier's tests."""

from __future__ import annotations

import pytest

from doorstep.errors import Unsupported
from doorstep.gbcs.outcome import failure, is_readable
from doorstep.gbcs.payloads import Unparsed
from doorstep.gbcs.payloads.dlms import AccessRequest, AccessResponse


def test_an_empty_response_has_no_part_that_failed() -> None:
    assert is_readable(AccessResponse(1, ()))
    assert failure(AccessResponse(1, ())) is None


@pytest.mark.parametrize("payload", [Unparsed(b"\x01"), AccessRequest(1, ())], ids=["unparsed", "request"])
def test_what_is_no_response_says_nothing(payload: Unparsed | AccessRequest) -> None:
    assert not is_readable(payload)
    with pytest.raises(Unsupported, match="does not say what became of a Command"):
        failure(payload)
