"""The shell: ``doorstep COMMAND``, one file a command.

Exit status: 0 good; 1 the answer is "no" (a bad MAC, a delivery refused); 2 input or usage that cannot
be used, with one line on standard error; 130 when interrupted. Never a traceback, unless the environment
variable ``DOORSTEP_DEBUG`` asks for it.

A command's file imports what it needs when it runs, so that ``doorstep --help`` is quick.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Annotated, Final, NoReturn

import typer

import doorstep
from doorstep.cli import (
    dcc,
    decode,
    deliver,
    demo,
    encode,
    hub,
    keys,
    meter,
    ppmid,
    request,
    serve,
    street,
    trace,
    transform,
    utrn,
    verify,
)
from doorstep.errors import DoorstepError, VerificationError

__all__ = ["app", "main"]

app: Final = typer.Typer(
    name="doorstep",
    help="GBCS Commands to smart meters, through the home's own network when the WAN cannot.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# What anybody can do with a message or a request in hand.
app.command("decode")(decode.decode)
app.command("encode")(encode.encode)
app.command("verify")(verify.verify)
app.command("transform")(transform.transform)
app.add_typer(utrn.app, name="utrn")

# A street of one's own: its keys, its stops as processes, and deliveries on it.
app.command("demo")(demo.demo)
app.add_typer(keys.app, name="keys")
app.command("street")(street.street)
app.add_typer(dcc.app, name="dcc")
app.command("serve")(serve.serve)
app.command("hub")(hub.hub)
app.command("meter")(meter.meter)
app.command("ppmid")(ppmid.ppmid)
app.command("deliver")(deliver.deliver)
app.command("request")(request.request)
app.command("trace")(trace.trace)


@app.callback(invoke_without_command=True)
def doorstep_command(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """GBCS Commands to smart meters, through the home's own network when the WAN cannot."""
    if version:
        print(f"doorstep {doorstep.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit


_NO: Final = 1
_UNUSABLE: Final = 2
_INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141
_STDOUT: Final = 1


def main() -> NoReturn:
    """Run the command that the process's arguments ask for, and end the process."""
    _open_streams()
    if not sys.warnoptions:
        # What a library has to say to programmers, of an odd certificate say, is nothing to who runs this.
        warnings.simplefilter("ignore")
    sys.exit(_run())


def _open_streams() -> None:
    """Let a command print without looking: where a stream is closed, and where it lacks a character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - as long as the process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _run() -> int:
    try:
        status = app(standalone_mode=False, prog_name="doorstep")
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Whoever read has had enough; for nothing else does the option parser end the process itself.
        # What is still to be written when Python ends goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
        return _PIPE_CLOSED
    except VerificationError as error:
        return _say(error, _NO)
    except DoorstepError as error:
        return _say(error, _UNUSABLE)
    except OSError as error:
        # A full disk, for one: what is read or listened to has errors of its own.
        what = f"{error.filename}: " if error.filename else ""
        return _say(f"{what}{error.strerror or error}", _UNUSABLE)
    except Exception as error:
        if os.environ.get("DOORSTEP_DEBUG"):
            raise
        # What the option parser raises says what is wrong; anything else is an error of ours.
        told = getattr(error, "format_message", None)
        return _say(told() if told else f"internal error: {type(error).__name__}: {error}", _UNUSABLE)
    return status if isinstance(status, int) else 0


def _say(error: object, status: int) -> int:
    line = " ".join(str(error).split())
    print(f"doorstep: {line}", file=sys.stderr)
    return status
