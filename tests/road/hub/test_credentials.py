"""CS02a and CS02b at the hub: its two Functions tell whom they trust, and trust others from then on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from doorstep import gbcs
from doorstep.eui import Eui
from doorstep.gbcs import KeyRing, KeyUsage, Role
from doorstep.gbcs.gbt import pieces_of
from doorstep.gbcs.keys import PublicKey
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.times import from_iso
from doorstep.road.dcc.policy import DccPolicy
from doorstep.road.device import Cells, Executed, Rejected
from doorstep.road.device.state import Deferred
from doorstep.road.hub.config import HubConfig, HubKeys
from doorstep.road.hub.events import FromWan, WanUp
from tests.reference import available, hex_file, manifest, shared
from tests.road.hub.bench import Bench, sent_to_wan
from tests.road.meter.reference_keys import ReferenceKeys

CHF = Eui.parse("00-DB-12-34-56-78-90-A2")
GPF = Eui.parse("00-DB-12-34-56-78-90-A3")
BROKER = Eui.parse("90-B3-D5-1F-30-00-00-02")
WAN_PROVIDER = Eui.parse("90-B3-D5-1F-30-00-00-07")
SUPPLIER = Eui.parse("90-B3-D5-1F-30-01-00-00")
THEN = from_iso("2015-01-01T00:00:00Z")
DAY = 86_400_000
KNOWN = (Role.SUPPLIER, Role.NETWORK_OPERATOR, Role.ACCESS_CONTROL_BROKER)
WHEN = datetime(2015, 1, 2, tzinfo=UTC)


def reference() -> list[str]:
    """The Commands of the reference set for either Function."""
    if not available():
        return ["the reference data"]
    return [
        row["path"]
        for row in manifest()
        if row["kind"] == "COMMAND"
        and row["use_case"].startswith(("CS02a", "CS02b"))
        and Eui.parse(row["recipient_eui"]) in (CHF, GPF)
    ]


def read(path: str) -> bytes:
    return hex_file(shared(f"rtds/{path}"))


class _Keys(ReferenceKeys):
    """The set's keys, the Access Control Broker's for key agreement in the cell for top-ups too."""

    def public_key(self, eui: Eui, usage: KeyUsage) -> PublicKey | None:
        of_broker = eui == BROKER and usage is KeyUsage.PREPAYMENT_TOP_UP
        return super().public_key(eui, KeyUsage.KEY_AGREEMENT if of_broker else usage)


def hub(memory: dict[str, bytes | None] | None = None) -> Bench:
    """A hub of the reference set: the Access Control Broker still stands in the cells of the GPF's Users."""
    keys = HubKeys(KeyRing(ReferenceKeys()), KeyRing(_Keys()))
    config = HubConfig(
        chf=CHF,
        gpf=GPF,
        chf_cells=Cells({Role.ACCESS_CONTROL_BROKER: BROKER, Role.WAN_PROVIDER: WAN_PROVIDER}),
        gpf_cells=Cells(dict.fromkeys(KNOWN, BROKER)),
    )
    bench = Bench(config, keys=keys, now=THEN, memory=memory)
    bench.tell(WanUp())
    return bench


def executed(said: list[Any]) -> Executed:
    (event,) = [event for event in said if isinstance(event, Executed)]
    return event


@pytest.mark.parametrize("path", reference(), ids=lambda path: Path(path).stem)
def test_response_is_that_of_the_reference(path: str) -> None:
    theirs = gbcs.decode(read(path.replace("_COMMAND_", "_RESPONSE_")))
    event = executed(hub().tell(FromWan(read(path))))
    ours = gbcs.decode(event.response)
    assert event.succeeded
    assert ours.header == theirs.header
    assert isinstance(theirs.payload, Asn1Payload)
    assert isinstance(ours.payload, Asn1Payload)
    assert ours.payload == theirs.payload.shortest()


def handover() -> bytes:
    shared("rtds")
    return read(next(path for path in reference() if "SupplierBySupplierHandover" in path))


def test_a_new_supplier_of_the_gas_proxy_is_remembered_with_its_certificates() -> None:
    bench = hub()
    bench.tell(FromWan(handover()))
    again = hub(bench.memory)
    state = again.hub._gpf.state
    assert state.cells.party(Role.SUPPLIER) == SUPPLIER
    assert state.anchors[Role.SUPPLIER, KeyUsage.DIGITAL_SIGNATURE].view.subject_unique_id == SUPPLIER
    assert state == bench.hub._gpf.state
    assert again.hub._chf.state.cells == bench.hub._chf.state.cells, "the CHF's are its own"


def test_what_was_executed_is_not_executed_again() -> None:
    bench = hub()
    bench.tell(FromWan(handover()))
    said = bench.tell(FromWan(handover()))
    assert not [event for event in said if isinstance(event, Executed)]


def test_a_handover_is_longer_than_the_wan_takes_whole_and_is_executed_from_its_blocks() -> None:
    command = handover()
    pieces = pieces_of(command, DccPolicy().wan_transfer)
    assert len(pieces) == 2
    bench = hub()
    assert not [event for event in bench.tell(FromWan(pieces[0])) if isinstance(event, Executed)]
    event = executed(bench.tell(FromWan(pieces[1])))
    assert event.succeeded
    assert event.command == command
    assert bench.hub._gpf.state == _after(command)


def _after(command: bytes) -> Any:
    """The gas proxy after a Command that came whole."""
    bench = hub()
    executed(bench.tell(FromWan(command)))
    return bench.hub._gpf.state


def test_what_comes_in_blocks_is_checked_as_what_comes_whole() -> None:
    altered = bytearray(handover())
    altered[900] ^= 1
    bench = hub()
    for piece in pieces_of(bytes(altered), 1_498):
        said = bench.tell(FromWan(piece))
    assert [type(event) for event in said if isinstance(event, Executed | Rejected)] == [Rejected]


def later(bench: Bench) -> Asn1Payload:
    """The handover, to be carried out a day later, waits at the GPF."""
    function = bench.hub._gpf
    message = gbcs.decode(handover())
    assert isinstance(message.payload, Asn1Payload)
    payload = structs.replace(
        message.payload,
        value=structs.replace(message.payload.value, execution_date_time=WHEN),
    )
    header = message.header
    deferred = Deferred(
        THEN + DAY,
        header.message_code,
        header.business_originator_id,
        header.originator_counter,
        payload.encode(),
    )
    bench.memory |= function.become(structs.replace(function.state, deferred=(deferred,)))
    return payload


def test_a_replacement_for_later_waits_over_a_restart_and_is_told_of() -> None:
    first = hub()
    later(first)
    bench = hub(first.memory)
    assert bench.hub._gpf.state.cells.party(Role.SUPPLIER) == BROKER
    assert bench.hub.deadline() is not None
    (message,) = sent_to_wan(bench.wait(2 * DAY))
    alert = gbcs.decode(message)
    assert isinstance(alert.payload, Asn1Payload)
    assert (alert.header.message_code, alert.header.business_target_id) == (0x00CB, BROKER)
    assert alert.payload.value.alert_code == 0x8F66
    assert bench.hub._gpf.state.cells.party(Role.SUPPLIER) == SUPPLIER
    assert bench.hub._gpf.state.deferred == ()
    assert hub(bench.memory).hub._gpf.state == bench.hub._gpf.state


def test_a_hub_without_keys_replaces_nothing_and_asks_to_be_woken_for_nothing() -> None:
    first = hub()
    later(first)
    config = HubConfig(chf=CHF, gpf=GPF, gpf_cells=first.hub._gpf.state.cells)
    bench = Bench(config, now=THEN, memory=first.memory)
    assert sent_to_wan(bench.wait(2 * DAY)) == []
    assert len(bench.hub._gpf.state.deferred) == 1


def test_a_command_for_the_credentials_of_the_other_function_is_refused() -> None:
    """The CHF has no supplier, so nobody may replace one there."""
    shared("rtds")
    bench = hub()
    header = structs.replace(gbcs.decode(handover()).header, business_target_id=CHF)
    sent = gbcs.build(header, gbcs.decode(handover()).payload)
    said = bench.tell(FromWan(bytes(sent)))
    assert not [event for event in said if isinstance(event, Executed)]
    assert bench.hub._chf.state.cells.party(Role.SUPPLIER) is None
