"""What became of a case, read from the record of the street.

The bench sees what nobody on a real street does: what each stop said of itself. So a result has two
voices: ``outcome`` and ``reason`` are what happened, ``evidence`` is what the supplier could know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from msgspec import Struct

from doorstep import gbcs
from doorstep.bench.case import Case
from doorstep.bench.records import Hop, Record, Remark
from doorstep.bench.street import Street
from doorstep.errors import DoorstepError
from doorstep.gbcs.times import Instant
from doorstep.road.hub.events import Routed
from doorstep.road.hub.routing import Fate, Source
from doorstep.road.meter.events import Executed, Rejected
from doorstep.road.ppmid.events import Action, Displayed
from doorstep.road.ppmid.events import Result as Shown
from doorstep.road.supplier.delivery import Delivery

__all__ = ["Result", "judge"]

T = TypeVar("T")

_KEYED: Final = {True: "executed", False: "refused", None: "unknown"}
_CODES: Final = {Action.TOP_UP: 0x0116, Action.EMERGENCY_CREDIT: 0x0117, Action.ENABLE_SUPPLY: 0x0118}
"""The Message Codes under which an ESME logs what a PPMID has asked of it by ZCL."""

_ROUTES = {Source.WAN: "wan", Source.PPMID: "ppmid", Source.HHT: "hht"}


class Result(Struct, frozen=True):
    """One row of the demonstration's report; the fields are those of its JSON form.

    ``bytes_identical``: the bytes that reached the meter are those that the DCC returned; None where
    none reached it. ``seconds`` is virtual time from the start of the case to its end. ``keyed_in``: somebody
    in the home asked for it at the PPMID, so that it is no delivery.
    """

    id: str
    title: str
    home: str
    use_case: str
    message_code: str
    target: str
    route: str
    outcome: str
    reason: str
    evidence: str
    bytes_identical: bool | None
    seconds: float
    keyed_in: bool = False


def judge(street: Street, case: Case, made: bytes, started: Instant, since: list[Record]) -> Result:
    """The result of a case whose records are ``since``; ``made`` is the message that it made itself."""
    delivery = street.deliveries.get(case.name)
    command = made or (delivery.command if delivery else b"") or _sent_by_wan(since)
    name = _identity(command)
    keyed = next(_said(since, Shown), None)
    executed = [event for event in _said(since, Executed) if _identity(event.command) == name]
    rejected = [event for event in _said(since, Rejected) if _identity(event.command) == name]
    routed = [event for event in _said(since, Routed) if _identity(event.message) == name]
    refused = [event for event in routed if event.decision.fate is Fate.REFUSE]
    if executed:
        outcome, reason = "executed", "" if executed[0].succeeded else executed[0].why
        reached: bytes | None = executed[0].command
        if rejected:
            reason = f"once; the second copy: {rejected[0].why}"
    elif rejected:
        outcome, reason, reached = "refused", f"meter: {rejected[0].why}", rejected[0].command
    elif refused:
        outcome, reason, reached = "refused", f"hub: {refused[0].decision.why}", None
    elif delivery is not None and delivery.state.value == "refused":
        outcome, reason, reached = "refused", delivery.reason, None
    elif keyed is not None:
        outcome, reason, reached = _KEYED[keyed.succeeded], "" if keyed.succeeded else keyed.words, None
    else:
        outcome, reason, reached = "unknown", delivery.reason if delivery else "nothing was heard of it", None
    header = gbcs.peek(command) if command else None
    code = header.message_code if header else _CODES[keyed.keyed.action] if keyed else None
    row = gbcs.use_case(code) if code is not None else None
    return Result(
        id=case.name,
        title=case.title,
        home=case.home,
        use_case=row.label if row else "",
        message_code=f"0x{code:04X}" if code is not None else "",
        target=str(header.business_target_id if header else street.homes[case.home].esme) if code else "",
        route=_ROUTES[routed[0].source] if routed else _planned(case),
        outcome=outcome,
        reason=reason,
        evidence=_evidence(delivery, outcome, reason) if keyed is None else f"the PPMID: {keyed.words}",
        bytes_identical=None if reached is None else reached == command,
        seconds=(_ended(since, started) - started) / 1000,
        keyed_in=keyed is not None,
    )


def _evidence(delivery: Delivery | None, outcome: str, reason: str) -> str:
    """What the supplier knows; where that is less than what happened, whose log says the rest."""
    if delivery is not None and outcome == delivery.state.value:
        return delivery.evidence.value
    of_meter = "log of the meter" if outcome == "executed" else "none"
    log = f"log of the {reason.partition(':')[0]}" if reason else of_meter
    if delivery is None:
        return log
    return f"{log}; the supplier says {delivery.state.value} ({delivery.evidence.value})"


def _sent_by_wan(records: list[Record]) -> bytes:
    """The first Command that the DCC sent over the WAN: the supplier never sees the bytes of such a one."""
    for record in records:
        if isinstance(record, Hop) and record.medium == "WAN" and record.sender == "dcc":
            return bytes(record.item)
    return b""


def _said(records: list[Record], kind: type[T]) -> Iterator[T]:
    for record in records:
        if isinstance(record, Remark) and isinstance(record.event, kind):
            yield record.event


def _identity(message: bytes) -> tuple[Any, ...] | None:
    """What names a message, whatever was changed behind its header."""
    try:
        header = gbcs.peek(message)
    except DoorstepError:
        return None
    return (
        header.business_originator_id,
        header.business_target_id,
        header.originator_counter,
        header.cra,
        header.message_code,
    )


def _planned(case: Case) -> str:
    return case.order.route.value if case.order else "ppmid"


def _ended(records: list[Record], started: Instant) -> Instant:
    """When the last remark was made, those of a display that reads its meters again left out."""
    remarks = (record for record in records if isinstance(record, Remark))
    return max((one.at for one in remarks if not isinstance(one.event, Displayed)), default=started)
