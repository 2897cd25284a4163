"""The shell's manners: quick, one line for what is wrong, the right exit status, and never a traceback."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
import typer

import doorstep
from doorstep import cli
from doorstep.errors import BadMac, DecodeError, DoorstepError, NoKey, UsageError
from tests.cli.conftest import Shell

HEAVY = ("cryptography", "fastapi", "httpx", "lxml", "pydantic", "rich", "sqlite3", "uvicorn", "websockets")


def test_help_lists_every_command_and_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from doorstep.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    print('status', ended.code)\n"
        f"print('loaded', *sorted(set(sys.modules) & set({HEAVY!r})))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    help_text, _, rest = ran.stdout.partition("status ")
    for command in ("decode", "verify", "transform", "utrn", "keys", "street", "deliver"):
        assert f"\n  {command} " in help_text
    assert "..." not in help_text.partition("Commands:")[2]
    assert rest.split() == ["0", "loaded"]


def test_without_a_command_the_help_is_shown(shell: Shell) -> None:
    result = shell()
    assert result.status == 0
    assert result.out == shell("--help").out
    assert "Commands:" in result.out


def test_version(shell: Shell) -> None:
    assert shell("--version").out == f"doorstep {doorstep.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command 'nonsense'."),
        (("decode",), "Missing argument 'FILE'."),
        (("decode", "--nonsense", "x"), "No such option: --nonsense"),
        (("verify", "x"), "Missing option '--keystore'."),
        (("keys",), "Missing command."),
        (("keys", "new", "x", "--homes", "0"), "Invalid value for '--homes'"),
        (("meter", "--keys", "no-such-folder"), "no-such-folder"),
        (("dcc", "--keys", "x", "--receive", "nonsense"), "--receive takes EUI=URL, not 'nonsense'"),
        (("dcc", "--keys", "x", "--receive", "1234=http://x"), "not an Entity Identifier"),
        (("hub", "--keys", "x", "--wan", "http://x"), "not a URL that begins ws:// or wss://"),
        (("serve", "--keys", "x", "--gateway", "//"), "not a URL that begins http:// or https://"),
        (("serve", "--keys", "x", "--gateway", "http://h:99999"), "not a URL"),
        (("deliver", "enable-supply", "--patience", "nan"), "Invalid value for '--patience'"),
        (("deliver", "enable-supply", "--patience", "0"), "Invalid value for '--patience'"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    result = shell(*arguments)
    assert result.status == 2
    assert said in result.line
    assert result.out == ""


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (BadMac("the MAC does not hold"), 1, "the MAC does not hold"),
        (NoKey("no key"), 2, "no key"),
        (DecodeError("CRA Flag", 10, "0x07"), 2, "CRA Flag at offset 10: 0x07"),
        (UsageError("two\nlines"), 2, "two lines"),
        (DoorstepError("anything"), 2, "anything"),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (OSError(2, "No such file or directory", "x"), 2, "x: No such file or directory"),
        (ZeroDivisionError("division by zero"), 2, "internal error: ZeroDivisionError: division by zero"),
    ],
)
def test_errors_have_their_exit_statuses(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, said: str
) -> None:
    def fail(**_anything: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "app", fail)
    result = shell()
    assert (result.status, result.line) == (status, said)


def test_an_error_of_ours_has_a_traceback_for_who_asks(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_anything: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", fail)
    monkeypatch.setenv("DOORSTEP_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["doorstep"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_a_stream_that_is_closed_is_no_error(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    monkeypatch.setattr(sys, stream, None)
    monkeypatch.setattr(sys, "argv", ["doorstep", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    getattr(sys, stream).close()


def test_a_character_that_the_terminal_lacks_is_written_as_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setattr(cli, "app", lambda **_anything: print("supplier \u2192 DCC"))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, written.getvalue()) == (0, b"supplier \\u2192 DCC\n")


def test_an_interrupt_ends_quietly(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_anything: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupted)
    result = shell()
    assert (result.status, result.out, result.err) == (130, "", "")


def test_a_reader_who_has_had_enough_ends_it_quietly() -> None:
    program = "import sys; from doorstep.cli import main; sys.argv[0] = 'doorstep'; main()"
    ran = subprocess.run(
        ["/bin/sh", "-c", f'"{sys.executable}" -c "{program}" --help; echo status $? >&2', "sh"],
        stdout=_closed_pipe(),
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.stderr == "status 141\n"


def test_commands_end_with_the_status_they_ask_for(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typer.Typer()

    @app.command()
    def no() -> None:
        raise typer.Exit(1)

    monkeypatch.setattr(cli, "app", app)
    result = shell()
    assert (result.status, result.err) == (1, "")


def _closed_pipe() -> int:
    import os

    reading, writing = os.pipe()
    os.close(reading)
    return writing
