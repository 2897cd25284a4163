"""The table of results over the reference set: what is no exception is exact, and why exceptions differ."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from doorstep import gbcs
from doorstep.duis import catalogue
from doorstep.duis.transform import ROWS, HubLog, OtherDevice, signed_form, transform
from doorstep.eui import Eui
from doorstep.gbcs import Form, KeyRing
from doorstep.gbcs.payloads.asn1 import Asn1Payload
from doorstep.gbcs.payloads.axdr import Data
from doorstep.gbcs.payloads.dlms import AccessRequest
from doorstep.gbcs.payloads.gbz import Component, GbzPayload
from doorstep.gbcs.usecases import DeviceType
from doorstep.service.keystore import FolderKeyStore
from tests.duis import transform_table
from tests.duis.transform_table import BROKER, EXCEPTIONS, PAGE, Pair, main, page, pairs, surprises
from tests.reference import hex_file, manifest, shared

pytestmark = pytest.mark.xdist_group("transform_table")  # which is made once a process

IN_THE_NOTES = {"GCS09", "GCS15c", "GCS16b", "GCS18", "GCS61", "CCS03", "GCS59"}
"""The use cases that the notes of the reference set name."""


def excepted(scenario: str) -> Pair:
    shared("rtds/manifest.csv")
    return next(pair for pair in pairs() if pair.scenario == scenario)


def test_every_open_request_becomes_its_messages_but_for_the_exceptions() -> None:
    shared("rtds/manifest.csv")
    assert len(pairs()) >= 311
    assert surprises() == set()


def test_the_exceptions_that_the_set_s_own_notes_do_not_name_are_few() -> None:
    notes = shared("rtds/ORIGIN.md").read_text()
    assert all(name in notes for name in IN_THE_NOTES)
    assert {name.split("_")[0] for name in EXCEPTIONS} - IN_THE_NOTES == {
        "ECS25a",
        "CS03CCritical",
        "CS03CNonCritical",
    }


def test_the_page_is_current() -> None:
    shared("rtds/manifest.csv")
    assert PAGE.read_text() == page(), "run `python -m tests.duis.transform_table --write`"


def test_a_message_that_is_not_expected_to_differ_ends_the_command_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shared("rtds/manifest.csv")
    assert main([]) == 0
    assert "300 of 311" in capsys.readouterr().out
    fewer = {name: why for name, why in EXCEPTIONS.items() if name != "GCS09_3.2_SUCCESS"}
    monkeypatch.setattr(transform_table, "EXCEPTIONS", fewer | {"ECS42_7.1_SUCCESS": "nothing"})
    assert main([]) == 1
    assert capsys.readouterr().err.split() == [
        *("not", "expected:", "ECS42_7.1_SUCCESS"),
        *("not", "expected:", "GCS09_3.2_SUCCESS"),
    ]


def test_every_service_of_a_device_has_a_mapping_row() -> None:
    mapped = {row.variant for row in ROWS}
    assert {row.srv for row in catalogue.VARIANTS.values() if not row.non_device} == mapped


def test_every_signed_pre_command_of_the_set_becomes_its_whole_command() -> None:
    """With the broker's key the MAC is the reference's, too, whatever the signature under it."""
    keys = KeyRing(FolderKeyStore(shared("rtds/keystore")))
    seen = 0
    for row in manifest():
        command = gbcs.decode(hex_file(shared(f"rtds/{row['path']}")))
        if row["kind"] != "COMMAND" or not command.signature or command.form is not Form.MACED:
            continue
        signed = signed_form(command.authenticated)
        assert bytes(gbcs.as_command(signed, keys, BROKER)) == bytes(command), row["scenario"]
        seen += 1
    assert seen >= 140


# -- what differs where something does --------------------------------------------------------------

FREE = {
    "GCS09_3.2_SUCCESS": ("implementation_time",),
    "GCS15c_4.4.3_SUCCESS": ("earliest_start_time", "latest_end_time"),
    "GCS16b_4.14_URP_SUCCESS": ("earliest_start_time",),
    "GCS18_4.10_SUCCESS": ("earliest_sample_time",),
    "GCS61_4.17_SUCCESS": ("earliest_sample_time", "number_of_samples"),
}
"""What of a disagreeing Command for gas does not follow from its request: fields of its commands."""


@pytest.mark.parametrize("scenario", FREE)
def test_a_command_for_gas_disagrees_in_the_fields_that_are_known(scenario: str) -> None:
    pair = excepted(scenario)
    made, expected = transform(pair.request(), pair.known()), pair.expected()
    assert made.grouped != expected.grouped
    assert made.header == expected.header
    assert _without(FREE[scenario], made) == _without(FREE[scenario], expected)


def _without(fields: tuple[str, ...], message: gbcs.Message) -> list[Component]:
    """The components of a message, with zeros in some fields of their commands."""
    assert isinstance(message.payload, GbzPayload)
    return [
        replace(component, command=replace(component.command, **dict.fromkeys(fields, 0)))
        for component in message.payload.components
    ]


def test_the_command_for_alerts_disagrees_in_three_bits() -> None:
    """Changed are 81C4 and 81C5 and not 81B7, and 81B7 is not enabled: which is as the notes do not say."""
    pair = excepted("ECS25a_6.22_SUCCESS")
    made, expected = transform(pair.request(), pair.known()), pair.expected()
    assert made.header == expected.header
    bits = (1 << 0xB7 | 1 << 0xC4 | 1 << 0xC5) << 256 | 1 << 0xB7
    assert int.from_bytes(made.grouped, "big") ^ int.from_bytes(expected.grouped, "big") == bits


def test_joins_are_exact_with_the_certificate_that_the_dcc_held() -> None:
    seen = 0
    for pair in pairs():
        payload = pair.expected().payload
        if not pair.use_case.startswith("CS03C"):
            continue
        assert isinstance(payload, Asn1Payload)
        join = payload.value
        other = OtherDevice(None, join.other_device_certificate)
        known = pair.known(others={join.other_device_entity_identifier: other})
        assert transform(pair.request(), known).grouped == pair.expected().grouped
        seen += 1
    assert seen == (3 if pairs() else 0)


def test_one_join_carries_the_certificate_of_another_device_and_one_an_older_of_the_same_key() -> None:
    certificates: dict[str, Any] = {}
    for name in ("CS03CCritical_8.7.1_SUCCESS", "CS03CNonCritical_8.7.2_SUCCESS"):
        payload = excepted(name).expected().payload
        assert isinstance(payload, Asn1Payload)
        certificates[name] = payload.value.other_device_certificate.view.subject_unique_id
        certificates[f"{name} for"] = payload.value.other_device_entity_identifier
    assert list(certificates.values()) == [
        Eui.parse("00-DB-12-34-56-78-90-98"),
        Eui.parse("00-DB-12-34-56-78-90-98"),
        Eui.parse("00-DB-12-34-56-78-90-A1"),
        Eui.parse("00-DB-12-34-56-78-90-94"),
    ]


def test_restoring_a_hub_s_log_is_exact_with_the_log_that_the_dcc_kept() -> None:
    pair = excepted("CCS03_8.12.1_SUCCESS")
    payload = pair.expected().payload
    assert isinstance(payload, AccessRequest)
    pan_id, devices = _items(payload.components[0].data)
    entries = (_items(entry) for entry in _items(devices))
    log = HubLog(_octets(pan_id), tuple((Eui(_octets(device)), _octets(key)) for device, key in entries))
    known = pair.known(hub_logs={Eui.parse("00-DB-12-34-56-78-90-95"): log})
    assert transform(pair.request(), known).grouped == pair.expected().grouped


def test_restoring_a_gas_proxy_s_log_is_exact_with_the_log_that_the_dcc_kept() -> None:
    pair = excepted("GCS59_8.12.2_SUCCESS")
    log = (
        (Eui.parse("00-11-22-33-44-55-66-77"), DeviceType.PPMID),
        (Eui.parse("88-99-AA-BB-CC-DD-EE-FF"), DeviceType.TYPE2),
    )
    known = pair.known(gpf_logs={Eui.parse("00-DB-12-34-56-78-90-B3"): log})
    assert transform(pair.request(), known).grouped == pair.expected().grouped


def _items(data: Data) -> tuple[Data, ...]:
    assert isinstance(data.value, tuple)
    return data.value


def _octets(data: Data) -> bytes:
    assert isinstance(data.value, bytes)
    return data.value
