"""``doorstep request``: sends a request to the DCC, and shows what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from doorstep.cli.options import Schema
from doorstep.errors import DoorstepError, UsageError, VerificationError
from doorstep.eui import Eui

if TYPE_CHECKING:
    from doorstep.cli.request_report import Report
    from doorstep.duis import Request
    from doorstep.service.client_setting import ClientSetting
    from doorstep.service.dcc_client import DccClient

__all__ = ["request"]


def request(
    what: Annotated[
        str,
        typer.Argument(
            metavar="REQUEST.xml|SRV",
            help="A request's file, its signature a placeholder or missing; - is standard input. Or a "
            "Service Reference Variant, as in 7.1, with --target and --value.",
        ),
    ],
    keystore: Annotated[
        Path,
        typer.Option(
            "--keystore",
            "--keys",
            metavar="DIR",
            help="The User's keys and everybody's certificates: a street's folder, or <eui>-ds|ka|xml files.",
        ),
    ],
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="EUI", help="The Device; none for the DCC's own services."),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--value", metavar="PATH=TEXT", help="A value of the body, as in Mode/Credit or UTRN=123."
        ),
    ] = None,
    pence: Annotated[
        int | None,
        typer.Option("--pence", metavar="N", min=1, help="For SRV 2.2: issue a UTRN of this amount."),
    ] = None,
    cv: Annotated[
        int | None,
        typer.Option(
            "--cv",
            metavar="N",
            min=1,
            max=8,
            help="Command Variant; default the file's, else 1, 5 or 8. For 5 to 7 it transforms and signs.",
        ),
    ] = None,
    new_id: Annotated[
        bool, typer.Option("--new-id", help="Give a file's request a new RequestID; a counter of 0 does too.")
    ] = False,
    gateway: Annotated[
        str, typer.Option("--gateway", metavar="URL", help="The DCC's gateway.")
    ] = "http://127.0.0.1:8079",
    listen: Annotated[
        str | None,
        typer.Option(
            "--listen",
            metavar="HOST:PORT",
            help="Take asynchronous answers here, at /smartdcc/duis: the User's receive address at the DCC.",
        ),
    ] = None,
    wait: Annotated[
        float, typer.Option("--wait", metavar="SECONDS", min=0.0, help="How long to wait for those.")
    ] = 60.0,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="FILE", help="Keep counters here; without it they are milliseconds."),
    ] = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar="EUI", help="Who sends, if not plain.")
    ] = None,
    dcc: Annotated[str | None, typer.Option("--dcc", metavar="EUI", help="The DCC, if not plain.")] = None,
    schema: Schema = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Send the DCC a request of any kind.

    A critical one is transformed, compared field by field with what comes back, and signed. Of a request that
    goes over the WAN, the Device's Response is waited for where --listen takes it.

    Exit status 0: done, as far as was waited for. 1: refused, failed, not believed, or no Response in time.
    """
    import asyncio

    from doorstep.cli.request_report import Report
    from doorstep.service.client_setting import ClientSetting
    from doorstep.service.process import checked_url

    if pence is not None and state is None:
        raise UsageError("a top-up's counter runs ahead of the clock's: --pence needs --state")
    setting = ClientSetting(
        keystore,
        gateway=checked_url(gateway, "http", "https"),
        listen=listen,
        state=state,
        user=Eui.parse(user) if user is not None else None,
        dcc=Eui.parse(dcc) if dcc is not None else None,
        schema=schema,
    )
    made = _Wanted(
        what, Eui.parse(target) if target is not None else None, tuple(value or ()), pence, cv, new_id
    )
    report = Report(json=json)
    done = asyncio.run(_ask(made, setting, report, wait if listen is not None else None))
    report.end()
    if not done:
        raise typer.Exit(1)


class _Wanted(NamedTuple):
    """What is to be sent, as the shell says it."""

    what: str
    target: Eui | None
    values: tuple[str, ...]
    pence: int | None
    cv: int | None
    new_id: bool

    @property
    def is_short(self) -> bool:
        """Whether it is a Service Reference Variant, and no file."""
        return all(part.isascii() and part.isdigit() for part in self.what.split("."))

    async def request(self, client: DccClient) -> Request:
        """The request, which has its RequestID now."""
        return await (self._short(client) if self.is_short else self._from_file(client))

    async def _short(self, client: DccClient) -> Request:
        from doorstep.duis import service_request, variant
        from doorstep.service.dcc_client import usual_variant
        from doorstep.service.short_requests import short_body

        row = variant(self.what)
        name = await client.name(row, self.target)
        utrn = () if self.pence is None else (f"UTRN={client.issue_utrn(name, self.pence)}",)
        body = short_body(row.srv, (*self.values, *utrn))
        return service_request(name, self.cv or usual_variant(row), body)

    async def _from_file(self, client: DccClient) -> Request:
        from msgspec.structs import replace

        from doorstep.cli.inputs import naming, read
        from doorstep.duis import parse_request, variant

        if self.values or self.target is not None or self.pence is not None:
            raise UsageError(
                "--target, --value and --pence are for a Service Reference Variant, not for a file"
            )
        path = Path(self.what)
        with naming(path):
            found = parse_request(read(path))
        name = found.request_id
        if self.new_id or not name.counter:
            target = None if name.target == client.config.dcc else name.target
            name = await client.name(variant(found.service_reference_variant), target)
        elif name.originator != client.config.eui:
            raise UsageError(f"{path}: sent by {name.originator}, not by {client.config.eui}: see --new-id")
        return replace(found, request_id=name, command_variant=self.cv or found.command_variant)


async def _ask(wanted: _Wanted, setting: ClientSetting, report: Report, wait: float | None) -> bool:
    """Send, and report; False where the answer is no."""
    from doorstep.road.supplier.gateway import GatewayRefused, Unanswered
    from doorstep.service.client_setting import open_client
    from doorstep.service.sent_request import NoAnswer, NotDelivered, RequestRefused

    refusals = (RequestRefused, GatewayRefused, NotDelivered, NoAnswer, VerificationError)
    async with open_client(setting) as client:
        try:
            return await _converse(client, await wanted.request(client), report, wait)
        except refusals as error:
            report.refused(error)
            return False
        except Unanswered as error:
            report.abandon()
            raise Unanswered(f"{setting.gateway}: {error}", unheard=error.unheard) from None
        except DoorstepError:
            report.abandon()
            raise


async def _converse(client: DccClient, asked: Request, report: Report, wait: float | None) -> bool:
    from doorstep.duis import command_variant

    sent = await client.send(asked)
    report.answered(sent)
    variant = command_variant(sent.request.command_variant)
    if variant.local_copy and (sent.holds_command or not variant.wan or wait is not None):
        report.command(await sent.local_command(wait or 0.0))
    if not variant.wan:
        return True
    if wait is None:
        report.pending()
        return True
    response = await sent.device_response(wait)
    report.response(response)
    return response.failure is None
