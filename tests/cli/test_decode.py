"""``doorstep decode`` and ``encode``: what a message says, for people and as JSON, and back to its bytes."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_transform import PRE_COMMAND
from tests.cli.test_verify import METER, SUPPLIER
from tests.reference import hex_file, shared


def test_json_has_the_fields_of_the_standard(shell: Shell) -> None:
    result = shell("decode", "--json", "-", stdin=PRE_COMMAND.encode())
    assert (result.status, result.err) == (0, "")
    said = json.loads(result.out)
    assert said["use_case"] == "ECS42"
    assert said["message_code"] == "0x004F"
    assert said["cra_flag"] == "Command"
    assert said["originator_counter"] == 1000
    assert said["business_originator_id"] == str(SUPPLIER)
    assert said["business_target_id"] == str(METER)
    assert said["form"] == "unsigned"
    assert list(said["payload"]) == ["access_request"]


def test_a_person_reads_names_and_meanings(shell: Shell) -> None:
    out = shell("decode", "-", stdin=PRE_COMMAND.encode()).out
    assert "ECS42 Remotely Close the Load Switch on the ESME: Command" in out
    assert "execute: 51 (enable supply)" in out
    assert "\x1b" not in out  # No colours where nobody looks at a terminal.


def test_what_carries_a_message_is_said_and_seen_through(shell: Shell) -> None:
    frame = bytes.fromhex("01 40 02 0700") + bytes.fromhex(PRE_COMMAND)
    put = bytes.fromhex("01 41 02 0700 03") + bytes.fromhex(PRE_COMMAND)
    document = (
        '<sr:Request xmlns:sr="http://www.dccinterface.co.uk/ServiceUserGateway" schemaVersion="5.4">'
        f"<sr:Header><sr:RequestID>{SUPPLIER}:{METER}:1000</sr:RequestID>"
        "<sr:CommandVariant>6</sr:CommandVariant><sr:ServiceReference>7.1</sr:ServiceReference>"
        "<sr:ServiceReferenceVariant>7.1</sr:ServiceReferenceVariant></sr:Header><sr:Body><sr:SignedPreCommand>"
        f"<sr:GBCSPayload>{base64.b64encode(bytes.fromhex(PRE_COMMAND)).decode()}</sr:GBCSPayload>"
        "</sr:SignedPreCommand></sr:Body></sr:Request>"
    )
    for carried, words in (
        (frame, "TransferData on tunnel 7, sequence 64"),
        (put, "TransferData on tunnel 7, sequence 65, Put of a GSME"),
        (document.encode(), f"DUIS request {SUPPLIER}:{METER}:1000: CV6, SRV 7.1 SignedPreCommand"),
    ):
        out = shell("decode", "-", stdin=carried).out
        assert words in out
        assert "execute: 51 (enable supply)" in out


@pytest.mark.parametrize(
    ("carried", "complaint"),
    [
        (b"01070006FFFF00DC05", "starts no GBCS message"),
        (b"<sr:Request/>", ""),
        (b"01", ""),
        (b"", ""),
        (PRE_COMMAND[:-2].encode(), "payload at offset"),
    ],
)
def test_what_holds_no_message_is_one_clear_line(shell: Shell, carried: bytes, complaint: str) -> None:
    result = shell("decode", "-", stdin=carried)
    assert (result.status, result.out) == (2, "")
    assert complaint in result.line


def test_text_of_a_message_is_never_taken_for_markup(shell: Shell, tmp_path: Path) -> None:
    result = shell("decode", f"{tmp_path}/[bold]nowhere[/]")
    assert "[bold]nowhere[/]" in result.line


def test_content_that_no_rule_reads_is_kept_and_said(shell: Shell) -> None:
    unknown = bytes.fromhex(PRE_COMMAND)
    content = bytes.fromhex("3003020107")
    strange = unknown[:31] + b"\xee\xee" + bytes((len(content),)) + content
    said = json.loads(shell("decode", "--json", "-", stdin=strange).out)
    assert said["message_code"] == "0xEEEE"
    assert said["payload"] == {"unparsed": content.hex()}


def test_every_file_has_its_line(shell: Shell) -> None:
    result = shell("decode", "--json", "-", "no-such-file", stdin=PRE_COMMAND.encode())
    assert result.status == 2
    assert len(result.out.splitlines()) == 1
    assert result.line == "no-such-file: No such file or directory"


def test_encode_is_the_inverse(shell: Shell) -> None:
    line = shell("decode", "--json", "-", stdin=PRE_COMMAND.encode()).out
    result = shell("encode", "-", stdin=(line + "\n" + line).encode())
    assert (result.status, result.err) == (0, "")
    assert result.out.split() == [PRE_COMMAND, PRE_COMMAND]


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"payload": 1}', "null", '"' + "a" * 99 + '"'])
def test_what_is_no_message_in_json_is_one_clear_line(shell: Shell, line: str) -> None:
    result = shell("encode", "-", stdin=line.encode())
    assert (result.status, result.out) == (2, "")
    assert result.line.startswith("- line 1: ")


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"payload":' * 50_000])
def test_json_that_nests_without_end_is_refused(shell: Shell, line: bytes) -> None:
    result = shell("encode", "-", stdin=line)
    assert (result.status, result.line) == (2, "- line 1: it is nested too deeply for a message")


def test_every_reference_message_goes_there_and_back(shell: Shell, tmp_path: Path) -> None:
    files = sorted(shared("rtds/messages").rglob("*.HEX"))
    decoded = shell("decode", "--json", *files)
    assert (decoded.status, decoded.err) == (0, "")
    assert "unparsed" not in decoded.out
    target = tmp_path / "messages.jsonl"
    target.write_text(decoded.out)
    encoded = shell("encode", target)
    assert (encoded.status, encoded.err) == (0, "")
    assert encoded.out.split() == [hex_file(file).hex().upper() for file in files]


def test_the_keystore_opens_what_is_encrypted(shell: Shell) -> None:
    file = next(shared("rtds/messages").rglob("ECS19_4.3_SUCCESS_RESPONSE*.HEX"))
    closed = shell("decode", file).out
    opened = shell("decode", "--keystore", shared("rtds/keystore"), file).out
    assert "(encrypted, " in closed
    assert "(encrypted, " not in opened


def test_every_reference_message_can_be_shown(shell: Shell) -> None:
    files = sorted(shared("rtds/messages").rglob("*.HEX"))[::10]
    result = shell("decode", *files)
    assert (result.status, result.err) == (0, "")
    assert result.out.count("Business Target ID: ") == len(files)
