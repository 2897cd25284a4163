"""``doorstep utrn``: issued and checked, against the reference top-up and the street's own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_verify import METER
from tests.reference import shared

# Of the reference set: CS01a_2.2_SUCCESS, counter 0x300000000, ten pounds.
REFERENCE = "73946144332040217315"
REFERENCE_DEVICE = "00-DB-12-34-56-78-90-A0"
REFERENCE_SUPPLIER = "90-B3-D5-1F-30-01-00-00"
COUNTER = 3 << 32


def test_digits_are_checked_without_keys(shell: Shell) -> None:
    result = shell("utrn", "check", REFERENCE)
    assert (result.status, result.out) == (
        0,
        "10.00 pounds, truncated counter 3: its check digit is right\n",
    )
    assert shell("utrn", "check", "7394 6144-3320 4021-7315").out == result.out


@pytest.mark.parametrize("digits", ["73946144332040217316", "7394614433204021731", "x" * 20, "٣" * 20, ""])
def test_digits_that_are_none_are_a_no(shell: Shell, digits: str) -> None:
    result = shell("utrn", "check", digits)
    assert (result.status, result.out) == (1, "")
    assert result.line


def test_the_reference_top_up_is_authentic_and_can_be_issued_again(shell: Shell) -> None:
    options = ("--keystore", shared("rtds/keystore"), "--device", REFERENCE_DEVICE, "--counter", COUNTER)
    supplier = ("--supplier", REFERENCE_SUPPLIER)
    result = shell("utrn", "check", REFERENCE, *options, *supplier)
    assert (result.status, result.out.partition(": ")[2]) == (0, f"authentic for {REFERENCE_DEVICE}\n")
    assert shell("utrn", "issue", *options, *supplier, "--pounds", 10).out == f"{REFERENCE}\n"
    assert "2 suppliers: say which" in shell("utrn", "issue", *options, "--pounds", 10).line


def test_what_was_issued_for_one_device_is_authentic_for_no_other(shell: Shell, street_folder: Path) -> None:
    options = ("--keystore", street_folder, "--counter", 5 << 32)
    digits = shell("utrn", "issue", *options, "--device", METER, "--pence", 1234).out.strip()
    assert len(digits) == 20
    good = shell("utrn", "check", digits, *options, "--device", METER)
    assert good.out == f"12.34 pounds, truncated counter 5: authentic for {METER}\n"
    other = str(METER).replace("E5", "65")
    assert "not authentic" in shell("utrn", "check", digits, *options, "--device", other).line
    later = ("--keystore", street_folder, "--counter", 6 << 32)
    assert "another counter" in shell("utrn", "check", digits, *later, "--device", METER).line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--device", METER, "--counter", 1 << 32), "either --pence or --pounds"),
        (
            ("--device", METER, "--counter", 1 << 32, "--pence", 1, "--pounds", 1),
            "either --pence or --pounds",
        ),
        (("--device", METER, "--pence", 1), "Missing option '--counter'"),
        (("--device", METER, "--counter", 7, "--pence", 1), "a low half that a UTRN cannot carry"),
        (("--device", METER, "--counter", 1 << 64, "--pence", 1), "does not fit 64 bits"),
        (("--device", METER, "--counter", 1 << 32, "--pence", 8192), "8192 is outside 0 to 8191"),
        (("--device", "x", "--counter", 1 << 32, "--pence", 1), "not an Entity Identifier"),
    ],
)
def test_what_cannot_be_issued_is_said(
    shell: Shell, street_folder: Path, arguments: tuple[object, ...], said: str
) -> None:
    result = shell("utrn", "issue", "--keystore", street_folder, *arguments)
    assert result.status == 2
    assert said in result.line


def test_authenticity_needs_all_three(shell: Shell, street_folder: Path) -> None:
    result = shell("utrn", "check", REFERENCE, "--keystore", street_folder)
    assert "needs --keystore, --device and --counter" in result.line
