"""Wireshark's GBCS dissector reads every message as we do: the reference set, and those that we make.

Two differences are known, and held here. A Pre-Command ends before the signature that Wireshark expects,
so Wireshark calls it malformed: rightly, it is no message yet. And the other-information of a Command that
brings a certificate has two counters in Wireshark's reading and one in ours, so that Wireshark takes the
first eight bytes of the certificate for a counter; the reference Commands show that they are not one.
"""

from __future__ import annotations

from typing import Any

import pytest

from doorstep import gbcs
from doorstep.gbcs.message import Form, Message
from doorstep.gbcs.payloads import asn1, gbz
from doorstep.gbcs.payloads.gbz_alerts import (
    FirmwareImage,
    FutureDatedOutcome,
    IntegrityIssue,
)
from doorstep.gbcs.protection import carried
from doorstep.gbcs.times import from_cosem_date_time, from_utc2000
from tests.gbcs.specimens import KEYS, messages, specimens
from tests.gbcs.vectors import COMMAND_18_4
from tests.judges.wireshark import MALFORMED, Dissection, dissect
from tests.reference import hex_file, manifest, shared


@pytest.fixture(scope="module")
def reference() -> dict[str, tuple[Message, Dissection]]:
    """Every open reference message: as we read it, and as Wireshark does."""
    data = {row["path"]: hex_file(shared("rtds") / row["path"]) for row in manifest()}
    found = dissect(data.values())
    assert len(found) == len(data) == 955
    return {path: (gbcs.decode(data[path]), read) for path, read in zip(data, found, strict=True)}


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Message, Dissection]]:
    """The messages that we make, and the published vector."""
    data = specimens() | {"section 18.4": COMMAND_18_4}
    found = dissect(data.values())
    assert len(found) == len(data)
    return {name: (gbcs.decode(data[name]), read) for name, read in zip(data, found, strict=True)}


Both = dict[str, tuple[Message, Dissection]]


@pytest.fixture(params=["reference", "made"])
def read_twice(request: pytest.FixtureRequest) -> Both:
    found: Both = request.getfixturevalue(request.param)
    return found


def test_pre_commands_and_nothing_else_are_malformed(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        complaints = read[MALFORMED] + read["warning"]
        assert bool(complaints) == (message.form is Form.UNSIGNED), (name, complaints)


def test_headers(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        expected = _header(message)
        assert {field: read[field] for field in expected} == expected, name


def test_lengths_signatures_and_macs(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        assert read["length"] == _lengths(message), name
        assert read["signature"] == _some(message.signature), name
        assert read["MAC"] == _some(message.mac), name


def test_dlms_payloads_stand_where_we_see_them(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        if not isinstance(message.payload, gbz.GbzPayload | asn1.Asn1Payload):
            assert read["DLMS"] == (message.content,), name


def test_asn1_payloads_are_ber(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        is_ber = read["protocol"][0].endswith(":ber")
        assert is_ber == isinstance(message.payload, asn1.Asn1Payload), name


def test_gbz_components(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        if isinstance(message.payload, gbz.GbzPayload):
            expected = _components(message.payload)
            assert {field: read[field] for field in expected} == expected, name


def test_gbz_alerts(read_twice: Both) -> None:
    for name, (message, read) in read_twice.items():
        expected = _alert(message.payload)
        assert {field: read[field] for field in expected} == expected, name


def test_our_messages_are_what_the_comparison_needs() -> None:
    """Every form, language and header field is there: else much would be compared with nothing."""
    made = messages().values()
    assert {message.form for message in made} == set(Form)
    assert len({type(message.payload) for message in made}) == 5
    for field in gbcs.GroupingHeader.__struct_fields__:
        assert any(getattr(message.header, field) for message in made), field
    for message in made:
        assert gbcs.verify(message, KEYS).meets(carried(message))


# -- what Wireshark shows of a message, from the values that we read in it ------------------------------


def _header(message: Message) -> Dissection:
    header = message.header
    counter, certificate = header.supplementary_originator_counter, header.supplementary_certificate
    if certificate:
        counter, certificate = int.from_bytes(certificate[:8], "big"), certificate[8:]
    return {
        "cra": (header.cra,),
        "originator counter": (header.originator_counter,),
        "originator": (header.business_originator_id,),
        "target": (header.business_target_id,),
        "date-time": _some(header.date_time and from_cosem_date_time(header.date_time)),
        "message code": (header.message_code,),
        "remote party": _some(header.supplementary_remote_party_id),
        "remote party counter": _some(header.supplementary_remote_party_counter),
        "supplementary originator counter": _some(counter),
        "certificate": _some(certificate),
    }


def _lengths(message: Message) -> tuple[int, ...]:
    """Every length in the order in which they stand: MAC Header, Grouping Header, signature."""
    header = message.header
    lengths = [9, 8, 8, len(header.date_time), len(header.other_information), len(message.content)]
    if message.form is not Form.UNSIGNED:
        lengths.append(len(message.signature))
    if message.form is Form.MACED:
        lengths = [0] * 6 + [5 + len(message.authenticated) + 12, *lengths]
    return tuple(lengths)


def _components(payload: gbz.GbzPayload) -> Dissection:
    components = payload.components
    encrypted = [part.command for part in components if isinstance(part.command, gbz.Encrypted)]
    clear = [part for part in components if not isinstance(part.command, gbz.Encrypted)]
    outcome = payload.alert and payload.alert.tail
    # An Alert about a future dated command names that command in fields of the same names.
    about = (outcome,) if isinstance(outcome, FutureDatedOutcome) else ()
    return {
        "components": (payload.alert.count(len(components)) if payload.alert else len(components),),
        "control": tuple(_control(part) for part in components),
        "cluster": tuple(part.cluster for part in (*about, *components)),
        "from date time": tuple(
            from_utc2000(part.from_date_time) for part in components if part.from_date_time is not None
        ),
        "frame control": tuple(part.frame_control for part in (*about, *components)),
        "command": tuple(part.command_id for part in (*about, *components)),
        "sequence": tuple(part.sequence for part in components),
        "frame counter": tuple(item.frame_counter for item in encrypted),
        "ciphertext": tuple(item.item[:-12] for item in encrypted if item.item[:-12]),
        "tag": tuple(item.item[-12:] for item in encrypted),
        "ZCL sequence": tuple(part.sequence for part in clear),
        "ZCL general command": tuple(part.command_id for part in clear if not part.frame_control & 0x03),
    }


def _control(part: gbz.Component) -> int:
    """Extended Header Control: bit 0 the last, bit 1 encrypted, bit 4 with From Date Time."""
    encrypted = isinstance(part.command, gbz.Encrypted)
    return part.last | encrypted << 1 | (part.from_date_time is not None) << 4 | part.reserved


def _alert(payload: gbcs.Payload) -> Dissection:
    alert = payload.alert if isinstance(payload, gbz.GbzPayload) else None
    tail = alert and alert.tail
    outcome = tail if isinstance(tail, FutureDatedOutcome) else None
    return {
        "alert code": _some(alert and alert.code),
        "alert time": _some(alert and from_utc2000(alert.timestamp)),
        "outcome of message": _some(outcome and outcome.message_code),
        "outcome of counter": _some(outcome and outcome.originator_counter),
        "image hash": _some(tail.image_hash if isinstance(tail, FirmwareImage) else None),
        "integrity issue": _some(tail.reason if isinstance(tail, IntegrityIssue) else None),
    }


def _some(value: Any) -> tuple[Any, ...]:
    """The field of a value that may be missing: None, or no bytes."""
    return () if value is None or value == b"" else (value,)
