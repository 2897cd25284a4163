"""``doorstep deliver``: orders a delivery at a running service, and follows it to its end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from doorstep.errors import DoorstepError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["deliver"]

_EXECUTED: Final = "executed"
_POLL_SECONDS: Final = 0.1
_LONGEST_POLL: Final = 2.0


class ServiceError(DoorstepError):
    """The service could not be reached, or would not do what was asked."""


def deliver(
    use: Annotated[
        str | None,
        typer.Argument(metavar="USE", help="What to do, as in enable-supply; --list says what there is."),
    ] = None,
    value: Annotated[
        str | None, typer.Argument(metavar="VALUE", help="credit or prepayment, where USE takes a mode.")
    ] = None,
    home: Annotated[
        str | None, typer.Option("--home", metavar="N", help="The home whose meter it is for. Default: 1.")
    ] = None,
    route: Annotated[
        str, typer.Option("--route", metavar="ROUTE", help="wan, ppmid, hht or both.")
    ] = "ppmid",
    pounds: Annotated[int | None, typer.Option("--pounds", metavar="N", min=1, help="For top-up.")] = None,
    pence: Annotated[int | None, typer.Option("--pence", metavar="N", min=1, help="For top-up.")] = None,
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="SRV", help="Instead of USE, with --body: as in 7.1.")
    ] = None,
    body: Annotated[
        Path | None, typer.Option("--body", metavar="FILE", help="The request's body element, as XML.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="EUI", help="The Device, instead of --home.")
    ] = None,
    relay: Annotated[
        str | None, typer.Option("--relay", metavar="EUI", help="The PPMID or HHT, with --target.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name", metavar="NAME", help="The delivery's name, unique for ever; made up if not given."
        ),
    ] = None,
    patience: Annotated[
        float,
        typer.Option("--patience", metavar="SECONDS", min=0.001, help="How long evidence is waited for."),
    ] = 3600.0,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="The supplier's service, as `doorstep serve` runs it.")
    ] = "http://127.0.0.1:8080",
    json: Annotated[bool, typer.Option("--json", help="One JSON object for each state.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow/--no-follow", help="Wait for the end, or only place the order.")
    ] = True,
    listing: Annotated[bool, typer.Option("--list", help="List what USE can be, and exit.")] = False,
) -> None:
    """Deliver a Command, and follow it.

    Shows every state, with its evidence, until the last.

    Exit status 0: executed, as an authenticated Response says. 1: refused, failed or unknown.
    """
    import httpx

    from doorstep.cli.inputs import read
    from doorstep.service.process import checked_url

    if listing:
        _list()
        return
    order: dict[str, Any] = {
        "use": use,
        "value": _value(value, pounds, pence),
        "variant": variant,
        "body": read(body).decode("utf-8", "replace") if body is not None else None,
        "home": home if home is not None or target is not None else "1",
        "target": target,
        "relay": relay,
        "route": route,
        "name": name,
        "patience_seconds": patience,
    }
    with httpx.Client(base_url=checked_url(url, "http", "https"), trust_env=False, timeout=30.0) as client:
        asked = {field: given for field, given in order.items() if given is not None}
        delivery = _call(client, "POST", "/v1/deliveries", asked)
        _show(delivery, [], json)
        if follow:
            delivery = _follow(client, delivery, json)
    if follow and delivery["state"] != _EXECUTED:
        raise typer.Exit(1)


def _follow(client: httpx.Client, delivery: dict[str, Any], json: bool) -> dict[str, Any]:
    from urllib.parse import quote

    path = f"/v1/deliveries/{quote(delivery['name'], safe='')}"
    wait = _POLL_SECONDS
    while not delivery["final"]:
        time.sleep(wait)
        before, delivery = delivery, _call(client, "GET", path)
        wait = min(wait * 1.2, _LONGEST_POLL) if delivery == before else _POLL_SECONDS
        _show(delivery, before["steps"], json)
    return delivery


def _call(client: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    import httpx

    try:
        answer = client.request(method, path, json=body)
        found = answer.json()
    except httpx.HTTPError as error:
        why = str(error) or type(error).__name__
        raise ServiceError(f"no service at {client.base_url}: {why} (is `doorstep serve` running?)") from None
    except ValueError:
        raise ServiceError(
            f"{client.base_url} answers HTTP {answer.status_code}, which is no answer"
        ) from None
    if not answer.is_success or not isinstance(found, dict):
        raise ServiceError(_trouble(found) or f"the service answers HTTP {answer.status_code}")
    return found


def _trouble(found: Any) -> str:
    """What the service says is wrong: its own words, or those of its check of the order's fields."""
    if not isinstance(found, dict):
        return ""
    if isinstance(found.get("detail"), list):
        first = found["detail"][0]
        return f"{'.'.join(map(str, first.get('loc', [])[1:]))}: {first.get('msg', '')}"
    return str(found.get("error") or found.get("detail") or "")


def _show(delivery: dict[str, Any], shown: list[dict[str, Any]], json: bool) -> None:
    """Print the steps that were not shown before, a line each."""
    import msgspec

    for step in delivery["steps"]:
        if step in shown:
            continue
        if json:
            line = {"name": delivery["name"], "use_case": delivery["use_case"], **step}
            print(msgspec.json.encode(line).decode(), flush=True)
            continue
        what = delivery["use_case"] or f"SRV {delivery['variant']}"
        reason = f" ({step['reason']})" if step["reason"] else ""
        line_start = f"{step['changed'][11:23]}  {delivery['name']}  {what:8}"
        print(f"{line_start}  {step['state']:12}  {step['evidence']}{reason}", flush=True)


def _value(value: str | None, pounds: int | None, pence: int | None) -> str | None:
    given = [one for one in (value, pounds, pence) if one is not None]
    if len(given) > 1:
        raise UsageError("give one of VALUE, --pounds and --pence")
    if pounds is not None:
        return str(pounds * 100)
    return str(given[0]) if given else None


def _list() -> None:
    from doorstep.service.short_orders import SHORT_FORMS

    for form in SHORT_FORMS.values():
        print(f"{form.use:15} {form.value:6} SRV {form.variant:5} {form.title}")
