"""``doorstep decode``: what a message says, for people and as JSON; nothing is hidden or made up."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_transform import PRE_COMMAND
from tests.cli.test_verify import METER, SUPPLIER
from tests.reference import shared


def test_json_has_the_fields_of_the_standard(shell: Shell) -> None:
    result = shell("decode", "--json", "-", stdin=PRE_COMMAND.encode())
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out) == {
        "path": "-",
        "use_case": "ECS42",
        "title": "Remotely Close the Load Switch on the ESME",
        "header": {
            "cra": "command",
            "originator_counter": 1000,
            "business_originator_id": str(SUPPLIER),
            "business_target_id": str(METER),
            "message_code": "0x004F",
            "date_time": "",
            "supplementary_remote_party_id": None,
            "supplementary_remote_party_counter": None,
            "supplementary_originator_counter": None,
            "supplementary_certificate": "",
        },
        "form": "unsigned",
        "payload": {
            "kind": "AccessRequest",
            "invoke_id": 0x200003E8,
            "components": [
                {
                    "action": "action",
                    "class_id": 9,
                    "obis": "0-0:10.0.106.255",
                    "attribute": 1,
                    "data": {"long_unsigned": 51},
                    "selector": None,
                    "selection": None,
                }
            ],
        },
        "signature": None,
        "mac": None,
    }


def test_a_person_reads_a_tree(shell: Shell) -> None:
    out = shell("decode", "-", stdin=PRE_COMMAND.encode()).out
    for line in ("use_case: ECS42", "originator_counter: 1000", "obis: 0-0:10.0.106.255", "mac: -"):
        assert line in out
    assert "\x1b" not in out  # No colours where nobody looks at a terminal.


def test_text_of_a_message_is_never_taken_for_markup(shell: Shell, tmp_path: object) -> None:
    result = shell("decode", f"{tmp_path}/[bold]nowhere[/]")
    assert "[bold]nowhere[/]" in result.line


def test_content_that_no_rule_reads_is_kept_and_said(shell: Shell) -> None:
    unknown = bytes.fromhex(PRE_COMMAND)
    content = bytes.fromhex("3003020107")
    strange = unknown[:31] + b"\xee\xee" + bytes((len(content),)) + content
    said = json.loads(shell("decode", "--json", "-", stdin=strange).out)
    assert said["header"]["message_code"] == "0xEEEE"
    assert said["use_case"] is None
    assert said["payload"] == {"unparsed": content.hex()}


def test_every_file_has_its_line(shell: Shell, tmp_path: object) -> None:
    result = shell("decode", "--json", "-", "no-such-file", stdin=PRE_COMMAND.encode())
    assert result.status == 2
    assert len(result.out.splitlines()) == 1
    assert result.line == "no-such-file: No such file or directory"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_the_reference_messages_can_all_be_shown(shell: Shell, form: tuple[str, ...]) -> None:
    files = sorted(shared("rtds/messages").rglob("*.HEX"))[::25]
    result = shell("decode", *form, *files)
    assert (result.status, result.err) == (0, "")
    if form:
        assert [json.loads(line)["path"] for line in result.out.splitlines()] == list(map(str, files))
    else:
        assert result.out.count("use_case: ") == len(files)
