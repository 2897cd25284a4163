"""Tapping off, with the reference Commands to a gas meter and the Responses to them."""

from __future__ import annotations

import pytest

from doorstep import gbcs
from doorstep.gbcs.times import from_iso
from doorstep.road.device import Cells
from doorstep.road.hub.gpf_state import GpfState
from doorstep.road.hub.tapping import TAPPED, apply, settled
from tests.reference import available, hex_file, manifest, shared

THEN = from_iso("2015-01-01T00:00:00Z")
ERROR = "ERROR"


def paths(*, errors: bool) -> list[str]:
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and int(row["message_code"], 16) in TAPPED
        and row["payload_kind"] == "GBZ"
        and (ERROR in row["scenario"]) is errors
    ]


def both(path: str) -> tuple[bytes, bytes]:
    command = hex_file(shared(f"rtds/{path}"))
    return command, hex_file(shared(f"rtds/{path.replace('COMMAND', 'RESPONSE')}"))


@pytest.mark.parametrize("path", paths(errors=False))
def test_every_component_of_a_command_that_succeeded_is_acted_upon(path: str) -> None:
    command, response = both(path)
    found = settled(command, response)
    assert found is not None
    assert found
    assert all(succeeded for _component, succeeded in found)
    code = gbcs.peek(command).message_code
    before = GpfState(cells=Cells({}))
    state = apply(code, found, before, THEN)
    slots = {slot for slot, published in state.published.items() if published}
    if "CANCELLATION" in path or not TAPPED[code]:
        assert not slots
    else:
        assert slots
        assert slots <= set(TAPPED[code].values())


@pytest.mark.parametrize("path", paths(errors=True))
def test_a_component_that_failed_is_not(path: str) -> None:
    command, response = both(path)
    found = settled(command, response)
    assert found is not None
    assert not all(succeeded for _component, succeeded in found)


@pytest.mark.parametrize("path", paths(errors=False))
def test_a_response_with_a_component_less_answers_nothing(path: str) -> None:
    command, response = both(path)
    other, _response = both("messages/3.1_GCS07/GCS07_3.1_SUCCESS_COMMAND_GBCS.HEX")
    assert (
        settled(other, response) is None or gbcs.peek(other).message_code == gbcs.peek(command).message_code
    )
